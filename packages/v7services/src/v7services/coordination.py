"""Batches of jobs through the engine: nothing queued is ever lost, and nothing waits for ever.

add_jobs_to_queue ─▶ priority queue ─▶ batches of at most 100 ─▶ engine, in a thread
                                           │ failed: halved, retried, and at last kept aside as dead letters
"""

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import count
from typing import Final, Protocol, TypeAlias, TypeVar

import attrs

from v7core.clock import SystemClock
from v7core.errors import (
    BatchTooLarge,
    ComputeError,
    ComputeFault,
    EmptyBatch,
    InvalidValue,
    PerformanceBudgetViolated,
    ProcessingTimeout,
    SystemResourcesExhausted,
    V7Error,
)
from v7core.models.jobs import JobData, JobId
from v7core.models.processing import (
    ProcessingResult,
    QueueStatus,
    ThompsonBatchConfiguration,
    ThompsonProcessingResult,
)
from v7core.protocols import Clock, Recorder
from v7core.registry import NullRecorder
from v7services.serial import Serial

LARGEST_BATCH: Final = 100
R = TypeVar("R")


class BatchEngine(Protocol):
    """What a batch goes through. Called in a thread, never twice at once."""

    def process_job_batch(self, jobs: Sequence[JobData]) -> ThompsonProcessingResult: ...

    def calculate_optimal_batch_size(self, job_count: int, source_count: int) -> ThompsonBatchConfiguration: ...


@attrs.frozen(kw_only=True)
class CoordinationConfig:
    """Limits of the queue. Times are seconds."""

    start_at: int = 10
    """Queued jobs at which an idle worker starts at once."""
    start_after_s: float = 0.25
    """Fewer than that start after this, so that one to nine are never stranded."""
    capacity: int = 100_000
    """Most jobs queued or kept aside; more are refused, none of them taken."""
    timeout_s: float = 10.0
    """For one batch, waiting for its turn included."""
    budget_ms: float | None = None
    """When given, a batch that took the engine longer is reported as a violation. It was processed all the same."""
    tries: int = 3
    """For a job that fails alone, before it is kept aside."""
    retry_after_s: float = 0.05
    """Before the second try; twice that before the third."""
    ageing_s: float = 5.0
    """Waiting so long counts as much as one priority, so that low ones are never starved."""
    window_s: float = 60.0
    """Over which throughput is measured."""


@attrs.frozen(kw_only=True)
class DeadLetter:
    """A job that failed every try. It is taken back when a later batch with it goes through."""

    job: JobData = attrs.field(repr=False)
    reason: str
    final: bool
    """The job itself is at fault: trying again cannot help."""


_Waiting: TypeAlias = tuple[float, int, int, JobData]
"""Rank, place among equals, number of the call, job: the smallest comes first, and no two are equal before the job."""


