"""The application pipeline: every change with its date, the last one of a job counts."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from v7core.errors import NotFound
from v7core.models.jobs import JobId
from v7core.models.person import ApplicationStage, SavedJob
from v7services.storage import stages
from v7services.storage.database import Database
from v7services.storage.plain import instant, job_key, micros, without_nul
from v7services.storage.postings import read_summaries


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """One step of an application."""

    stage: ApplicationStage | None
    """None when the job was taken out."""
    at: datetime
    note: str
    event_key: str | None
    """The reaction that made it; None when the person moved it."""


class Pipeline:
    """A `SavedJobs`. A reaction `save` or `applied` puts a job here too, in the reaction's own transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self) -> tuple[SavedJob, ...]:
        """Latest change first."""

        def work(connection: sqlite3.Connection) -> tuple[SavedJob, ...]:
            rows = connection.execute(
                "select job_id, stage, note, at from stage "
                "where n in (select max(n) from stage group by job_id) and stage is not ? order by n desc",
                (stages.OUT,),
            ).fetchall()
            jobs = read_summaries(connection, [row[0] for row in rows])
            return tuple(
                SavedJob(job=jobs[job_key(id_)], stage=ApplicationStage(stage), changed_at=instant(at), note=note)
                for id_, stage, note, at in rows
                if job_key(id_) in jobs
            )

        return await self._database.read(work)

    async def move(self, job: JobId, stage: ApplicationStage, *, note: str | None = None) -> SavedJob:
        """Put a job at a stage; a note of None keeps the one it has; raises `NotFound`."""
        now = self._database.clock.now()
        if note is not None:
            without_nul(note)

        def work(connection: sqlite3.Connection) -> SavedJob:
            found = read_summaries(connection, [job.bytes])
            if job not in found:
                raise NotFound(f"no job {job}")
            before = stages.current(connection, job.bytes)
            kept = note if note is not None else "" if before is None else before[1]
            stages.put(connection, job.bytes, stage, kept, micros(now), None)
            return SavedJob(job=found[job], stage=stage, changed_at=now, note=kept)

        return await self._database.write(work)

    async def remove(self, job: JobId) -> None:
        """Take a job out of the pipeline; raises `NotFound` when it is not in it. What it went through stays known."""
        now = self._database.clock.now()

        def work(connection: sqlite3.Connection) -> None:
            if stages.current(connection, job.bytes) is None:
                raise NotFound(f"job {job} is not in the pipeline")
            stages.put(connection, job.bytes, None, "", micros(now), None)

        await self._database.write(work)

    async def history(self, job: JobId) -> tuple[StageChange, ...]:
        """Every change of a job, oldest first; empty when it never was in the pipeline."""
        query = "select stage, at, note, event_key from stage where job_id = ? order by n"
        rows = await self._database.read(lambda c: c.execute(query, (job.bytes,)).fetchall())
        return tuple(
            StageChange(stage=ApplicationStage(stage) if stage else None, at=instant(at), note=note, event_key=key)
            for stage, at, note, key in rows
        )
