"""Postings, kept with their history."""

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from v7core.document import canonical_document
from v7core.errors import NotFound
from v7core.models.filters import JobFilter
from v7core.models.jobs import JobId, JobPosting, JobSummary
from v7core.models.sources import Harvest, PollReport
from v7services.storage.database import Database
from v7services.storage.encoding import SUMMARY, posting_of, summary_of
from v7services.storage.filtering import condition
from v7services.storage.plain import instant, job_key, maybe_instant, micros
from v7services.storage.polls import by_ids, encode_harvest, write_poll

_POSTING: Final = (
    f"select {SUMMARY}, words.body from job join board on board.n = job.board_n join words on words.n = job.n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """What the store knows about a posting beyond the posting."""

    first_seen: datetime
    changed_at: datetime
    closed_at: datetime | None
    """None while it is open."""
    version: int
    """From 1; how often it was changed, plus one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVersion:
    """A posting as it was."""

    version: int
    until: datetime
    posting: JobPosting


class Postings:
    """A `JobStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def commit_poll(self, report: PollReport, harvest: Harvest | None) -> PollReport:
        """Keep a poll and what it brought, whole; see the port.

        Raises:
            StorageError: nothing of the poll was kept.
            InvalidValue: a posting of another board, or text that cannot be kept; nothing was kept.
        """
        now = micros(self._database.clock.now())
        brought = () if harvest is None or harvest.unchanged else harvest.postings
        # Before the writer's turn: encoding takes a fifth of the time and needs no lock.
        encoded = await asyncio.to_thread(encode_harvest, report.key, brought, now) if brought else {}
        return await self._database.write(lambda c: write_poll(c, report, harvest, encoded, now))

    async def posting(self, job: JobId) -> JobPosting:
        """The current version; raises `NotFound`."""
        return await self._database.read(lambda c: read_posting(c, job))

    async def resolve(self, prefix: str) -> JobId:
        """The job whose id starts with these hex digits; raises `NotFound` for none or several."""
        digits = prefix.replace("-", "").casefold()
        if not 4 <= len(digits) <= 32 or not set(digits) <= set("0123456789abcdef"):
            raise NotFound(f"no job {prefix[:40]!r}: at least four hex digits of its id")
        low, high = bytes.fromhex(digits.ljust(32, "0")), bytes.fromhex(digits.ljust(32, "f"))

        def work(connection: sqlite3.Connection) -> list[bytes]:
            query = "select id from job where id between ? and ? limit 2"
            return [row[0] for row in connection.execute(query, (low, high))]

        found = await self._database.read(work)
        if len(found) != 1:
            raise NotFound(f"{'several jobs start' if found else 'no job starts'} with {digits!r}")
        return job_key(found[0])

    async def open_jobs(self) -> tuple[JobId, ...]:
        """Every open posting, board by board in the order the boards came, then by id."""

        def work(connection: sqlite3.Connection) -> tuple[JobId, ...]:
            return tuple(job_key(row[0]) for row in connection.execute(_OPEN))

        return await self._database.read(work)

    async def expired(self, now: datetime) -> tuple[JobId, ...]:
        """Open postings whose closing date has passed."""
        query = "select id from job where closes < ? and closes is not null and closed_at is null order by n"
        found = await self._database.read(lambda c: c.execute(query, (micros(now),)).fetchall())
        return tuple(job_key(row[0]) for row in found)

    async def matching(self, wanted: JobFilter, now: datetime) -> frozenset[JobId]:
        """Open postings that a filter accepts."""
        where, values = condition(wanted, now)
        query = f"select job.id from facet join job on job.n = facet.n where job.closed_at is null and {where}"

        def work(connection: sqlite3.Connection) -> frozenset[JobId]:
            return frozenset(job_key(row[0]) for row in connection.execute(query, values))

        return await self._database.read(work)

    async def counts(self) -> dict[str, int]:
        """Open postings by source key, boards without one left out."""
        query = "select source, board, open_jobs from board where open_jobs > 0 order by n"
        found = await self._database.read(lambda c: c.execute(query).fetchall())
        return {f"{source}:{board}": count for source, board, count in found}

    async def open_among(self, ids: Iterable[JobId]) -> set[JobId]:
        """Those of these jobs that are open."""
        wanted = [job.bytes for job in ids]

        def work(connection: sqlite3.Connection) -> set[JobId]:
            select = "select id from job where closed_at is null and id in"
            return {job_key(id_) for (id_,) in by_ids(connection, select, wanted)}

        return await self._database.read(work)

    async def total(self) -> int:
        """Postings in the store, open or not; they are numbered by arrival, from 1 to this."""
        found = await self._database.read(lambda c: c.execute("select coalesce(max(n), 0) from job").fetchone())
        return int(found[0])

    async def revision(self) -> int:
        """Grows with every commit of any process that added, changed, opened or closed a posting; 0 at first."""
        found = await self._database.read(lambda c: c.execute("select coalesce(max(revision), 0) from job").fetchone())
        return int(found[0])

    async def changed_since(self, revision: int) -> tuple[tuple[JobId, ...], tuple[JobId, ...]]:
        """(open, closed) postings that commits after this revision touched, in the order they arrived."""
        query = "select id, closed_at is null from job where revision > ? order by n"
        found = await self._database.read(lambda c: c.execute(query, (revision,)).fetchall())
        return (
            tuple(job_key(id_) for id_, is_open in found if is_open),
            tuple(job_key(id_) for id_, is_open in found if not is_open),
        )

    async def summaries(self, ids: Iterable[JobId]) -> dict[JobId, JobSummary]:
        """Rows of these jobs, in the order asked for; unknown ones are left out."""
        wanted = [job.bytes for job in ids]
        return await self._database.read(lambda c: read_summaries(c, wanted))

    async def postings(self, ids: Iterable[JobId]) -> dict[JobId, JobPosting]:
        """Whole postings; unknown ones are left out."""
        wanted = [job.bytes for job in ids]

        def work(connection: sqlite3.Connection) -> dict[JobId, JobPosting]:
            rows = by_ids(connection, f"{_POSTING} where job.id in", wanted)
            return {posting.id: posting for posting in map(posting_of, rows)}

        return await self._database.read(work)

    async def documents(self, ids: Iterable[JobId]) -> dict[JobId, bytes]:
        """Canonical documents of these jobs; unknown ones are left out."""
        return {job: canonical_document(posting) for job, posting in (await self.postings(ids)).items()}

    async def document_ids(self, ids: Iterable[JobId]) -> dict[JobId, str]:
        """Digests of the canonical documents, without computing them again; unknown jobs are left out."""
        wanted = [job.bytes for job in ids]

        def work(connection: sqlite3.Connection) -> dict[JobId, str]:
            rows = by_ids(connection, "select id, document_id from job where id in", wanted)
            return {job_key(id_): digest.hex() for id_, digest in rows}

        return await self._database.read(work)

    async def facts(self, job: JobId) -> JobFacts:
        """When it came, changed and closed; raises `NotFound`."""
        query = "select first_seen, changed_at, closed_at, version from job where id = ?"
        found = await self._database.read(lambda c: c.execute(query, (job.bytes,)).fetchone())
        if found is None:
            raise NotFound(f"no job {job}")
        return JobFacts(
            first_seen=instant(found[0]), changed_at=instant(found[1]), closed_at=maybe_instant(found[2]),
            version=found[3],
        )  # fmt: skip

    async def history(self, job: JobId) -> tuple[OldVersion, ...]:
        """Earlier versions, oldest first; raises `NotFound`."""

        def work(connection: sqlite3.Connection) -> tuple[OldVersion, ...]:
            current = read_posting(connection, job)
            rows = connection.execute(
                "select version, until, title, company, facts, body from old_version "
                "where job_n = (select n from job where id = ?) order by version",
                (job.bytes,),
            ).fetchall()
            return tuple(
                OldVersion(
                    version=version,
                    until=instant(until),
                    posting=posting_of((job.bytes, current.source, current.board, title, company, facts, body)),
                )
                for version, until, title, company, facts, body in rows
            )

        return await self._database.read(work)


_OPEN: Final = "select id from job where closed_at is null order by board_n, id"  # an index alone answers


def read_posting(connection: sqlite3.Connection, job: JobId) -> JobPosting:
    """The current version; raises `NotFound`."""
    row = connection.execute(f"{_POSTING} where job.id = ?", (job.bytes,)).fetchone()
    if row is None:
        raise NotFound(f"no job {job}")
    return posting_of(row)


def read_summaries(connection: sqlite3.Connection, ids: list[bytes]) -> dict[JobId, JobSummary]:
    """Rows of these jobs, in the order asked for; unknown ones are left out."""
    select = f"select {SUMMARY} from job join board on board.n = job.board_n where job.id in"
    found = {row[0]: summary_of(row) for row in by_ids(connection, select, ids)}
    return {found[id_].id: found[id_] for id_ in ids if id_ in found}
