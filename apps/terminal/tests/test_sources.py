"""Sources on the command line, over a loopback board: found, added, polled, checked, paused, removed."""

import asyncio
import json
import threading

import pytest

from v7terminal.demo.server import Body, LoopbackServer


class Boards:
    """A loopback server in a thread of its own."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self._loop = asyncio.new_event_loop()
        self._server = LoopbackServer(self._find)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._server.start())
        self.base = f"http://127.0.0.1:{self._server.port}"

    def _run(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def _find(self, path: str, _query: str) -> Body | None:
        body = self.bodies.get(path)
        return None if body is None else Body.of(body, "application/json")

    def close(self) -> None:
        self._run(self._server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


def lever(*titles: str) -> bytes:
    return json.dumps(
        [{"id": f"id-{n}", "text": title, "categories": {"location": "Leeds"}} for n, title in enumerate(titles)]
    ).encode()


@pytest.fixture
def boards(home, monkeypatch):
    boards = Boards()
    boards.bodies["/v0/postings/acme"] = lever("Baker", "Night nurse", "")
    named = boards.base.removeprefix("http://")
    every = ",".join(f"{name}={boards.base}" for name in ("lever", "greenhouse", "ashby", "workable", "recruitee"))
    monkeypatch.setenv("V7_LOOPBACK_ORIGINS", f"{named},{every}")
    yield boards
    boards.close()


def test_a_board_is_found_shown_and_added_without_a_terminal(boards, v7):
    """By its address; a second time it stays as it is."""
    ran = v7("sources", "add", "https://jobs.lever.co/acme/123")
    assert (0, ["found Acme (Lever) · lever:acme · the address of a Lever board", "added lever:acme"]) == (
        ran.status,
        ran.lines,
    )
    v7("sources", "add", "lever:acme")
    assert ["lever:acme"] == [each["key"] for each in v7("sources", "list", "--json").json]


def test_a_list_is_taken_line_by_line_and_what_is_wrong_does_not_stop_the_rest(boards, v7, tmp_path):
    """Comments and empty lines are left out; the status is that of the first failure."""
    listed = tmp_path / "boards.txt"
    listed.write_text("# mine\n\nlever:acme\nnobody:x\nhttps://boards.greenhouse.io/other\n")
    ran = v7("sources", "add", "-f", str(listed), "--yes")
    assert 3 == ran.status
    assert "nobody:x" in ran.err
    assert ["lever:acme", "greenhouse:other"] == [each["key"] for each in v7("sources", "list", "--json").json]
    assert 0 == v7("sources", "add", "-f", "-", stdin="lever:third\n").status


def test_a_refresh_tells_each_poll(boards, v7):
    """In a line with counts and why postings were skipped; as JSON the same."""
    v7("sources", "add", "lever:acme", "lever:gone")
    ran = v7("refresh")
    assert 0 == ran.status
    assert "lever:acme · ok · 2 received, 2 new, 0 changed, 0 closed · 1 skipped (1 no title)" == ran.lines[0]
    assert ran.lines[1].startswith("lever:gone · gone · ")
    reports = {report["key"]: report for report in v7("refresh", "--json").json}
    assert "unchanged" == reports["lever:acme"]["outcome"]
    assert ("breaker open", None) == (reports["lever:gone"]["outcome"], reports["lever:gone"]["error"])
    (asked,) = v7("refresh", "lever:gone", "--json").json
    assert ("gone", "SourceGone", "unavailable") == (asked["outcome"], asked["error"], asked["condition"])
    assert [] == v7("refresh", "--due", "--json").json


def test_check_pause_and_remove(boards, v7):
    """Each by a name that is enough; a paused source is not polled; what is removed leaves its postings."""
    v7("sources", "add", "lever:acme")
    (checked,) = v7("sources", "check", "--json").json
    assert ("ok", 2, "Healthy") == (checked["condition"], checked["open_jobs"], checked["health"])
    assert "paused" == v7("sources", "pause", "acme", "--json").json[0]["condition"]
    assert [] == v7("refresh", "--json").json
    assert "ok" == v7("sources", "pause", "acme", "--resume", "--json").json[0]["condition"]
    assert ["lever:acme"] == v7("sources", "remove", "Acme", "--json").json
    assert [] == v7("sources", "list", "--json").json
    assert 2 == len(v7("search", "--json").json)
    assert 3 == v7("sources", "remove", "acme").status


def test_a_bare_word_is_looked_for_among_boards(boards, v7):
    """And what none has is said to be none's."""
    named = v7("sources", "add", "acme")
    assert named.lines[-1:] == ["added lever:acme"], named.err


