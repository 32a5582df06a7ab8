"""The measured app: `app.py LAYOUT OUT SIZE SECONDS HOME ADDRESSES`, run on a real pty by `run.py`.

A ticker asks for 2 ms and notes how late it comes: the event loop's lag. Every update of the screen is timed from the
compositor to the terminal sequence handed to the driver. The window opens once the first paint is settled and its
objects are frozen, and holds the start of the backend, its warming and its refreshing.
"""

import asyncio
import gc
import sys
import time
from array import array
from pathlib import Path

import msgspec
from benchmarks.layout.rooms import LAYOUTS, InChildEarly, Plan
from benchmarks.layout.screen import MARKER, Chart, Lines, source_lines
from textual.app import App, ComposeResult
from textual.screen import Screen

TICK = 0.002


class Live(Screen[None]):
    """The screen under test; it times its own frames."""

    def __init__(self) -> None:
        super().__init__()
        self.frames = array("d")
        self.head, self.cards, self.sources = Lines(1), Lines(4), Lines(43)
        self.charts = [Chart() for _ in range(3)]

    def compose(self) -> ComposeResult:
        yield from (self.head, self.cards, *self.charts, self.sources)

    def _on_timer_update(self) -> None:
        started = time.perf_counter()
        super()._on_timer_update()
        self.frames.append(time.perf_counter() - started)


class Measured(App[None]):
    """One run of one layout."""

    def __init__(self, layout: str, out: Path, plan: Plan) -> None:
        super().__init__()
        self._room, self._out, self._plan = LAYOUTS[layout](plan), out, plan
        self._lags, self._at = array("d"), array("d")
        self._trips = {"warming": [], "quiet": []}
        self.live, self._count, self._result = Live(), 0, {}

    async def on_mount(self) -> None:
        await self.push_screen(self.live)
        if isinstance(self._room, InChildEarly):
            await self._room.start()
        self.live.head.show([f"{MARKER} {sys.argv[1]}"])
        self.run_worker(self._measure())

    def _frame(self) -> None:
        self._count += 1
        snapshot, live = self._room.snapshot(), self.live
        gauges = (
            ("stored", snapshot.stored),
            ("rounds", snapshot.rounds),
            ("rank ms", snapshot.rank_ms),
            ("t", self._count),
        )
        live.cards.show([f"{name:<22} {value:>10.3f}  {'█' * (self._count % 30):<30}" for name, value in gauges])
        for chart, value in zip(live.charts, (snapshot.stored, snapshot.rank_ms, self._count % 50), strict=True):
            chart.push(float(value))
        live.sources.show(source_lines(snapshot, self._count))

    def _tick(self, due: float) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._lags.append(now - due)
        self._at.append(now)
        loop.call_at(now + TICK, self._tick, now + TICK)

    async def _trip(self, phase: str, limit: int = 200) -> None:
        started = time.perf_counter()
        if await self._room.deck(limit):
            self._trips[phase].append((time.perf_counter() - started) * 1000)

    async def _measure(self) -> None:
        await asyncio.sleep(0.5)
        started = time.perf_counter()
        gc.collect()
        gc.freeze()
        self._result["freeze_ms"] = (time.perf_counter() - started) * 1000
        self.set_interval(0.1, self._frame)
        await asyncio.sleep(0.2)
        self.live.frames = array("d")
        opened = time.monotonic()
        self._tick(asyncio.get_running_loop().time())
        if not isinstance(self._room, InChildEarly):
            await self._room.start()
        while time.monotonic() - opened < self._plan.seconds:
            await asyncio.gather(asyncio.sleep(1), self._trip("warming"))
        lags, at, frames = self._lags[:], self._at[:], self.live.frames[:]
        await asyncio.sleep(1)
        for _ in range(30):
            await self._trip("quiet")
        stored, closed = self._room.snapshot().stored, time.monotonic()
        await asyncio.sleep(0.3)
        await self._room.stop()
        self._result |= {
            "opened": opened,
            "closed": closed,
            "lags": [lag * 1000 for lag in lags],
            "at": list(at),
            "frames": [frame * 1000 for frame in frames],
            "trips": self._trips,
            "stored": stored,
            **self._room.marks(),
        }
        self._out.write_bytes(msgspec.json.encode(self._result))
        self.exit()


if __name__ == "__main__":
    name, out, size, seconds, home, addresses = sys.argv[1:]
    plan = Plan(msgspec.json.decode(addresses), Path(home), int(size), float(seconds))
    Measured(name, Path(out), plan).run()
