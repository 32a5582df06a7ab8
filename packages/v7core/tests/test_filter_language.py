"""The line of words and filters: what it says, what it refuses, and that it can be written back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from v7core.errors import InvalidValue
from v7core.filter_language import (
    FILTER_HELP,
    FILTER_NAMES,
    holds_words,
    parse_filters,
    spell_filter,
    spell_filters,
)
from v7core.models.filters import JobFilter
from v7core.models.jobs import EmploymentType, Seniority, Workplace
from v7core.testing.samples import posting
from v7core.text import clean_text

EVERYTHING = JobFilter(
    workplaces=frozenset({Workplace.REMOTE, Workplace.HYBRID}),
    places=("berlin", "new york"),
    pay_floor=60_000.0,
    currency="EUR",
    seniorities=frozenset({Seniority.SENIOR}),
    employment_types=frozenset({EmploymentType.FULL_TIME}),
    companies=("acme",),
    not_companies=("wren",),
    posted_within_days=7.0,
    sources=("feed", "lever:acme"),
    keep_unknown=False,
)


def test_a_line_becomes_words_and_filters():
    """Every filter of the language, in one line, whatever the case of its letters."""
    line = (
        'night nurse remote Hybrid in:berlin in:"new york" Pay:60keur days:7 level:SENIOR type:full-time '
        "company:acme -company:wren source:feed source:lever:acme strict"
    )
    assert ("night nurse", EVERYTHING) == parse_filters(line)


def test_a_line_is_written_back():
    """In one order, quotes where they are needed."""
    assert (
        'night nurse hybrid remote in:berlin in:"new york" pay:60000EUR days:7 level:senior type:full-time '
        "company:acme -company:wren source:feed source:lever:acme strict"
    ) == spell_filters("night nurse", EVERYTHING)
    assert '"remote" "in:oslo" c++:17' == spell_filters("remote in:oslo c++:17", JobFilter())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"remote"', "remote"),
        ('"in:oslo strict" baker', "in:oslo strict baker"),
        ('"a ""quoted"" word', 'a "quoted" word'),
        ("http://boards.example C++:17 note:", "http://boards.example C++:17 note:"),
        ('5" pipe', '5" pipe'),
        ('""', ""),
        ("-remote", "-remote"),
    ],
)
def test_what_is_no_filter_is_a_word_to_find(line, words):
    """Quotes make anything plain; a colon alone makes no filter."""
    assert (words, JobFilter()) == parse_filters(line)


@pytest.mark.parametrize(
    ("pay", "amount"),
    [
        ("60kEUR", 60_000.0),
        ("60000eur", 60_000.0),
        ("60,000EUR", 60_000.0),
        ("60.000EUR", 60_000.0),
        ("1,250,000EUR", 1_250_000.0),
        ("62.5kEUR", 62_500.0),
        ("62.500kEUR", 62_500.0),
        ("EUR60k", 60_000.0),
        ('"60000 EUR"', 60_000.0),
        ('"eur 60 k"', 60_000.0),
        ("12.50EUR", 12.5),
    ],
)
def test_pay_is_an_amount_and_a_currency(pay, amount):
    """Three digits after a point or a comma are thousands, as people write them."""
    filters = parse_filters(f"pay:{pay}")[1]
    assert (amount, "EUR") == (filters.pay_floor, filters.currency)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("pay:much", "such as pay:60kEUR"),
        ("pay:60k", "such as pay:60kEUR"),
        ("pay:EUR60kEUR", "such as pay:60kEUR"),
        ("pay:0EUR", "positive"),
        ("pay:" + "9" * 400 + "EUR", "positive"),
        ("days:soon", "such as days:7"),
        ("days:-1", "positive"),
        ("days:nan", "positive"),
        ("days:inf", "century"),
        ("level:wizard", "intern, entry, mid"),
        ("type:x", "full-time, part-time"),
        ("in:", "right after the colon"),
        ('company:" "', "right after the colon"),
        ("-in:oslo", "-company:x"),
        ("pay:50kEUR pay:60kEUR", "pay: is there twice"),
        ("days:7 days:3", "days: is there twice"),
        ("company:Acme -company:acme", "company:acme is asked for and left out"),
        ("nurse " * 100, "at most 500"),
        (" " * 5000 + "nurse", "at most 500"),
    ],
)
def test_a_filter_without_sense_is_refused(line, says):
    """With a typed error that says what to write, not with a guess."""
    with pytest.raises(InvalidValue, match=says):
        parse_filters(line)


def test_the_same_twice_is_no_contradiction():
    """It says one thing."""
    assert parse_filters("remote pay:60kEUR days:7") == parse_filters(
        "remote remote pay:60kEUR pay:60000EUR days:7 days:7"
    )


def test_the_hint_names_every_filter():
    """Whoever follows it is understood."""
    assert {name for name in FILTER_NAMES if f"{name}:" not in FILTER_HELP} == set()
    assert "words" == parse_filters(FILTER_HELP.replace(" ·", "").replace(" -company:x", ""))[0]


PIECES = st.sampled_from(
    ["remote", '"', '""', " ", "in:", "pay:", "60kEUR", "days:", "7", "-company:", "type:", "strict"]
)


@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=30).map("".join)))
@example("pay:1" + "0" * 330 + "EUR")
@example('"""""0')
def test_any_text_is_a_line_or_refused(text):
    """No input breaks the parser, and what it accepts can be written back and says the same."""
    try:
        words, filters = parse_filters(text)
    except InvalidValue:
        return
    assert words.isprintable()
    try:
        line = spell_filters(words, filters)
    except InvalidValue:  # quotes made it too long
        assert len(text) > 100
        return
    assert (words, filters) == parse_filters(line)


