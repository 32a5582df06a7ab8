"""Words and filters on the command line: the line that the screens take, and options that add to it."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

import click

from v7core.clock import SystemClock
from v7core.filter_language import FILTER_NAMES, parse_filters, spell_filter
from v7core.models.filters import JobFilter
from v7core.models.jobs import EmploymentType, JobSummary, Seniority, Workplace
from v7terminal.console import complain
from v7terminal.options import HomeCommand

F = TypeVar("F", bound=Callable[..., Any])

_WORKPLACES: Final = [place.value for place in Workplace if place is not Workplace.UNKNOWN]
_LEVELS: Final = [level.name.lower() for level in Seniority]
_TYPES: Final = [kind.value for kind in EmploymentType]
_NEGATION: Final = re.compile(r"-[A-Za-z]+:")
_BEGINS_WITH_A_FILTER: Final = re.compile(rf"({'|'.join(FILTER_NAMES)}):(.*)", re.IGNORECASE | re.DOTALL)

_OPTIONS: Final = (
    click.option("--workplace", multiple=True, type=click.Choice(_WORKPLACES), help="Where the work is done."),
    click.option("--remote", is_flag=True, help="remote"),
    click.option("--place", multiple=True, metavar="WORD", help="in:WORD, a word in a location."),
    click.option("--pay", metavar="AMOUNT", help="pay:AMOUNT, least pay a year with its currency: 60kEUR."),
    click.option("--seniority", multiple=True, type=click.Choice(_LEVELS), help="level:…"),
    click.option("--type", "employment", multiple=True, type=click.Choice(_TYPES), help="type:…, kind of contract."),
    click.option("--company", multiple=True, metavar="NAME", help="company:NAME, only this one."),
    click.option("--not-company", multiple=True, metavar="NAME", help="-company:NAME, not this one."),
    click.option("--within", type=float, metavar="DAYS", help="days:DAYS, posted within so many."),
    click.option("--source", multiple=True, metavar="NAME", help="source:NAME, such as lever or lever:acme."),
    click.option("--known-only", is_flag=True, help="strict: leave out postings that do not say."),
)
EPILOG: Final = """LINE is read as on the screens: words to find, and filters among them, which are remote, hybrid,
onsite, in:berlin, pay:60kEUR, days:7, level:senior, type:contract, company:x, -company:x, source:x and strict. Options
say the same and add to them.

A posting that does not say what is asked is kept, and marked, unless strict is there.

Quotes that reach V7 make words plain: '"remote"' looks for the word. One argument is a line as it stands; of several,
one such as in:"new york" is one filter. docs/cli.md says it all."""


class LineCommand(HomeCommand):
    """A command that takes a line: in it `-company:x` is a filter, not an option."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, epilog=EPILOG, **kwargs)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [f" {each}" if _NEGATION.match(each) else each for each in args])


def line_options(command: F) -> F:
    """Give a command a line and every filter; they arrive as keyword arguments for `asked`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return click.argument("line", nargs=-1)(command)


def says_nothing(written: Mapping[str, Any]) -> bool:
    """Whether neither a line nor an option was written; an empty line was."""
    return all(value is None or value is False or value == () for value in written.values())


def asked(
    *,
    line: tuple[str, ...],
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
) -> tuple[str, JobFilter]:
    """The words and the filter that were written on the command line.

    Raises:
        InvalidValue: a filter makes no sense, two contradict each other, or all of it is too long.
    """
    spelled = {
        "in": place,
        "pay": () if pay is None else (pay,),
        "level": seniority,
        "type": employment,
        "company": company,
        "-company": not_company,
        "days": () if within is None else (str(within),),
        "source": source,
    }
    parts = list(line) if len(line) == 1 else [_whole(each.strip()) for each in line]
    options = [*workplace, *["remote"] * remote]
    options += [spell_filter(name, value) for name, values in spelled.items() for value in values]
    options += ["strict"] * known_only
    return parse_filters(" ".join([*options, *parts]))  # the line last: a quote in it may stay open


def _whole(argument: str) -> str:
    """One of several arguments; a filter's value that the shell's quotes kept together stays together."""
    found = None if '"' in argument else _BEGINS_WITH_A_FILTER.fullmatch(argument)
    return argument if found is None else spell_filter(found[1], found[2])


def unsaid(job: JobSummary, filters: JobFilter) -> tuple[str, ...]:
    """The parts of the filter that a posting does not answer, by name."""
    return filters.unsaid(job, SystemClock().now())


def tell_unsaid(jobs: Iterable[JobSummary], filters: JobFilter) -> None:
    """How many are kept without an answer to all that is asked, on standard error."""
    every = [bool(unsaid(job, filters)) for job in jobs]
    if any(every):
        complain(f"{sum(every)} of {len(every)} kept though unknown: strict drops them")
