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
_ASKED: Final = 5_000
"""Jobs the store is asked about at once."""


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
        self._total = 0
        self._below = 0
        """Open jobs that arrived before this one have not been looked at since the start."""
        self._waiting: dict[JobId, None] = {}
        """Jobs that were looked at and whose row in the engine is missing, or not that of the posting as it is now."""
        self._asked: set[JobId] = set()
        """Jobs that were reacted to or are in a group, and of which it is known whether they are open."""
        self._closed: set[JobId] = set()
        """Those of them that are not; one that was not asked about counts as open."""
        self._unasked: set[JobId] = set()
        """Jobs that were reacted to and whose posting may be closed."""
        self._left_out: dict[JobId, str] = {}
        self._reasons: Counter[str] = Counter()
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
        return self._total

    @property
    def missing(self) -> int:
        """Jobs that may be shown and are not in the engine yet."""
        return max(0, self._total - len(self._left_out) - len(self._engine))

    def __contains__(self, job: object) -> bool:
        """Whether a job may be shown."""
        return job in self._engine and job not in self._left_out

    def left_out(self) -> Counter[str]:
        """How many open jobs cannot be shown, by reason. Costs the same however many jobs there are."""
        found = Counter(self._reasons)
        dead = {letter.job.id for letter in self._queue.dead_letters if letter.final}
        found[UNREADABLE] = sum(
            job not in self._left_out and job not in self._engine and job not in self._closed for job in dead
        )
        found[NOT_YET] = max(0, self.missing - found[UNREADABLE])
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
        done = await asyncio.to_thread(reacted)
        await self._read_open({job for jobs in groups for job in jobs} - self._asked)
        self._unasked = await asyncio.to_thread(lambda: set(done) - self._asked)
        if len(self._unasked) <= _ASKED:  # the first deck of a long log does not wait for it
            await self._read_open(self._unasked)
        before = self._left_out
        left_out = await asyncio.to_thread(self._excluded, done, expired, groups)
        gone, back = await asyncio.to_thread(
            lambda: (left_out.keys() - before.keys(), before.keys() - left_out.keys())
        )  # keys remember their hashes: a hundred thousand are compared in milliseconds
        self._waiting.update(dict.fromkeys(back))
        self._left_out, self._reasons, self._seen = left_out, Counter(left_out.values()), seen
        if len(self._engine):
            await self._retire(list(gone))

    async def _read_changes(self) -> None:
        revision = await self._storage.jobs.revision()  # before reading: what comes meanwhile is read once more
        if self._revision < 0:
            self._below = await self._storage.jobs.total() + 1
        else:
            changed, closed = await self._storage.jobs.changed_since(self._revision)
            self._waiting.update(dict.fromkeys(changed))
            self._queued.difference_update(changed)  # what is queued is no longer what the posting says
            self._closed.difference_update(changed)
            dead = {letter.job.id for letter in self._queue.dead_letters}
            self._closed.update(job for job in closed if job in self._asked or job in dead)
            for job in closed:
                self._waiting.pop(job, None)
            await self._retire(closed)
        self._total = sum((await self._storage.jobs.counts()).values())
        self._revision = revision

    async def _read_open(self, jobs: Set[JobId]) -> None:
        if not jobs:
            return
        self._closed |= jobs - await self._storage.jobs.open_among(jobs)
        self._asked |= jobs
        self._unasked = self._unasked - jobs

    async def _ask_some(self) -> bool:
        """Learn which of the jobs that were reacted to are closed: they are no longer counted as left out."""
        some = set(islice(self._unasked, _ASKED))
        if not some:
            return False
        await self._read_open(some)
        for job in self._closed & some:
            self._left_out.pop(job, None)
        self._reasons = Counter(self._left_out.values())
        return True

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
        self, done: Set[JobId], expired: Iterable[JobId], groups: Iterable[Sequence[JobId]]
    ) -> dict[JobId, str]:
        left_out = dict.fromkeys(expired, EXPIRED) | dict.fromkeys(self._muted, MUTED) | dict.fromkeys(done, REACTED)
        for jobs in groups:
            if not done.isdisjoint(jobs):  # what was said of one was said of the opening
                left_out |= dict.fromkeys(jobs, REACTED)
                continue
            shown = [job for job in jobs if job not in self._closed and job not in left_out]
            shown.sort(key=lambda job: not self._first_hand(self._sources.get(job, "")))  # stable: arrival decides
            left_out |= dict.fromkeys(shown[1:], DUPLICATE)
        for job in left_out.keys() & self._closed:
            del left_out[job]
        return left_out

    async def _retire(self, jobs: Sequence[JobId]) -> None:
        for start in range(0, len(jobs), CHUNK):
            await asyncio.to_thread(self._engine.retire, jobs[start : start + CHUNK])

    # --- rows -------------------------------------------------------------------------------------------------------

    async def admit_some(self, at_most: int = CHUNK, *, priority: JobPriority = JobPriority.NORMAL) -> bool:
        """Bring some of what is missing into the engine, or into its queue; returns whether there is more to do.

        What changed comes first, then what was there at the start, the latest first.

        Raises:
            StorageError: rows or postings cannot be read.
        """
        for job in self._waiting.keys() & self._left_out.keys():
            del self._waiting[job]
        some = list(islice((job for job in self._waiting if job not in self._queued), at_most))
        if not some:
            return await self._admit_below(at_most, priority) or await self._ask_some()
        are = await self._storage.jobs.open_among(some)
        for job in some:
            if job not in are:
                self._waiting.pop(job, None)
        kept = await self._storage.features.get(are, self._engine.hasher.version)
        admitted = await self._admit(kept)
        if admitted is None:
            return False
        for job in admitted:
            self._waiting.pop(job, None)
        return await self._enqueue([job for job in some if job in are and job not in admitted], priority)

    async def _admit_below(self, at_most: int, priority: JobPriority) -> bool:
        if not self._below:
            return False
        found = await self._storage.features.below(self._below, at_most, self._engine.hasher.version)
        wanted = [(job, row) for _, job, row in found if job not in self._left_out]
        admitted = await self._admit({job: row for job, row in wanted if row is not None})
        if admitted is None:
            return False
        rest = [job for job, _ in wanted if job not in admitted]
        self._waiting.update(dict.fromkeys(rest))
        self._below = found[-1][0] if len(found) == at_most else 0
        return await self._enqueue([job for job in rest if job not in self._queued], priority)

    async def _admit(self, kept: Mapping[JobId, tuple[bytes, bytes]]) -> set[JobId] | None:
        """The jobs that are in the engine now; None when it is full."""
        started = time.perf_counter()
        try:
            admitted = await asyncio.to_thread(self._admit_rows, kept)
        except ComputeError:  # full: what leaves the pool makes room
            self._recorder.record("feed.no_room", 1.0)
            return None
        self._recorder.record("feed.admit_ms", 1e3 * (time.perf_counter() - started))
        return admitted

    def _admit_rows(self, kept: Mapping[JobId, tuple[bytes, bytes]]) -> set[JobId]:
        rows = []
        for job, (indices, values) in kept.items():
            try:
                rows.append((job, FeatureRow.from_bytes(indices, values)))
            except ComputeError:  # damaged: made again from the posting
                self._recorder.record("features.damaged_rows", 1.0)
        self._engine.admit_rows(rows)
        self._engine.settle()
        return {job for job, _ in rows}

    async def _enqueue(self, jobs: Sequence[JobId], priority: JobPriority) -> bool:
        if not jobs:
            return True
        postings = await self._storage.jobs.postings(jobs)
        for job in jobs:
            if job not in postings:  # gone meanwhile
                self._waiting.pop(job, None)
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
        are = await self._storage.jobs.open_among(rows)
        self._queued -= rows.keys()
        for job, (digest, *_) in rows.items():
            if now.get(job) == digest:
                self._waiting.pop(job, None)
        await self._retire([job for job in rows if job not in are or job in self._left_out])
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
