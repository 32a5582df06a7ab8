"""Alerts that neither flicker nor hide.

A rule raises its alert once its reading has stood above `threshold` for `raise_after_s` (debounce), and ends it once
the reading has stood at or below `clear` for `clear_after_s` (hysteresis). Between the two bounds nothing changes, and
a reading of None is no evidence either way. An alert that comes back within `REOPEN_S` of its end is the same alert,
not another one. Raising and ending are events; acknowledging silences and changes nothing else.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from v7core.errors import InvalidValue, NotFound
from v7core.models.dashboard import AlertSeverity, AlertType, DashboardAlert, EventType, SystemEvent
from v7core.models.metrics import MetricType
from v7performance.budgets import Budgets

REOPEN_S: Final = 60.0

_EVENTS: Final = {
    AlertType.PERFORMANCE: EventType.PERFORMANCE_DEGRADATION,
    AlertType.MEMORY: EventType.MEMORY_WARNING,
    AlertType.NETWORK: EventType.API_FAILURE,
    AlertType.API: EventType.API_FAILURE,
    AlertType.SYSTEM: EventType.PERFORMANCE_DEGRADATION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """When a reading deserves attention.

    Raises:
        InvalidValue: a bound is not finite, `clear` lies above `threshold`, or a time is negative.
    """

    reading: str
    """A `MetricType` value, a stage, or a reading of the dashboard's own."""
    type: AlertType
    severity: AlertSeverity
    title: str
    threshold: float
    """Above it the reading is bad."""
    clear: float
    """At or below it the reading is good again."""
    unit: str = ""
    raise_after_s: float = 2.0
    clear_after_s: float = 10.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.threshold) and self.clear <= self.threshold):
            raise InvalidValue(f"{self.title}: the bounds must be finite and clear must not lie above threshold")
        if not (self.raise_after_s >= 0 and self.clear_after_s >= 0):
            raise InvalidValue(f"{self.title}: times must not be negative")


SOURCE_RULE: Final = AlertRule(
    reading="source.unavailable",
    type=AlertType.API,
    severity=AlertSeverity.ERROR,
    title="API Service Unavailable",
    threshold=0.5,
    clear=0.5,
    # A source's condition has been through its breaker: it needs no second debounce.
    raise_after_s=0.0,
    clear_after_s=0.0,
)
"""One alert a source; its reading is 1 while the source is unavailable."""


def default_rules(budgets: Budgets, *, queue_capacity: int = 100_000) -> tuple[AlertRule, ...]:
    """A rule for each budget, and for a blocked loop, a leak and a full queue."""
    return (
        _rule(MetricType.THOMPSON_DURATION.value, AlertType.PERFORMANCE, AlertSeverity.CRITICAL,
              "Thompson Performance Degraded", budgets.thompson_duration_ms, "ms"),
        _rule(MetricType.MEMORY_USAGE.value, AlertType.MEMORY, AlertSeverity.WARNING,
              "Memory Budget Exceeded", budgets.memory_mb, "MB"),
        _rule(MetricType.UI_FRAME_TIME.value, AlertType.PERFORMANCE, AlertSeverity.WARNING,
              "Frame Budget Exceeded", budgets.ui_frame_time_ms, "ms"),
        _rule(MetricType.NETWORK_LATENCY.value, AlertType.NETWORK, AlertSeverity.INFO,
              "Network Latency High", budgets.network_latency_ms, "ms"),
        _rule(MetricType.ERROR_RATE.value, AlertType.NETWORK, AlertSeverity.WARNING,
              "Error Rate Elevated", budgets.error_rate),
        _rule(LOOP_LAG, AlertType.SYSTEM, AlertSeverity.WARNING, "Event Loop Blocked", 100.0, "ms"),
        _rule(QUEUE_DEPTH, AlertType.SYSTEM, AlertSeverity.WARNING, "Queue Nearly Full", 0.9 * queue_capacity, "jobs"),
        _rule(MEMORY_GROWING, AlertType.MEMORY, AlertSeverity.WARNING, "Memory Growing", 0.5),
    )  # fmt: skip


LOOP_LAG: Final = "loop.lag_ms"
QUEUE_DEPTH: Final = "engine.queue_depth"
MEMORY_GROWING: Final = "memory.growing"
"""1 while the footprint's trend is degrading, 0 while it is not."""


def _rule(
    reading: str, kind: AlertType, severity: AlertSeverity, title: str, threshold: float, unit: str = ""
) -> AlertRule:
    return AlertRule(
        reading=reading,
        type=kind,
        severity=severity,
        title=title,
        threshold=threshold,
        clear=0.9 * threshold,
        unit=unit,
    )


