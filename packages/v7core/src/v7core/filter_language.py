"""The one-line language of words and filters: `nurse remote in:berlin pay:60kEUR days:7 -company:acme`.

Every command and every screen that takes filters reads a line by it. A word that is no filter is a word to find.

| written | keeps postings |
|---|---|
| `remote`, `hybrid`, `onsite` | where the work is done there; several: any of them |
| `in:berlin` | with these letters in a location; several: any of them |
| `pay:60kEUR` | whose highest pay is at least so much a year, compared within one currency |
| `days:7` | posted within so many days |
| `level:senior`, `type:contract` | of this level, of this kind of contract; several: any of them |
| `company:x`, `-company:x` | of this company; not of this company |
| `source:lever`, `source:lever:acme` | from this source, from this board |
| `strict` | that say all that is asked; without it a posting that does not say is kept |

Quotes make words plain and keep them together: `"remote"` looks for the word remote, `in:"new york"` is one place; a
quote within quotes is written twice. Names and values ignore case.
"""

import re
from dataclasses import dataclass, field
from typing import Final, TypeVar

from v7core.errors import InvalidValue
from v7core.models.filters import MAX_SEARCH_TEXT, JobFilter
from v7core.models.jobs import EmploymentType, JobSummary, Seniority, Workplace
from v7core.text import clean_text

T = TypeVar("T")

FILTER_HELP: Final = "words · remote hybrid onsite · in:berlin · pay:60kEUR · days:7 · level:senior · type:contract · company:x · -company:x · source:x · strict"  # noqa: E501
"""What a line takes, for a hint."""
_TOKEN: Final = re.compile(
    r'(?P<name>-?[a-z]+):(?:"(?P<quoted>(?:[^"]|"")*)"?|(?P<plain>\S*))'
    r'|"(?P<phrase>(?:[^"]|"")*)"?|(?P<word>\S+)',
    re.IGNORECASE | re.ASCII,
)
_PAY: Final = re.compile(
    r"(?:(?P<before>[a-z]{3}) ?)?"
    r"(?P<number>(?P<grouped>[1-9][0-9]{0,2}(?:[.,][0-9]{3})+)|[0-9]+(?:[.,][0-9]+)?)"
    r" ?(?P<k>k?) ?(?P<after>[a-z]{3})?",
    re.IGNORECASE | re.ASCII,
)
_PLACES: Final = {"remote": Workplace.REMOTE, "hybrid": Workplace.HYBRID, "onsite": Workplace.ONSITE}
_LEVELS: Final = {level.name.casefold(): level for level in Seniority}
_TYPES: Final = {kind.value: kind for kind in EmploymentType}
_STRICT: Final = "strict"
_TEXTS: Final = ("in", "company", "-company", "source")
FILTER_NAMES: Final = (*_TEXTS, "pay", "days", "level", "type")
"""What may stand before a colon; any other word with a colon in it is a word to find."""


@dataclass(slots=True)
class _Draft:
    words: list[str] = field(default_factory=list)
    workplaces: set[Workplace] = field(default_factory=set)
    seniorities: set[Seniority] = field(default_factory=set)
    types: set[EmploymentType] = field(default_factory=set)
    texts: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _TEXTS})
    pay: set[tuple[float, str]] = field(default_factory=set)
    days: set[float] = field(default_factory=set)
    strict: bool = False


def parse_filters(line: str) -> tuple[str, JobFilter]:
    """The words to find, apart by single spaces, and the filters of a line.

    Args:
        line: Anything, from anyone; it is cleaned.

    Raises:
        InvalidValue: a filter's value makes no sense, two filters contradict each other, or the line is longer than
            500 characters; the message says what to write instead.
    """
    text = clean_text(line, limit=MAX_SEARCH_TEXT + 2)
    if len(text) > MAX_SEARCH_TEXT or len(line) > 4 * MAX_SEARCH_TEXT:
        raise InvalidValue(f"a line of words and filters has at most {MAX_SEARCH_TEXT} characters")
    draft = _Draft()
    for match in _TOKEN.finditer(text):
        if match["name"] is not None:
            _filter(draft, match)
        elif match["word"] is None:
            draft.words += _unquoted(match["phrase"]).split()
        elif (word := match["word"].casefold()) in _PLACES:
            draft.workplaces.add(_PLACES[word])
        elif word == _STRICT:
            draft.strict = True
        else:
            draft.words.append(match["word"])
    return " ".join(draft.words), _finished(draft)


def _filter(draft: _Draft, match: re.Match[str]) -> None:
    name, quoted = match["name"].casefold(), match["quoted"]
    value = match["plain"] if quoted is None else _unquoted(quoted).strip()
    if name not in FILTER_NAMES:
        if name.removeprefix("-") in FILTER_NAMES:
            raise InvalidValue(f"{name}: is no filter; what can be left out is a company, as in -company:x")
        draft.words += f"{match['name']}:{value}".split()  # "http://x": a word with a colon, not a filter of ours
    elif not value:
        raise InvalidValue(f"{name}: wants a value right after the colon")
    elif name in _TEXTS:
        draft.texts[name].append(value)
    elif name == "pay":
        draft.pay.add(_pay(value))
    elif name == "days":
        try:
            draft.days.add(float(value))
        except ValueError:
            raise InvalidValue(f"days:{value} is not a number of days, such as days:7") from None
    elif name == "level":
        draft.seniorities.add(_choice(name, value, _LEVELS))
    else:
        draft.types.add(_choice(name, value, _TYPES))


