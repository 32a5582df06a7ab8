"""The shared catalogue: postings of every board anybody polls, for everybody."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from v7core.errors import InvalidValue, NotFound
from v7core.models.filters import SearchHit, SearchQuery
from v7core.models.jobs import JobId, JobPosting, JobSummary
from v7core.models.sources import Harvest, PollReport, SourceKey
from v7core.protocols import Clock
from v7services.postgres.server import Server
from v7services.postgres.sources import board_n, keep_report
from v7services.storage.encoding import Encoded, posting_of, summary_of
from v7services.storage.plain import micros
from v7services.storage.polls import encode_harvest

_COLUMNS: Final = ("title", "company", "facts", "content", "document_id", "newest")
_INCOMING: Final = f"id, {', '.join(_COLUMNS)}, body, places, tags"
_WORDS: Final = (
    "setweight(to_tsvector('simple', {0}.title), 'A') || setweight(to_tsvector('simple', {0}.company), 'B')"
    " || setweight(to_tsvector('simple', {0}.places || ' ' || {0}.tags), 'C')"
    " || setweight(to_tsvector('simple', left({0}.body, 200000)), 'D')"
)
_SUMMARY: Final = "job.id, board.source, board.board, job.title, job.company, job.facts"
_FROM: Final = "from job join board on board.n = job.board_n"
_PAGE: Final = 500


class SharedPostings:
    """A `JobStore`."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    async def commit_poll(self, report: PollReport, harvest: Harvest | None) -> PollReport:
        """Keep a poll and what it brought, whole; two polls of one board take turns.

        Raises:
            StorageError: nothing of the poll was kept.
            InvalidValue: a posting of another board, or text that cannot be kept; nothing was kept.
        """
        now = micros(self._clock.now())
        brought = () if harvest is None or harvest.unchanged else harvest.postings
        encoded = await asyncio.to_thread(encode_harvest, report.key, brought, now) if brought else {}

        async def work(cursor: Any) -> PollReport:
            board = await board_n(cursor, report.key)
            ended = report
            if harvest is not None and not harvest.unchanged:
                closes = report.outcome.sound and harvest.complete
                new, changed, closed = await _merge(cursor, board, list(encoded.values()), now, closes=closes)
                ended = replace(report, received=len(encoded), new=new, changed=changed, closed=closed)
            await keep_report(cursor, board, ended, None if harvest is None else harvest.validators)
            return ended

        return await self._server.write(work)

    async def posting(self, job: JobId) -> JobPosting:
        """The current version; raises `NotFound`."""
        found = await self.postings([job])
        if job not in found:
            raise NotFound(f"no job {job}")
        return found[job]

    async def resolve(self, prefix: str) -> JobId:
        """The job whose id starts with these hex digits; raises `NotFound` for none or several."""
        digits = prefix.replace("-", "").casefold()
        if not 4 <= len(digits) <= 32 or not set(digits) <= set("0123456789abcdef"):
            raise NotFound(f"no job {prefix[:40]!r}: at least four hex digits of its id")
        low, high = UUID(hex=digits.ljust(32, "0")), UUID(hex=digits.ljust(32, "f"))
        found = await self._rows("select id from job where id between %s and %s limit 2", (low, high))
        if len(found) != 1:
            raise NotFound(f"{'several jobs start' if found else 'no job starts'} with {digits!r}")
        job: JobId = found[0][0]
        return job

    async def open_jobs(self) -> tuple[JobId, ...]:
        """Every open posting, in the order they arrived."""
        return tuple(row[0] for row in await self._rows("select id from job where closed_at is null order by n"))

    async def counts(self) -> dict[str, int]:
        """Open postings by source key, boards without one left out."""
        rows = await self._rows(
            f"select source, board, count(*) {_FROM} where closed_at is null group by board.n order by board.n"
        )
        return {f"{source}:{board}": count for source, board, count in rows}

    async def postings(self, ids: Iterable[JobId]) -> dict[JobId, JobPosting]:
        """Whole postings; unknown ones are left out."""
        rows = await self._rows(f"select {_SUMMARY}, job.body {_FROM} where job.id = any(%s)", (list(ids),))
        return {row[0]: posting_of((row[0].bytes, *row[1:])) for row in rows}

    async def summaries(self, ids: Iterable[JobId]) -> dict[JobId, JobSummary]:
        """Rows of these jobs; unknown ones are left out."""
        rows = await self._rows(f"select {_SUMMARY} {_FROM} where job.id = any(%s)", (list(ids),))
        return {row[0]: summary_of((row[0].bytes, *row[1:])) for row in rows}

    async def boards_since(self, revision: int) -> tuple[int, tuple[SourceKey, ...]]:
        """The last revision, and the boards of which a posting was touched after the one given."""
        (last,) = (await self._rows("select n from revision"))[0]
        rows = await self._rows(
            f"select distinct board.n, source, board {_FROM} where revision > %s and revision <= %s order by board.n",
            (revision, last),
        )
        return last, tuple(SourceKey(source=source, board=board) for _, source, board in rows)

    async def on_board(self, key: SourceKey) -> tuple[JobPosting, ...]:
        """Open postings of a board, in the order they arrived."""
        rows = await self._rows(
            f"select {_SUMMARY}, job.body {_FROM} where closed_at is null and source = %s and board = %s "
            "order by job.n",
            (key.source, key.board),
        )
        return tuple(posting_of((row[0].bytes, *row[1:])) for row in rows)

    async def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        async def work(cursor: Any) -> list[tuple[Any, ...]]:
            await cursor.execute(query, values)
            rows: list[tuple[Any, ...]] = await cursor.fetchall()
            return rows

        return await self._server.read(work)


