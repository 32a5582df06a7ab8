"""Ports over fakes, and a look at what stands on the screen."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from v7core.models.dashboard import DashboardMetrics, PerformanceTrendData, SystemHealthData
from v7core.models.person import Settings
from v7core.testing.fakes import (
    FixedClock,
    ListRecorder,
    MemoryFeed,
    MemoryLog,
    MemorySaved,
    MemorySearch,
    MemorySearches,
    MemorySettings,
    MemorySources,
)
from v7core.testing.samples import postings
from v7ui import Ports, V7App


class StillDashboard:
    """A dashboard that says what it was given, or raises it."""

    def __init__(self):
        self.metrics = DashboardMetrics()
        self.trend = PerformanceTrendData()
        self.health = SystemHealthData()
        self.error = None
        self.asked = []

    async def _answer(self, value):
        if self.error is not None:
            raise self.error
        return value

    async def current_metrics(self):
        return await self._answer(self.metrics)

    async def performance_trend(self, hours=1):
        self.asked.append(hours)
        return await self._answer(self.trend)

    async def system_health(self):
        return await self._answer(self.health)

    async def start_real_time_monitoring(self):
        pass

    async def stop_monitoring(self):
        pass


@pytest.fixture
def ports() -> Ports:
    """Twelve sample jobs, no source, nothing measured, and a person who has said who they are."""
    sample = postings(12)
    clock = FixedClock()
    return Ports(
        feed=MemoryFeed(sample, MemoryLog()),
        search=MemorySearch(sample),
        searches=MemorySearches(sample, clock),
        sources=MemorySources(),
        saved=MemorySaved(sample, clock),
        settings=MemorySettings(Settings(match_text="a baker")),
        dashboard=StillDashboard(),
        recorder=ListRecorder(),
        clock=clock,
        open_url=lambda url: None,
    )


@pytest.fixture
def with_ports(ports) -> Callable[..., Ports]:
    """The ports with some replaced."""
    return lambda **changes: replace(ports, **changes)


@pytest.fixture
def capture() -> Callable[[V7App], str]:
    """The screen as text."""

    def text(app: V7App) -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    return text


@pytest.fixture
def until():
    """Wait until something holds; fail with what it was after five seconds."""

    async def wait(pilot, holds, seconds=5.0):
        for _ in range(int(seconds / 0.02)):
            if holds():
                return
            await pilot.pause(0.02)
        raise AssertionError("it never came to hold")

    return wait
