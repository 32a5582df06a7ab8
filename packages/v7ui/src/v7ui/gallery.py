"""Every screen on sample jobs and fakes: `python -m v7ui.gallery`. Nothing is stored, fetched or opened.

What the Live screen shows is measured: the real monitor watches this very process.
"""

import sys
from dataclasses import replace
from datetime import datetime, timedelta

from v7core.clock import SystemClock
from v7core.models.jobs import Dated, JobPosting, Pay, PayPeriod, Seniority, Workplace
from v7core.models.sources import PollOutcome, SourceCondition, SourceKey, SourceState
from v7core.protocols import Clock
from v7core.registry import MonitoringSystemRegistry
from v7core.testing.fakes import (
    FixedClock,
    MemoryFeed,
    MemorySaved,
    MemorySearch,
    MemorySearches,
    MemorySettings,
    MemorySources,
)
from v7core.testing.samples import NOW, posting
from v7performance import ProductionMetricsDashboard, ProductionPerformanceMonitor, RuntimeProbes
from v7ui.app import V7App
from v7ui.ports import Ports

_COMPANIES = ("Nordlicht", "Acme", "Kestrel Rail", "Wren & Sons", "Tal Klinik", "Harbour Foods")


def sample_posting(n: int, now: datetime = NOW) -> JobPosting:
    """The n-th posting of the gallery: a sample with pay, level and a longer text, posted up to two weeks ago."""
    base = posting(n)
    pay = (
        None
        if n % 4 == 3
        else Pay(
            minimum=30_000 + 2_500 * (n % 16), maximum=38_000 + 3_000 * (n % 16), currency="EUR", period=PayPeriod.YEAR
        )
    )
    text = (
        f"{base.text}\n\nYou work in a team of {3 + n % 9}. We plan shifts four weeks ahead, and nobody is alone on a "
        "first day.\n\nWhat you bring: care for detail, and a way of explaining what you do to people who do not.\n\n"
        "What we offer: training on full pay, a ticket for the train, and a kitchen that is used."
    )
    return replace(
        base,
        company=_COMPANIES[n % len(_COMPANIES)],
        workplace=(Workplace.REMOTE, Workplace.HYBRID, Workplace.ONSITE)[n % 3],
        seniority=list(Seniority)[n % len(Seniority)],
        pay=pay,
        posted=Dated(at=now - timedelta(hours=(7 * n) % 336), provenance="first_published"),
        text=text,
    )


class GallerySources(MemorySources):
    """A directory that shows every condition a source can be in."""

    def __init__(self, now: datetime = NOW) -> None:
        super().__init__()
        outcomes = (PollOutcome.OK, PollOutcome.RATE_LIMITED, PollOutcome.UNREACHABLE, PollOutcome.PAUSED, None)
        for number, outcome in enumerate(outcomes):
            key = SourceKey(source=("greenhouse", "lever", "feed")[number % 3], board=f"sample{number}")
            condition = outcome.condition if outcome else SourceCondition.NEVER_POLLED
            trouble = condition in (SourceCondition.DEGRADED, SourceCondition.UNAVAILABLE)
            self._states[key] = SourceState(
                key=key,
                name=f"{_COMPANIES[number]} ({key.source.title()})",
                condition=condition,
                outcome=outcome,
                reason="the server asks to wait" if trouble else "",
                open_jobs=0 if outcome is None else 40 - 7 * number,
                last_poll=now - timedelta(minutes=5) if outcome else None,
                last_success=now - timedelta(hours=2) if trouble else now - timedelta(minutes=5) if outcome else None,
                next_try=now + timedelta(minutes=20) if trouble else None,
            )


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


def sample_ports(count: int = 60, clock: Clock | None = None) -> Ports:
    """Ports over fakes, with a monitor that measures this process.

    Args:
        count: Jobs, >= 0.
        clock: The machine's unless given.
    """
    clock = clock or SystemClock()
    sample = [sample_posting(n, clock.now()) for n in range(count)]
    monitor = ProductionPerformanceMonitor(clock=clock)
    sources = GallerySources(clock.now())
    return Ports(
        feed=MemoryFeed(sample),
        search=MemorySearch(sample),
        searches=MemorySearches(sample, FixedClock(clock.now())),
        sources=sources,
        saved=MemorySaved(sample, FixedClock(clock.now())),
        settings=MemorySettings(),
        dashboard=GalleryDashboard(monitor, sources),
        recorder=monitor,
        clock=clock,
        open_url=_not_opened,
    )


def _not_opened(url: str) -> None:
    raise OSError("the gallery opens nothing")


if __name__ == "__main__":
    V7App(sample_ports(int(sys.argv[1]) if len(sys.argv) > 1 else 60), banner="SAMPLE").run()
