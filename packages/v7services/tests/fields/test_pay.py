"""Pay: amounts checked, periods and currencies recognised, the source's words kept; and out of descriptions."""

# ruff: noqa: E501 - tables are read line by line

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core.models.jobs import PayPeriod
from v7services.fields.pay import currency_of, make_pay, pay_from_text, period_of, usual_period
from v7services.fields.pay_text import pay_in_text

amounts = st.one_of(st.none(), st.floats(), st.integers(-10, 10**13))


@given(amounts, amounts, st.text(max_size=12), st.text(max_size=20), st.text(max_size=80), st.booleans())
def test_no_amounts_make_an_impossible_pay(low, high, currency, period, original, minor):
    """Never negative, never upside down, never nothing."""
    pay = make_pay(low, high, currency=currency, period=period, original=original, minor_units=minor)
    if pay is None:
        return
    assert all(amount is None or (math.isfinite(amount) and amount > 0) for amount in (pay.minimum, pay.maximum))
    assert pay.minimum is None or pay.maximum is None or pay.minimum <= pay.maximum
    assert pay.original
    assert pay.original.isprintable()


def test_zero_is_unknown_cents_are_cents_and_upside_down_keeps_the_words():
    """As the catalogue of quirks says."""
    assert make_pay(0, 0, currency="USD") is None
    cents = make_pay(3_100_000, 3_650_000, currency="GBP", period="year", minor_units=True)
    assert cents is not None
    assert (31_000, 36_500, "GBP", PayPeriod.YEAR) == (cents.minimum, cents.maximum, cents.currency, cents.period)
    odd = make_pay(50, 40, currency="EUR", period="hour", original="50-40")
    assert odd is not None
    assert (None, None, "50-40") == (odd.minimum, odd.maximum, odd.original)
    guess = make_pay(1, 2, predicted=True)
    assert guess is not None
    assert guess.predicted


@pytest.mark.parametrize(
    ("words", "period"),
    [
        ("per-year-salary", PayPeriod.YEAR), ("PA", PayPeriod.YEAR), ("1 MONTH", PayPeriod.MONTH), ("PH", PayPeriod.HOUR),
        ("annum", PayPeriod.YEAR), ("/hr", PayPeriod.HOUR), ("pro Stunde", PayPeriod.HOUR), ("i månaden", PayPeriod.MONTH),
        ("Mensuel de", PayPeriod.MONTH), ("one-time", PayPeriod.ONCE), ("WC", PayPeriod.UNKNOWN), ("", PayPeriod.UNKNOWN),
        ("brutos anuales", PayPeriod.YEAR), ("per day", PayPeriod.DAY), ("weekly", PayPeriod.WEEK),
    ],
)  # fmt: skip
def test_periods(words, period):
    """In every language they are met in."""
    assert period is period_of(words)


def test_currencies():
    """Codes and symbols; a code we do not list is still one."""
    assert ["EUR", "GBP", "CAD", "USD", "XAF", None] == [
        currency_of(w) for w in ("€", "gbp", "CA$", "$", "XAF", "money")
    ]


@pytest.mark.parametrize(
    ("words", "low", "high", "currency", "period"),
    [
        ("$1.40k - $1.80k", 1_400, 1_800, "USD", PayPeriod.UNKNOWN),
        ("£45,000-£55,000 pa", 45_000, 55_000, "GBP", PayPeriod.YEAR),
        ("Mensuel de 1600,00 Euros à 1800,00 Euros sur 12 mois", 1_600, 1_800, "EUR", PayPeriod.MONTH),
        ("50-70k EUR", 50_000, 70_000, "EUR", PayPeriod.UNKNOWN),
        ("up to $300,000 a year", None, 300_000, "USD", PayPeriod.YEAR),
        ("from £12.50 per hour", 12.5, None, "GBP", PayPeriod.HOUR),
        ("$14 per hour", 14, 14, "USD", PayPeriod.HOUR),
        ("Competitive", None, None, None, PayPeriod.UNKNOWN),
        ("28 000 - 31 000 kr i månaden", 28_000, 31_000, None, PayPeriod.MONTH),
    ],
)
def test_free_text(words, low, high, currency, period):
    """The words are always kept."""
    pay = pay_from_text(words)
    assert pay is not None
    assert (low, high, currency, period, words) == (pay.minimum, pay.maximum, pay.currency, pay.period, pay.original)