async def _merge(
    cursor: Any, board: int, encoded: Sequence[Encoded], now: int, *, closes: bool
) -> tuple[int, int, int]:
    """(new, changed, closed). Rows come in by COPY and are compared over there."""
    await cursor.execute(
        "create temporary table incoming(id uuid primary key, title text, company text, facts text, content bytea, "
        "document_id bytea, newest bigint, body text, places text, tags text) on commit drop"
    )
    async with cursor.copy(f"copy incoming({_INCOMING}) from stdin") as copy:
        for each in encoded:
            title, company, facts, content, document, *_ = each.job
            newest = each.facet[0]
            _, _, places, tags, body = each.words
            await copy.write_row(
                (UUID(bytes=each.id), title, company, facts, content, document, newest, body, places, tags)
            )
    await cursor.execute("update revision set n = n + 1 returning n")
    (revision,) = await cursor.fetchone()
    facts = {"board": board, "now": now, "revision": revision}
    changed = "from incoming i where job.id = i.id and job.content <> i.content"
    await cursor.execute(
        "insert into old_version(job_n, version, until, title, company, facts, body) "
        "select job.n, job.version, %(now)s, job.title, job.company, job.facts, job.body from job, incoming i "
        "where job.id = i.id and job.content <> i.content",
        facts,
    )
    columns = ", ".join(f"{name} = i.{name}" for name in (*_COLUMNS, "body"))
    await cursor.execute(
        "update job set closed_at = null, revision = %(revision)s "
        "from incoming i where job.id = i.id and job.content = i.content and closed_at is not null",
        facts,
    )
    await cursor.execute(
        f"update job set {columns}, words = {_WORDS.format('i')}, version = version + 1, changed_at = %(now)s, "
        f"closed_at = null, revision = %(revision)s {changed}",
        facts,
    )
    edited = cursor.rowcount
    await cursor.execute(
        f"insert into job(id, board_n, {', '.join(_COLUMNS)}, body, first_seen, changed_at, revision, words) "
        f"select i.id, %(board)s, {', '.join(f'i.{name}' for name in _COLUMNS)}, i.body, %(now)s, %(now)s, "
        f"%(revision)s, {_WORDS.format('i')} from incoming i where not exists (select 1 from job where id = i.id)",
        facts,
    )
    new = cursor.rowcount
    gone = 0
    if closes:
        await cursor.execute(
            "update job set closed_at = %(now)s, revision = %(revision)s where board_n = %(board)s "
            "and closed_at is null and not exists (select 1 from incoming i where i.id = job.id)",
            facts,
        )
        gone = cursor.rowcount
    return new, edited, gone


class SharedSearch:
    """A `JobSearch` over the shared catalogue."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    async def search(self, query: SearchQuery) -> tuple[SearchHit, ...]:
        """Best first; words in titles weigh most, and every word has to be there. An empty text lists the newest."""
        text = query.text.replace("\0", " ").encode("utf-8", "replace").decode().strip()
        snippet = (
            "ts_headline('simple', left(job.body, 20000), asked, 'StartSel=\"\",StopSel=\"\",MaxWords=24,MinWords=12')"
        )
        found = (
            f"select {_SUMMARY}, {snippet} {_FROM}, plainto_tsquery('simple', %s) asked "
            "where closed_at is null and job.words @@ asked order by ts_rank(job.words, asked) desc, newest desc, job.n"
            if text
            else f"select {_SUMMARY}, '' {_FROM} where closed_at is null and %s = '' order by newest desc, job.n"
        )
        now = self._clock.now()

        async def work(cursor: Any) -> tuple[SearchHit, ...]:
            hits: list[SearchHit] = []
            await cursor.execute(found, (text,))
            while rows := await cursor.fetchmany(_PAGE):
                for row in rows:
                    job = summary_of((row[0].bytes, *row[1:6]))
                    if query.filters.accepts(job, now):
                        hits.append(SearchHit(job=job, snippet=" ".join(row[6].split())))
                        if len(hits) == query.limit:
                            return tuple(hits)
            return tuple(hits)

        try:
            return await self._server.read(work)
        except InvalidValue:
            return ()  # words no document can hold
