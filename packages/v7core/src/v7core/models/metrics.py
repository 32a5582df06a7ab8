"""Measured figures. A field nobody measured is None: no figure here has a made-up start value."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID, uuid4

ERROR_RATE_THRESHOLD: Final = 0.05
"""Share of failed requests above which the error rate counts as elevated."""
ACCEPTABLE_NETWORK_LATENCY_MS: Final = 100.0
"""The architecture guide's scale for a network latency."""


class MetricType(StrEnum):
    """What is measured; the value is the name in every export, and ends in its unit."""

    THOMPSON_DURATION = "thompson_duration_ms"
    """Wall time of one ranking or batch."""
    MEMORY_USAGE = "memory_usage_mb"
    """Footprint this process owns, 10^6 bytes."""
    NETWORK_LATENCY = "network_latency_ms"
    CACHE_HIT_RATE = "cache_hit_rate"
    """In [0, 1]."""
    ERROR_RATE = "error_rate"
    """In [0, 1]."""
    UI_FRAME_TIME = "ui_frame_time_ms"
    THROUGHPUT = "throughput_jobs_per_second"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceSnapshot:
    """One look at a monitor: the latest aggregate of each metric, None until it was measured."""

    id: UUID = field(default_factory=uuid4)
    timestamp: datetime
    """Aware UTC."""
    thompson_duration_ms: float | None = None
    memory_usage_mb: float | None = None
    network_latency_ms: float | None = None
    cache_hit_rate: float | None = None
    error_rate: float | None = None
    ui_frame_time_ms: float | None = None
    throughput_jobs_per_second: float | None = None
    counts: tuple[tuple[MetricType, int], ...] = ()
    """Samples behind each metric that was measured: the weights when several monitors are aggregated."""

    def value(self, metric: MetricType) -> float | None:
        """The field of a metric."""
        measured: float | None = getattr(self, metric.value)
        return measured

    def count(self, metric: MetricType) -> int:
        """Samples behind a metric."""
        return dict(self.counts).get(metric, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThompsonPerformanceDegraded:
    """A ranking took longer than its budget. Both in ms."""

    actual: float
    budget: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBudgetExceeded:
    """The processes own more memory than the budget. Both in 10^6 bytes."""

    actual: float
    budget: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UIResponsivenessCompromised:
    """A frame took longer than its budget. Both in ms."""

    actual: float
    budget: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkLatencyHigh:
    """Sources answer slower than acceptable. Both in ms."""

    actual: float
    acceptable: float = ACCEPTABLE_NETWORK_LATENCY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRateElevated:
    """More requests fail than the threshold. Both in [0, 1]."""

    actual: float
    threshold: float = ERROR_RATE_THRESHOLD


PerformanceBudgetViolation: TypeAlias = (
    ThompsonPerformanceDegraded
    | MemoryBudgetExceeded
    | UIResponsivenessCompromised
    | NetworkLatencyHigh
    | ErrorRateElevated
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceValidationResult:
    """Whether the budgets hold."""

    is_compliant: bool
    """True when no measured figure breaks its budget."""
    violations: tuple[PerformanceBudgetViolation, ...] = ()
    score: float | None = None
    """In [0, 1]; None while nothing it is made of was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPoint:
    """One sample of a metric's history."""

    metric: str
    """A `MetricType` value or the name of a stage."""
    at: datetime
    value: float
    minimum: float | None = None
    """Of the samples folded into this point; None for a single sample."""
    maximum: float | None = None
    count: int = 1
