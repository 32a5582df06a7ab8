"""What belongs to one person on the server: the application pipeline and the settings."""

from dataclasses import asdict
from typing import Any, Final

from v7core.errors import NotFound
from v7core.models.jobs import JobId
from v7core.models.person import ApplicationStage, SavedJob, Settings
from v7core.protocols import Clock
from v7services.postgres.catalogue import SharedPostings
from v7services.postgres.server import Server
from v7services.storage.plain import dump, instant, load, micros, without_nul
from v7services.storage.preferences import settings_in

_OUT: Final = ""
"""The stage of a job that was taken out again."""


class PersonPipeline:
    """A `SavedJobs` of one person."""

    def __init__(self, server: Server, person: int, postings: SharedPostings, clock: Clock) -> None:
        self._server = server
        self._person = person
        self._postings = postings
        self._clock = clock

    async def list(self) -> tuple[SavedJob, ...]:
        """Latest change first."""

        async def work(cursor: Any) -> list[tuple[Any, ...]]:
            await cursor.execute(
                "select job_id, stage, note, at from (select distinct on (job_id) * from stage where person_n = %s "
                "order by job_id, n desc) latest where stage <> %s order by n desc",
                (self._person, _OUT),
            )
            rows: list[tuple[Any, ...]] = await cursor.fetchall()
            return rows

        rows = await self._server.read(work)
        jobs = await self._postings.summaries([row[0] for row in rows])
        return tuple(
            SavedJob(job=jobs[job], stage=ApplicationStage(stage), changed_at=instant(at), note=note)
            for job, stage, note, at in rows
            if job in jobs
        )

    async def move(self, job: JobId, stage: ApplicationStage, *, note: str | None = None) -> SavedJob:
        """Put a job at a stage; a note of None keeps the one it has; raises `NotFound`."""
        now = self._clock.now()
        summary = (await self._postings.summaries([job])).get(job)
        if summary is None:
            raise NotFound(f"no job {job}")
        if note is not None:
            without_nul(note)

        async def work(cursor: Any) -> str:
            before = await self._current(cursor, job)
            kept = note if note is not None else "" if before is None else before[1]
            await self._put(cursor, job, stage.value, kept, micros(now))
            return kept

        return SavedJob(job=summary, stage=stage, changed_at=now, note=await self._server.write(work))

    async def remove(self, job: JobId) -> None:
        """Take a job out of the pipeline; raises `NotFound` when it is not in it."""
        now = micros(self._clock.now())

        async def work(cursor: Any) -> None:
            if await self._current(cursor, job) is None:
                raise NotFound(f"job {job} is not in the pipeline")
            await self._put(cursor, job, _OUT, "", now)

        await self._server.write(work)

    async def _current(self, cursor: Any, job: JobId) -> tuple[str, str] | None:
        await cursor.execute("select n from person where n = %s for update", (self._person,))
        await cursor.execute(
            "select stage, note from stage where person_n = %s and job_id = %s order by n desc limit 1",
            (self._person, job),
        )
        found: tuple[str, str] | None = await cursor.fetchone()
        return None if found is None or found[0] == _OUT else found

    async def _put(self, cursor: Any, job: JobId, stage: str, note: str, at: int) -> None:
        await cursor.execute(
            "insert into stage(person_n, job_id, stage, note, at) values (%s, %s, %s, %s, %s)",
            (self._person, job, stage, note, at),
        )


class PersonSettings:
    """A `SettingsStore` of one person."""

    def __init__(self, server: Server, person: int) -> None:
        self._server = server
        self._person = person

    async def load(self) -> Settings:
        """The defaults until something was saved."""

        async def work(cursor: Any) -> Any:
            await cursor.execute("select value from setting where person_n = %s and name = 'settings'", (self._person,))
            return await cursor.fetchone()

        found = await self._server.read(work)
        return Settings() if found is None else settings_in(load(found[0]))

    async def save(self, settings: Settings) -> None:
        """Durable when it returns."""
        value = without_nul(dump(asdict(settings)))

        async def work(cursor: Any) -> None:
            await cursor.execute(
                "insert into setting(person_n, name, value) values (%s, 'settings', %s) "
                "on conflict (person_n, name) do update set value = excluded.value",
                (self._person, value),
            )

        await self._server.write(work)
