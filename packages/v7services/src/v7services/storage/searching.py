"""Full text and filters over every posting. What a person types is words, never a query."""

import json
import sqlite3
from datetime import datetime
from typing import Any, Final

from v7core.models.filters import SearchHit, SearchQuery
from v7services.storage.database import Database
from v7services.storage.encoding import SUMMARY, summary_of
from v7services.storage.filtering import condition
from v7services.storage.marks import SIGN, marks_of
from v7services.storage.polls import by_ids
from v7services.storage.weighing import Weights

_WINDOW: Final = 160
"""Characters of a snippet."""


_WEIGHED: Final = 200
_LOOKED_THROUGH: Final = 10_000
_FEW: Final = 5_000
"""Postings that are put in order of their dates once they are found; more are found in that order."""
_NAMING: Final = "{title company tags}"
_HIT: Final = (
    f"select job.n, {SUMMARY}, words.body from job join board on board.n = job.board_n "
    "join words on words.n = job.n where job.n in"
)


class Search:
    """A `JobSearch`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, query: SearchQuery) -> tuple[SearchHit, ...]:
        """Best first; an empty text lists the newest. Any text is allowed."""
        now = self._database.clock.now()
        return await self._database.read(lambda c: find(c, query, now))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text that can be looked for, each once, at most 16."""
    found = (word.strip() for word in text.replace("\0", " ").replace(SIGN, " ").split())
    readable = (word.encode("utf-8", "ignore").decode() for word in found)
    return tuple(dict.fromkeys(word for word in readable if any(c.isalnum() for c in word)))[:16]


