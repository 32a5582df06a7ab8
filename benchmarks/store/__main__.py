"""Run with `uv run python -m benchmarks.store [--million] [--folder DIR]`; prints the table of docs/performance.md.

Times are wall times of one process; `cpu` is what this process was charged. The machine's load is printed, since other
work on it shows in every figure.
"""

import argparse
import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.store.home import BOARD, Home, build
from benchmarks.store.postings import NOW, WORDS_A_TEXT, boards, queries
from benchmarks.store.ranking import measure
from benchmarks.store.spread import spread

from v7core.models.feed import ProfileKind, Reaction, ReactionKind
from v7core.models.filters import JobFilter, SearchQuery
from v7core.models.jobs import Workplace
from v7core.testing import samples
from v7core.testing.fakes import FixedClock
from v7services.storage import Storage, maintenance, polls
from v7services.storage.opening import open_database


def say(name: str, value: str) -> None:
    print(f"| {name} | {value} |", flush=True)


def stages(folder: Path, count: int) -> None:
    """What one posting costs, stage by stage, as CPU time."""
    opened = open_database(folder / "stages.sqlite3")
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], object]) -> object:
        start = time.process_time()
        done = work()
        spent[name] = spent.get(name, 0.0) + time.process_time() - start
        return done

    done = 0
    c = opened.connection
    for key, postings in boards(count // BOARD, BOARD):
        encoded = timed("encode", lambda: polls.encode_harvest(key, postings, 0))  # noqa: B023
        c.execute("begin immediate")
        report, harvest = samples.report(key=key), samples.harvest(postings)
        timed("write (rows, full-text index)", lambda: polls.write_poll(c, report, harvest, encoded, 0))  # noqa: B023
        timed("commit", lambda: c.execute("commit"))
        timed("checkpoint", lambda: c.execute("pragma wal_checkpoint(truncate)").fetchone())
        done += len(postings)
    for each in (opened.connection, opened.turns, opened.use):
        each.close()
    for name, seconds in spent.items():
        say(f"ingest, {name}", f"{seconds / done * 1e6:.0f} µs a posting (cpu)")
    say("ingest, all of it", f"{sum(spent.values()) / done * 1e6:.0f} µs a posting (cpu)")


async def again(storage: Storage) -> None:
    key, postings = next(boards(1, BOARD))
    start = time.perf_counter()
    report = await storage.jobs.commit_poll(samples.report(key=key), samples.harvest(postings[::-1]))
    elapsed = time.perf_counter() - start
    found = f"{report.new} new, {report.changed} changed"
    say("the same board again, shuffled", f"{elapsed / BOARD * 1e6:.0f} µs a posting, {found}")


async def searches(storage: Storage) -> None:
    kinds = {
        "words": JobFilter(),
        "words, remote": JobFilter(workplaces=frozenset({Workplace.REMOTE})),
        "words, one place, pay floor, known only": JobFilter(
            places=("oslo",), pay_floor=60_000, currency="EUR", keep_unknown=False
        ),
        "words, one board": JobFilter(sources=("lever:company-4",)),
    }  # fmt: skip
    for name, wanted in kinds.items():
        wall, cpu = [], []
        for text in queries():
            start, busy = time.perf_counter(), time.process_time()
            await storage.search.search(SearchQuery(text=text, filters=wanted))
            wall.append(time.perf_counter() - start)
            cpu.append(time.process_time() - busy)
        say(f"search, {name}", f"{spread(wall)} (cpu {spread(cpu)})")
    wall = []
    for _ in range(20):
        start = time.perf_counter()
        await storage.search.search(SearchQuery())
        wall.append(time.perf_counter() - start)
    say("the newest 50", spread(wall))


def event(n: int, key: str) -> Reaction:
    sample = samples.posting(n % 7)
    return Reaction(
        event_key=key, job_id=sample.id, kind=tuple(ReactionKind)[n % 4], profile=ProfileKind.MATCH, at=NOW,
        document_id="0" * 32,
    )  # fmt: skip


async def appends(storage: Storage, count: int = 300) -> None:
    wall = []
    for n in range(count):
        start = time.perf_counter()
        await storage.log.append(event(n, f"one-{n}"))
        wall.append(time.perf_counter() - start)
    say("append one event, durable", spread(wall))


async def the_log(storage: Storage) -> None:
    start = time.perf_counter()
    events = await storage.log.read()
    read = time.perf_counter() - start
    start = time.perf_counter()
    assert await storage.log.verify() is None
    say(f"{len(events):,} events", f"read in {read:.2f} s, chain checked in {time.perf_counter() - start:.2f} s")


async def opening(path: Path) -> None:
    wall, first = [], []
    for _ in range(7):
        start = time.perf_counter()
        async with await Storage.open(path) as storage:
            wall.append(time.perf_counter() - start)
            await storage.search.search(SearchQuery())
            first.append(time.perf_counter() - start)
    say("open", f"{median(wall) * 1e3:.1f} ms, to the first 50 rows {median(first) * 1e3:.1f} ms")


async def main(home: Home, scratch: Path) -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; texts of {WORDS_A_TEXT} words\n")
    print(f"| {home.postings:,} postings | |\n|---|---|")
    if not home.path.exists():
        await asyncio.to_thread(stages, scratch, 10_000)
        wall, busy = await build(home)
        each = f"{wall / home.postings * 1e6:.0f} µs a posting ({busy / home.postings * 1e6:.0f} cpu)"
        say(f"commit_poll, boards of {BOARD}", each)
    async with await Storage.open(home.path, clock=FixedClock(NOW)) as storage:
        await again(storage)
        await the_log(storage)
        await appends(storage)
        await searches(storage)
        start = time.perf_counter()
        found = await maintenance.rebuild(storage.database)
        say("index checked against every text", f"{time.perf_counter() - start:.1f} s, sound: {found.index_was_sound}")
    await opening(home.path)
    size = home.path.stat().st_size
    say("file", f"{size / 1e6:,.0f} MB, {size / home.postings:,.0f} bytes a posting, its feature row among them")
    for name, value in (await measure(home, home.path.parent)).items():
        say(name, value)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    say("largest resident memory, mapped files included", f"{peak:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="benchmarks.store")
    parser.add_argument("--million", action="store_true", help="and 100,000 reactions: 12 GB, half an hour")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument(
        "--folder", type=Path, help="where the home is or is made, and kept; a throw-away one unless told"
    )
    given = parser.parse_args()
    size, said = (1_000_000, 100_000) if given.million else (given.count, given.count // 10)
    with tempfile.TemporaryDirectory(prefix="v7-store-") as place:
        scratch = Path(place)
        asyncio.run(main(Home((given.folder or scratch) / "v7.sqlite3", size, said), scratch))
