"""What the engine knows of its own speed. Written in place, by one thread at a time."""

from collections import deque
from datetime import datetime
from typing import Final

import attrs

from v7core.constants import SacredUIConstants
from v7core.errors import InvalidValue
from v7core.models.processing import DegradationSeverity, PerformanceDegradationEvent, ThompsonProcessingResult

KEPT_EVENTS: Final = 10
BUDGET_MS: Final = SacredUIConstants.max_thompson_duration_ms


@attrs.define
class ThompsonPerformanceMetrics:
    """Running statistics of durations in milliseconds, numerically stable: no sum of squares is ever formed.

    Source: Welford (1962), Technometrics 4(3).
    """

    measurement_count: int = 0
    jobs: int = 0
    """Jobs in all batches."""
    last: float | None = None
    average: float | None = None
    min: float | None = None
    max: float | None = None
    degradation_events: deque[PerformanceDegradationEvent] = attrs.field(factory=lambda: deque(maxlen=KEPT_EVENTS))
    """Latest last, at most `KEPT_EVENTS`."""
    _deviation: float = 0.0
    _total: float = 0.0

    @property
    def standard_deviation(self) -> float | None:
        """Of the sample; None before the second duration."""
        return (self._deviation / (self.measurement_count - 1)) ** 0.5 if self.measurement_count > 1 else None

    @property
    def ms_a_job(self) -> float | None:
        """Milliseconds a job over all batches; None before the first job."""
        return self._total / self.jobs if self.jobs else None

    def update_in_place(self, duration_ms: float, jobs: int = 0) -> None:
        """Note one batch, or one ranking, which has no jobs of its own.

        Args:
            duration_ms: Milliseconds, finite, >= 0.
            jobs: In the batch, >= 0.

        Raises:
            InvalidValue: either is out of range; nothing changed.
        """
        if not 0.0 <= duration_ms < float("inf") or jobs < 0:
            raise InvalidValue(f"{duration_ms} ms for {jobs} jobs")
        self.measurement_count += 1
        self.jobs += jobs
        self._total += duration_ms if jobs else 0.0  # a ranking belongs to no batch
        before = 0.0 if self.average is None else self.average
        self.last = duration_ms
        self.average = before + (duration_ms - before) / self.measurement_count
        self._deviation += (duration_ms - before) * (duration_ms - self.average)
        self.min = duration_ms if self.min is None or duration_ms < self.min else self.min
        self.max = duration_ms if self.max is None or duration_ms > self.max else self.max

    def register_performance_degradation(self, duration_ms: float, at: datetime) -> PerformanceDegradationEvent | None:
        """Note a duration past the budget; None when it is within."""
        severity = DegradationSeverity.of(duration_ms)
        if severity is DegradationSeverity.LOW:
            return None
        event = PerformanceDegradationEvent(timestamp=at, duration_ms=duration_ms, severity=severity)
        self.degradation_events.append(event)
        return event


def batch_result(jobs: int, duration_ms: float) -> ThompsonProcessingResult:
    """A batch's duration judged against the budget."""
    return ThompsonProcessingResult(
        processed_job_count=jobs,
        duration_ms=duration_ms,
        throughput_jobs_per_second=1000.0 * jobs / duration_ms if duration_ms > 0 else 0.0,
        is_within_performance_budget=duration_ms <= BUDGET_MS,
        performance_score=1.0 - min(duration_ms, BUDGET_MS) / BUDGET_MS,
    )