def match_of(words: tuple[str, ...], *, prefix: bool = False) -> str:
    """An FTS5 expression that holds every word as quoted text, the last one as a beginning if told so."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join(quoted) + ("*" if prefix else "")


def find(connection: sqlite3.Connection, query: SearchQuery, now: datetime, *, above: int = 0) -> tuple[SearchHit, ...]:
    """Inside a read transaction.

    Args:
        above: Only postings that arrived after this one.
    """
    words = words_of(query.text)
    if not words:
        return () if query.text.strip() else _hits(connection, _newest(connection, query, now, above), ())
    # Without one that holds the last word, it is still being typed.
    prefix = len(words[-1]) >= 3 and not _any(connection, match_of(words))
    return _hits(connection, _best(connection, query, now, above, words, prefix=prefix), words)


def _any(connection: sqlite3.Connection, match: str) -> bool:
    return connection.execute("select 1 from found where found match ? limit 1", (match,)).fetchone() is not None


def _best(
    connection: sqlite3.Connection,
    query: SearchQuery,
    now: datetime,
    above: int,
    words: tuple[str, ...],
    *,
    prefix: bool,
) -> list[int]:
    """Numbers of the postings that hold every word, best first: those that hold them in what names the job, then those
    that hold them anywhere; among these as `weighing` says.

    Weighing a match costs ten times what finding it costs, and a common word stands in a third of the store: so of each
    kind only the latest to arrive are weighed, `_WEIGHED` or four times as many as are asked for, and names are looked
    for among the latest `_LOOKED_THROUGH` matches or so. Words that every tenth posting holds say little: what they
    find is not weighed, the latest comes first.
    """
    most = max(_WEIGHED, 4 * query.limit)
    match = match_of(words, prefix=prefix)
    anywhere = _latest(connection, query, now, above, match, most)
    if not anywhere:
        return []
    is_whole = len(anywhere) < most
    span = anywhere[0] - anywhere[-1]
    since = anywhere[-1] - 1 if is_whole else max(above, anywhere[0] - span * max(1, _LOOKED_THROUGH // most))
    named = _since(connection, query, now, since, f"{_NAMING} : ({match})", most)
    if not is_whole and span < 10 * most:
        return list(dict.fromkeys([*named, *anywhere]))[: query.limit]
    weights = Weights(words, prefix=prefix)
    best = _weighed(connection, weights, named)
    if len(best) < query.limit:
        rest = set(anywhere).difference(best)
        best += _weighed(connection, weights, sorted(rest, reverse=True))
    return best[: query.limit]


def _latest(
    connection: sqlite3.Connection, query: SearchQuery, now: datetime, above: int, match: str, most: int
) -> list[int]:
    """Matches that the filters accept, the latest to arrive first."""
    sql, values = _accepted(connection, query, now, above, match)
    return [number for (number,) in connection.execute(f"{sql} order by found.rowid desc limit ?", (*values, most))]


def _since(
    connection: sqlite3.Connection, query: SearchQuery, now: datetime, above: int, match: str, most: int
) -> list[int]:
    """As `_latest`, for a match that few postings of the range may hold.

    Upwards, FTS5 begins where the range does; downwards it looks for the first match through everything, and only then
    whether that is still in the range.
    """
    sql, values = _accepted(connection, query, now, above, match)
    return [number for (number,) in connection.execute(f"{sql} order by found.rowid", values)][: -most - 1 : -1]


def _accepted(
    connection: sqlite3.Connection, query: SearchQuery, now: datetime, above: int, match: str
) -> tuple[str, list[Any]]:
    where, values = condition(query.filters, now)
    sql = (
        "select found.rowid from found join facet on facet.n = found.rowid "
        f"where found match ? and found.rowid > ? and {where}"
    )
    return sql, [_and(match, marks_of(connection, query.filters)), above, *values]


def _and(match: str, marks: str) -> str:
    return f"({match}) AND {marks}" if marks else match


def _weighed(connection: sqlite3.Connection, weights: Weights, numbers: list[int]) -> list[int]:
    """Best first; of equal ones the first of these."""
    rows = by_ids(connection, "select title, company, places, tags, body, n from words where n in", numbers)
    found = {number: weights.of(fields) for *fields, number in rows}
    return sorted(numbers, key=lambda number: -found[number])


def _newest(connection: sqlite3.Connection, query: SearchQuery, now: datetime, above: int) -> list[int]:
    where, values = condition(query.filters, now)
    marks = marks_of(connection, query.filters)
    if marks and len(few := _latest(connection, query, now, above, marks, _FEW)) < _FEW:
        rows = connection.execute(
            "select n from facet where n in (select value from json_each(?)) order by newest desc, n desc limit ?",
            (json.dumps(few), query.limit),
        )
    else:
        rows = connection.execute(
            f"select n from facet where n > ? and {where} order by newest desc, n desc limit ?",
            (above, *values, query.limit),
        )
    return [row[0] for row in rows]


def _hits(connection: sqlite3.Connection, numbers: list[int], words: tuple[str, ...]) -> tuple[SearchHit, ...]:
    rows = by_ids(connection, _HIT, numbers)
    hits = {row[0]: SearchHit(job=summary_of(row[1:-1]), snippet=snippet(row[-1], words)) for row in rows}
    return tuple(hits[number] for number in numbers)


def count(connection: sqlite3.Connection, query: SearchQuery, now: datetime, *, above: int) -> int:
    """How many postings that arrived after this one a query finds, whatever its limit; inside a read transaction."""
    words = words_of(query.text)
    where, values = condition(query.filters, now)
    if words:
        sql = (
            "select count(*) from found join facet on facet.n = found.rowid "
            f"where found match ? and found.rowid > ? and {where}"
        )
        asked = _and(match_of(words), marks_of(connection, query.filters))
        return int(connection.execute(sql, (asked, above, *values)).fetchone()[0])
    if query.text.strip():
        return 0
    sql = f"select count(*) from facet where n > ? and {where}"
    return int(connection.execute(sql, (above, *values)).fetchone()[0])


def snippet(body: str, words: tuple[str, ...]) -> str:
    """One line of a text where a word stands, or its beginning."""
    lowered = body.lower()
    places = [at for word in words if (at := lowered.find(word.lower())) >= 0]
    start = max(0, min(places, default=0) - _WINDOW // 4)
    if start:
        start = body.find(" ", start) + 1 or start
    cut = body[start : start + _WINDOW]
    line = " ".join(cut.split())
    return ("…" if start else "") + line + ("…" if start + _WINDOW < len(body) else "")
