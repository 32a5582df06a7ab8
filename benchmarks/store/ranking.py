"""Ranking a large home: its rows on disk, what is believed of each job in memory."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.store.home import Home, unseen
from benchmarks.store.postings import NOW

from v7core.models.feed import ReactionKind
from v7core.testing.fakes import FixedClock
from v7services.coordination import JobCoordinationService
from v7services.feed import Feed
from v7services.storage import Storage
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.warmup import warm

ROUNDS = 200
LIMIT = 50


@asynccontextmanager
async def opened(home: Home, rows_in: Path | None) -> AsyncIterator[tuple[Storage, ThompsonPerformanceEngine, Feed]]:
    """Everything that ranks, as the app puts it together; not started."""
    config = EngineConfig(capacity=2 * home.postings, rows_in=rows_in, match_text="nurse in a hospital")
    engine = ThompsonPerformanceEngine(config)
    async with await Storage.open(home.path, clock=FixedClock(NOW)) as storage:
        settings = await storage.settings.load()
        await storage.settings.save(replace(settings, match_text=config.match_text))
        coordination = JobCoordinationService(engine)
        feed = Feed(storage, engine, coordination, clock=FixedClock(NOW))
        try:
            yield storage, engine, feed
        finally:
            await feed.close()
            await coordination.stop()


def memory() -> dict[str, float]:
    """What this process owns, and what of files it has mapped, in MB."""
    kept = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    size = {name: int(kept[name].split()[0]) * 1024 / 1e6 for name in ("RssAnon", "RssShmem", "RssFile", "VmSwap")}
    return {"owned": size["RssAnon"] + size["RssShmem"] + size["VmSwap"], "mapped": size["RssFile"]}


async def measure(home: Home, rows_in: Path | None) -> dict[str, str]:
    """The figures, by name."""
    await asyncio.to_thread(warm)
    found = {}
    began = memory()["owned"]
    async with opened(home, rows_in) as (_, engine, feed):
        start = time.perf_counter()
        starting = asyncio.create_task(feed.start())
        await asyncio.sleep(0)
        deck = await feed.deck(limit=LIMIT)
        found["first deck"] = f"{time.perf_counter() - start:.2f} s, of {deck.eligible:,} of {deck.total:,}"
        await starting
        found["everything ranked"] = f"{time.perf_counter() - start:.1f} s, {len(engine):,} jobs"
        size = memory()
        found["memory owned"] = f"{size['owned'] - began:.0f} MB more than before, rows mapped {size['mapped']:.0f} MB"
        found["rank, nothing learned meanwhile"] = spread([timed(engine, n) for n in range(ROUNDS)])
        found["a deck, the same"] = spread([await asked(feed) for _ in range(20)])
        after, whole = [], []
        for posting in list(unseen(home, 24)):
            done = await feed.react(posting.id, ReactionKind.PASS)
            while engine.sequence < done.sequence:  # learned in the background
                await asyncio.sleep(0.001)
            after.append(timed(engine, None))
            whole.append(await asked(feed))
        found["rank right after a reaction"] = spread(after)
        found["a deck after it"] = spread(whole)
        done = await feed.rebuild()
        found["rebuild from the log"] = f"{done.duration_ms / 1e3:.1f} s, {done.learned:,} reactions, equal: {done.equal}"
        found["memory owned at the end"] = f"{memory()['owned'] - began:.0f} MB more than before"
    return found


def timed(engine: ThompsonPerformanceEngine, round_: int | None) -> float:
    start = time.perf_counter()
    engine.rank(LIMIT, 0.3, round_=round_)
    return time.perf_counter() - start


async def asked(feed: Feed) -> float:
    start = time.perf_counter()
    await feed.deck(limit=LIMIT)
    return time.perf_counter() - start


def spread(times: Sequence[float]) -> str:
    ordered = sorted(times)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3  # noqa: E731
    return f"p50 {median(ordered) * 1e3:.2f} ms, p95 {at(0.95):.2f} ms, worst {ordered[-1] * 1e3:.1f} ms"