def _finished(draft: _Draft) -> JobFilter:
    if len(draft.pay) > 1:
        raise InvalidValue("pay: is there twice with two amounts; one floor holds")
    if len(draft.days) > 1:
        raise InvalidValue("days: is there twice with two numbers; one holds")
    wanted, unwanted = draft.texts["company"], draft.texts["-company"]
    if both := {name.casefold() for name in wanted} & {name.casefold() for name in unwanted}:
        raise InvalidValue(f"company:{min(both)} is asked for and left out")
    pay, currency = next(iter(draft.pay), (None, None))
    return JobFilter(
        workplaces=frozenset(draft.workplaces),
        places=tuple(draft.texts["in"]),
        pay_floor=pay,
        currency=currency,
        seniorities=frozenset(draft.seniorities),
        employment_types=frozenset(draft.types),
        companies=tuple(wanted),
        not_companies=tuple(unwanted),
        posted_within_days=next(iter(draft.days), None),
        sources=tuple(draft.texts["source"]),
        keep_unknown=not draft.strict,
    )


def _pay(value: str) -> tuple[float, str]:
    found = _PAY.fullmatch(value)
    currency = found and ((found["before"] or "") + (found["after"] or "")).upper()
    if found is None or currency is None or len(currency) != 3:
        raise InvalidValue(f"pay:{value} is not an amount a year in a currency, such as pay:60kEUR")
    # "60,000" and "60.000" are sixty thousand; "62.500k" is not sixty million.
    whole = found["grouped"] is not None and not (found["k"] and len(found["number"]) <= len("999.999"))
    number = re.sub(r"[.,]", "" if whole else ".", found["number"])
    return float(number) * (1000 if found["k"] else 1), currency


def _choice(name: str, value: str, known: dict[str, T]) -> T:
    try:
        return known[value.casefold()]
    except KeyError:
        raise InvalidValue(f"{name}:{value} is unknown; there are {', '.join(known)}") from None


def _unquoted(text: str) -> str:
    return text.replace('""', '"')


def spell_filters(words: str, filters: JobFilter) -> str:
    """A line that `parse_filters` reads as these words and filters.

    Raises:
        InvalidValue: no line says this, such as an empty place, or it would be too long.
    """
    parts = [_plain(word) for word in words.split()]
    parts += sorted(place.value for place in filters.workplaces)
    parts += [spell_filter("in", place) for place in filters.places]
    if filters.pay_floor is not None:
        parts.append(spell_filter("pay", f"{_decimal(filters.pay_floor)}{filters.currency}"))
    if filters.posted_within_days is not None:
        parts.append(spell_filter("days", _decimal(filters.posted_within_days)))
    parts += [spell_filter("level", level.name.casefold()) for level in sorted(filters.seniorities)]
    parts += [spell_filter("type", kind) for kind in sorted(kind.value for kind in filters.employment_types)]
    parts += [spell_filter("company", company) for company in filters.companies]
    parts += [spell_filter("-company", company) for company in filters.not_companies]
    parts += [spell_filter("source", source) for source in filters.sources]
    parts += [] if filters.keep_unknown else [_STRICT]
    line = " ".join(parts)
    if parse_filters(line) != (" ".join(words.split()), filters):
        raise InvalidValue("no line says this filter")
    return line


def spell_filter(name: str, value: str) -> str:
    """One filter of a line, its value in quotes where it needs them."""
    return f"{name}:{value}" if value and not re.search(r'[\s"]', value) else f"{name}:{_in_quotes(value)}"


def _plain(word: str) -> str:
    """A word to find, in quotes where it would be read as something else."""
    match = _TOKEN.match(word)  # as a line is read: `""x` is empty quotes and a word, though all of it could be a word
    reads_as_it_is = match is not None and match["word"] == word and word.casefold() not in (*_PLACES, _STRICT)
    return word if reads_as_it_is else _in_quotes(word)


def _in_quotes(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _decimal(number: float) -> str:
    """Exactly this number, without an exponent, and without three decimals, which would be read as thousands."""
    from decimal import Decimal  # here: a command that only reads a line does not pay for it

    text = f"{Decimal(repr(number)):f}".removesuffix(".0")
    return f"{text}0" if re.fullmatch(r"[0-9]+\.[0-9]{3}", text) else text


def holds_words(job: JobSummary, words: str) -> bool:
    """Whether every word stands in the title, the company, the source or a location, ignoring case."""
    where = " ".join((job.title, job.company, job.source, *job.locations)).casefold()
    return all(word in where for word in words.casefold().split())
