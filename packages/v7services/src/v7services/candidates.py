"""Which open jobs the engine holds: those that may be shown, each once, and why the others are not.

The engine's pool is kept equal to what may be shown, so that an unfiltered ranking asks no further question. What a
commit of any process changed is read from the store's revision number; rows come from the store, and postings without
one go through the coordination queue, which hashes them in a thread and hands their rows back to be kept.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from v7core.document import canonical_document, document_digest
from v7core.errors import ComputeError, StorageError, SystemResourcesExhausted
from v7core.models.filters import JobFilter
from v7core.models.jobs import JobData, JobId, JobPosting, JobPriority
from v7core.protocols import Clock, Recorder
from v7services.coordination import JobCoordinationService
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.rows import FeatureRow

if TYPE_CHECKING:
    from v7services.storage import Storage

REACTED: Final = "reacted to"
MUTED: Final = "muted"
EXPIRED: Final = "past their date"
DUPLICATE: Final = "the same as another"
UNREADABLE: Final = "that cannot be read"
NOT_YET: Final = "not ranked yet"

CHUNK: Final = 250
"""Jobs admitted or retired at once: a few milliseconds of a thread."""


class Candidates:
    """The engine's pool, kept up to date. Callers take turns, except for what the queue hands back.

    Args:
        first_hand: Adapters whose postings are the employer's own: of several postings of one opening theirs is shown.
    """

    def __init__(
        self,
        storage: "Storage",
        engine: ThompsonPerformanceEngine,
        coordination: JobCoordinationService,
        *,
        clock: Clock,
        recorder: Recorder,
        first_hand: Callable[[str], bool],
    ) -> None:
        self._storage = storage
        self._engine = engine
        self._queue = coordination
        self._queue.on_processed = self._processed
        self._clock = clock
        self._recorder = recorder
        self._first_hand = first_hand
        self._revision = -1
        self._open: dict[JobId, None] = {}
        """In the order they arrived."""
        self._left_out: dict[JobId, str] = {}
        self._reasons: Counter[str] = Counter()
        self._stale: set[JobId] = set()
        """Jobs that may be shown and whose row in the engine is missing, or not that of the posting as it is now."""
        self._queued: set[JobId] = set()
        self._seen: tuple[object, ...] = ()
        """What the exclusions were last worked out from."""
        self._muted: frozenset[JobId] = frozenset()
        self._muted_for: tuple[object, ...] = ()
        self._unsaved: dict[JobId, tuple[str, bytes, bytes]] = {}
        self._saving: asyncio.Task[None] | None = None
        self._sources: dict[JobId, str] = {}
        """Adapters of the jobs that are in a group."""

    # --- what is there ----------------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Open jobs."""
        return len(self._open)

    @property
    def missing(self) -> int:
        """Jobs whose row is not in the engine yet, or not that of the posting as it is now."""
        return len(self._stale)

    def __contains__(self, job: object) -> bool:
        """Whether a job may be shown."""
        return job in self._open and job not in self._left_out

    def left_out(self) -> Counter[str]:
        """How many open jobs cannot be shown, by reason. Costs the same however many jobs there are."""
        found = Counter(self._reasons)
        dead = [letter.job.id for letter in self._queue.dead_letters if letter.final]
        found[UNREADABLE] = sum(job in self and job not in self._engine for job in dead)
        found[NOT_YET] = max(0, self.total - len(self._left_out) - len(self._engine) - found[UNREADABLE])
        return found

    # --- keeping up -------------------------------------------------------------------------------------------------

    async def refresh(self, reacted: Callable[[], Set[JobId]], sequence: int, muted: Sequence[str]) -> None:
        """Read what changed and decide anew what may be shown; what may not leaves the engine at once.

        Args:
            reacted: The jobs to which a reaction stands.
            sequence: Of the log, when that was so.
            muted: Companies, ignoring case.

        Raises:
            StorageError: the store cannot be read.
        """
        if await self._storage.jobs.revision() != self._revision:
            await self._read_changes()
        if (self._revision, *muted) != self._muted_for:
            self._muted, self._muted_for = await self._matching(muted), (self._revision, *muted)
        expired = await self._storage.jobs.expired(self._clock.now())
        groups = tuple(group.jobs for group in await self._storage.groups.all())
        seen = (self._revision, sequence, tuple(muted), expired, groups)
        if seen == self._seen:
            return
        await self._read_sources(groups)
        left_out = await asyncio.to_thread(self._excluded, reacted, expired, groups)
        self._stale.update(job for job in self._left_out if job not in left_out and job in self._open)
        self._stale.difference_update(left_out)
        self._left_out, self._reasons, self._seen = left_out, Counter(left_out.values()), seen
        await self._retire([job for job in left_out if job in self._engine])

    async def _read_changes(self) -> None:
        revision = await self._storage.jobs.revision()  # before reading: what comes meanwhile is read once more
        if self._revision < 0:
            ids = await self._storage.jobs.open_jobs()
            # An id's hash is worked out in Python: ten thousand of them keep the loop for as long as a frame.
            self._open, self._stale = await asyncio.to_thread(lambda: (dict.fromkeys(ids), set(ids)))
        else:
            changed, closed = await self._storage.jobs.changed_since(self._revision)
            self._open.update(dict.fromkeys(changed))
            self._stale.update(changed)
            self._queued.difference_update(changed)  # what is queued is no longer what the posting says
            for job in closed:
                self._open.pop(job, None)
                self._stale.discard(job)
            await self._retire(closed)
        self._revision = revision

    async def _matching(self, companies: Sequence[str]) -> frozenset[JobId]:
        if not companies:
            return frozenset()
        wanted = JobFilter(companies=tuple(companies), keep_unknown=False)
        return await self._storage.jobs.matching(wanted, self._clock.now())

    async def _read_sources(self, groups: Iterable[Sequence[JobId]]) -> None:
        new = [job for jobs in groups for job in jobs if job not in self._sources]
        if new:
            summaries = await self._storage.jobs.summaries(new)
            self._sources.update({job: summary.source for job, summary in summaries.items()})

    def _excluded(
        self, reacted: Callable[[], Set[JobId]], expired: Iterable[JobId], groups: Iterable[Sequence[JobId]]
    ) -> dict[JobId, str]:
        done = reacted()
        left_out = dict.fromkeys(expired, EXPIRED) | dict.fromkeys(self._muted, MUTED) | dict.fromkeys(done, REACTED)
        for jobs in groups:
            if not done.isdisjoint(jobs):  # what was said of one was said of the opening
                left_out |= dict.fromkeys(jobs, REACTED)
                continue
            shown = [job for job in jobs if job in self._open and job not in left_out]
            shown.sort(key=lambda job: not self._first_hand(self._sources.get(job, "")))  # stable: arrival decides
            left_out |= dict.fromkeys(shown[1:], DUPLICATE)
        return {job: reason for job, reason in left_out.items() if job in self._open}

    async def _retire(self, jobs: Sequence[JobId]) -> None:
        for start in range(0, len(jobs), CHUNK):
            await asyncio.to_thread(self._engine.retire, jobs[start : start + CHUNK])

    # --- rows -------------------------------------------------------------------------------------------------------

    async def admit_some(self, at_most: int = CHUNK, *, priority: JobPriority = JobPriority.NORMAL) -> bool:
        """Bring some of what is missing into the engine, or into its queue; returns whether there is more to do.

        Raises:
            StorageError: rows or postings cannot be read.
        """
        wanted = (job for job in self._stale if job not in self._queued)
        some = list(islice(wanted, at_most))
        if not some:
            return False
        kept = await self._storage.features.get(some, self._engine.hasher.version)
        started = time.perf_counter()
        try:
            admitted = await asyncio.to_thread(self._admit, kept)
        except ComputeError:  # full: what leaves the pool makes room
            self._recorder.record("feed.no_room", 1.0)
            return False
        self._recorder.record("feed.admit_ms", 1e3 * (time.perf_counter() - started))
        self._stale -= admitted
        return await self._enqueue([job for job in some if job not in admitted], priority)

    def _admit(self, kept: Mapping[JobId, tuple[bytes, bytes]]) -> set[JobId]:
        rows = []
        for job, (indices, values) in kept.items():
            try:
                rows.append((job, FeatureRow.from_bytes(indices, values)))
            except ComputeError:  # damaged: made again from the posting
                self._recorder.record("features.damaged_rows", 1.0)
        self._engine.admit_rows(rows)
        return {job for job, _ in rows}

    async def _enqueue(self, jobs: Sequence[JobId], priority: JobPriority) -> bool:
        if not jobs:
            return True
        postings = await self._storage.jobs.postings(jobs)
        self._stale.difference_update(job for job in jobs if job not in postings)  # gone meanwhile
        data = await asyncio.to_thread(_data, postings.values(), priority)
        self._queued |= postings.keys()
        try:
            await self._queue.add_jobs_to_queue(data)
        except SystemResourcesExhausted:  # another time
            self._queued -= postings.keys()
            self._recorder.record("feed.no_room", 1.0)
            return False
        return True

    async def _processed(self, jobs: Sequence[JobData]) -> None:
        """A batch went through: keep its rows, and take out again what may no longer be shown."""
        rows = await asyncio.to_thread(self._rows, jobs)
        now = await self._storage.jobs.document_ids(rows)
        fresh = {job for job, (digest, *_) in rows.items() if now.get(job) == digest}
        self._queued -= rows.keys()
        self._stale -= fresh
        await self._retire([job for job in rows if job not in self._open or job in self._left_out])
        self._unsaved |= rows
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._save())

    async def _save(self) -> None:
        """Keep what has gathered, while the next batches go on: one commit for many of them."""
        while self._unsaved:
            rows, self._unsaved = self._unsaved, {}
            try:
                await self._storage.features.put(rows, self._engine.hasher.version)
            except StorageError:  # hashed again at the next start
                self._recorder.record("features.unkept_rows", len(rows))

    async def saved(self) -> None:
        """Until every row that was made is kept."""
        if self._saving is not None:
            await asyncio.wait({self._saving})

    def _rows(self, jobs: Sequence[JobData]) -> dict[JobId, tuple[str, bytes, bytes]]:
        found = {}
        for job in jobs:
            with suppress(ComputeError):  # retired meanwhile
                found[job.id] = (document_digest(job.payload), *self._engine.row(job.id).to_bytes())
        return found


def _data(postings: Iterable[JobPosting], priority: JobPriority) -> list[JobData]:
    return [
        JobData(id=posting.id, source=posting.source, payload=canonical_document(posting), priority=priority)
        for posting in postings
    ]
