"""`V7_PLAIN=1`, and plain `v7` without a terminal: the deck in lines."""

import pytest


@pytest.fixture(autouse=True)
def plain_kernels(monkeypatch):
    """What is tested here is not the compiler."""
    monkeypatch.setenv("V7_NO_JIT", "1")
    monkeypatch.setattr("v7thompson.backend._chosen", None)
    yield
    monkeypatch.setattr("v7thompson.backend._chosen", None)


pytestmark = pytest.mark.filterwarnings("ignore:running without compiled kernels")


def test_without_a_terminal_plain_v7_prints_the_ten_best(demo, v7):
    """Each beginning with its rank."""
    ran = v7()
    assert (0, 10) == (ran.status, len(ran.lines))
    assert [f"{n}." for n in range(1, 11)] == [line.split(" ")[0] for line in ran.lines]


def test_one_job_at_a_time_and_one_word_an_answer(demo, v7, monkeypatch):
    """Interested, pass, back again; why; the end of the input ends it."""
    monkeypatch.setenv("V7_PLAIN", "1")
    ran = v7(stdin="w\ni\nx\nu\nn\nnonsense\n")
    assert (0, "") == (ran.status, ran.err)
    assert "DEMO: invented postings, nothing here is real" == ran.lines[0]
    assert any(line.startswith("because ") for line in ran.lines)
    kinds = [event["kind"] for event in v7("reactions", "--json").json if event["type"] == "reaction"]
    assert ["interested", "pass"] == kinds
    assert 3 == len(v7("reactions", "--ids").lines)


def test_an_empty_home_says_what_to_do(home, v7, monkeypatch):
    """And ends."""
    monkeypatch.setenv("V7_PLAIN", "1")
    ran = v7(stdin="i\n")
    assert 0 == ran.status
    assert "v7 sources add" in ran.lines[-1]


def test_an_undo_with_nothing_to_undo_is_a_line(demo, v7, monkeypatch):
    """Not the end."""
    monkeypatch.setenv("V7_PLAIN", "1")
    ran = v7(stdin="u\nq\n")
    assert (0, "v7: nothing to take back") == (ran.status, ran.err.strip())


def test_the_filter_of_the_deck_holds_for_plain_lines_too(demo, v7, monkeypatch):
    """One at a time, and the ten best; both say so."""
    v7("settings", "set", "deck_filter", "nurse")
    best = v7()
    assert "the deck's filter holds: nurse" in best.err
    assert 10 == sum("nurse" in line.split(" · ")[0].casefold() for line in best.lines)
    monkeypatch.setenv("V7_PLAIN", "1")
    ran = v7(stdin="n\nn\nq\n")
    assert "the deck's filter holds: nurse" == ran.lines[2]
    titles = ran.lines[3::2]
    assert [True] * 3 == ["nurse" in title.casefold() for title in titles]
    v7("settings", "set", "deck_filter", "no-such-word")
    assert "The end of the deck." == v7(stdin="").lines[-1]
