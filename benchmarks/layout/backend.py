"""Everything that is not the screen: fetch, parse, store, hash, rank. The same code in every layout."""

import asyncio
import gc
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
from benchmarks.layout import parsing, store
from benchmarks.layout.wire import Card, Snapshot, SourceRow

_REASONS = tuple((name, 0.31) for name in ("python", "postgres", "remote", "senior", "german", "berlin", "data", "api"))


class Backend:
    """Sources, store and engine. One thread ingests, one thread ranks, the loop it runs on waits for both.

    Args:
        addresses: One a source.
        home: Folder of the database.
        size: Postings the pool holds.
        parse_here: Parse on the event loop rather than in the ingesting thread.
    """

    def __init__(self, addresses: Sequence[str], home: Path, size: int, *, parse_here: bool = False) -> None:
        self._addresses, self._home, self._size, self._parse_here = addresses, home, size, parse_here
        self._ingest, self._rank = ThreadPoolExecutor(1, "ingest"), ThreadPoolExecutor(1, "engine")
        self._writer, self._reader = store.create(home / "v7.db"), store.connect(home / "v7.db")
        self._engine = None
        self._waiting: list[tuple[str, str]] = []
        self._seen: set[str] = set()
        self._rows = [SourceRow(f"source {number:02}", 0, 0, 0.0) for number in range(len(addresses))]
        self._rank_ms = 0.0
        self.rounds, self.ready_at, self.first_round_at = 0, None, None
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Warm the engine and refresh every source, round after round, until `stopping` is set."""
        warming = asyncio.create_task(self._warm())
        async with httpx2.AsyncClient(timeout=10) as client:
            while not self.stopping.is_set():
                gate = asyncio.Semaphore(8)
                await asyncio.gather(*(self._refresh(client, gate, n) for n in range(len(self._addresses))))
                self.rounds += 1
                if self.rounds == 1:
                    await warming
                    await self._on(self._ingest, self._admit)
                    self.first_round_at = time.monotonic()
        await warming

    async def _on(self, pool: ThreadPoolExecutor, work, *arguments):
        return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)

    async def _warm(self) -> None:
        if not any(Path(os.environ["NUMBA_CACHE_DIR"]).rglob("*.nbi")):  # noqa: ASYNC240 - at the start, before anything waits
            compiler = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.layout.kernels")
            await compiler.wait()
        self._engine = await self._on(self._rank, self._load)
        gc.freeze()
        self.ready_at = time.monotonic()

    def _load(self):
        from benchmarks.layout.engine import Engine

        return Engine(self._size)

    async def _refresh(self, client: httpx2.AsyncClient, gate: asyncio.Semaphore, number: int) -> None:
        async with gate:
            if self.stopping.is_set():
                return
            started = time.perf_counter()
            answer = await client.get(self._addresses[number])
            kind = answer.headers["content-type"]
            if self._parse_here:
                postings = parsing.parse(kind, answer.content)
            else:
                postings = await self._on(self._ingest, parsing.parse, kind, answer.content)
            await self._on(self._ingest, self._keep, number, postings)
            row = self._rows[number]
            spent = (time.perf_counter() - started) * 1000
            self._rows[number] = SourceRow(row.name, row.fetched + 1, len(postings), spent)

    def _keep(self, number: int, postings: list[parsing.Posting]) -> None:
        fresh = []
        for posting in postings:
            key = f"{number}:{posting.id}"
            if key not in self._seen and len(self._seen) < self._size:
                self._seen.add(key)
                fresh.append((key, posting))
        for start in range(0, len(fresh), 100):
            batch = fresh[start : start + 100]
            store.insert(self._writer, batch)
            self._waiting += [(key, f"{posting.title} {posting.text}") for key, posting in batch]
            self._admit()

    def _admit(self) -> None:
        if self._engine is not None:
            for key, text in self._waiting:
                self._engine.admit(key, text)
            self._waiting.clear()

    async def deck(self, limit: int) -> tuple[Card, ...]:
        """The best postings now; empty while the engine warms."""
        return await self._on(self._rank, self._deck, limit) if self._engine is not None else ()

    def _deck(self, limit: int) -> tuple[Card, ...]:
        started = time.perf_counter()
        ranked = self._engine.rank(limit)
        self._rank_ms = (time.perf_counter() - started) * 1000
        shown = store.cards(self._reader, [key for key, _ in ranked])
        return tuple(Card(key, *shown[key], score, _REASONS) for key, score in ranked)

    def snapshot(self) -> Snapshot:
        return Snapshot(len(self._seen), self.rounds, self._engine is not None, self._rank_ms, tuple(self._rows))
