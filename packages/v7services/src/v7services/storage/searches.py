"""Searches a person keeps, and what came since they last looked."""

import sqlite3
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from v7core.errors import NotFound, StorageError, StorageFault
from v7core.models.filters import JobFilter, SavedSearch, SearchHit, SearchQuery
from v7core.models.jobs import EmploymentType, Seniority, Workplace
from v7services.storage.database import Database
from v7services.storage.plain import dump, instant, load, micros, without_nul
from v7services.storage.searching import count, find


class Searches:
    """A `SavedSearches`. New is what arrived since the last look, in order of arrival, not by any clock."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self) -> tuple[SavedSearch, ...]:
        """In the order they were kept."""
        now = self._database.clock.now()

        def work(connection: sqlite3.Connection) -> tuple[SavedSearch, ...]:
            rows = connection.execute(f"{_SELECT} order by n").fetchall()
            return tuple(_search(connection, row, now) for row in rows)

        return await self._database.read(work)

    async def keep(self, text: str, query: SearchQuery) -> SavedSearch:
        """Keep a search under its line; one that is there stays as it is.

        Raises:
            InvalidValue: the line is empty, too long or not printable.
        """
        now = self._database.clock.now()
        kept = query_out(SavedSearch(text=text, query=query, kept_at=now, looked_at=now).query)

        def work(connection: sqlite3.Connection) -> SavedSearch:
            connection.execute(
                "insert into saved_search(text, query, kept_at, looked_at, seen) "
                "values (?1, ?2, ?3, ?3, (select coalesce(max(n), 0) from job)) on conflict(text) do nothing",
                (text, kept, micros(now)),
            )
            return _search(connection, _row(connection, text), now)

        return await self._database.write(work)

    async def look(self, text: str) -> SavedSearch:
        """Its results are being looked at: what is new counts from now on. Returns it as it was before.

        Raises:
            NotFound: no such search.
        """
        now = self._database.clock.now()

        def work(connection: sqlite3.Connection) -> SavedSearch:
            before = _search(connection, _row(connection, text), now)
            connection.execute(
                "update saved_search set looked_at = ?, seen = (select coalesce(max(n), 0) from job) where text = ?",
                (micros(now), text),
            )
            return before

        return await self._database.write(work)

    async def new(self, text: str) -> tuple[SearchHit, ...]:
        """What came since the last look, best first, without looking; raises `NotFound`."""
        now = self._database.clock.now()

        def work(connection: sqlite3.Connection) -> tuple[SearchHit, ...]:
            row = _row(connection, text)
            return find(connection, query_in(row[1]), now, above=row[4])

        return await self._database.read(work)

    async def drop(self, text: str) -> None:
        """Forget a search; raises `NotFound`."""

        def work(connection: sqlite3.Connection) -> None:
            if connection.execute("delete from saved_search where text = ?", (text,)).rowcount == 0:
                raise NotFound(f"no kept search {text[:80]!r}")

        await self._database.write(work)


_SELECT: Final = "select text, query, kept_at, looked_at, seen from saved_search"


def _row(connection: sqlite3.Connection, text: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(f"{_SELECT} where text = ?", (text,)).fetchone()
    if row is None:
        raise NotFound(f"no kept search {text[:80]!r}")
    return row


def _search(connection: sqlite3.Connection, row: tuple[Any, ...], now: datetime) -> SavedSearch:
    text, kept, kept_at, looked_at, seen = row
    query = query_in(kept)
    new = count(connection, query, now, above=seen)
    return SavedSearch(text=text, query=query, kept_at=instant(kept_at), looked_at=instant(looked_at), new=new)


def query_out(query: SearchQuery) -> str:
    """A query as JSON."""
    facts = asdict(query)
    wanted = facts["filters"]
    wanted["workplaces"] = sorted(place.value for place in query.filters.workplaces)
    wanted["seniorities"] = sorted(int(level) for level in query.filters.seniorities)
    wanted["employment_types"] = sorted(kind.value for kind in query.filters.employment_types)
    return without_nul(dump(facts))


def query_in(kept: str) -> SearchQuery:
    """A query read back.

    Raises:
        StorageError: CORRUPT.
    """
    facts: dict[str, Any] = load(kept)
    try:
        wanted = facts["filters"]
        wanted |= {name: tuple(wanted[name]) for name in ("places", "companies", "not_companies", "sources")}
        wanted |= {
            "workplaces": frozenset(map(Workplace, wanted["workplaces"])),
            "seniorities": frozenset(map(Seniority, wanted["seniorities"])),
            "employment_types": frozenset(map(EmploymentType, wanted["employment_types"])),
        }
        return SearchQuery(text=facts["text"], filters=JobFilter(**wanted), limit=facts["limit"])
    except (ValueError, TypeError, KeyError) as error:
        raise StorageError(StorageFault.CORRUPT, "a saved search cannot be read") from error
