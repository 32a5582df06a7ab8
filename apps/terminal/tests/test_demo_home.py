"""The demo: whose home it may use, what it serves, what it leaves out."""

from datetime import UTC, datetime

import pytest

from v7services.catalogue import ADAPTERS
from v7terminal.demo.boards import DemoBoards
from v7terminal.demo.catalogue import boards, persona
from v7terminal.demo.home import DemoMark, demo_home, mark_of
from v7terminal.demo.openings import openings
from v7terminal.demo.payloads import look_through
from v7terminal.paths import Home

BORN = datetime(2026, 11, 24, 6, tzinfo=UTC)


def test_the_boards_are_many_and_varied():
    """At least three boards and 600 postings; not only software; no two openings of a board alike."""
    every = {board.token: openings(board, seed=7, born=BORN) for board in boards()}
    assert len(every) >= 3
    assert sum(map(len, every.values())) >= 600
    departments = {opening.department for found in every.values() for opening in found}
    assert len(departments) >= 10
    assert len({(o.title, o.employer, o.intro, o.duties) for found in every.values() for o in found}) >= 600


def test_the_same_seed_gives_the_same_openings():
    """And another seed others."""
    board = boards()[0]
    assert openings(board, seed=7, born=BORN) == openings(board, seed=7, born=BORN)
    assert openings(board, seed=7, born=BORN) != openings(board, seed=8, born=BORN)


def test_the_persona_has_both_texts():
    """Who she is, and where she wants to go."""
    assert persona().match
    assert persona().manifest


def test_a_home_of_somebody_is_refused_in_one_line(v7, home):
    """Nothing in it changes."""
    v7("settings", "set", "blend", "0.5")
    before = sorted(path.name for path in home.iterdir())
    ran = v7("demo", "--plain")
    assert (2, "", 1) == (ran.status, ran.out, len(ran.err.splitlines()))
    assert before == sorted(path.name for path in home.iterdir())


def test_a_given_home_is_marked_and_a_throw_away_one_is_gone(tmp_path):
    """The mark says with what it was made, so that the same boards can be opened again."""
    with demo_home(None, seed=3) as home:
        gone = home.path
        assert 3 == mark_of(home).seed
    assert not gone.exists()
    kept = Home(tmp_path / "kept")
    with demo_home(kept, seed=3) as home:
        born = mark_of(home).born
    with demo_home(kept, seed=4) as home:
        assert (4, born) == (mark_of(home).seed, mark_of(home).born)


@pytest.mark.parametrize("content", ["", "{}", '{"seed": "x"}', "[]", "\x00"])
def test_a_mark_that_is_none_is_refused(v7, home, content):
    """Half a mark is not a demo's home, and not a person's either."""
    home.mkdir(mode=0o700)
    (home / "demo.json").write_text(content)
    assert 2 == v7("status").status


def test_folders_and_files_become_sources_and_boards(recordings):
    """Dated snapshots are one board; metadata and what begins with an underscore are nothing."""
    found = look_through(recordings, {"greenhouse": "greenhouse", "lever": "lever", "workday": "workday"})
    assert [("greenhouse", "acme", 2), ("greenhouse", "odd", 1), ("lever", "night", 1), ("workday", "tiny", 1)] == [
        (board.source, board.board, len(board.bodies)) for board in found.boards
    ]
    assert [("nobody", 1)] == [(left.name, left.files) for left in found.left_out]


def test_every_adapter_is_led_to_loopback_whatever_it_calls_a_board(recordings):
    """Workday wants three parts, and gets them; no request leaves the machine."""
    mark = DemoMark(seed=1, born=BORN, payloads=str(recordings))
    served = DemoBoards(mark, ADAPTERS).served
    assert {"acme", "odd", "night", "tiny/wd1/tiny"} == {board.key.board for board in served}
