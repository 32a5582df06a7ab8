"""Contracts of what measures."""

import math
import threading
from datetime import UTC, timedelta

from v7core.models.metrics import MetricPoint, MetricType
from v7core.protocols import (
    Clock,
    DashboardDataSource,
    DegradationStep,
    LoadLevel,
    MetricHistory,
    PerformanceMonitoring,
    Recorder,
)
from v7core.testing import samples


class ClockContract:
    """`Clock`."""

    def test_now_is_aware_utc(self, subject: Clock) -> None:
        assert UTC.utcoffset(None) == subject.now().utcoffset()

    def test_monotonic_never_goes_back(self, subject: Clock) -> None:
        readings = [subject.monotonic() for _ in range(100)]
        assert sorted(readings) == readings


class RecorderContract:
    """`Recorder`."""

    def test_takes_anything_and_never_fails(self, subject: Recorder) -> None:
        for value in (0.0, -1.0, 1e300, math.nan, math.inf, -math.inf):
            subject.record("some.stage_ms", value)
            subject.record(MetricType.THOMPSON_DURATION.value, value)

    def test_takes_records_from_any_thread(self, subject: Recorder) -> None:
        failures: list[BaseException] = []

        def work() -> None:
            try:
                for n in range(200):
                    subject.record("some.stage_ms", float(n))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []


class PerformanceMonitoringContract:
    """`PerformanceMonitoring`."""

    async def test_nothing_is_known_before_it_was_measured(self, subject: PerformanceMonitoring) -> None:
        snapshot = await subject.get_current_performance()
        assert [None] * len(MetricType) == [snapshot.value(metric) for metric in MetricType]
        verdict = await subject.validate_performance()
        assert (verdict.is_compliant, verdict.violations, verdict.score) == (True, (), None)

    async def test_what_was_recorded_is_found(self, subject: PerformanceMonitoring) -> None:
        for metric in MetricType:
            subject.record_metric(metric, 0.5)
        snapshot = await subject.get_current_performance()
        assert dict.fromkeys(MetricType, 0.5) == {metric: snapshot.value(metric) for metric in MetricType}

    async def test_values_that_are_not_finite_are_dropped(self, subject: PerformanceMonitoring) -> None:
        subject.record_metric(MetricType.MEMORY_USAGE, math.nan)
        subject.record_metric(MetricType.MEMORY_USAGE, math.inf)
        assert (await subject.get_current_performance()).memory_usage_mb is None

    async def test_reset_forgets(self, subject: PerformanceMonitoring) -> None:
        subject.record_metric(MetricType.ERROR_RATE, 0.5)
        await subject.reset_counters()
        assert (await subject.get_current_performance()).error_rate is None

    async def test_every_budget_can_be_broken(self, subject: PerformanceMonitoring) -> None:
        over = {
            MetricType.THOMPSON_DURATION: 11.0,
            MetricType.MEMORY_USAGE: 201.0,
            MetricType.UI_FRAME_TIME: 17.0,
            MetricType.NETWORK_LATENCY: 101.0,
            MetricType.ERROR_RATE: 0.06,
        }
        for metric, value in over.items():
            subject.record_metric(metric, value)
        verdict = await subject.validate_performance()
        assert not verdict.is_compliant
        assert sorted(over.values()) == sorted(violation.actual for violation in verdict.violations)


class DashboardDataSourceContract:
    """`DashboardDataSource`, fresh: nothing was measured."""

    async def test_a_fresh_dashboard_makes_nothing_up(self, subject: DashboardDataSource) -> None:
        metrics = await subject.current_metrics()
        assert (metrics.thompson_performance_ms, metrics.cache_hit_rate, metrics.error_rate) == (None, None, None)
        trend = await subject.performance_trend()
        assert (trend.thompson_performance_history, trend.overall_trend) == ((), None)

    async def test_starting_twice_is_starting_once(self, subject: DashboardDataSource) -> None:
        await subject.start_real_time_monitoring()
        await subject.start_real_time_monitoring()
        await subject.stop_monitoring()
        await subject.stop_monitoring()
        assert (await subject.system_health()).uptime >= 0


class MetricHistoryContract:
    """`MetricHistory`."""

    @staticmethod
    def points(count: int, metric: str = "memory_usage_mb") -> list[MetricPoint]:
        return [MetricPoint(metric=metric, at=samples.NOW + timedelta(seconds=n), value=float(n)) for n in range(count)]

    async def test_reads_back_in_order(self, subject: MetricHistory) -> None:
        await subject.append(self.points(5))
        await subject.append(self.points(5, "other_ms"))
        found = await subject.read("memory_usage_mb", samples.NOW, samples.NOW + timedelta(hours=1))
        assert [point.value for point in found] == [0.0, 1.0, 2.0, 3.0, 4.0]

    async def test_since_is_in_and_until_is_out(self, subject: MetricHistory) -> None:
        await subject.append(self.points(5))
        found = await subject.read(
            "memory_usage_mb", samples.NOW + timedelta(seconds=1), samples.NOW + timedelta(seconds=3)
        )
        assert [point.value for point in found] == [1.0, 2.0]

    async def test_more_than_the_limit_is_folded_and_nothing_lost(self, subject: MetricHistory) -> None:
        await subject.append(self.points(100))
        found = await subject.read("memory_usage_mb", samples.NOW, samples.NOW + timedelta(hours=1), limit=10)
        assert len(found) <= 10
        assert sum(point.count for point in found) == 100
        assert math.isclose(49.5, sum(point.value * point.count for point in found) / 100)
        assert (found[0].minimum, found[-1].maximum) == (0.0, 99.0)

    async def test_nothing_kept_is_nothing_read(self, subject: MetricHistory) -> None:
        assert await subject.read("memory_usage_mb", samples.NOW, samples.NOW + timedelta(hours=1)) == ()


class LoadLevelContract:
    """`LoadLevel`."""

    def test_starts_without_shedding_and_says_what_was_published(self, subject: LoadLevel) -> None:
        assert DegradationStep.NONE is subject.current()
        for step in DegradationStep:
            subject.publish(step)
            assert step is subject.current()
