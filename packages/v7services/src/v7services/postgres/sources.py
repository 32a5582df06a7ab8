"""Boards of the shared catalogue, and how their polls went: a `SourceStates` that whoever polls for everybody uses."""

from typing import Any, Final

from v7core.errors import NotFound
from v7core.models.sources import PollReport, SourceKey, Validators
from v7services.postgres.server import Server
from v7services.records import MAX_REPORTS, SourceRecord
from v7services.storage.plain import dump, maybe_instant, maybe_micros, micros
from v7services.storage.polls import report_in, report_out, validators_in, validators_out

_SELECT: Final = (
    "select board.n, board.source, board.board, name, paused, validators, breaker, last_success, next_try, "
    "(select count(*) from job where job.board_n = board.n and closed_at is null) "
    "from source join board on board.n = source.board_n"
)


class SharedSources:
    """A `SourceStates`."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def all(self) -> tuple[SourceRecord, ...]:
        """In the order they were added."""

        async def work(cursor: Any) -> tuple[SourceRecord, ...]:
            await cursor.execute(f"{_SELECT} order by place")
            return tuple([await _record(cursor, row) for row in await cursor.fetchall()])

        return await self._server.read(work)

    async def get(self, key: SourceKey) -> SourceRecord:
        """One of them; raises `NotFound`."""
        return await self._server.read(lambda cursor: _get(cursor, key))

    async def add(self, key: SourceKey, name: str) -> SourceRecord:
        """A source that is already there stays as it is."""

        async def work(cursor: Any) -> SourceRecord:
            board = await board_n(cursor, key)
            await cursor.execute(
                "insert into source(board_n, name) values (%s, %s) on conflict do nothing", (board, name)
            )
            return await _get(cursor, key)

        return await self._server.write(work)

    async def remove(self, key: SourceKey) -> None:
        """Its postings and reports stay; raises `NotFound` for an unknown key."""
        await self._change(key, "delete from source where board_n = %(board)s")

    async def set_paused(self, key: SourceKey, *, paused: bool) -> SourceRecord:
        """Raises `NotFound` for an unknown key."""
        await self._change(key, "update source set paused = %(value)s where board_n = %(board)s", paused)
        return await self.get(key)

    async def set_breaker(self, key: SourceKey, breaker: str) -> None:
        """Raises `NotFound` for an unknown key."""
        await self._change(key, "update source set breaker = %(value)s where board_n = %(board)s", breaker)

    async def _change(self, key: SourceKey, command: str, value: object = None) -> None:
        async def work(cursor: Any) -> None:
            await cursor.execute("select n from board where source = %s and board = %s", (key.source, key.board))
            found = await cursor.fetchone()
            if found is not None:
                await cursor.execute(command, {"board": found[0], "value": value})
            if found is None or cursor.rowcount == 0:
                raise NotFound(f"no source {key}")

        await self._server.write(work)


async def board_n(cursor: Any, key: SourceKey) -> int:
    """The number of a board, new or known, locked until the transaction ends."""
    await cursor.execute(
        "insert into board(source, board) values (%s, %s) on conflict do nothing", (key.source, key.board)
    )
    await cursor.execute("select n from board where source = %s and board = %s for update", (key.source, key.board))
    number: int = (await cursor.fetchone())[0]
    return number


async def keep_report(cursor: Any, board: int, report: PollReport, validators: Validators | None) -> None:
    """The report of a poll, and what it says of the source."""
    await cursor.execute(
        "update source set next_try = %s, last_success = coalesce(%s, last_success), "
        "validators = coalesce(%s, validators) where board_n = %s",
        (
            maybe_micros(report.next_try), micros(report.started_at) if report.outcome.sound else None,
            None if validators is None else dump(validators_out(validators)), board,
        ),
    )  # fmt: skip
    await cursor.execute("insert into report(board_n, body) values (%s, %s)", (board, dump(report_out(report))))
    await cursor.execute(
        "delete from report where board_n = %(board)s and n <= "
        "(select n from report where board_n = %(board)s order by n desc limit 1 offset %(kept)s)",
        {"board": board, "kept": MAX_REPORTS},
    )


async def _get(cursor: Any, key: SourceKey) -> SourceRecord:
    await cursor.execute(f"{_SELECT} where board.source = %s and board.board = %s", (key.source, key.board))
    row = await cursor.fetchone()
    if row is None:
        raise NotFound(f"no source {key}")
    return await _record(cursor, row)


async def _record(cursor: Any, row: tuple[Any, ...]) -> SourceRecord:
    number, source, board, name, paused, validators, breaker, last_success, next_try, open_jobs = row
    key = SourceKey(source=source, board=board)
    await cursor.execute("select body from report where board_n = %s order by n desc", (number,))
    reports = tuple(report_in(key, body) for (body,) in await cursor.fetchall())
    return SourceRecord(
        key=key, name=name, paused=paused, validators=validators_in(validators), breaker=breaker, reports=reports,
        last_success=maybe_instant(last_success), next_try=maybe_instant(next_try), open_jobs=open_jobs,
    )  # fmt: skip
