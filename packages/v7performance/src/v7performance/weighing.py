"""What a look comes to: which alerts begin or end, and whether load is shed or restored."""

from collections.abc import Mapping, Sequence
from typing import Final

from v7core.errors import V7Error
from v7core.models.dashboard import AlertSeverity, AlertType, TrendDirection
from v7core.models.metrics import MetricType, PerformanceSnapshot
from v7core.models.sources import SourceCondition, SourceState
from v7core.protocols import Clock
from v7performance.alerts import MEMORY_GROWING, SOURCE_RULE, AlertBook, AlertRule
from v7performance.budgets import Budgets
from v7performance.events import EventLog
from v7performance.figures import Summary
from v7performance.history import HistoryKeeper
from v7performance.shedding import BudgetEnforcer
from v7performance.trends import MAX_POINTS, trend

_HISTORY_RULE: Final = AlertRule(
    reading="history.unsaved",
    type=AlertType.SYSTEM,
    severity=AlertSeverity.WARNING,
    title="History Not Kept",
    threshold=0.5,
    clear=0.5,
    raise_after_s=0.0,
    clear_after_s=0.0,
)


class Weigher:
    """Weighs figures, sources and the store against rules and budgets; what follows is told to the event log."""

    def __init__(
        self,
        rules: Sequence[AlertRule],
        enforcer: BudgetEnforcer,
        *,
        budgets: Budgets,
        clock: Clock,
        events: EventLog,
    ) -> None:
        self.alerts = AlertBook()
        self._rules = tuple(rules)
        self._enforcer = enforcer
        self._budgets = budgets
        self._clock = clock
        self._events = events
        self._growing: tuple[int, float | None] = (0, None)
        known = {metric.value for metric in MetricType} | {MEMORY_GROWING}
        self.stage_readings = frozenset(rule.reading for rule in self._rules) - known
        """Stages the rules need."""

    def weigh_figures(
        self, snapshot: PerformanceSnapshot, stages: Mapping[str, Summary], keeper: HistoryKeeper
    ) -> None:
        """Alerts of every rule and a look of the enforcer, from fresh figures only."""
        fresh = _fresh(snapshot)
        readings: dict[str, float | None] = {metric.value: fresh.value(metric) for metric in MetricType}
        readings[MEMORY_GROWING] = self._memory_growing(keeper)
        readings |= {name: stage.p95 for name, stage in stages.items() if stage.count}
        for rule in self._rules:
            self._evaluate(rule, readings.get(rule.reading))
        step = self._enforcer.observe(
            self._budgets.violations(fresh), now=self._clock.monotonic(), at=self._clock.now()
        )
        self._events.extend((step,) if step else ())

    def weigh_sources(self, states: Sequence[SourceState]) -> None:
        """An alert for each unavailable source; sources that are paused, removed or never polled have none."""
        counted = [state for state in states if state.condition.health is not None]
        self.alerts.keep_only(SOURCE_RULE, [str(state.key) for state in counted])
        for state in counted:
            down = state.condition is SourceCondition.UNAVAILABLE
            self._evaluate(SOURCE_RULE, float(down), subject=str(state.key), reason=state.reason)

    def weigh_store(self, error: V7Error | None) -> None:
        """An alert while histories are not kept."""
        self._evaluate(_HISTORY_RULE, float(error is not None), subject="the store", reason=str(error or ""))

    def _evaluate(self, rule: AlertRule, value: float | None, *, subject: str = "", reason: str = "") -> None:
        event = self.alerts.evaluate(
            rule, value, now=self._clock.monotonic(), at=self._clock.now(), subject=subject, reason=reason
        )
        self._events.extend((event,) if event else ())

    def _memory_growing(self, keeper: HistoryKeeper) -> float | None:
        """1 while the footprint degrades; worked out again only when a point was closed."""
        if self._growing[0] != keeper.closed:
            points = keeper.live(MetricType.MEMORY_USAGE)[-MAX_POINTS:]
            direction = trend(MetricType.MEMORY_USAGE, [point.value for point in points])
            value = None if direction is None else float(direction is TrendDirection.DEGRADING)
            self._growing = (keeper.closed, value)
        return self._growing[1]


def _fresh(snapshot: PerformanceSnapshot) -> PerformanceSnapshot:
    """The figures that rest on samples of their window: the others prove nothing new."""
    counted = [(metric, count) for metric, count in snapshot.counts if count]
    values = {metric.value: snapshot.value(metric) for metric, _ in counted}
    return PerformanceSnapshot(id=snapshot.id, timestamp=snapshot.timestamp, counts=tuple(counted), **values)
