"""Text that wants to act, through a real source, the real store and the real app onto a real terminal: inert.

Every byte the app writes is kept and looked through: no control sequence of a source stands in it, no key was pressed
by a terminal's answer, nothing crashed.
"""

import json
import os
import subprocess
import sys
import time

import pytest

MARK = "V7MARK"
TITLES = (
    "Dev [/]",
    "[/foo]",
    "Dev [/",
    "Salary [from=50k to=60k]",
    "C++ [Remote] Engineer",
    "[@click=app.quit]Apply[/]",
    f"Baker \x1b[>0q{MARK}",
    f"Baker \x1b]52;c;VjdNQVJL\x07{MARK}",
    f"Baker \x1b]0;{MARK}\x07",
    f"Baker \x1b[6n{MARK}",
    f"Baker \x9b31m{MARK}\x9d0;x\x9c",
    f"Baker \x1bP$q{MARK}\x1b\\",
    f"Baker \u202e{MARK}\u2066",
    f"z\u200b\u200d{MARK}",
    "z" + "\u0301" * 300,
    "👩‍👩‍👧‍👦" * 20,
    "x" * 100_000,
    f"real\rFAKE {MARK}\b\b\b",
    f"a\u2028b\u2029c\x85d {MARK}",
    "\t" * 50 + MARK,
    "$(touch ./V7MARK)`touch ./V7MARK`",
    "[link=file:///etc/passwd]here[/link]",
)
RAW = (b"\x1b[>0q", b"\x1b]52;", b"\x1b]0;V7", b"\x1b[6nV7", b"\x1bP$q", "\x9b".encode(), "\u202e".encode(), b"\rFAKE")


def walked(terminal, capture, jobs):
    """Every screen, with the first jobs read and explained; returns what the app wrote."""
    terminal.start("exec bash --norc --noprofile", width=100, height=30)
    terminal.record(capture)
    terminal.type(f"{sys.executable} -m v7terminal; echo ended with $?")
    terminal.keys("Enter")
    terminal.until(f"1/{jobs}")
    for _ in range(min(jobs, 30)):
        terminal.keys("j")
    terminal.keys("w")
    time.sleep(0.3)
    terminal.keys("Escape")
    terminal.keys("2")
    terminal.until("Search")
    terminal.keys("4")
    time.sleep(0.3)
    terminal.keys("5")
    time.sleep(0.3)
    terminal.keys("3")
    terminal.until("Production Monitoring")
    terminal.keys("1")
    time.sleep(0.3)
    terminal.keys("q")
    terminal.until("ended with 0")
    return capture.read_bytes()


def test_hostile_postings_are_inert_on_every_screen(board, v7, terminal, home, tmp_path):
    """Titles, descriptions and addresses of a source; lines of the command line, too."""
    board.titles = list(TITLES)
    board.text = f"{{}} \x1b[2J\x1b]0;{MARK}\x07 [@click=app.quit]x[/] \x1b[>0q"
    board.url = "javascript:alert({})"
    v7("sources", "add", "lever:acme")
    v7("profile", "match", "--file", "-", stdin="baker \x1b[>0q")
    v7("refresh")
    found = json.loads(v7("search", "--json"))
    written = walked(terminal, tmp_path / "capture", len(found))
    assert [] == [sign for sign in RAW if sign in written]
    assert "" == v7("reactions", "--ids")
    assert len(TITLES) - 1 <= len(found)
    assert {None} == {job["url"] for job in found}
    for words in (("search",), ("rank", "--top", "30"), ("show", found[0]["id"]), ("why", found[0]["id"])):
        said = v7(*words)
        assert [] == [sign for sign in RAW if sign in said.encode()]
        assert all(character.isprintable() for line in said.splitlines() for character in line)
    assert not (tmp_path / MARK).exists()
    assert not os.path.exists(MARK)  # noqa: PTH110


@pytest.fixture
def fault_server(shared, tmp_path):
    """The fault server, where there is one."""
    program = shared / "tools" / "faultserver" / "faultserver.py"
    if not program.exists():
        pytest.skip("the fault server is not here: set V7_SHARED to its folder")
    ready = tmp_path / "ready.json"
    command = [
        sys.executable,
        str(program),
        "--root",
        str(tmp_path),
        "--port",
        "0",
        "--ready-file",
        str(ready),
        "--no-tls",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path)
    for _ in range(400):
        if ready.exists():
            break
        time.sleep(0.05)
    ask = "import json, faultserver; print(json.dumps(list(faultserver.INJECT)))"
    said = subprocess.run(
        [sys.executable, "-B", "-c", ask], cwd=program.parent, capture_output=True, text=True, timeout=60, check=True
    )
    kinds = json.loads(said.stdout)
    yield program, json.loads(ready.read_text()), kinds
    server.terminate()
    server.wait(20)


@pytest.mark.slow
def test_every_injection_of_the_fault_server_is_inert(fault_server, v7, terminal, home, tmp_path, monkeypatch):
    """One feed a kind, and the odd addresses, dates, pay and ids; the capture scan finds nothing raw."""
    program, ready, kinds = fault_server
    port = ready.get("port") or ready["ports"]["main"]
    monkeypatch.setenv("V7_LOOPBACK_ORIGINS", f"127.0.0.1:{port}")
    base = f"http://127.0.0.1:{port}/gen/rss.xml?n=3"
    feeds = [f"{base}&seed={n}&fault=inject&which={kind}" for n, kind in enumerate(kinds)]
    feeds += [
        f"{base}&seed={90 + n}&fault={odd}" for n, odd in enumerate(("odd-urls", "odd-dates", "odd-pay", "odd-ids"))
    ]
    (tmp_path / "feeds").write_text("\n".join(feeds))
    v7("sources", "add", "-f", str(tmp_path / "feeds"))
    v7("profile", "match", "--file", "-", stdin="nurse")
    v7("refresh")
    found = json.loads(v7("search", "--top", "1000", "--json"))
    assert len(found) > len(kinds)
    capture = tmp_path / "capture"
    jobs = len(json.loads(v7("rank", "--top", "10000", "--json")))
    walked(terminal, capture, jobs)
    capture.write_bytes(
        capture.read_bytes() + v7("search", "--top", "1000").encode() + v7("export", "--format", "csv").encode()
    )
    scan = subprocess.run(
        [sys.executable, str(program), "scan", str(capture)], capture_output=True, text=True, check=False
    )
    assert 0 == scan.returncode, scan.stdout
    assert "" == v7("reactions", "--ids")
    assert [] == list(tmp_path.rglob("FSMARK*"))
