"""The person's sources, kept."""

import sqlite3
from typing import Any, Final

from v7core.errors import NotFound
from v7core.models.sources import SourceKey
from v7services.records import SourceRecord
from v7services.storage.database import Database
from v7services.storage.plain import maybe_instant
from v7services.storage.polls import board_n, report_in, validators_in

_SELECT: Final = (
    "select board.n, board.source, board.board, source.name, source.paused, source.validators, source.breaker, "
    "source.last_success, source.next_try, board.open_jobs from source join board on board.n = source.board_n"
)


class KeptSources:
    """A `SourceStates`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> tuple[SourceRecord, ...]:
        """In the order they were added."""

        def work(connection: sqlite3.Connection) -> tuple[SourceRecord, ...]:
            rows = connection.execute(f"{_SELECT} order by source.place").fetchall()
            return tuple(_record(connection, row) for row in rows)

        return await self._database.read(work)

    async def get(self, key: SourceKey) -> SourceRecord:
        """One of them; raises `NotFound`."""
        return await self._database.read(lambda c: _get(c, key))

    async def add(self, key: SourceKey, name: str) -> SourceRecord:
        """A source that is already there stays as it is."""

        def work(connection: sqlite3.Connection) -> SourceRecord:
            connection.execute(
                "insert into source(board_n, place, name) "
                "values (?, (select coalesce(max(place), 0) + 1 from source), ?) on conflict do nothing",
                (board_n(connection, key), name),
            )
            return _get(connection, key)

        return await self._database.write(work)

    async def remove(self, key: SourceKey) -> None:
        """Its postings and reports stay; raises `NotFound` for an unknown key."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("delete from source where board_n = ?", (_n(connection, key),))

        await self._database.write(work)

    async def set_paused(self, key: SourceKey, *, paused: bool) -> SourceRecord:
        """Raises `NotFound` for an unknown key."""

        def work(connection: sqlite3.Connection) -> SourceRecord:
            connection.execute("update source set paused = ? where board_n = ?", (int(paused), _n(connection, key)))
            return _get(connection, key)

        return await self._database.write(work)

    async def set_breaker(self, key: SourceKey, breaker: str) -> None:
        """Raises `NotFound` for an unknown key."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("update source set breaker = ? where board_n = ?", (breaker, _n(connection, key)))

        await self._database.write(work)


def _n(connection: sqlite3.Connection, key: SourceKey) -> int:
    found = connection.execute(
        "select board.n from source join board on board.n = source.board_n where source = ? and board = ?",
        (key.source, key.board),
    ).fetchone()
    if found is None:
        raise NotFound(f"no source {key}")
    return int(found[0])


def _get(connection: sqlite3.Connection, key: SourceKey) -> SourceRecord:
    return _record(connection, connection.execute(f"{_SELECT} where board.n = ?", (_n(connection, key),)).fetchone())


def _record(connection: sqlite3.Connection, row: tuple[Any, ...]) -> SourceRecord:
    number, source, board, name, paused, validators, breaker, last_success, next_try, open_jobs = row
    key = SourceKey(source=source, board=board)
    reports = connection.execute("select body from report where board_n = ? order by n desc", (number,)).fetchall()
    return SourceRecord(
        key=key, name=name, paused=bool(paused), validators=validators_in(validators), breaker=breaker,
        reports=tuple(report_in(key, body) for (body,) in reports), last_success=maybe_instant(last_success),
        next_try=maybe_instant(next_try), open_jobs=open_jobs,
    )  # fmt: skip