NAMES = st.lists(st.text(min_size=1, max_size=12).map(clean_text).filter(bool), max_size=2).map(tuple)


@st.composite
def filters_of_a_line(draw):
    """Every filter that makes sense."""
    pay = draw(st.none() | st.floats(0, exclude_min=True, allow_infinity=False, allow_subnormal=False, max_value=1e24))
    pay = pay if pay is None or pay > 1e-9 else 1.0
    wanted, unwanted = draw(NAMES), draw(NAMES)
    apart = not {name.casefold() for name in wanted} & {name.casefold() for name in unwanted}
    return JobFilter(
        workplaces=draw(st.frozensets(st.sampled_from([w for w in Workplace if w is not Workplace.UNKNOWN]))),
        places=draw(NAMES),
        pay_floor=pay,
        currency=None if pay is None else draw(st.sampled_from(["EUR", "USD", "KES", "EEK"])),
        seniorities=draw(st.frozensets(st.sampled_from(Seniority))),
        employment_types=draw(st.frozensets(st.sampled_from(EmploymentType))),
        companies=wanted,
        not_companies=unwanted if apart else (),
        posted_within_days=draw(st.none() | st.floats(1e-6, 36_525)),
        sources=draw(NAMES),
        keep_unknown=draw(st.booleans()),
    )


@given(st.text(max_size=30).map(clean_text), filters_of_a_line())
@example(
    'remote "strict" in:x -company:y 5" "', JobFilter(places=('the "old" town', '"'), pay_floor=60.125, currency="EUR")
)
@example("", JobFilter(pay_floor=1e22, currency="KES", posted_within_days=0.1 + 0.2))
def test_what_is_written_back_says_the_same(words, filters):
    """To the last digit."""
    assert (words, filters) == parse_filters(spell_filters(words, filters))


@pytest.mark.parametrize(
    "filters",
    [
        JobFilter(places=("",)),
        JobFilter(companies=("a  b",)),
        JobFilter(workplaces=frozenset({Workplace.UNKNOWN})),
        JobFilter(pay_floor=1.0, currency="euro"),
        JobFilter(companies=("x",), not_companies=("X",)),
        JobFilter(places=("x" * 600,)),
    ],
)
def test_what_no_line_says_is_refused(filters):
    """Rather than written as something else."""
    with pytest.raises(InvalidValue):
        spell_filters("", filters)


def test_one_filter_is_spelled_with_quotes_where_it_needs_them():
    """A quote within is written twice."""
    assert ["in:oslo", 'in:"new york"', 'in:"the ""old"" town"', 'in:""'] == [
        spell_filter("in", value) for value in ("oslo", "new york", 'the "old" town', "")
    ]


def test_words_hold_in_title_company_and_place():
    """All of them, in any order, ignoring case."""
    job = posting(2).summary()
    assert holds_words(job, "data ACME porto")
    assert not holds_words(job, "data oslo")
