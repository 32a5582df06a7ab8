"""Ranking a large home: its rows on disk, what is believed of each job in memory."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.store.home import Home, unseen
from benchmarks.store.postings import NOW
from benchmarks.store.spread import spread

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


async def measure(home: Home, rows_in: Path) -> dict[str, str]:
    """The figures, by name."""
    await asyncio.to_thread(warm)
    found = {}
    began = memory()["owned"]
    async with opened(home, rows_in) as (_, engine, feed):
        await started(engine, feed)  # of a new home: it folds the log, which is what a rebuild does
    async with opened(home, rows_in) as (_, engine, feed):
        found["first deck of a start"], found["everything ranked"] = await started(engine, feed)
        found["rank"] = spread([timed(engine, n) for n in range(ROUNDS)])
        found["a deck"] = spread([await asked(feed) for _ in range(20)])
        size = memory()
        found["memory"] = f"{size['owned'] - began:.0f} MB more owned than before, {size['mapped']:.0f} of files mapped"
        ranked, whole = [], []
        for posting in list(unseen(home, 24)):
            await feed.react(posting.id, ReactionKind.PASS)
            start = time.perf_counter()
            ranked.append((await feed.deck(limit=LIMIT)).duration_ms / 1e3)
            whole.append(time.perf_counter() - start)
        found["from a reaction to the next deck, learned and ranked"] = spread(whole)
        found["of it the ranking"] = spread(ranked)
        built = await feed.rebuild()
        found["rebuild from the log"] = (
            f"{built.duration_ms / 1e3:.1f} s, {built.learned:,} reactions, equal: {built.equal}"
        )
    return found


async def started(engine: ThompsonPerformanceEngine, feed: Feed) -> tuple[str, str]:
    """Start a feed; what the first deck took, asked for at once, and what everything took."""
    start = time.perf_counter()
    starting = asyncio.create_task(feed.start())
    await asyncio.sleep(0)
    deck = await feed.deck(limit=LIMIT)
    first = f"{time.perf_counter() - start:.2f} s, of {deck.eligible:,} jobs"
    await starting
    return first, f"{time.perf_counter() - start:.1f} s, {len(engine):,} jobs"


def timed(engine: ThompsonPerformanceEngine, round_: int | None) -> float:
    start = time.perf_counter()
    engine.rank(LIMIT, 0.3, round_=round_)
    return time.perf_counter() - start


async def asked(feed: Feed) -> float:
    start = time.perf_counter()
    await feed.deck(limit=LIMIT)
    return time.perf_counter() - start
