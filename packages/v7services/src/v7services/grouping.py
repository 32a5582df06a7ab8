"""Finds out which postings are one opening, after every poll, and keeps it: what `dedupe` says, in the store.

Only what a poll brought or changed is compared, and only with postings that the index proposes. What a person said is
never undone: the store keeps a posting that was taken out of a group apart from its members for good.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

import attrs

from v7core.errors import V7Error
from v7core.models.jobs import JobId, JobPosting, JobSummary
from v7core.protocols import Clock, Recorder
from v7services.dedupe import REPOST, Index, joins
from v7services.storage import Storage

Told: TypeAlias = Callable[[tuple[JobId, ...]], Awaitable[None]]

CHUNK: Final = 200
"""Postings that are read and compared at a time: between chunks the loop and the store are free."""
_KIND: Final = "grouping"
LARGE: Final = 20
"""A group of more members than this says that a source gives its postings new ids all the time."""


@attrs.frozen(kw_only=True)
class Regrouped:
    """What one look came to."""

    compared: int = 0
    """Postings that were new or had changed."""
    joined: int = 0
    """Postings that went into a group."""
    largest: int = 0
    """Members of the largest group that one of them went into; above `LARGE` something is wrong with a source."""


class Grouping:
    """Keeps the store's groups up with its postings. Confined to one event loop; looks run one after another.

    Args:
        clock: Postings that closed long ago are not looked at: what comes after weeks is a new attempt, not a copy.
    """

    def __init__(self, storage: Storage, *, clock: Clock, recorder: Recorder) -> None:
        self._storage = storage
        self._clock = clock
        self._recorder = recorder
        self._index: Index | None = None
        self._revision = -1
        self._turn = asyncio.Lock()

    def before(self, told: Told | None = None) -> Callable[[tuple[JobId, ...]], Awaitable[None]]:
        """For discovery: groups first, then tells the next, which so never shows one opening twice.

        A store that fails here is recorded and does not keep the next from being told: two cards are better than none.
        """

        async def on_change(jobs: tuple[JobId, ...]) -> None:
            try:
                await self.catch_up()
            except V7Error:
                self._recorder.record("grouping.failures", 1.0)
            if told is not None:
                await told(jobs)

        return on_change

    async def catch_up(self) -> Regrouped:
        """Compare what has come or changed since the last look, by whichever process.

        Raises:
            StorageError: the store failed; what was not kept is looked at again next time.
        """
        async with self._turn:
            index = await self._load() if self._index is None else self._index
            revision = await self._storage.jobs.revision()  # before reading: what comes meanwhile is read once more
            changed, _ = await self._storage.jobs.changed_since(self._revision)
            found = Regrouped()
            for start in range(0, len(changed), CHUNK):
                found = _sum(found, await self._compare(index, changed[start : start + CHUNK]))
            if revision != self._revision:
                self._revision = revision
                await self._storage.snapshots.save(_KIND, 0, str(revision).encode())
            if found.joined:
                self._recorder.record("grouping.joined", float(found.joined))
                self._recorder.record("grouping.largest", float(found.largest))
            return found

    async def _load(self) -> Index:
        kept = await self._storage.snapshots.latest(_KIND)
        revision = int(kept[1]) if kept is not None and kept[1].isdigit() else -1
        if revision > await self._storage.jobs.revision():  # an older database was put back
            revision = -1
        open_jobs, closed = await self._storage.jobs.changed_since(-1)
        index = Index()
        for start in range(0, len(open_jobs), CHUNK):
            summaries = await self._storage.jobs.summaries(open_jobs[start : start + CHUNK])
            await asyncio.to_thread(_add, index, summaries.values())
        for start in range(0, len(closed), CHUNK):
            summaries = await self._storage.jobs.summaries(closed[start : start + CHUNK])
            now = self._clock.now()
            await asyncio.to_thread(_add, index, [each for each in summaries.values() if _recent(each, now)])
        self._index, self._revision = index, revision
        return index

    async def _compare(self, index: Index, jobs: Sequence[JobId]) -> Regrouped:
        postings = await self._storage.jobs.postings(jobs)
        for posting in postings.values():
            index.add(posting)
        proposed = {job: index.candidates(posting) for job, posting in postings.items()}
        others = {each for some in proposed.values() for each in some} - postings.keys()
        group_of: dict[JobId, tuple[JobId, ...]] = {}
        for job in (*postings, *others):
            if job not in group_of:
                group = await self._storage.groups.of(job)
                group_of |= dict.fromkeys(
                    (job,) if group is None else group.jobs, (job,) if group is None else group.jobs
                )
        members = {each for some in group_of.values() for each in some} - postings.keys()
        known = postings | await self._storage.jobs.postings(sorted(members))
        merges, largest = await asyncio.to_thread(_merges, proposed, group_of, known)
        if merges:
            await self._storage.groups.merge_all(merges)
        return Regrouped(compared=len(postings), joined=len(merges), largest=largest)


def _merges(
    proposed: dict[JobId, tuple[JobId, ...]],
    group_of: dict[JobId, tuple[JobId, ...]],
    known: dict[JobId, JobPosting],
) -> tuple[list[tuple[JobId, ...]], int]:
    """The groups to make, one posting after another, each seeing what those before it joined."""
    merges: list[tuple[JobId, ...]] = []
    largest = 0
    for job, candidates in proposed.items():
        own = group_of[job]
        groups = dict.fromkeys(group_of[each] for each in candidates if each in group_of and each not in own)
        found = joins(known[job], (tuple(known[each] for each in group if each in known) for group in groups))
        if not found or len(own) > 1:  # what stands together is not taken apart by a later look
            continue
        joined = (*group_of[found[0].id], job)
        group_of |= dict.fromkeys(joined, joined)
        merges.append(joined)
        largest = max(largest, len(joined))
    return merges, largest


def _add(index: Index, summaries: Iterable[JobSummary]) -> None:
    for summary in summaries:
        index.add(summary)


def _recent(summary: JobSummary, now: datetime) -> bool:
    return summary.posted is not None and now - summary.posted.at <= REPOST


def _sum(one: Regrouped, other: Regrouped) -> Regrouped:
    return Regrouped(
        compared=one.compared + other.compared,
        joined=one.joined + other.joined,
        largest=max(one.largest, other.largest),
    )
