"""Filters as words of the full-text index.

Every posting's entry in the index ends with marks, one for each fact a filter asks for (the view `searched` makes
them). Lists of postings are what such an index intersects fastest, so a filter that leaves out nearly everything costs
what it leaves, where testing match by match would cost what the words find. A mark may let through more than its filter
does; `filtering.condition` has the last word.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final

from v7core.models.filters import JobFilter
from v7core.models.jobs import Workplace
from v7services.storage.encoding import EMPLOYMENTS, WORKPLACES
from v7services.storage.filtering import boards_of, companies_of, places_of

SIGN: Final = "\ue000"
"""What a mark begins with."""
_MOST: Final = 64
"""Marks of one filter; what lets more through leaves little out."""


def marks_of(connection: sqlite3.Connection, wanted: JobFilter) -> str:
    """An FTS5 expression that no accepted posting fails; empty when marks say nothing of this filter."""
    parts = []
    for some in _parts(connection, wanted):
        marks = list(some)
        if len(marks) <= _MOST:
            parts.append("(" + " OR ".join(f'"{SIGN}{mark}"' for mark in marks or ("none",)) + ")")
    return " AND ".join(parts)


def _parts(connection: sqlite3.Connection, wanted: JobFilter) -> Iterator[Iterable[str]]:
    unknown = ["x"] if wanted.keep_unknown else []
    if wanted.workplaces:
        unsure = [Workplace.UNKNOWN] if wanted.keep_unknown else []
        yield {f"w{WORKPLACES[place]}" for place in (*wanted.workplaces, *unsure)}
    if wanted.places:
        where, values = places_of(wanted)
        yield [
            *_numbered(connection, "p", where, values),
            *([f"w{WORKPLACES[Workplace.REMOTE]}"] if wanted.keep_unknown else []),
        ]
    if wanted.seniorities:
        yield [f"s{each}" for each in (*map(int, wanted.seniorities), *unknown)]
    if wanted.employment_types:
        yield [f"e{each}" for each in (*(EMPLOYMENTS[kind] for kind in wanted.employment_types), *unknown)]
    if wanted.companies:
        yield _numbered(connection, "c", *companies_of(wanted.companies))
    if wanted.sources:
        yield _numbered(connection, "b", *boards_of(wanted.sources))


def _numbered(connection: sqlite3.Connection, letter: str, select: str, values: list[Any]) -> list[str]:
    rows = connection.execute(f"{select} limit {_MOST + 1}", values)
    return [f"{letter}{number}" for (number,) in rows]
