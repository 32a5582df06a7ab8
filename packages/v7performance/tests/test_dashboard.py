"""The dashboard: nothing made up, everything measured shown, histories kept, looks paced."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from v7core.errors import InvalidValue, StorageError, StorageFault
from v7core.models.dashboard import DashboardMetrics, EventType, SystemStatus, TrendDirection
from v7core.models.metrics import MetricPoint, MetricType
from v7core.models.sources import APIHealthStatus, SourceCondition, SourceKey, SourceState
from v7core.protocols import DegradationStep
from v7core.registry import MonitoringSystemRegistry
from v7core.testing.fakes.faces import MemorySources
from v7core.testing.fakes.measuring import FixedClock, MemoryHistory
from v7performance import (
    ProductionMetricsDashboard,
    ProductionPerformanceMonitor,
    format_duration_short,
    status_of,
)


def source(board, condition, **changes):
    """A source in a state."""
    key = SourceKey(source="lever", board=board)
    return SourceState(key=key, name=board.title(), condition=condition, **changes)


class Directory(MemorySources):
    """A directory whose states a test sets."""

    def __init__(self, *states):
        super().__init__()
        self.put(*states)

    def put(self, *states):
        self._states = {state.key: state for state in states}


async def test_a_fresh_system_has_no_data_anywhere(bench):
    """Not on the cards, in the trends, in the status document, in the scores."""
    fresh = bench(sources=Directory())
    assert DashboardMetrics(active_job_sources=0, total_jobs_available=0) == await fresh.dashboard.current_metrics()
    status = await status_of(fresh.dashboard)
    assert {None} == set(status["metrics"].values()) | set(status["trends"].values())
    assert (None, None, None) == (status["budget_score"], status["dashboard_score"], status["compliant"])
    assert ({}, [], []) == (status["stages"], status["alerts"], status["violations"])
    assert "no data yet" == fresh.dashboard.format_duration((await fresh.dashboard.current_metrics()).ui_frame_time_ms)


async def test_known_work_is_found(bench):
    """Each figure recorded is the figure shown, on the cards and in the document."""
    system = bench()
    for n, metric in enumerate(MetricType, start=1):
        system.monitor.record_metric(metric, n / 100)
    metrics = await system.dashboard.current_metrics()
    assert (0.01, 0.02, 0.03) == (metrics.thompson_performance_ms, metrics.memory_usage_mb, metrics.network_latency_ms)
    assert (0.04, 0.05) == (metrics.cache_hit_rate, metrics.error_rate)
    assert (0.06, 0.07) == (metrics.ui_frame_time_ms, metrics.throughput_jobs_per_second)
    status = await status_of(system.dashboard)
    assert {metric.value: n / 100 for n, metric in enumerate(MetricType, start=1)} == status["metrics"]


async def test_several_processes_are_one_system(bench):
    """Memory adds up, the worse duration stands, and the budgets hold for the sum."""
    system = bench()
    other = ProductionPerformanceMonitor(clock=system.clock)
    system.registry.register_performance_monitor(other)
    for monitor, memory, duration in ((system.monitor, 120.0, 3.0), (other, 90.0, 7.0)):
        monitor.record_metric(MetricType.MEMORY_USAGE, memory)
        monitor.record_metric(MetricType.THOMPSON_DURATION, duration)
        monitor.record("gc.pause_ms", duration)
    metrics = await system.dashboard.refresh_metrics()
    assert (210.0, 7.0) == (metrics.memory_usage_mb, metrics.thompson_performance_ms)
    assert not (await system.dashboard.validate()).is_compliant
    assert (await system.monitor.validate_performance()).is_compliant
    assert 7.0 == (await system.dashboard.stages())["gc.pause_ms"].p95


async def test_every_source_has_a_status_and_paused_ones_do_not_count(bench):
    """Active, jobs, health share and the seed's per-adapter view."""
    system = bench(
        sources=Directory(
            source("a", SourceCondition.OK, open_jobs=7),
            source("b", SourceCondition.UNAVAILABLE, reason="host not found"),
            source("c", SourceCondition.PAUSED),
            source("d", SourceCondition.NEVER_POLLED),
        )
    )
    metrics = await system.dashboard.current_metrics()
    assert (3, 7, 0.5) == (metrics.active_job_sources, metrics.total_jobs_available, metrics.source_health_score)
    assert APIHealthStatus.UNAVAILABLE is metrics.lever_status
    assert ["API Service Unavailable"] == await system.alerts()
    assert SystemStatus.WARNING is (await system.dashboard.system_health()).overall_status