@dataclass(slots=True)
class _Standing:
    """How one rule stands for one subject. Times are monotonic seconds."""

    above_since: float | None = None
    below_since: float | None = None
    alert: DashboardAlert | None = None
    ended_at: float | None = None


class AlertBook:
    """Every alert, standing or just over."""

    def __init__(self) -> None:
        self._standings: dict[tuple[str, str], _Standing] = {}

    @property
    def active(self) -> tuple[DashboardAlert, ...]:
        """Standing alerts, the worst first and the newest first among equals."""
        alerts = [s.alert for s in self._standings.values() if s.alert is not None and s.alert.is_active]
        ranks = list(AlertSeverity)
        return tuple(sorted(alerts, key=lambda a: (ranks.index(a.severity), a.timestamp), reverse=True))

    def evaluate(
        self, rule: AlertRule, value: float | None, *, now: float, at: datetime, subject: str = "", reason: str = ""
    ) -> SystemEvent | None:
        """Weigh one reading; the event when an alert begins or ends.

        Args:
            value: None when there is no fresh reading: then nothing changes.
            now: Monotonic seconds.
            at: The same moment, aware UTC.
            subject: What the reading is of, when a rule watches several things.
            reason: One cleaned phrase that ends the message.
        """
        if value is None or not math.isfinite(value):
            return None
        key = (rule.title, subject)
        standing = self._standings.get(key)
        if standing is None:
            if value <= rule.threshold:
                return None  # what was never bad needs no memory
            standing = self._standings[key] = _Standing()
        if value > rule.threshold:
            standing.below_since = None
            standing.above_since = now if standing.above_since is None else standing.above_since
            if not _stands(standing) and now - standing.above_since >= rule.raise_after_s:
                return _raise(standing, rule, value, now, at, subject, reason)
        elif value <= rule.clear:
            standing.above_since = None
            standing.below_since = now if standing.below_since is None else standing.below_since
            if _stands(standing) and now - standing.below_since >= rule.clear_after_s:
                return _end(standing, rule, value, now, at, subject)
        else:
            standing.above_since = standing.below_since = None
        return None

    def keep_only(self, rule: AlertRule, subjects: Iterable[str]) -> None:
        """Forget a rule's alerts about subjects that are no more (a source removed or paused)."""
        kept = set(subjects)
        gone = [key for key in self._standings if key[0] == rule.title and key[1] not in kept]
        for key in gone:
            del self._standings[key]

    def acknowledge(self, alert: UUID) -> DashboardAlert:
        """Mark a standing alert as seen.

        Raises:
            NotFound: no such alert stands.
        """
        for standing in self._standings.values():
            known = standing.alert
            if known is not None and known.is_active and known.id == alert:
                standing.alert = replace(known, acknowledged=True)
                return standing.alert
        raise NotFound(f"alert {alert}")


def _stands(standing: _Standing) -> bool:
    return standing.alert is not None and standing.alert.is_active


def _raise(
    standing: _Standing, rule: AlertRule, value: float, now: float, at: datetime, subject: str, reason: str
) -> SystemEvent:
    known, ended = standing.alert, standing.ended_at
    message = _message(rule, value, subject, reason)
    if known is not None and ended is not None and now - ended <= REOPEN_S:
        standing.alert = replace(known, is_active=True, acknowledged=False, message=message)
    else:
        standing.alert = DashboardAlert(
            type=rule.type, severity=rule.severity, title=rule.title, message=message, timestamp=at
        )
    return _event(_EVENTS[rule.type], rule, value, at, subject, f"{rule.title}: {message}")


def _end(standing: _Standing, rule: AlertRule, value: float, now: float, at: datetime, subject: str) -> SystemEvent:
    if standing.alert is not None:
        standing.alert = replace(standing.alert, is_active=False)
    standing.ended_at = now
    about = f"{rule.title} is over" + (f": {subject}" if subject else "")
    return _event(EventType.RECOVERY_COMPLETE, rule, value, at, subject, about)


def _message(rule: AlertRule, value: float, subject: str, reason: str) -> str:
    if subject:
        return f"{subject}: {reason}" if reason else subject
    if rule.reading == MEMORY_GROWING:
        return "the footprint has been rising beyond its noise"
    return f"{value:.4g} {rule.unit}".strip() + f", limit {rule.threshold:.4g}"


def _event(kind: EventType, rule: AlertRule, value: float, at: datetime, subject: str, text: str) -> SystemEvent:
    metadata = {"alert": rule.title, "reading": rule.reading, "value": repr(float(value))}
    if subject:
        metadata["subject"] = subject
    return SystemEvent(timestamp=at, type=kind, description=text, metadata=metadata)
