"""Every `v7 …` line of a code block is run as it stands, in its document's order, against boards on loopback.

The commands have no terminal here. What some would open in one is in `IN_A_TERMINAL`, with the test that opens it.
"""

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from v7terminal.demo.server import Body, LoopbackServer

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/README.md"), *ROOT.glob("apps/*/README.md")]
)
BLOCK = re.compile(r"^```\w*\n(.*?)^```|((?:^    .*\n)+)", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"(?:^|&& |\s{3,})(?:uv run )?v7(?= |$)([^#&|]*?)(?=\s{3,}|$|&&|\s*#|\|)")

FILES = {"cv.txt": "Night nurse, eight years on a ward, first aid"}
"""What the commands read, beside them."""
EXAMPLE_ID = "3f2a"
"""Stands in the documents for a job's id; here for that of the best one of the ranking before it."""
BEST = re.compile(r"^1\. .* · (\w{4,}) · (?:match|manifest) ", re.MULTILINE)
ENVIRONMENT = {
    "EDITOR": f"{shlex.quote(sys.executable)} -c \"import sys; open(sys.argv[1], 'w').write('ward sister')\""
}
"""An editor that writes two words."""
BOARDS = {"greenhouse": "/v1/boards/acme/jobs"}
"""Sources that are asked on loopback, and the board they have there; no other server can be reached."""
IN_A_TERMINAL = {
    "": ("the app", "tests/journeys/test_terminal.py", "test_from_the_first_start_to_the_second"),
    "demo": ("the app", "apps/terminal/tests/test_two_processes.py", "test_a_demo_home_in_two_processes"),
    "profile manifest --edit": (
        "an editor that somebody types in",
        "apps/terminal/tests/test_keeping.py",
        "test_a_profile_is_edited_in_the_persons_editor",
    ),
    "sources starter nurse germany": (
        "a question",
        "packages/v7ui/tests/test_first_run.py",
        "test_a_starter_pack_is_chosen_by_trade_and_place",
    ),
}
SHOWS = {
    "": r"(?m)^10\. |Nothing is here yet",
    "demo": r"(?m)^10\. ",
    "refresh": r"greenhouse:acme",
    "sources starter nurse germany": r"themuse",
    "sources add https://boards.greenhouse.io/acme": r"added greenhouse:acme",
    "profile match --file cv.txt": rf"{len(FILES['cv.txt'])} characters",
    "profile manifest --edit": r"11 characters",
    "rank --top 5": r"(?m)^5\. ",
    "react 3f2a interested": r"ok \S+",
    "undo": r"ok \S+",
    "search nurse in:leeds": r"(?i)night nurse",
    "reactions --json": r"retraction",
    "status --json": r'"jobs": *12',
}
"""What some of them print."""


def commands(text):
    """The words of every command, in order."""
    for fenced, indented in BLOCK.findall(text):
        for line in (fenced or indented).splitlines():
            yield from (shlex.split(found) for found in COMMAND.findall(line.strip()))


FOUND = {path: found for path in DOCUMENTS if (found := list(commands(path.read_text("utf-8"))))}


@pytest.fixture(scope="module")
def origins():
    """Loopback boards with twelve postings, as `V7_LOOPBACK_ORIGINS`."""
    trades = ("Night nurse", "Baker", "Electrician", "Bus driver")
    jobs = [
        {
            "id": number,
            "title": f"{level}{trade}",
            "absolute_url": f"https://boards.greenhouse.io/acme/jobs/{number}",
            "location": {"name": "Leeds"},
            "content": f"We look for a {trade.lower()}. Shifts are planned four weeks ahead.",
        }
        for number, (level, trade) in enumerate(
            (level, trade) for level in ("", "Senior ", "Junior ") for trade in trades
        )
    ]
    body = Body.of(json.dumps({"jobs": jobs, "meta": {"total": len(jobs)}}).encode(), "application/json")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = LoopbackServer(lambda path, _query: body if path in BOARDS.values() else None)
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(20)
    yield ",".join(f"{source}=http://127.0.0.1:{server.port}" for source in BOARDS)
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture(scope="module")
def demonstrated():
    """What `v7 demo` printed: it depends on nothing, so once is enough."""
    return {}


@pytest.mark.parametrize("path", FOUND, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_of_a_document_runs(path, origins, demonstrated, tmp_path):
    """One after another in one home; each ends in 0."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    hidden = ("V7_HOME", "V7_PLAIN", "VISUAL", "BROWSER", "DISPLAY")
    outside = {name: value for name, value in os.environ.items() if name not in hidden}
    own = {"V7_HOME": str(tmp_path / "home"), "V7_LOOPBACK_ORIGINS": origins, "TMPDIR": str(tmp_path)} | ENVIRONMENT

    def run(words, environment):
        done = subprocess.run(
            [sys.executable, "-m", "v7terminal", *words],
            input="", capture_output=True, text=True, timeout=120, cwd=tmp_path, env=environment, check=False,
        )  # fmt: skip
        assert 0 == done.returncode, f"v7 {shlex.join(words)}: {done.stderr}"
        assert "Traceback" not in done.stderr
        assert done.stdout or done.stderr
        return done.stdout

    best = ""
    for words in FOUND[path]:
        if words == ["demo"]:  # finds its own home, and throws it away
            if "" not in demonstrated:
                demonstrated[""] = run(words, outside | {"TMPDIR": str(tmp_path)})
            printed = demonstrated[""]
        else:
            printed = run([best if word == EXAMPLE_ID else word for word in words], outside | own)
        if found := BEST.search(printed):
            best = found[1]
        assert re.search(SHOWS.get(" ".join(words), ""), printed), f"v7 {shlex.join(words)}: {printed}"


def test_commands_are_found():
    """The pattern sees each column of the README's lines, and what the tables name is there."""
    found = [" ".join(words) for each in FOUND.values() for words in each]
    readme = [" ".join(words) for words in FOUND[ROOT / "README.md"]]
    assert readme.index("refresh") < readme.index("rank --top 5") < readme.index("react 3f2a interested")
    assert set() == {*IN_A_TERMINAL, *SHOWS} - set(found)


@pytest.mark.parametrize(("opens", "file", "test"), IN_A_TERMINAL.values(), ids=IN_A_TERMINAL)
def test_what_opens_in_a_terminal_is_tested_elsewhere(opens, file, test):
    """By a test that is there."""
    assert opens
    assert f"def {test}(" in (ROOT / file).read_text("utf-8")
