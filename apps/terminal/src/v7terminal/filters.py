"""The filter language of the command line: the same parts, under the same names, as on the search screen."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from v7core.errors import InvalidValue
from v7core.models.filters import JobFilter
from v7core.models.jobs import EmploymentType, Seniority, Workplace

F = TypeVar("F", bound=Callable[..., Any])

_WORKPLACES: Final = [place.value for place in Workplace if place is not Workplace.UNKNOWN]
_LEVELS: Final = [level.name.lower() for level in Seniority]
_TYPES: Final = [kind.value for kind in EmploymentType]

_OPTIONS: Final = (
    click.option("--workplace", multiple=True, type=click.Choice(_WORKPLACES), help="Where the work is done."),
    click.option("--remote", is_flag=True, help="Short for --workplace remote."),
    click.option("--place", multiple=True, metavar="WORD", help="A word in a location."),
    click.option("--pay", metavar="AMOUNT", help='Least pay a year with its currency, such as "60000 EUR".'),
    click.option("--seniority", multiple=True, type=click.Choice(_LEVELS)),
    click.option("--type", "employment", multiple=True, type=click.Choice(_TYPES), help="Kind of contract."),
    click.option("--company", multiple=True, metavar="NAME", help="Only this one."),
    click.option("--not-company", multiple=True, metavar="NAME", help="Not this one."),
    click.option("--within", type=float, metavar="DAYS", help="Posted within so many days."),
    click.option("--source", multiple=True, metavar="NAME", help='Such as "lever" or "lever:acme".'),
    click.option("--known-only", is_flag=True, help="Leave out postings that do not say."),
)


def filter_options(command: F) -> F:
    """Give a command every filter; they arrive as keyword arguments for `filter_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def filter_of(
    *,
    workplace: tuple[str, ...],
    remote: bool,
    place: tuple[str, ...],
    pay: str | None,
    seniority: tuple[str, ...],
    employment: tuple[str, ...],
    company: tuple[str, ...],
    not_company: tuple[str, ...],
    within: float | None,
    source: tuple[str, ...],
    known_only: bool,
) -> JobFilter:
    """The filter that was written on the command line.

    Raises:
        InvalidValue: the pay is not an amount and a currency, or a number is out of range.
    """
    floor, currency = (None, None) if pay is None else pay_of(pay)
    places = [Workplace(value) for value in workplace] + ([Workplace.REMOTE] if remote else [])
    return JobFilter(
        workplaces=frozenset(places),
        places=place,
        pay_floor=floor,
        currency=currency,
        seniorities=frozenset(Seniority[value.upper()] for value in seniority),
        employment_types=frozenset(EmploymentType(value) for value in employment),
        companies=company,
        not_companies=not_company,
        posted_within_days=within,
        sources=source,
        keep_unknown=not known_only,
    )


def pay_of(text: str) -> tuple[float, str]:
    """ "60000 EUR", "60k eur" or "EUR 60,000" as an amount and a currency.

    Raises:
        InvalidValue: it is neither.
    """
    letters = "".join(sign for sign in text if sign.isalpha()).upper()
    digits = "".join(sign for sign in text if sign.isdigit() or sign == ".")
    thousands, currency = (1000, letters[1:]) if len(letters) == 4 and letters[0] == "K" else (1, letters)
    try:
        amount = float(digits) * thousands
    except ValueError:
        amount = 0.0
    if len(currency) != 3 or not amount > 0:
        raise InvalidValue(f'pay is an amount and a currency, such as "60000 EUR", not {text!r}')
    return amount, currency