async def test_a_directory_that_fails_leaves_sources_unknown(bench):
    """The rest of the look goes on."""

    class Failing(Directory):
        async def list(self):
            raise StorageError(StorageFault.BUSY, "locked")

    system = bench(sources=Failing())
    system.monitor.record_metric(MetricType.ERROR_RATE, 0.5)
    metrics = await system.dashboard.current_metrics()
    assert (None, None, 0.5) == (metrics.active_job_sources, metrics.source_health_score, metrics.error_rate)


async def test_histories_survive_a_restart(bench):
    """What one dashboard kept, the next one over the same store shows, minimum and maximum folded in."""
    first = bench()
    await first.run(60, {MetricType.THOMPSON_DURATION.value: 4.0})
    second = ProductionMetricsDashboard(first.registry, None, first.history, first.clock)
    history = (await second.performance_trend(1)).thompson_performance_history
    assert len(history) >= 10
    assert {4.0} == {point.value for point in history}


async def test_a_day_is_read_at_the_screens_resolution(bench):
    """24 hours of points become at most 120 and the trend is seen."""
    system = bench()
    begin = system.clock.now() - timedelta(hours=24)
    points = [
        MetricPoint(metric="memory_usage_mb", at=begin + timedelta(seconds=5 * n), value=100 + n / 500)
        for n in range(17_280)
    ]
    await system.history.append(points)
    day = await system.dashboard.performance_trend(24)
    assert 100 <= len(day.memory_usage_history) <= 120
    assert (TrendDirection.DEGRADING, None) == (day.memory_trend, day.thompson_trend)
    hour = await system.dashboard.performance_trend(1)
    assert hour.memory_usage_history[0].timestamp >= system.clock.now() - timedelta(hours=1)


@pytest.mark.parametrize("hours", [0, 2, -1, 25, None])
async def test_other_ranges_are_refused(bench, hours):
    """Only 1, 6 and 24 hours exist."""
    with pytest.raises(InvalidValue):
        await bench().dashboard.performance_trend(hours)


async def test_looking_again_is_not_measuring_again(bench):
    """A figure that left its window adds no points to its history."""
    system = bench()
    system.monitor.record_metric(MetricType.THOMPSON_DURATION, 4.0)
    await system.run(60)
    (only, *rest) = (await system.dashboard.performance_trend()).thompson_performance_history
    assert (4.0, True) == (only.value, len(rest) <= 1)


async def test_a_store_that_fails_is_seen_and_loses_nothing(bench):
    """Points wait, an alert says so, and after the recovery all of them are there."""

    class Flaky(MemoryHistory):
        broken = True

        async def append(self, points):
            if self.broken:
                raise StorageError(StorageFault.FULL, "the disk is full")
            await super().append(points)

    store = Flaky()
    system = bench(history=store)
    await system.run(30, {MetricType.MEMORY_USAGE.value: 50.0})
    assert ["History Not Kept"] == await system.alerts()
    assert 5 <= len((await system.dashboard.performance_trend()).memory_usage_history)
    store.broken = False
    await system.run(10, {MetricType.MEMORY_USAGE.value: 50.0})
    assert [] == await system.alerts()
    kept = await store.read("memory_usage_mb", system.clock.now() - timedelta(hours=1), system.clock.now())
    assert sum(point.count for point in kept) >= 35


async def test_the_pace_follows_the_choice_the_load_and_who_looks(bench):
    """The person's interval while somebody looks, slower under load, 5 s when nobody does."""
    system = bench(refresh_ms=250)
    assert 5.0 == system.dashboard.interval_s
    await system.dashboard.current_metrics()
    assert 0.25 == system.dashboard.interval_s
    system.load.publish(DegradationStep.SLOWER_REFRESH)
    assert 1.0 == system.dashboard.interval_s
    system.clock.advance(6)
    assert 5.0 == system.dashboard.interval_s
    with pytest.raises(InvalidValue):
        system.dashboard.refresh_ms = 333
    assert 250 == system.dashboard.refresh_ms