def test_loopback_is_refused_without_the_variable(boards, v7, monkeypatch):
    """Nothing is sent, and the line says why."""
    monkeypatch.delenv("V7_LOOPBACK_ORIGINS")
    ran = v7("sources", "add", f"{boards.base}/careers")
    assert (4, 1) == (ran.status, len(ran.err.splitlines()))
    assert "public" in ran.err


@pytest.mark.parametrize(
    "text", ["10.0.0.1:80", "example.org:80", "127.0.0.1", "lever=https://127.0.0.1:1", "::1", "x=y"]
)
def test_only_loopback_may_be_named(home, v7, monkeypatch, text):
    """Whoever sets the variable cannot open more than that by mistake."""
    monkeypatch.setenv("V7_LOOPBACK_ORIGINS", text)
    ran = v7("refresh")
    assert (2, 1) == (ran.status, len(ran.err.splitlines()))


def test_starter_packs_fit_words_and_are_added_on_request(home, v7):
    """Those that fit most words first, one for everybody last; nothing is added unasked."""
    shown = v7("sources", "starter", "nurse", "sweden", "--json").json
    assert "jobtech:all" in shown["packs"][0]["sources"]
    assert {"nurse", "sweden"} <= {*shown["packs"][0]["trades"], *shown["packs"][0]["regions"]}
    assert ([], []) == (shown["packs"][-1]["trades"], shown["packs"][-1]["regions"])
    assert [] == shown["added"]
    assert 0 == v7("sources", "starter", "nurse", "sweden", "--yes").status
    assert shown["packs"][0]["sources"] == [each["key"] for each in v7("sources", "list", "--json").json]


def test_a_file_of_keys_is_private_and_known(home, v7):
    """Anything else is refused in a line that names the place and shows no key."""
    home.mkdir(mode=0o700)
    keys = home / "credentials.toml"
    for content, mode, said in (
        ('REED_API_KEY = "s3cret"\n', 0o644, "chmod 600"),
        ('\nREED_KEY = "s3cret"\n', 0o600, "line 2"),
        ("REED_API_KEY = 5\n", 0o600, "line 1"),
        ("\n\nREED_API_KEY = s3cret\n", 0o600, "line 3"),
    ):
        keys.write_text(content)
        keys.chmod(mode)
        ran = v7("refresh")
        assert (2, 1) == (ran.status, len(ran.err.splitlines())), content
        assert said in ran.err
        assert "s3cret" not in ran.err


def test_a_link_in_the_place_of_the_keys_is_refused(home, v7, tmp_path):
    """Whatever it points to."""
    home.mkdir(mode=0o700)
    (tmp_path / "elsewhere").write_text("")
    (home / "credentials.toml").symlink_to(tmp_path / "elsewhere")
    assert 2 == v7("refresh").status


def test_a_key_is_shown_nowhere(boards, v7, home, monkeypatch, tmp_path):
    """Not where the source refuses it, not in the status, not in the store's own words about the poll."""
    monkeypatch.setenv("REED_API_KEY", "s3cret-key-of-mine")
    monkeypatch.setenv("V7_LOOPBACK_ORIGINS", f"reed={boards.base}")
    v7("sources", "add", "reed:all")
    said = [v7(*words) for words in (("refresh",), ("sources", "list"), ("status", "--json"), ("doctor",))]
    assert "s3cret" not in "".join(ran.out + ran.err for ran in said)
    assert b"s3cret" not in b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
