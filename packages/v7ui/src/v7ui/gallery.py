"""Every screen on sample jobs and fakes: `python -m v7ui.gallery`. Nothing is stored, fetched or opened.

What the Live screen shows there is measured: the real monitor watches this very process. A *scene* is one screen in one
state on figures that stand still, which makes the same picture every time: `v7ui.pictures` and the snapshots use them.
"""

import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count as counter
from typing import Final

from textual.filter import LineFilter, Monochrome
from textual.pilot import Pilot

from v7core.clock import SystemClock
from v7core.models.filters import SearchQuery
from v7core.models.person import ApplicationStage, Settings
from v7core.protocols import Clock
from v7core.registry import MonitoringSystemRegistry
from v7core.testing.fakes import (
    FixedClock,
    ListRecorder,
    MemoryPacks,
    MemorySaved,
    MemorySearch,
    MemorySearches,
    MemorySettings,
    MemorySources,
)
from v7core.testing.samples import starter_pack
from v7performance import ProductionMetricsDashboard, ProductionPerformanceMonitor, RuntimeProbes
from v7ui.app import V7App
from v7ui.frames import FrameMeter
from v7ui.look import Look
from v7ui.ports import Ports
from v7ui.samples import ME, SampleFeed, SampleSources, sample_dashboard, sample_posting
from v7ui.terminal import run

JOBS: Final = 60


class GalleryDashboard(ProductionMetricsDashboard):
    """The real dashboard, with the probes of this process."""

    def __init__(self, monitor: ProductionPerformanceMonitor, sources: MemorySources) -> None:
        registry = MonitoringSystemRegistry()
        registry.register_performance_monitor(monitor)
        super().__init__(registry, sources)
        self._probes = RuntimeProbes(monitor)

    async def start_real_time_monitoring(self) -> None:
        await self._probes.start()
        await super().start_real_time_monitoring()

    async def stop_monitoring(self) -> None:
        await super().stop_monitoring()
        await self._probes.stop()


def sample_ports(count: int = JOBS, clock: Clock | None = None) -> Ports:
    """Ports over fakes, with a monitor that measures this process.

    Args:
        count: Jobs, >= 0.
        clock: The machine's unless given.
    """
    clock = clock or SystemClock()
    sample = [sample_posting(n, clock.now()) for n in range(count)]
    monitor = ProductionPerformanceMonitor(clock=clock)
    sources = SampleSources(clock.now())
    return Ports(
        feed=SampleFeed(sample),
        search=MemorySearch(sample),
        searches=MemorySearches(sample, FixedClock(clock.now())),
        sources=sources,
        saved=MemorySaved(sample, FixedClock(clock.now())),
        settings=MemorySettings(ME),
        dashboard=GalleryDashboard(monitor, sources),
        recorder=monitor,
        clock=clock,
        open_url=_not_opened,
    )


def still_ports(count: int = JOBS) -> Ports:
    """Ports whose every figure stands still."""
    return replace(sample_ports(count, FixedClock()), dashboard=sample_dashboard(), recorder=ListRecorder())


def _not_opened(url: str) -> None:
    raise OSError("the gallery opens nothing")


# --- scenes ---------------------------------------------------------------------------------------------------------

Steps = Callable[[Pilot[None]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """A screen in a state worth a picture."""

    start: str
    keys: tuple[str, ...] = ()
    """Pressed one by one, each when the screen has settled."""
    first_start: bool = False
    """Whether nobody has said anything yet and there is no source."""


SCENES: Final = {
    "deck": Scene("deck", ("j", "x", "i", "k")),
    "search": Scene("search", (*"baker hybrid", "enter", "f", "j")),
    "live": Scene("live", ("r",)),
    "sources": Scene("sources", ("j", "j")),
    "saved": Scene("saved", ("j",)),
    "settings": Scene("settings", ("j",)),
    "help": Scene("deck", ("question_mark",)),
    "first-run": Scene("deck", (*"baker, night shifts", "enter", "enter", *"health, ger"), first_start=True),
}
"""By the name of their picture."""


class Colourless(V7App):
    """Draws as with NO_COLOR in the environment."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), Monochrome()]


async def scene_app(name: str, *, look: Look | None = None, theme: str = "v7-dark", colour: bool = True) -> V7App:
    """The app of a scene, not started yet."""
    scene, ports = SCENES[name], still_ports()
    if scene.first_start:
        packs = [starter_pack(trade, place) for place in ("germany", "leeds") for trade in ("health", "food")]
        ports = replace(ports, settings=MemorySettings(Settings()), sources=MemorySources(), packs=MemoryPacks(packs))
    else:
        await ports.settings.save(replace(ME, theme=theme))
        stages = (ApplicationStage.SAVED, ApplicationStage.CLOSED, ApplicationStage.APPLIED, ApplicationStage.INTERVIEW)
        for n, stage in enumerate(stages):
            note = "Call Anna on Monday, ask about Sundays" if stage is ApplicationStage.INTERVIEW else None
            await ports.saved.move(sample_posting(7 * n + 1).id, stage, note=note)
        await ports.searches.keep("night nurse", SearchQuery(text="night nurse"))
    app = (V7App if colour else Colourless)(ports, start=scene.start, look=look)
    ticks = counter()
    app.room.meter = FrameMeter(ports.recorder, lambda: next(ticks) * 0.0065)
    return app


async def play(name: str, pilot: Pilot[None]) -> None:
    """Press a scene's keys, and wait until nothing changes any more."""
    await settle(pilot)
    for key in SCENES[name].keys:
        await pilot.press(key)
        if key == "enter":
            await settle(pilot)
    await settle(pilot)


async def settle(pilot: Pilot[None], looks: int = 4) -> None:
    """Wait until the screen looks the same `looks` times in a row; at most ten seconds."""
    before, same = "", 0
    for _ in range(200):
        await pilot.pause(0.05)
        now = pilot.app.export_screenshot()
        same = same + 1 if now == before else 0
        if same >= looks:
            return
        before = now


if __name__ == "__main__":
    sys.exit(run(V7App(sample_ports(int(sys.argv[1]) if len(sys.argv) > 1 else JOBS), banner="SAMPLE")))