async def test_asking_often_looks_once_an_interval(bench):
    """A screen that asks at every key does not make the system measure at every key."""
    system = bench(refresh_ms=1000)
    await system.dashboard.current_metrics()
    system.monitor.record_metric(MetricType.ERROR_RATE, 1.0)
    assert (await system.dashboard.current_metrics()).error_rate is None
    system.clock.advance(1)
    assert 1.0 == (await system.dashboard.current_metrics()).error_rate


async def test_the_loop_looks_by_itself_and_its_start_and_end_are_events():
    """On the machine's clock: figures arrive without anybody asking twice."""
    monitor = ProductionPerformanceMonitor()
    history = MemoryHistory()
    registry = MonitoringSystemRegistry()
    registry.register_performance_monitor(monitor)
    dashboard = ProductionMetricsDashboard(registry, history=history, refresh_ms=100)
    monitor.record_metric(MetricType.MEMORY_USAGE, 42.0)
    await dashboard.start_real_time_monitoring()
    for _ in range(100):
        await asyncio.sleep(0.01)
        if (await dashboard.system_health()).last_health_check:
            break
    await dashboard.stop_monitoring()
    health = await dashboard.system_health()
    assert [EventType.SHUTDOWN, EventType.STARTUP] == [event.type for event in health.recent_events]
    assert [42.0] == [point.value for point in history._points]


async def test_maintenance_goes_before_everything(bench):
    """Inside the block, and only there."""
    system = bench()
    await system.dashboard.refresh_metrics()
    with system.dashboard.maintenance():
        assert SystemStatus.MAINTENANCE is (await system.dashboard.system_health()).overall_status
    assert SystemStatus.HEALTHY is (await system.dashboard.system_health()).overall_status


async def test_nothing_is_healthy_before_it_was_checked(bench):
    """The status is unknown, the uptime is not."""
    system = bench()
    system.clock.advance(3)
    health = await system.dashboard.system_health()
    assert (None, None, 3.0) == (health.overall_status, health.last_health_check, health.uptime)


async def test_a_removed_source_takes_its_alert_along(bench):
    """Nobody is told about a board that is no longer asked."""
    directory = Directory(source("a", SourceCondition.UNAVAILABLE))
    system = bench(sources=directory)
    await system.run(2)
    directory.put(replace(source("a", SourceCondition.PAUSED)))
    await system.run(2)
    assert [] == await system.alerts()


def test_the_formats_are_the_guides():
    """Exactly."""
    dashboard = ProductionMetricsDashboard
    assert ("12.3%", "0.0%") == (dashboard.format_percentage(0.1234), dashboard.format_percentage(0))
    assert ["0.028ms", "1.0ms", "12.3ms"] == [dashboard.format_duration(x) for x in (0.028, 1.0, 12.34)]
    assert ["28µs", "120ns", "12.3ms", "1.5s", "2.0min"] == [
        format_duration_short(x) for x in (0.028, 0.00012, 12.34, 1500, 120_000)
    ]


def test_a_fixed_clock_makes_snapshots_repeatable():
    """No hidden source of time."""
    clock = FixedClock()
    monitor = ProductionPerformanceMonitor(clock=clock)
    monitor.record("a_ms", 1.0)
    assert 0.0 == monitor.summary("a_ms").age_s


async def test_watching_outlives_what_it_watches():
    """A directory with a bug is told once, the loop goes on, and the recovery is told."""

    class Broken(Directory):
        broken = True

        async def list(self):
            if self.broken:
                raise RuntimeError("a bug")
            return ()

    clock, directory = FixedClock(), Broken()
    dashboard = ProductionMetricsDashboard(MonitoringSystemRegistry(), directory, clock=clock, refresh_ms=100)
    await dashboard.start_real_time_monitoring()

    async def until(count):
        for _ in range(300):
            clock.advance(0.5)
            if len((await dashboard.system_health()).recent_events) >= count:
                return
            await asyncio.sleep(0.01)

    await until(2)
    directory.broken = False
    await until(3)
    await dashboard.stop_monitoring()
    said = [event.type for event in reversed((await dashboard.system_health()).recent_events)]
    expected = [EventType.STARTUP, EventType.PERFORMANCE_DEGRADATION, EventType.RECOVERY_COMPLETE, EventType.SHUTDOWN]
    assert expected == said
