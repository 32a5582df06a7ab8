"""What the person said, shown at once and taken back when it could not be kept."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import uuid4

from v7core.errors import NotFound
from v7core.models.feed import ReactionKind
from v7core.models.jobs import JobId, JobSummary
from v7core.models.person import ApplicationStage
from v7core.protocols import JobFeed, SavedJobs
from v7ui.formatting import plural

_STAGE = {ReactionKind.SAVE: ApplicationStage.SAVED, ReactionKind.APPLIED: ApplicationStage.APPLIED}
_ORDER = tuple(ApplicationStage)

_VERBS = {
    ReactionKind.INTERESTED: "Interested in",
    ReactionKind.PASS: "Passed",
    ReactionKind.SAVE: "Saved",
    ReactionKind.APPLIED: "Noted as applied:",
}


@dataclass(slots=True, kw_only=True)
class Taken:
    """One deed: a reaction to one job, or to all that were marked."""

    kind: ReactionKind
    jobs: tuple[JobSummary, ...]
    keys: dict[JobId, str]
    """Event keys, made here: sending one twice is one event."""
    stages: dict[JobId, ApplicationStage | None] = field(default_factory=dict)
    """Where the jobs stood in the pipeline before."""
    before: dict[JobId, ReactionKind] = field(default_factory=dict)
    """What had been said to them since the start, and stands again when this is taken back."""


class Reactions:
    """Keeps reactions in order, one writer at a time, and knows which jobs were reacted to since the start."""

    def __init__(self, feed: JobFeed, saved: SavedJobs) -> None:
        self._feed = feed
        self._saved = saved
        self._turn = asyncio.Lock()
        self._history: list[Taken] = []
        self.reacted: dict[JobId, ReactionKind] = {}
        """Jobs with a reaction that stands, or is being written."""

    def counts(self) -> Counter[ReactionKind]:
        """How many of each kind stand since the start."""
        return Counter(self.reacted.values())

    def begin(self, jobs: Sequence[JobSummary], kind: ReactionKind) -> Taken:
        """Count the jobs as reacted to, before anything is written: the screen moves on at once."""
        before = {job.id: self.reacted[job.id] for job in jobs if job.id in self.reacted}
        taken = Taken(kind=kind, jobs=tuple(jobs), keys={job.id: uuid4().hex for job in jobs}, before=before)
        self._history.append(taken)
        for job in jobs:
            self.reacted[job.id] = kind
        return taken

    async def keep(self, taken: Taken) -> None:
        """Write it. What could not be kept is no longer counted, and the error is raised.

        Raises:
            V7Error: one job's reaction was not kept; those before it stay.
        """
        async with self._turn:
            kept: list[JobSummary] = []
            try:
                for job in taken.jobs:
                    before = await self._stage_of(job) if taken.kind in _STAGE else None
                    await self._feed.react(job.id, taken.kind, event_key=taken.keys[job.id])
                    kept.append(job)
                    await self._put_in_pipeline(taken, job, before)
            except BaseException:
                for job in taken.jobs[len(kept) :]:
                    self._say_again(taken, job)
                taken.jobs = tuple(kept)
                if not kept and taken in self._history:
                    self._history.remove(taken)
                raise

    async def _stage_of(self, job: JobSummary) -> ApplicationStage | None:
        return next((saved.stage for saved in await self._saved.list() if saved.job.id == job.id), None)

    async def _put_in_pipeline(self, taken: Taken, job: JobSummary, before: ApplicationStage | None) -> None:
        """Never back, and not twice: a feed over a store does this in the reaction's own transaction."""
        stage = _STAGE.get(taken.kind)
        if stage is None:
            return
        taken.stages[job.id] = before
        now = await self._stage_of(job)
        if now is None or _ORDER.index(now) < _ORDER.index(stage):
            await self._saved.move(job.id, stage)

    async def undo(self) -> Taken | None:
        """Take the last deed back; with none since the start, the latest event that stands in the log (None).

        Raises:
            NotFound: there is nothing to take back.
            StorageError: it still stands.
        """
        async with self._turn:
            if not self._history:
                await self._feed.undo()
                return None
            taken = self._history[-1]
            undone = replace(taken)
            while taken.jobs:  # one at a time: where it fails, what is left can be taken back later
                job = taken.jobs[-1]
                await self._feed.undo(taken.keys[job.id])
                self._say_again(taken, job)
                taken.jobs = taken.jobs[:-1]
                if job.id in taken.stages:
                    await self._restore(job, taken.stages[job.id])
            self._history.pop()
            return undone

    def _say_again(self, taken: Taken, job: JobSummary) -> None:
        if job.id in taken.before:
            self.reacted[job.id] = taken.before[job.id]
        else:
            self.reacted.pop(job.id, None)

    async def _restore(self, job: JobSummary, stage: ApplicationStage | None) -> None:
        if await self._stage_of(job) is stage:  # the feed has taken it back already
            return
        if stage is not None:
            await self._saved.move(job.id, stage)
            return
        with suppress(NotFound):  # somebody has taken it out already
            await self._saved.remove(job.id)


def deed(taken: Taken) -> str:
    """What was done, in a few words."""
    first = taken.jobs[0] if taken.jobs else None
    what = f'"{first.title}" ({first.company})' if first and len(taken.jobs) == 1 else plural(len(taken.jobs), "job")
    return f"{_VERBS[taken.kind]} {what}"