def test_what_an_amount_is_usually_for():
    """Asked for only where nobody says it."""
    assert [PayPeriod.HOUR, PayPeriod.DAY, PayPeriod.UNKNOWN, PayPeriod.YEAR] == [
        usual_period(amount) for amount in (15, 300, 4_000, 40_000)
    ]
    pay = pay_from_text("$152k - $178.3k", usual=True)
    assert pay is not None
    assert PayPeriod.YEAR is pay.period


@pytest.mark.parametrize(
    ("text", "low", "high", "currency", "period"),
    [
        ("Bread is free. The base salary range is $140,000 - $170,000. Ovens are hot.", 140_000, 170_000, "USD", PayPeriod.YEAR),
        ("Hourly Rate: $22 - $25, by experience", 22, 25, "USD", PayPeriod.HOUR),
        ("Pay: $18.61/hr at the Leeds oven", 18.61, 18.61, "USD", PayPeriod.HOUR),
        ("Salary Range: 65,000 - 85,000 USD annually", 65_000, 85_000, "USD", PayPeriod.YEAR),
        ("A salary of up to $300,000 USD and bread", None, 300_000, "USD", PayPeriod.YEAR),
        ("Junior salary $80,000-100,000, senior salary $100,000-130,000", 80_000, 130_000, "USD", PayPeriod.YEAR),
        ("Vergütung von 90.000 € bis 130.000 € / Jahr", 90_000, 130_000, "EUR", PayPeriod.YEAR),
        ("Top Vergütung von 7.000-15.000EUR pro Monat", 7_000, 15_000, "EUR", PayPeriod.MONTH),
        ("Stundenlohn 13,90 €", 13.9, 13.9, "EUR", PayPeriod.HOUR),
        ("Salario entre 45.000 € y 50.000 € brutos anuales", 45_000, 50_000, "EUR", PayPeriod.YEAR),
        ("We pay £31k-£36.5k", 31_000, 36_500, "GBP", PayPeriod.YEAR),
    ],
)  # fmt: skip
def test_pay_in_a_description(text, low, high, currency, period):
    """With its own words."""
    pay = pay_in_text(text)
    assert pay is not None
    assert (low, high, currency, period) == (pay.minimum, pay.maximum, pay.currency, pay.period)
    assert any(c.isdigit() for c in pay.original)


@pytest.mark.parametrize(
    "text",
    [
        "We raised $20M from bakers.", "With over $400M in revenue we bake.", "A 401k plan with employer match.",
        "A $5,000 sign-on bonus.", "Tuition reimbursement up to $5,250 per year.", "$150 monthly food stipend.",
        "550 € netto Prämie für jede Empfehlung", "A salary that is fair, and $1.5 billion in assets.", "A $200B market.",
        "No money is named here.", "", "$1.50/hr shift differential",
    ],
)  # fmt: skip
def test_money_that_is_no_pay(text):
    """Funding, perks and markets."""
    assert pay_in_text(text) is None


@given(st.text(alphabet="0123456789 .,-\u2013$€£kKMusdeurpaysalry/hor\n%+()", max_size=200))
def test_no_description_raises_or_makes_impossible_pay(text):
    """However odd."""
    pay = pay_in_text(text)
    assert pay is None or pay.minimum is None or pay.maximum is None or 0 < pay.minimum <= pay.maximum
    pay_from_text(text, usual=True)


def test_the_work_is_bounded():
    """A description made of money costs no more than one of its size."""
    assert pay_in_text("$" * 60_000) is None
    assert pay_in_text("salary $1 " * 20_000) is None
