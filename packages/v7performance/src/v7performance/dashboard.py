"""The dashboard: one look at everything registered becomes cards, histories, trends, alerts and steps of shedding."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from v7core.clock import SystemClock
from v7core.constants import SacredUIConstants
from v7core.errors import InvalidValue, V7Error
from v7core.models.dashboard import (
    DashboardAlert,
    DashboardMetrics,
    EventType,
    PerformanceTrendData,
    SystemEvent,
    SystemHealthData,
    TimestampedValue,
)
from v7core.models.metrics import MetricPoint, MetricType, PerformanceSnapshot, PerformanceValidationResult
from v7core.models.sources import SourceState
from v7core.protocols import Clock, DegradationStep, LoadLevel, MetricHistory, SourceDirectory
from v7core.registry import MonitoringSystemRegistry
from v7performance.alerts import AlertRule, default_rules
from v7performance.budgets import Budgets
from v7performance.events import EventLog
from v7performance.figures import Summary
from v7performance.formatting import format_duration, format_percentage
from v7performance.gathering import Sources, figures, gather_stages
from v7performance.history import HOURS, HistoryKeeper
from v7performance.shedding import BudgetEnforcer, LocalLoadLevel
from v7performance.trends import trend
from v7performance.weighing import Weigher

REFRESH_MS: Final = (100, 250, 500, 1000)
"""The refresh intervals a person may choose from."""
LOOKED_S: Final = 5.0
"""Nobody asked for this long: nobody looks."""

_SHOWN: Final = (
    MetricType.THOMPSON_DURATION,
    MetricType.MEMORY_USAGE,
    MetricType.THROUGHPUT,
    MetricType.UI_FRAME_TIME,
)


class ProductionMetricsDashboard:
    """`DashboardDataSource` over every monitor of a registry, wherever its process is.

    Args:
        registry: Whose monitors are asked; one that fails is left out of the figures of that look.
        sources: None leaves what depends on sources unknown.
        history: Where histories are kept; None keeps an hour in memory.
        load: Where steps of shedding are published.
        rules: None for `default_rules(budgets)`.
        refresh_ms: 100, 250, 500 or 1000.

    Raises:
        InvalidValue: another refresh interval.
    """

    def __init__(
        self,
        registry: MonitoringSystemRegistry,
        sources: SourceDirectory | None = None,
        history: MetricHistory | None = None,
        clock: Clock | None = None,
        load: LoadLevel | None = None,
        *,
        budgets: Budgets | None = None,
        rules: tuple[AlertRule, ...] | None = None,
        enforcer: BudgetEnforcer | None = None,
        refresh_ms: int = 1000,
    ) -> None:
        self.refresh_ms = refresh_ms
        self.budgets = budgets or Budgets()
        self._registry = registry
        self._clock: Clock = clock or SystemClock()
        self._load: LoadLevel = load or LocalLoadLevel()
        self._sources = Sources(sources)
        self._keeper = HistoryKeeper(history)
        self._events = EventLog()
        self._weigher = Weigher(
            default_rules(self.budgets) if rules is None else rules,
            enforcer or BudgetEnforcer(self._load),
            budgets=self.budgets,
            clock=self._clock,
            events=self._events,
        )
        self._turn = asyncio.Lock()
        self._started = self._clock.monotonic()
        self._task: asyncio.Task[None] | None = None
        self._metrics = DashboardMetrics()
        self._snapshot: PerformanceSnapshot | None = None
        self._checked: float | None = None
        self._asked: float | None = None
        self._maintenance = 0
        self._trends: dict[int, tuple[int, PerformanceTrendData]] = {}

    # --- the port ---------------------------------------------------------------------------------------------------

    async def current_metrics(self) -> DashboardMetrics:
        """The cards' figures, at most one refresh interval old."""
        await self._look()
        return self._metrics

    async def performance_trend(self, hours: int = 1) -> PerformanceTrendData:
        """Histories of about 120 points each and their trends; see `v7performance.trends` for the rule.

        Raises:
            InvalidValue: hours other than 1, 6 or 24.
        """
        if hours not in HOURS:
            raise InvalidValue(f"a history covers 1, 6 or 24 hours, not {hours!r}")
        await self._look()
        known = self._trends.get(hours)
        if known is None or known[0] != self._keeper.closed or not self._keeper.closed:
            known = self._trends[hours] = (self._keeper.closed, await self._read_trend(hours))
        return known[1]

    async def system_health(self) -> SystemHealthData:
        """Status, alerts, events and uptime; the status is None until the first look."""
        self._asked = self._clock.monotonic()
        alerts = self._weigher.alerts.active
        checked = self._snapshot is not None
        return SystemHealthData(
            overall_status=SystemHealthData.status_for(alerts, maintenance=self._maintenance > 0) if checked else None,
            active_alerts=alerts,
            recent_events=self._events.recent(),
            uptime=self._clock.monotonic() - self._started,
            last_health_check=self._snapshot.timestamp if self._snapshot else None,
        )

    async def start_real_time_monitoring(self) -> None:
        """Look at every refresh interval until stopped; a second call is a no-op."""
        if self._task is None:
            self.note(self._event(EventType.STARTUP, "Monitoring started"))
            self._task = asyncio.create_task(self._watch())

    async def stop_monitoring(self) -> None:
        """Stop looking and keep what histories are still open; a second call is a no-op."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with self._turn:
            await self._keep(final=True)
        self.note(self._event(EventType.SHUTDOWN, "Monitoring stopped"))

    # --- more than the port -----------------------------------------------------------------------------------------

    @property
    def refresh_ms(self) -> int:
        """The interval the person chose, in ms: 100, 250, 500 or 1000; assigning another raises `InvalidValue`."""
        return self._refresh_ms

    @refresh_ms.setter
    def refresh_ms(self, value: int) -> None:
        if value not in REFRESH_MS:
            raise InvalidValue(f"the dashboard refreshes every 100, 250, 500 or 1000 ms, not {value!r}")
        self._refresh_ms = value

    @property
    def interval_s(self) -> float:
        """Seconds until the next look: the person's choice, slower while load is shed, slowest while nobody looks."""
        asked = self._asked
        if asked is None or self._clock.monotonic() - asked > LOOKED_S:
            return SacredUIConstants.background_refresh_ms / 1e3
        if self.step >= DegradationStep.SLOWER_REFRESH:
            return max(4 * self._refresh_ms, SacredUIConstants.dashboard_refresh_ms) / 1e3
        return self._refresh_ms / 1e3

    @property
    def step(self) -> DegradationStep:
        """How much load is being shed."""
        return self._load.current()

    @property
    def source_states(self) -> tuple[SourceState, ...]:
        """Every source as of the latest look, with its latency and error rate; empty while they are unknown."""
        return self._sources.states or ()

    async def refresh_metrics(self) -> DashboardMetrics:
        """Look now: gather figures, weigh alerts and budgets, add to histories."""
        async with self._turn:
            await self._tick()
        return self._metrics

    async def performance(self) -> PerformanceSnapshot:
        """All monitors as one, as of the latest look."""
        await self._look()
        return self._snapshot or await self._registry.get_current_performance_snapshot()

    async def validate(self) -> PerformanceValidationResult:
        """The budgets against the figures of the whole system, not of one process."""
        return self.budgets.validate(await self.performance())

    async def stages(self) -> Mapping[str, Summary]:
        """Every stage measured anywhere, by name."""
        return await gather_stages(self._registry.coordinator.monitors)

    def acknowledge(self, alert: UUID) -> DashboardAlert:
        """Mark a standing alert as seen; raises `NotFound` when none of this id stands."""
        return self._weigher.alerts.acknowledge(alert)

    def note(self, event: SystemEvent) -> None:
        """Show an event that happened elsewhere, such as a supervisor's."""
        self._events.extend((event,))

    @contextmanager
    def maintenance(self) -> Iterator[None]:
        """The status is "Maintenance" inside the block: a migration, rebuild or restore runs."""
        self._maintenance += 1
        try:
            yield
        finally:
            self._maintenance -= 1

    format_percentage = staticmethod(format_percentage)
    format_duration = staticmethod(format_duration)

    # --- one look ---------------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        failing = False
        while True:
            try:
                await self.refresh_metrics()
            except Exception as error:  # what is watched may fail in any way; watching goes on and says so once
                if not failing:
                    text = f"A look at the system failed: {type(error).__name__}"
                    self.note(self._event(EventType.PERFORMANCE_DEGRADATION, text))
                failing = True
            else:
                if failing:
                    self.note(self._event(EventType.RECOVERY_COMPLETE, "The system can be looked at again"))
                failing = False
            await asyncio.sleep(self.interval_s)

    async def _look(self) -> None:
        """Somebody asks: look, unless the last look is recent enough."""
        now = self._asked = self._clock.monotonic()
        if self._checked is None or now - self._checked >= self._refresh_ms / 1e3:
            await self.refresh_metrics()

    async def _tick(self) -> None:
        snapshot = await self._registry.get_current_performance_snapshot()
        now, at = self._clock.monotonic(), self._clock.now()
        fresh_states = await self._sources.refresh(now)
        self._snapshot, self._checked = snapshot, now
        self._metrics = figures(snapshot, self._sources.states)
        coarse = self.step >= DegradationStep.COARSER_HISTORY
        if self._keeper.note(snapshot, now=now, at=at, coarse=coarse):
            await self._keep()
        wanted = self._weigher.stage_readings
        stages = await gather_stages(self._registry.coordinator.monitors, wanted) if wanted else {}
        self._weigher.weigh_figures(snapshot, stages, self._keeper)
        if fresh_states:
            self._weigher.weigh_sources(self._sources.states or ())

    async def _keep(self, *, final: bool = False) -> None:
        try:
            await self._keeper.flush(final=final)
        except V7Error as error:
            self._weigher.weigh_store(error)
        else:
            self._weigher.weigh_store(None)

    async def _read_trend(self, hours: int) -> PerformanceTrendData:
        at = self._clock.now()
        histories = {metric: await self._keeper.read(metric, hours=hours, at=at) for metric in _SHOWN}
        directions = {metric: trend(metric, [p.value for p in points]) for metric, points in histories.items()}
        return PerformanceTrendData(
            thompson_performance_history=_values(histories[MetricType.THOMPSON_DURATION]),
            memory_usage_history=_values(histories[MetricType.MEMORY_USAGE]),
            throughput_history=_values(histories[MetricType.THROUGHPUT]),
            frame_time_history=_values(histories[MetricType.UI_FRAME_TIME]),
            thompson_trend=directions[MetricType.THOMPSON_DURATION],
            memory_trend=directions[MetricType.MEMORY_USAGE],
            throughput_trend=directions[MetricType.THROUGHPUT],
            frame_time_trend=directions[MetricType.UI_FRAME_TIME],
        )

    def _event(self, kind: EventType, description: str) -> SystemEvent:
        return SystemEvent(timestamp=self._clock.now(), type=kind, description=description)


def _values(points: tuple[MetricPoint, ...]) -> tuple[TimestampedValue, ...]:
    return tuple(TimestampedValue(timestamp=point.at, value=point.value) for point in points)
