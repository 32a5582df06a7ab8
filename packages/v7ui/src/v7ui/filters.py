"""The one-line filter language of Deck and Search: `nurse remote in:berlin pay:60kEUR days:7 -company:acme`.

Every word that is no filter is a word to find. Quotes keep words together: `in:"new york"`.
"""

import re
from dataclasses import dataclass, field
from typing import Final, TypeVar

from v7core.errors import InvalidValue
from v7core.models.filters import JobFilter
from v7core.models.jobs import EmploymentType, JobSummary, Seniority, Workplace
from v7core.text import clean_text

T = TypeVar("T")
_TOKEN: Final = re.compile(
    r'(?P<name>-?[a-z]+):(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S+))'
    r'|"(?P<phrase>[^"]*)"?|(?P<word>\S+)'
)
_PAY: Final = re.compile(r"(?P<amount>\d+(?:[.,]\d+)?)(?P<k>k?)(?P<currency>[a-z]{3})", re.IGNORECASE)
_WORKPLACES: Final = {"remote": Workplace.REMOTE, "hybrid": Workplace.HYBRID, "onsite": Workplace.ONSITE}
HELP: Final = "words · remote hybrid onsite · in:berlin · pay:60kEUR · days:7 · level:senior · type:contract · company:x · -company:x · source:x · strict"  # noqa: E501


@dataclass(slots=True)
class _Draft:
    words: list[str] = field(default_factory=list)
    workplaces: set[Workplace] = field(default_factory=set)
    seniorities: set[Seniority] = field(default_factory=set)
    types: set[EmploymentType] = field(default_factory=set)
    texts: dict[str, list[str]] = field(default_factory=dict)
    pay: tuple[float, str] | None = None
    days: float | None = None
    strict: bool = False


def parse(text: str) -> tuple[str, JobFilter]:
    """Words to find, and filters.

    Raises:
        InvalidValue: a filter's value makes no sense; the message says which values do.
    """
    draft = _Draft()
    for match in _TOKEN.finditer(clean_text(text)):
        name, value = match["name"], match["quoted"] if match["quoted"] is not None else match["plain"]
        if name is not None:
            _filter(draft, name, value)
        elif match["word"] is not None and match["word"].casefold() in _WORKPLACES:
            draft.workplaces.add(_WORKPLACES[match["word"].casefold()])
        elif match["word"] is not None and match["word"].casefold() == "strict":
            draft.strict = True
        else:
            draft.words.append(match["word"] or match["phrase"] or "")
    pay, currency = draft.pay or (None, None)
    return " ".join(word for word in draft.words if word), JobFilter(
        workplaces=frozenset(draft.workplaces),
        places=tuple(draft.texts.get("in", ())),
        pay_floor=pay,
        currency=currency,
        seniorities=frozenset(draft.seniorities),
        employment_types=frozenset(draft.types),
        companies=tuple(draft.texts.get("company", ())),
        not_companies=tuple(draft.texts.get("-company", ())),
        posted_within_days=draft.days,
        sources=tuple(draft.texts.get("source", ())),
        keep_unknown=not draft.strict,
    )


def _filter(draft: _Draft, name: str, value: str) -> None:
    if name in ("in", "company", "-company", "source"):
        draft.texts.setdefault(name, []).append(value)
    elif name == "pay":
        found = _PAY.fullmatch(value)
        if found is None:
            raise InvalidValue(f"pay:{value} is not an amount a year in a currency, such as pay:60kEUR")
        amount = float(found["amount"].replace(",", ".")) * (1000 if found["k"] else 1)
        draft.pay = (amount, found["currency"].upper())
    elif name == "days":
        try:
            draft.days = float(value)
        except ValueError:
            raise InvalidValue(f"days:{value} is not a number of days, such as days:7") from None
    elif name == "level":
        draft.seniorities.add(_choice(name, value, {level.name.casefold(): level for level in Seniority}))
    elif name == "type":
        draft.types.add(_choice(name, value, {kind.value: kind for kind in EmploymentType}))
    else:  # "C++:17", "http://x": a word with a colon, not a filter of ours
        draft.words.append(f"{name}:{value}")


def _choice(name: str, value: str, known: dict[str, T]) -> T:
    try:
        return known[value.casefold()]
    except KeyError:
        raise InvalidValue(f"{name}:{value} is unknown; there are {', '.join(known)}") from None


def holds(job: JobSummary, words: str) -> bool:
    """Whether every word stands in the row."""
    where = " ".join((job.title, job.company, job.source, *job.locations)).casefold()
    return all(word in where for word in words.casefold().split())
