"""Workplace, contract, level, language and searches, from codes and from words."""

# ruff: noqa: E501 - tables are read line by line

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core.models.jobs import EmploymentType, Seniority, Workplace
from v7services.fields.searches import asked, search_board, search_title
from v7services.fields.work import (
    employment_of,
    is_work_model,
    language_code,
    places,
    seniority_of,
    workplace_code,
    workplace_flags,
    workplace_of,
)


@pytest.mark.parametrize(
    ("words", "workplace"),
    [
        ("Remote - Germany", Workplace.REMOTE), ("Hybrid, Leeds", Workplace.HYBRID), ("Leeds (on-site)", Workplace.ONSITE),
        ("Remote or hybrid", Workplace.HYBRID), ("not remote", Workplace.ONSITE), ("Leeds", Workplace.UNKNOWN),
        ("Télétravail", Workplace.REMOTE), ("Homeoffice", Workplace.REMOTE), ("", Workplace.UNKNOWN),
    ],
)  # fmt: skip
def test_workplace_in_words(words, workplace):
    """Hybrid wins, a denial is on-site, silence is unknown: three values, never a guess."""
    assert workplace is workplace_of([words])


def test_workplace_codes_and_flags():
    """What a source's own fields say."""
    assert [Workplace.ONSITE, Workplace.HYBRID, Workplace.REMOTE, Workplace.UNKNOWN] == [
        workplace_code(code) for code in ("on-site", "ORA_HYBRID", "Fully Remote", "somewhere")
    ]
    assert Workplace.HYBRID is workplace_flags(remote=True, hybrid=True)
    assert Workplace.ONSITE is workplace_flags(remote=False)
    assert Workplace.UNKNOWN is workplace_flags(remote=None)


def test_places_are_taken_apart_at_what_joins_places():
    """Commas stay: they join town and country."""
    assert ("Leeds, UK", "York, UK") == places("Leeds, UK; York, UK")
    assert ("Austin", "Chicago") == places("Austin | Chicago | Austin")
    assert is_work_model("Hybrid")
    assert not is_work_model("Leeds")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("FullTime", EmploymentType.FULL_TIME), ("full-time contract", EmploymentType.CONTRACT), ("Teilzeit", EmploymentType.PART_TIME),
        ("Werkstudent", EmploymentType.INTERNSHIP), ("Ausbildung", EmploymentType.APPRENTICESHIP), ("CDD - 6 Mois", EmploymentType.TEMPORARY),
        ("Sommarjobb / feriejobb", EmploymentType.TEMPORARY), ("Volunteer", EmploymentType.VOLUNTEER), ("whatever", None), ("", None),
    ],
)  # fmt: skip
def test_contracts(words, kind):
    """The narrower word wins."""
    assert kind is employment_of(words)


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Senior Baker", Seniority.SENIOR), ("Sr. Manager, Ovens", Seniority.LEAD), ("Junior Baker", Seniority.ENTRY),
        ("Baking Intern", Seniority.INTERN), ("Head of Bread", Seniority.DIRECTOR), ("VP of Flour", Seniority.EXECUTIVE),
        ("Chief Baking Officer", Seniority.EXECUTIVE), ("Baker II", Seniority.MID), ("Baker III", Seniority.SENIOR),
        ("Baker I", Seniority.ENTRY), ("Staff Engineer", Seniority.LEAD), ("Staff Nurse", None), ("Account Executive", None),
        ("Product Manager", Seniority.MID), ("Senior Product Manager", Seniority.SENIOR), ("Case Manager", None),
        ("Bakery Manager", Seniority.LEAD), ("Associate, Bread", Seniority.ENTRY), ("Associate Director", Seniority.DIRECTOR),
        ("Executive Assistant", None), ("Baker", None), ("Branch Manager I", Seniority.ENTRY), ("Teamleiter Backstube", Seniority.LEAD),
        ("I/E Technician", None), ("Chef", None), ("", None),
    ],
)  # fmt: skip
def test_levels(title, level):
    """What only looks like a level is none."""
    assert level is seniority_of(title)


def test_the_first_text_that_names_a_level_decides():
    """A source's own field before the title."""
    assert Seniority.MID is seniority_of("Mid-level", "Senior Baker")
    assert Seniority.SENIOR is seniority_of("Any", "Senior Baker")


def test_languages():
    """ISO 639-1, or nothing."""
    assert ["en", "de", None, None, None] == [language_code(c) for c in ("en-GB", "de_DE", "english", "", None)]


@given(st.text(max_size=120))
def test_no_words_raise(words):
    """Titles, codes and places are foreign."""
    seniority_of(words)
    employment_of(words)
    workplace_of([words])
    workplace_code(words)
    assert all(places(words))
    code = language_code(words)
    assert code is None or (len(code) == 2 and code.isascii())


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_search_as_a_board_comes_back(words, place):
    """Words and place, without what would break a board's name apart."""
    board = search_board(words, place)
    if board is None:
        assert not words.strip() or not words.isprintable() or "/" in words or "+" in words or not words.split()
        return
    assert board.isprintable()
    found, where = asked(board)
    assert board == search_board(found, where)
    assert search_title(board)


def test_searches_for_people():
    """As a name."""
    assert "baker/leeds" == search_board("Baker", "Leeds")
    assert ("baker", "leeds") == asked("baker/leeds")
    assert "Baker in Leeds" == search_title("baker/leeds")
    assert "All jobs in Leeds" == search_title("/leeds")
    assert search_board("", "") is None