class JobCoordinationService:
    """The queue in front of the engine. Lives on one event loop; the engine works in a thread.

    Every job that was taken is at any moment in exactly one place: queued, in hand, processed, or a dead letter.

    Args:
        engine: Takes batches.
        on_processed: Told each batch that went through, before the next one starts. A `V7Error` of it is counted and
            does not fail the batch.
    """

    def __init__(
        self,
        engine: BatchEngine,
        config: CoordinationConfig | None = None,
        *,
        recorder: Recorder | None = None,
        clock: Clock | None = None,
        on_processed: Callable[[Sequence[JobData]], Awaitable[None]] | None = None,
    ) -> None:
        self._engine = engine
        self._config = config or CoordinationConfig()
        self._recorder = recorder or NullRecorder()
        self._clock = clock or SystemClock()
        self.on_processed = on_processed
        self._turns = Serial()
        self._heap: list[_Waiting] = []
        self._queued: dict[JobId, _Waiting] = {}
        self._in_hand: dict[JobId, JobData] = {}
        self._numbers = count()
        self._worker: asyncio.Task[None] | None = None
        self._go = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self._batches: deque[tuple[float, float, int]] = deque(maxlen=10_000)
        self._times: deque[float] = deque(maxlen=100)
        self._last_score: float | None = None
        self._dead: dict[JobId, DeadLetter] = {}

    @property
    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Oldest first, one a job."""
        return tuple(self._dead.values())

    # --- one batch --------------------------------------------------------------------------------------------------

    async def process_job_batch(self, jobs: Sequence[JobData]) -> ProcessingResult:
        """Process at most 100 jobs now, after the batch that is running. A caller that is cancelled leaves it whole.

        Raises:
            EmptyBatch, BatchTooLarge: it holds none, or more than 100.
            ProcessingTimeout: no end in time; the engine goes on with it.
            PerformanceBudgetViolated: it was processed, but not within the budget.
            SystemResourcesExhausted: no memory or no room in the engine, or the service was stopped.
            InvalidValue, ComputeError: the engine refused it.
        """
        if not jobs:
            raise EmptyBatch
        if len(jobs) > LARGEST_BATCH:
            raise BatchTooLarge(len(jobs), LARGEST_BATCH)
        if self._stopping:
            raise SystemResourcesExhausted("the queue is closed")
        batch = self._turns.start(self._process, tuple(jobs))
        if not await _ended(batch, self._config.timeout_s):
            raise ProcessingTimeout(self._config.timeout_s)
        result = batch.result()
        budget = self._config.budget_ms
        if budget is not None and result.thompson_duration_ms > budget:
            raise PerformanceBudgetViolated(result.thompson_duration_ms)
        return result

    async def _process(self, jobs: Sequence[JobData]) -> ProcessingResult:
        """The whole of one batch, in its turn: engine, figures, and whoever wants to know."""
        started = self._clock.monotonic()
        try:
            result = await asyncio.to_thread(self._engine.process_job_batch, jobs)
        except MemoryError as error:
            raise SystemResourcesExhausted("no memory for the batch") from error
        except ComputeError as error:
            if error.kind in (ComputeFault.CAPACITY, ComputeFault.MEMORY):
                raise SystemResourcesExhausted(str(error)) from error
            raise
        wall_ms = max(1e3 * (self._clock.monotonic() - started), result.duration_ms)
        self._batches.append((started, started + wall_ms / 1e3, result.processed_job_count))
        self._times.append(wall_ms)
        self._last_score = result.performance_score
        self._recorder.record("engine.batch_ms", wall_ms)
        for job in jobs:
            self._dead.pop(job.id, None)
        if self.on_processed is not None:
            try:
                await self.on_processed(jobs)
            except V7Error:
                self._recorder.record("engine.after_batch_failures", 1.0)
        return ProcessingResult(
            processed_count=len(jobs), success_count=result.processed_job_count,
            failure_count=len(jobs) - result.processed_job_count, duration_ms=wall_ms,
            thompson_duration_ms=result.duration_ms, performance_score=result.performance_score,
            throughput_jobs_per_second=1e3 * len(jobs) / wall_ms if wall_ms > 0 else 0.0,
        )  # fmt: skip

    async def get_optimal_batch_size(self, source_count: int) -> int:
        """For what is queued now.

        Raises:
            InvalidValue: no source.
        """
        return self._engine.calculate_optimal_batch_size(len(self._queued), source_count).batch_size

    async def get_current_throughput(self) -> float | None:
        """Jobs a wall second, from the start of the first to the end of the last batch that ended within the window.

        None before the first batch; 0 when none ended within the window.
        """
        if not self._batches:
            return None
        oldest = self._clock.monotonic() - self._config.window_s
        recent = [batch for batch in self._batches if batch[1] >= oldest]
        if not recent:
            return 0.0
        span = max(ended for _, ended, _ in recent) - recent[0][0]
        return sum(jobs for _, _, jobs in recent) / span if span > 0 else None

    # --- the queue --------------------------------------------------------------------------------------------------

    async def add_jobs_to_queue(self, jobs: Iterable[JobData]) -> int:
        """Queue jobs; the worker starts at ten, or after 250 ms. Returns how many are queued now.

        A job that is queued already keeps the better of its two places and gets the new document.

        Raises:
            SystemResourcesExhausted: there is no room for all of them, or the service was stopped; none was taken.
        """
        new = {job.id: job for job in jobs}
        held = len(self._queued) + len(self._in_hand) + len(self._dead)
        held += sum(job not in self._queued and job not in self._dead for job in new)
        if self._stopping or (new and held > self._config.capacity):
            raise SystemResourcesExhausted(
                "the queue is closed" if self._stopping else f"room for {self._config.capacity} jobs"
            )
        now = self._clock.monotonic()
        for job in new.values():
            # Waiting counts like priority: what came `ageing_s` earlier stands one priority higher.
            number = next(self._numbers)
            entry: _Waiting = (now / self._config.ageing_s - int(job.priority), number, number, job)
            before = self._queued.get(job.id)
            if before is not None and before < entry:
                entry = (before[0], before[1], number, job)
            self._queued[job.id] = entry
            heapq.heappush(self._heap, entry)
        if self._queued:
            self._idle.clear()
            if len(self._queued) >= self._config.start_at:
                self._go.set()
            if self._worker is None or self._worker.done():
                self._worker = asyncio.create_task(self._work())
        return len(self._queued)

    async def get_queue_status(self) -> QueueStatus:
        """How the queue stands; jobs in hand count as queued."""
        return QueueStatus(
            queued_job_count=len(self._queued) + len(self._in_hand),
            is_processing=bool(self._in_hand),
            average_processing_time_ms=sum(self._times) / len(self._times) if self._times else None,
            last_performance_score=self._last_score,
            dead_letter_count=len(self._dead),
        )

    async def drain(self) -> None:
        """Until nothing is queued or in hand; what waits for ten to come together starts now."""
        if not self._idle.is_set():
            self._go.set()
            await self._idle.wait()

    async def stop(self, within_s: float = 2.0) -> tuple[JobData, ...]:
        """Take no more, finish what can be finished in time, and hand back the rest, the first in line first."""
        self._stopping = True
        draining = asyncio.ensure_future(self.drain())
        try:
            await _ended(draining, within_s)
        finally:
            draining.cancel()
            if self._worker is not None:
                self._worker.cancel()
        if self._worker is not None:
            await asyncio.wait({self._worker})
        in_hand = (job for job in self._in_hand.values() if job.id not in self._queued)  # else there is a newer one
        left = (*in_hand, *(job for *_, job in sorted(self._queued.values())))
        self._heap.clear()
        self._queued.clear()
        self._in_hand.clear()
        self._idle.set()
        return left

    async def _work(self) -> None:
        """Until the queue is empty."""
        going = asyncio.ensure_future(self._go.wait())
        try:
            await _ended(going, self._config.start_after_s)
        finally:
            going.cancel()
        while self._queued:
            self._in_hand = self._taken()
            await self._attempt(tuple(self._in_hand.values()))
            self._recorder.record("engine.queued_jobs", len(self._queued))
        self._go.clear()
        self._idle.set()

    def _taken(self) -> dict[JobId, JobData]:
        batch: dict[JobId, JobData] = {}
        while self._heap and len(batch) < LARGEST_BATCH:
            entry = heapq.heappop(self._heap)
            job = entry[-1]
            if self._queued.get(job.id) is entry:  # else another took its place
                batch[job.id] = self._queued.pop(job.id)[-1]
        return batch

    async def _attempt(self, jobs: Sequence[JobData]) -> None:
        """Process jobs; of a batch that fails, halves are tried, so that one bad job costs only itself."""
        for attempt in range(1, self._config.tries + 1):
            batch = self._turns.start(self._process, jobs)
            # A thread cannot be ended. A late batch gets as long again; past that the queue goes on without it, and
            # its jobs stop being dead letters when it does come to an end.
            for _ in range(2):
                if await _ended(batch, self._config.timeout_s):
                    break
                self._recorder.record("engine.late_batches", 1.0)
            error = _error_of(batch) if batch.done() else ProcessingTimeout(2 * self._config.timeout_s)
            if error is None:
                return self._settle(jobs)
            if not batch.done() or (len(jobs) == 1 and (attempt == self._config.tries or _is_final(error))):
                return self._settle(jobs, error)
            if len(jobs) > 1:
                middle = len(jobs) // 2
                await self._attempt(jobs[:middle])
                return await self._attempt(jobs[middle:])
            await asyncio.sleep(self._config.retry_after_s * attempt)
        return None

    def _settle(self, jobs: Sequence[JobData], error: BaseException | None = None) -> None:
        """Jobs leave the hand: processed, or kept aside for a reason."""
        for job in jobs:
            self._in_hand.pop(job.id, None)
            if error is not None:
                reason = f"{type(error).__name__}: {error}"
                self._dead[job.id] = DeadLetter(job=job, reason=reason, final=_is_final(error))
        if error is not None:
            self._recorder.record("engine.dead_letters", len(jobs))


def _is_final(error: BaseException) -> bool:
    """Whether trying again cannot help."""
    return isinstance(error, InvalidValue)


def _error_of(task: "asyncio.Task[ProcessingResult]") -> BaseException | None:
    """Whatever a batch failed with: a bug must not take the queue down with it."""
    return asyncio.CancelledError() if task.cancelled() else task.exception()


async def _ended(task: "asyncio.Future[R]", within_s: float) -> bool:
    """Whether it ended in time; neither a time-out nor being cancelled touches the task."""
    done, _ = await asyncio.wait({task}, timeout=within_s)
    return bool(done)
