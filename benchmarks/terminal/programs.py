"""What runs on the pty: `python -m benchmarks.terminal.programs MODE RESULT [NUMBER]`; figures go to RESULT as JSON."""

import asyncio
import gc
import json
import sys
import time
from pathlib import Path

from benchmarks.terminal import ports
from textual import events

from v7ui.app import V7App
from v7ui.frames import FrameMeter

RATE_S, SOURCES = 0.1, 43
WARM = 20
"""Ticks that do not count."""


class Ticks:
    """UI-thread CPU between ticks: handler, layout, paint, serialisation, everything."""

    def __init__(self, app_of, wanted):
        self.last, self.spent, self.wanted, self.app_of = None, [], wanted, app_of

    def __call__(self):
        now = time.thread_time()
        if self.last is not None:
            self.spent.append(1e3 * (now - self.last))
        self.last = now
        if len(self.spent) == WARM:
            gc.collect()
            gc.freeze()
            self.last = time.thread_time()
        if len(self.spent) >= self.wanted + WARM:
            self.app_of().exit()


def anon_mb():
    """10^6 bytes this process owns."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return sum(int(lines[name].split()[0]) for name in ("RssAnon", "RssShmem", "VmSwap")) * 1024 / 1e6


def reference(wanted):
    """CPU a tick of the yardstick."""
    from benchmarks.terminal.reference import Reference

    ticks = Ticks(lambda: app, wanted)
    app = Reference(SOURCES, RATE_S, ticks)
    app.run()
    return {"tick_ms": ticks.spent[WARM:], "memory_mb": anon_mb()}


def live(wanted, *, everything=False):
    """CPU a tick of the Live screen at 10 Hz while a refresh runs.

    `everything` reads histories and sources each tick instead of once a second.
    """
    app = V7App(ports.live_ports(SOURCES), start="live")
    app.room.polled = (7, SOURCES)
    ticks = Ticks(lambda: app, wanted)
    from v7ui.screens.monitoring import ProductionMonitoringView as View

    whole = View.read

    async def read(self, *, everything=everything):
        await whole(self, everything=everything)

    def tick(self):
        ticks()
        real(self)

    real, View._tick, View.read = View._tick, tick, read
    app.room.settings = app.room.settings.__class__(match_text="x", refresh_ms=100)
    asyncio.run(app.room.ports.settings.save(app.room.settings))
    app.run()
    return {"tick_ms": ticks.spent[WARM:], "memory_mb": anon_mb()}


def flat(wanted):
    """Live ticks back to back: what the process owns after a tenth of them and at the end."""
    app, marks = V7App(ports.live_ports(SOURCES), start="live"), []

    async def run():
        await asyncio.sleep(2)
        screen = app.screen
        screen.paused = True
        for n in range(wanted):
            await screen.read(everything=n % 10 == 0)
            for _ in range(4):  # lets what must be painted reach the screen
                await asyncio.sleep(0)
            screen._on_timer_update()
            if n in (wanted // 10, wanted // 2, wanted - 1):
                gc.collect()
                marks.append(anon_mb())
        app.exit()

    app.call_later(lambda: app.run_worker(run()))
    app.run()
    return {"memory_mb": marks, "frames": app.room.meter.count}


class KeyMeter(FrameMeter):
    """From a key's arrival to the frame that answers it: wall and UI-thread CPU, ms."""

    def __init__(self, recorder):
        super().__init__(recorder)
        self.pending, self.wall, self.cpu = None, [], []

    def end(self):
        super().end()
        if self.painted and self.pending is not None:
            wall, cpu = self.pending
            self.wall.append(1e3 * (time.perf_counter() - wall))
            self.cpu.append(1e3 * (time.thread_time() - cpu))
            self.pending = None


class KeyApp(V7App):
    """Notes when keys come."""

    async def on_event(self, event):
        if isinstance(event, events.Key) and isinstance(self.room.meter, KeyMeter):
            self.room.meter.pending = (time.perf_counter(), time.thread_time())
        await super().on_event(event)


def deck(jobs):
    """Key to paint on a deck, keys from the other end of the pty; q ends it."""
    app = KeyApp(ports.deck_ports(jobs), start="deck")
    app.room.meter = meter = KeyMeter(app.room.ports.recorder)
    from v7ui.screens.deck import DeckScreen

    opened, real = [], DeckScreen._rank

    async def rank(self, **options):
        began, cpu = time.perf_counter(), time.thread_time()
        await real(self, **options)

        def shown():
            opened.append((1e3 * (time.perf_counter() - began), 1e3 * (time.thread_time() - cpu)))

        self.call_after_refresh(shown)

    DeckScreen._rank = rank
    app.run()
    return {"wall_ms": meter.wall, "cpu_ms": meter.cpu, "open_ms": opened, "memory_mb": anon_mb()}


def first():
    """Only a start, on fakes that cost some 50 ms themselves; q ends it."""
    V7App(ports.live_ports(SOURCES), start="deck").run()
    return {}


def main():
    mode, result = sys.argv[1], Path(sys.argv[2])
    number = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    modes = {
        "reference": lambda: reference(number),
        "live": lambda: live(number),
        "live-everything": lambda: live(number, everything=True),
        "flat": lambda: flat(number),
        "deck": lambda: deck(number),
        "first": first,
    }
    result.write_text(json.dumps(modes[mode]()))


if __name__ == "__main__":
    main()
