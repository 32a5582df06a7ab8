"""All monitors are asked, and each metric is combined by its rule."""

import pytest

from v7core import MetricType, MonitoringSystemRegistry, PerformanceSnapshot
from v7core.registry import aggregate
from v7core.testing import contracts, samples


class Monitor:
    """Answers with what it is given."""

    def __init__(self, counts=None, **values):
        self.taken = []
        pairs = tuple((MetricType(name), count) for name, count in (counts or {}).items())
        self.answer = PerformanceSnapshot(timestamp=samples.NOW, counts=pairs, **values)

    def record_metric(self, metric, value):
        self.taken.append((metric, value))

    async def get_current_performance(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class TestRegistry(contracts.RecorderContract):
    """The registry is a recorder."""

    @pytest.fixture
    def subject(self):
        registry = MonitoringSystemRegistry()
        registry.register_performance_monitor(Monitor())
        return registry


async def test_every_monitor_counts_by_the_metrics_rule():
    """Worst of durations, sum of memory and throughput, rates weighted by their samples."""
    registry = MonitoringSystemRegistry()
    registry.register_performance_monitor(
        Monitor({"error_rate": 1}, thompson_duration_ms=2.0, memory_usage_mb=40.0, error_rate=1.0)
    )
    registry.register_performance_monitor(
        Monitor({"error_rate": 3}, thompson_duration_ms=5.0, memory_usage_mb=60.0, error_rate=0.0, ui_frame_time_ms=7.0)
    )
    snapshot = await registry.get_current_performance_snapshot()
    assert (
        snapshot.thompson_duration_ms,
        snapshot.memory_usage_mb,
        snapshot.error_rate,
        snapshot.ui_frame_time_ms,
    ) == (5.0, 100.0, 0.25, 7.0)
    assert snapshot.cache_hit_rate is None
    assert snapshot.count(MetricType.ERROR_RATE) == 4


async def test_without_monitors_nothing_is_known():
    """And nothing is made up."""
    snapshot = await MonitoringSystemRegistry().get_current_performance_snapshot()
    assert [snapshot.value(metric) for metric in MetricType] == [None] * 7


async def test_a_failing_monitor_is_left_out():
    """One process that died does not hide the other's figures."""
    broken, sound = Monitor(), Monitor(memory_usage_mb=40.0)
    broken.answer = RuntimeError("gone")
    registry = MonitoringSystemRegistry()
    registry.register_performance_monitor(broken)
    registry.register_performance_monitor(sound)
    assert (await registry.get_current_performance_snapshot()).memory_usage_mb == 40.0


async def test_registering_twice_counts_once_and_unregistered_is_gone():
    """A monitor is one monitor."""
    registry, monitor = MonitoringSystemRegistry(), Monitor(memory_usage_mb=40.0)
    registry.register_performance_monitor(monitor)
    registry.register_performance_monitor(monitor)
    assert (await registry.get_current_performance_snapshot()).memory_usage_mb == 40.0
    registry.unregister_performance_monitor(monitor)
    assert (await registry.get_current_performance_snapshot()).memory_usage_mb is None


def test_figures_reach_every_monitor_and_odd_ones_none():
    """NaN is dropped before it poisons an average."""
    registry, one, two = MonitoringSystemRegistry(), Monitor(), Monitor()
    registry.register_performance_monitor(one)
    registry.register_performance_monitor(two)
    registry.record_metric(MetricType.ERROR_RATE, 0.5)
    registry.record_metric(MetricType.ERROR_RATE, float("nan"))
    registry.record("error_rate", 0.25)
    assert [(MetricType.ERROR_RATE, 0.5), (MetricType.ERROR_RATE, 0.25)] == one.taken == two.taken


def test_rates_without_counts_are_averaged():
    """Each monitor counts once."""
    shots = [PerformanceSnapshot(timestamp=samples.NOW, error_rate=rate) for rate in (0.0, 1.0)]
    assert aggregate(shots).error_rate == 0.5
