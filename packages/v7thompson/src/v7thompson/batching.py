"""How large a batch is, and how it is spread over sources."""

from typing import Final

from v7core.errors import InvalidValue
from v7core.models.processing import ThompsonBatchConfiguration

SMALLEST: Final = 10
LARGEST: Final = 100


def optimal_batch_size(job_count: int, source_count: int) -> int:
    """min(100, max(10, jobs // sources)).

    Raises:
        InvalidValue: no source, or a negative number of jobs.
    """
    if source_count < 1 or job_count < 0:
        raise InvalidValue(f"{job_count} jobs of {source_count} sources")
    return min(LARGEST, max(SMALLEST, job_count // source_count))


def batch_configuration(job_count: int, source_count: int, ms_a_job: float | None) -> ThompsonBatchConfiguration:
    """A batch size, what it should cost, and its exact spread: sums to the size, the remainder on the first sources.

    Args:
        ms_a_job: As measured, milliseconds; None before there is a measurement.

    Raises:
        InvalidValue: as `optimal_batch_size`.
    """
    size = optimal_batch_size(job_count, source_count)
    each, left = divmod(size, source_count)
    return ThompsonBatchConfiguration(
        batch_size=size,
        estimated_duration_ms=None if ms_a_job is None else size * ms_a_job,
        expected_throughput=None if not ms_a_job else 1000.0 / ms_a_job,
        source_distribution=tuple(each + (place < left) for place in range(source_count)),
    )
