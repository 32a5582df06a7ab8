"""What a batch of jobs came to, and how the queue and the engine stand."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID, uuid4


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingResult:
    """One batch, processed."""

    batch_id: UUID = field(default_factory=uuid4)
    processed_count: int
    success_count: int
    failure_count: int
    duration_ms: float
    """Wall time of the whole batch."""
    thompson_duration_ms: float
    """Wall time in the engine."""
    throughput_jobs_per_second: float
    performance_score: float
    """In [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """How the queue stands."""

    queued_job_count: int
    is_processing: bool
    average_processing_time_ms: float | None = None
    """A batch; None until one was processed."""
    last_performance_score: float | None = None
    dead_letter_count: int = 0
    """Jobs that failed every try and are kept aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThompsonProcessingResult:
    """One batch through the engine."""

    processed_job_count: int
    duration_ms: float
    throughput_jobs_per_second: float
    is_within_performance_budget: bool
    """duration <= 10 ms."""
    performance_score: float
    """1 - min(duration, 10) / 10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThompsonBatchConfiguration:
    """How to cut work into batches."""

    batch_size: int
    """min(100, max(10, job_count // source_count))."""
    estimated_duration_ms: float | None
    """batch_size times the measured ms a job; None before a measurement."""
    expected_throughput: float | None
    """Jobs a second; None before a measurement."""
    source_distribution: tuple[int, ...]
    """Jobs a source; sums to batch_size, the remainder on the first sources."""


class DegradationSeverity(Enum):
    """How far past the budget a duration is."""

    LOW = "Low"
    MODERATE = "Moderate"
    """> 10 ms."""
    HIGH = "High"
    """> 20 ms."""
    CRITICAL = "Critical"
    """> 50 ms."""

    @classmethod
    def of(cls, duration_ms: float) -> "DegradationSeverity":
        """The severity of a duration."""
        if duration_ms > 50.0:
            return cls.CRITICAL
        if duration_ms > 20.0:
            return cls.HIGH
        return cls.MODERATE if duration_ms > 10.0 else cls.LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceDegradationEvent:
    """One duration past the budget."""

    timestamp: datetime
    duration_ms: float
    severity: DegradationSeverity
