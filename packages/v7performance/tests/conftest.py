"""What several tests here build."""

import pytest

from v7core.registry import MonitoringSystemRegistry
from v7core.testing.fakes.measuring import FixedClock, MemoryHistory, MemoryLoadLevel
from v7performance import ProductionMetricsDashboard, ProductionPerformanceMonitor


class Bench:
    """A dashboard over one monitor, whose time is moved by hand."""

    def __init__(self, **options):
        self.clock = FixedClock()
        self.load = MemoryLoadLevel()
        self.history = options.pop("history", None) or MemoryHistory()
        self.monitor = ProductionPerformanceMonitor(clock=self.clock, window_s=options.pop("window_s", 5.0))
        self.registry = MonitoringSystemRegistry()
        self.registry.register_performance_monitor(self.monitor)
        self.dashboard = ProductionMetricsDashboard(
            self.registry, options.pop("sources", None), self.history, self.clock, self.load, **options
        )

    async def run(self, seconds, figures=None):
        """Look once a second; `figures` are recorded before each look, called with the second if callable."""
        for second in range(seconds):
            for name, value in (figures or {}).items():
                self.monitor.record(name, value(second) if callable(value) else value)
            await self.dashboard.refresh_metrics()
            self.clock.advance(1)

    async def alerts(self):
        """Titles of the standing alerts."""
        return [alert.title for alert in (await self.dashboard.system_health()).active_alerts]

    async def events(self):
        """Descriptions, the oldest first."""
        return [event.description for event in reversed((await self.dashboard.system_health()).recent_events)]


@pytest.fixture
def bench():
    """Builds a `Bench` from a dashboard's options."""
    return Bench
