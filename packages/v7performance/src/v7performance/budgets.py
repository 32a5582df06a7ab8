"""The budgets a system is held to, which of them a snapshot breaks, and how well it keeps them."""

import math
from dataclasses import dataclass, fields
from typing import Final

from v7core.constants import SacredUIConstants
from v7core.errors import InvalidValue
from v7core.models.metrics import (
    ACCEPTABLE_NETWORK_LATENCY_MS,
    ERROR_RATE_THRESHOLD,
    ErrorRateElevated,
    MemoryBudgetExceeded,
    MetricType,
    NetworkLatencyHigh,
    PerformanceBudgetViolation,
    PerformanceSnapshot,
    PerformanceValidationResult,
    ThompsonPerformanceDegraded,
    UIResponsivenessCompromised,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Limits, each in its metric's unit; the defaults are the sacred constants.

    Raises:
        InvalidValue: a limit is not a finite number above 0.
    """

    thompson_duration_ms: float = SacredUIConstants.max_thompson_duration_ms
    memory_mb: float = SacredUIConstants.max_memory_budget_mb
    ui_frame_time_ms: float = SacredUIConstants.max_ui_frame_time_ms
    network_latency_ms: float = ACCEPTABLE_NETWORK_LATENCY_MS
    error_rate: float = ERROR_RATE_THRESHOLD

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if not (math.isfinite(value) and value > 0):
                raise InvalidValue(f"{each.name} must be a finite number above 0, not {value!r}")

    def limit(self, metric: MetricType) -> float | None:
        """The limit of a metric; None for one that has none."""
        return {
            MetricType.THOMPSON_DURATION: self.thompson_duration_ms,
            MetricType.MEMORY_USAGE: self.memory_mb,
            MetricType.UI_FRAME_TIME: self.ui_frame_time_ms,
            MetricType.NETWORK_LATENCY: self.network_latency_ms,
            MetricType.ERROR_RATE: self.error_rate,
        }.get(metric)

    def violations(self, snapshot: PerformanceSnapshot) -> tuple[PerformanceBudgetViolation, ...]:
        """Every measured figure above its limit; a figure at its limit keeps it."""
        found: list[PerformanceBudgetViolation] = []
        if (value := snapshot.thompson_duration_ms) is not None and value > self.thompson_duration_ms:
            found.append(ThompsonPerformanceDegraded(actual=value, budget=self.thompson_duration_ms))
        if (value := snapshot.memory_usage_mb) is not None and value > self.memory_mb:
            found.append(MemoryBudgetExceeded(actual=value, budget=self.memory_mb))
        if (value := snapshot.ui_frame_time_ms) is not None and value > self.ui_frame_time_ms:
            found.append(UIResponsivenessCompromised(actual=value, budget=self.ui_frame_time_ms))
        if (value := snapshot.network_latency_ms) is not None and value > self.network_latency_ms:
            found.append(NetworkLatencyHigh(actual=value, acceptable=self.network_latency_ms))
        if (value := snapshot.error_rate) is not None and value > self.error_rate:
            found.append(ErrorRateElevated(actual=value, threshold=self.error_rate))
        return tuple(found)

    def validate(self, snapshot: PerformanceSnapshot) -> PerformanceValidationResult:
        """Which budgets a snapshot breaks, and its budget score."""
        violations = self.violations(snapshot)
        return PerformanceValidationResult(
            is_compliant=not violations, violations=violations, score=self.budget_score(snapshot)
        )

    def budget_score(self, snapshot: PerformanceSnapshot) -> float | None:
        """Mean of max(0, 1 - value / budget) over those of Thompson, memory and frame that were measured."""
        return self._score(snapshot, _BUDGET_SCORE)

    def dashboard_score(self, snapshot: PerformanceSnapshot) -> float | None:
        """The same over Thompson, memory and network latency: the dashboard's own score, apart from the monitor's."""
        return self._score(snapshot, _DASHBOARD_SCORE)

    def _score(self, snapshot: PerformanceSnapshot, metrics: tuple[MetricType, ...]) -> float | None:
        shares = [
            # A footprint or duration below 0 is a clock's or a counter's fault: it earns no more than a perfect one.
            min(1.0, max(0.0, 1.0 - value / limit))
            for metric in metrics
            if (value := snapshot.value(metric)) is not None and (limit := self.limit(metric)) is not None
        ]
        return math.fsum(shares) / len(shares) if shares else None


_BUDGET_SCORE: Final = (MetricType.THOMPSON_DURATION, MetricType.MEMORY_USAGE, MetricType.UI_FRAME_TIME)
_DASHBOARD_SCORE: Final = (MetricType.THOMPSON_DURATION, MetricType.MEMORY_USAGE, MetricType.NETWORK_LATENCY)
