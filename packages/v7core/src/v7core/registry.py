"""Where monitors and data sources are registered, and all of them are asked.

How figures of several monitors become one, by metric:

- durations and latencies: the worst;
- memory: the sum, since each monitor speaks for its own process;
- rates: the mean weighted by the samples behind them;
- throughput: the sum.
"""

import math
from datetime import UTC, datetime
from typing import ClassVar, Final

from v7core.models.metrics import MetricType, PerformanceSnapshot
from v7core.protocols import DashboardDataSource, PerformanceMonitoring

_WORST: Final = (MetricType.THOMPSON_DURATION, MetricType.NETWORK_LATENCY, MetricType.UI_FRAME_TIME)
_SUM: Final = (MetricType.MEMORY_USAGE, MetricType.THROUGHPUT)
_WEIGHTED: Final = (MetricType.CACHE_HIT_RATE, MetricType.ERROR_RATE)


class NullRecorder:
    """Takes everything, keeps nothing: what a service records to when nobody listens."""

    def record(self, name: str, value: float) -> None:
        """Drop it."""


class MonitoringCoordinator:
    """Hands figures to every monitor that lives here and aggregates the answers of all."""

    def __init__(self) -> None:
        self._monitors: list[PerformanceMonitoring] = []
        self._sources: list[DashboardDataSource] = []

    @property
    def monitors(self) -> tuple[PerformanceMonitoring, ...]:
        """In order of registration."""
        return tuple(self._monitors)

    @property
    def data_sources(self) -> tuple[DashboardDataSource, ...]:
        """In order of registration."""
        return tuple(self._sources)

    def register(self, monitor: PerformanceMonitoring) -> None:
        """Add a monitor; a second time is a no-op."""
        if not any(monitor is known for known in self._monitors):
            self._monitors.append(monitor)

    def unregister(self, monitor: PerformanceMonitoring) -> None:
        """Leave a monitor out from now on; an unknown one is a no-op."""
        self._monitors = [known for known in self._monitors if known is not monitor]

    def register_data_source(self, source: DashboardDataSource) -> None:
        """Add a data source; a second time is a no-op."""
        if not any(source is known for known in self._sources):
            self._sources.append(source)

    def unregister_data_source(self, source: DashboardDataSource) -> None:
        """Leave a data source out from now on; an unknown one is a no-op."""
        self._sources = [known for known in self._sources if known is not source]

    def record_metric(self, metric: MetricType, value: float) -> None:
        """Give one measurement to every monitor; a value that is not finite is dropped."""
        if math.isfinite(value):
            for monitor in self._monitors:
                monitor.record_metric(metric, value)

    async def get_current_snapshot(self) -> PerformanceSnapshot:
        """All monitors as one, by the rules of this module; a monitor that fails is left out of the figures."""
        import asyncio  # 60 ms of import that a command which only appends a reaction never needs

        answers = await asyncio.gather(*(m.get_current_performance() for m in self._monitors), return_exceptions=True)
        return aggregate([answer for answer in answers if isinstance(answer, PerformanceSnapshot)])


def aggregate(snapshots: list[PerformanceSnapshot], *, at: datetime | None = None) -> PerformanceSnapshot:
    """Several snapshots as one; a metric nobody measured stays None."""
    values: dict[str, float] = {}
    counts: list[tuple[MetricType, int]] = []
    for metric in MetricType:
        found = [(value, s.count(metric)) for s in snapshots if (value := s.value(metric)) is not None]
        if not found:
            continue
        values[metric.value] = _combine(metric, found)
        counts.append((metric, sum(count for _, count in found)))
    moment = at or max((s.timestamp for s in snapshots), default=datetime.now(UTC))
    return PerformanceSnapshot(timestamp=moment, counts=tuple(counts), **values)  # type: ignore[arg-type]


def _combine(metric: MetricType, found: list[tuple[float, int]]) -> float:
    if metric in _WORST:
        return max(value for value, _ in found)
    if metric in _SUM:
        return math.fsum(value for value, _ in found)
    weight = sum(count for _, count in found)
    if not weight:  # nobody said how many samples: each monitor counts once
        return math.fsum(value for value, _ in found) / len(found)
    return math.fsum(value * count for value, count in found) / weight


class MonitoringSystemRegistry:
    """The door to a coordinator. The composition root passes an instance; `shared` exists for the guide's sake."""

    shared: ClassVar["MonitoringSystemRegistry"]

    def __init__(self) -> None:
        self.coordinator = MonitoringCoordinator()

    def register_performance_monitor(self, monitor: PerformanceMonitoring) -> None:
        """Add a monitor; a second time is a no-op."""
        self.coordinator.register(monitor)

    def unregister_performance_monitor(self, monitor: PerformanceMonitoring) -> None:
        """Leave a monitor out from now on."""
        self.coordinator.unregister(monitor)

    def register_dashboard_data_source(self, source: DashboardDataSource) -> None:
        """Add a data source; a second time is a no-op."""
        self.coordinator.register_data_source(source)

    def unregister_dashboard_data_source(self, source: DashboardDataSource) -> None:
        """Leave a data source out from now on."""
        self.coordinator.unregister_data_source(source)

    def record_metric(self, metric: MetricType, value: float) -> None:
        """Give one measurement to every monitor."""
        self.coordinator.record_metric(metric, value)

    def record(self, name: str, value: float) -> None:
        """The `Recorder` face: metrics go to every monitor, stages to those that take them."""
        if not math.isfinite(value):
            return
        for monitor in self.coordinator.monitors:
            take = getattr(monitor, "record", None)
            if take is not None:
                take(name, value)
            elif name in _METRIC_NAMES:
                monitor.record_metric(MetricType(name), value)

    async def get_current_performance_snapshot(self) -> PerformanceSnapshot:
        """All monitors as one."""
        return await self.coordinator.get_current_snapshot()


_METRIC_NAMES: Final = frozenset(metric.value for metric in MetricType)
MonitoringSystemRegistry.shared = MonitoringSystemRegistry()
