"""A start over postings that were hashed before: how soon there is a deck, and how long the loop stood."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path

from v7core.models.feed import ReactionKind
from v7core.models.jobs import JobPosting, job_id
from v7core.models.sources import SourceKey
from v7core.testing import samples
from v7services.coordination import JobCoordinationService
from v7services.feed import Feed
from v7services.storage import Storage
from v7thompson.engine import ThompsonPerformanceEngine

BOARD = 500
STEP_S = 0.002


class Lag:
    """How late the loop comes back from a short sleep."""

    def __init__(self):
        self.late = []

    async def __aenter__(self):
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _watch(self):
        while True:
            started = time.perf_counter()
            await asyncio.sleep(STEP_S)
            self.late.append(1e3 * (time.perf_counter() - started - STEP_S))

    def line(self):
        """The worst, and the share of looks above a frame."""
        late = sorted(self.late)
        return f"loop late by {late[len(late) // 2]:.1f} ms in the middle, {late[int(len(late) * 0.999)]:.1f} at p99.9"


def texts(postings, many):
    """As many postings as wanted, in words of those there are."""
    for n in range(many):
        source = postings[n % len(postings)]
        board = f"board{n // BOARD}"
        yield JobPosting(
            id=job_id("greenhouse", board, str(n)), source="greenhouse", board=board, external_id=str(n),
            title=f"{source.title} {n}", company=f"Company {n % 97}", locations=source.locations,
            text=source.text[:3000],
        )  # fmt: skip


async def opened(path):
    storage = await Storage.open(path)
    engine = ThompsonPerformanceEngine()
    queue = JobCoordinationService(engine)
    return storage, Feed(storage, engine, queue), queue


async def closed(storage, feed, queue):
    await feed.close()
    await queue.stop()
    await storage.close()


async def starts(folder, postings, many, reactions):
    """Print both starts."""
    path = Path(folder) / "v7.db"
    storage, feed, queue = await opened(path)
    some = list(texts(postings, many))
    for start in range(0, many, BOARD):
        board = tuple(some[start : start + BOARD])
        key = SourceKey(source="greenhouse", board=board[0].board)
        await storage.jobs.commit_poll(samples.report(key=key), samples.harvest(board))
    for what in ("hashing every posting", "with rows kept"):
        if what == "with rows kept":
            for each in some[:reactions]:
                await feed.react(each.id, ReactionKind.PASS if each.id.int % 3 else ReactionKind.INTERESTED)
            await closed(storage, feed, queue)
            storage, feed, queue = await opened(path)
        async with Lag() as lag:
            began = time.perf_counter()
            starting = asyncio.create_task(feed.start())
            deck = await feed.deck()
            first = time.perf_counter() - began
            await starting
            whole = time.perf_counter() - began
        print(
            f"start over {many} postings, {what}: first deck {first:.2f} s ({deck.eligible} ranked by then), "
            f"all {whole:.2f} s; {lag.line()}"
        )
    async with Lag() as lag:
        times = []
        for each in some[reactions : reactions + 40]:
            began = time.perf_counter()
            await feed.react(each.id, ReactionKind.INTERESTED)
            acknowledged = time.perf_counter()
            await feed.deck()
            times.append((1e3 * (acknowledged - began), 1e3 * (time.perf_counter() - acknowledged)))
    kept, decks = (sorted(each) for each in zip(*times, strict=True))
    print(f"react {kept[20]:.1f} ms, the deck after it {decks[20]:.1f} ms (medians of 40); {lag.line()}")
    report = await feed.rebuild()
    print(f"rebuild: {report.learned} reactions in {report.duration_ms:.0f} ms, equal: {report.equal}")
    await closed(storage, feed, queue)
