"""Ports that are there before what stands behind them: a screen asks at once and is answered as soon as can be."""

import asyncio
import sys
import time
from typing import Final, Protocol

from v7core.errors import V7Error
from v7core.models.feed import Acknowledgement, Deck, Explanation, ProfileKind, ReactionKind
from v7core.models.filters import JobFilter
from v7core.models.jobs import JobId, JobPosting
from v7core.protocols import JobFeed, JobStore


class AdmittingFeed(JobFeed, Protocol):
    """A feed that is told which postings came in."""

    async def admit_changes(self, jobs: tuple[JobId, ...]) -> None: ...


class LateFeed:
    """A `JobFeed` whose engine still warms: whole postings come from the store, the rest waits.

    Args:
        store: Where postings are.
    """

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._started = time.perf_counter()
        self._there: Final[asyncio.Future[AdmittingFeed]] = asyncio.get_running_loop().create_future()
        self._took_ms = 0.0

    def arrive(self, feed: AdmittingFeed) -> None:
        """From now on calls are answered."""
        self._took_ms = (time.perf_counter() - self._started) * 1e3
        if not self._there.done():
            self._there.set_result(feed)

    def fail(self, error: V7Error) -> None:
        """From now on calls end in this."""
        if not self._there.done():
            self._there.set_exception(error)
            self._there.exception()  # marked as seen: it may be that nobody ever calls

    async def ready(self) -> float:
        """Milliseconds from the start until it could rank; raises what kept it from that."""
        await self._feed()
        return self._took_ms

    async def _feed(self) -> AdmittingFeed:
        return await asyncio.shield(self._there)

    async def deck(self, *, limit: int = 50, blend: float | None = None, filters: JobFilter | None = None) -> Deck:
        return await (await self._feed()).deck(limit=limit, blend=blend, filters=filters)

    async def detail(self, job: JobId) -> JobPosting:
        return await self._store.posting(job)

    async def why(self, job: JobId, profile: ProfileKind | None = None) -> Explanation:
        return await (await self._feed()).why(job, profile)

    async def react(self, job: JobId, kind: ReactionKind, *, event_key: str | None = None) -> Acknowledgement:
        return await (await self._feed()).react(job, kind, event_key=event_key)

    async def undo(self, event_key: str | None = None) -> Acknowledgement:
        return await (await self._feed()).undo(event_key)

    async def admit_changes(self, jobs: tuple[JobId, ...]) -> None:
        """Postings came in. Before the feed is there nobody needs to be told: it begins with what is stored."""
        if self._there.done() and self._there.exception() is None:
            await self._there.result().admit_changes(jobs)


async def compile_apart() -> None:
    """Compile in a process of its own, so that this one answers meanwhile; where that fails it compiles here, later."""
    compiler = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "v7thompson.warmup", stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await compiler.wait()
    finally:
        if compiler.returncode is None:
            compiler.kill()
            await compiler.wait()
