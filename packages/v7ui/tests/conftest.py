"""Ports over fakes, and a look at what stands on the screen."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
import textual.app
import textual.pilot
from textual.filter import LineFilter

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
from v7ui.samples import StillDashboard


class Guard(LineFilter):
    """Stands where strips leave for the terminal and notes what could act on one."""

    def __init__(self):
        super().__init__()
        self.raw = []

    def apply(self, segments, background):
        self.raw += [segment.text for segment in segments if not segment.control and not segment.text.isprintable()]
        return segments


@pytest.fixture(autouse=True)
def guard(monkeypatch):
    """Watches every app of every test: not one raw control character may pass."""
    watching = Guard()
    real = V7App.get_line_filters
    monkeypatch.setattr(V7App, "get_line_filters", lambda app: [*real(app), watching])
    yield watching
    assert [] == watching.raw


@pytest.fixture(autouse=True)
def quick_pilot(monkeypatch):
    """Textual's pilot waits after each key until the process is idle, up to a second on a busy machine.

    Here it lets what waits in the loop run; what a test needs to hold, it waits for by itself (`until`).
    """

    async def a_few_turns(*_args, **_options):
        for _ in range(4):
            await asyncio.sleep(0.001)

    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", a_few_turns)


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
    """Wait until something holds; fail after thirty seconds, which no quiet machine needs."""

    async def wait(pilot, holds, seconds=30.0):
        for _ in range(int(seconds / 0.01)):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never came to hold")

    return wait
