"""The ports where rooms meet. Each is a contract, and the contract is a suite in `v7core.testing.contracts`.

Plain where it must be cheap (`Recorder`, `Clock`, `LoadLevel`), async where it may wait. Everything raises
`v7core.errors` only. Values cross these borders, never arrays, connections or rows.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Protocol, runtime_checkable

from v7core.models.dashboard import DashboardMetrics, PerformanceTrendData, SystemHealthData
from v7core.models.feed import Acknowledgement, Deck, Explanation, LogEvent, ProfileKind, ReactionKind
from v7core.models.filters import JobFilter, SavedSearch, SearchHit, SearchQuery
from v7core.models.jobs import JobData, JobId, JobPosting
from v7core.models.metrics import MetricPoint, MetricType, PerformanceSnapshot, PerformanceValidationResult
from v7core.models.person import ApplicationStage, SavedJob, Settings
from v7core.models.processing import ProcessingResult
from v7core.models.sources import Harvest, PollReport, Recognised, SourceKey, SourceState, StarterPack, Validators

# --- time and measurement -------------------------------------------------------------------------------------------


class Clock(Protocol):
    """Time, passed in so that tests do not sleep."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds; never goes back."""
        ...


class Recorder(Protocol):
    """Takes measurements and never fails its caller: it costs one call, raises nothing, blocks nothing.

    - callable from the event loop and from any thread;
    - a value that is not finite is dropped.
    """

    def record(self, name: str, value: float) -> None:
        """Note one measurement.

        Args:
            name: A `MetricType` value or a stage such as "ingest.parse_ms"; ends in its unit.
            value: In that unit.
        """
        ...


@runtime_checkable
class PerformanceMonitoring(Protocol):
    """A monitor: takes figures, answers with aggregates, None for what was never measured."""

    def record_metric(self, metric: MetricType, value: float) -> None:
        """Note one measurement, in the metric's unit; as cheap and as safe as `Recorder.record`."""
        ...

    async def get_current_performance(self) -> PerformanceSnapshot:
        """The latest aggregate of each metric."""
        ...

    async def reset_counters(self) -> None:
        """Forget every measurement."""
        ...

    async def validate_performance(self) -> PerformanceValidationResult:
        """Which budgets hold."""
        ...


@runtime_checkable
class DashboardDataSource(Protocol):
    """What a dashboard reads."""

    async def current_metrics(self) -> DashboardMetrics: ...

    async def performance_trend(self, hours: int = 1) -> PerformanceTrendData:
        """Histories of the last 1, 6 or 24 hours, and their trends."""
        ...

    async def system_health(self) -> SystemHealthData: ...

    async def start_real_time_monitoring(self) -> None:
        """A second call is a no-op."""
        ...

    async def stop_monitoring(self) -> None: ...


class MetricHistory(Protocol):
    """Samples kept across restarts.

    - `read` returns points oldest first, since <= at < until, at most `limit`, folded evenly when there are more;
    - `append` keeps all of its points or none.
    """

    async def append(self, points: Sequence[MetricPoint]) -> None: ...

    async def read(
        self, metric: str, since: datetime, until: datetime, *, limit: int = 500
    ) -> tuple[MetricPoint, ...]: ...


class DegradationStep(IntEnum):
    """How much work is being shed; each step includes those before it."""

    NONE = 0
    SLOWER_REFRESH = 1
    COARSER_HISTORY = 2
    FEWER_POLLS = 3
    SMALLER_POOL = 4


class LoadLevel(Protocol):
    """Where monitoring says how much to shed, and services obey."""

    def current(self) -> DegradationStep: ...

    def publish(self, step: DegradationStep) -> None: ...


# --- sources and the store ------------------------------------------------------------------------------------------


class JobSource(Protocol):
    """One board jobs come from.

    - brings each posting at most once per fetch;
    - raises only `SourceError`; one odd posting is skipped and counted, an odd document is an error;
    - holds nothing between calls, so cancelling leaks nothing.
    """

    @property
    def key(self) -> SourceKey: ...

    async def fetch(self, since: Validators = Validators()) -> Harvest:  # noqa: B008 - a frozen value
        """Everything the board shows now, or `unchanged`."""
        ...


class JobStore(Protocol):
    """Postings, kept. A poll is committed whole or not at all, and only a sound, complete one closes postings."""

    async def commit_poll(self, report: PollReport, harvest: Harvest | None) -> PollReport:
        """Keep a poll and what it brought; returns the report with new, changed and closed counted.

        Raises:
            StorageError: nothing of the poll was kept.
        """
        ...

    async def posting(self, job: JobId) -> JobPosting:
        """The current version.

        Raises:
            NotFound: no such job.
        """
        ...

    async def resolve(self, prefix: str) -> JobId:
        """The job whose id starts with these hex digits (case and dashes ignored, at least 4).

        Raises:
            NotFound: none does, or several do.
        """
        ...

    async def open_jobs(self) -> tuple[JobId, ...]:
        """Every open posting, in a stable order."""
        ...

    async def counts(self) -> dict[str, int]:
        """Open postings by source key."""
        ...


class ReactionLog(Protocol):
    """The truth: append-only, in order, without gaps.

    - `append` returns only after the event is durable, and gives it the next sequence number;
    - the same event key again adds nothing and returns the first acknowledgement with `new=False`;
    - what was appended is read back equal, for ever.
    """

    async def append(self, event: LogEvent) -> Acknowledgement:
        """Keep an event.

        Raises:
            StorageError: it is not kept.
            InvalidValue: it retracts an event that is not in the log.
        """
        ...

    async def read(self, after: int = 0) -> tuple[LogEvent, ...]:
        """Events with a sequence above `after`, in order."""
        ...

    async def last_sequence(self) -> int:
        """0 for an empty log."""
        ...


# --- what the screens and the command line use ----------------------------------------------------------------------


class JobFeed(Protocol):
    """The deck, reactions to it, and why."""

    async def deck(self, *, limit: int = 50, blend: float | None = None, filters: JobFilter | None = None) -> Deck:
        """Rank what may be shown. Read-only and repeatable: its round is the log's last sequence number."""
        ...

    async def detail(self, job: JobId) -> JobPosting:
        """The whole posting.

        Raises:
            NotFound: no such job.
        """
        ...

    async def why(self, job: JobId, profile: ProfileKind | None = None) -> Explanation:
        """Contributions of readable features; under the profile the job is shown under unless told otherwise.

        Raises:
            NotFound: no such job.
        """
        ...

    async def react(self, job: JobId, kind: ReactionKind, *, event_key: str | None = None) -> Acknowledgement:
        """Durable when it returns. A key makes it idempotent; without one a new key is made.

        Raises:
            NotFound: no such job.
            StorageError: it is not kept.
        """
        ...

    async def undo(self, event_key: str | None = None) -> Acknowledgement:
        """Take an event back, the latest one standing unless told otherwise.

        Raises:
            NotFound: there is nothing to take back.
        """
        ...


class JobSearch(Protocol):
    """Full text and filters over every stored posting."""

    async def search(self, query: SearchQuery) -> tuple[SearchHit, ...]:
        """Best first; an empty text lists the newest. Any text is allowed."""
        ...


class SourceDirectory(Protocol):
    """The person's sources."""

    async def list(self) -> tuple[SourceState, ...]: ...

    async def recognise(self, address: str) -> Recognised:
        """What an address or token would be taken for; adds nothing.

        Raises:
            NotFound: nothing we know.
            InvalidValue: it names a kind of source, and a board that kind cannot have.
            SourceError: the page could not be looked at.
        """
        ...

    async def add(self, key: SourceKey) -> SourceState:
        """A source that is already there stays as it is; raises `InvalidValue` for one that cannot be."""
        ...

    async def remove(self, key: SourceKey) -> None:
        """Its postings stay until they are closed; raises `NotFound` for an unknown key."""
        ...

    async def pause(self, key: SourceKey, *, paused: bool = True) -> SourceState: ...

    async def refresh(self, keys: Iterable[SourceKey] | None = None) -> tuple[PollReport, ...]:
        """Poll these now, or every enabled source. One bad source never delays or fails the others."""
        ...


class SavedJobs(Protocol):
    """The application pipeline."""

    async def list(self) -> tuple[SavedJob, ...]:
        """Latest change first."""
        ...

    async def move(self, job: JobId, stage: ApplicationStage, *, note: str | None = None) -> SavedJob:
        """Put a job at a stage; a note of None keeps the one it has.

        Raises:
            NotFound: no such job.
        """
        ...

    async def remove(self, job: JobId) -> None:
        """Take a job out of the pipeline: what undoing its first stage means.

        Raises:
            NotFound: it is not in the pipeline.
        """
        ...


class SavedSearches(Protocol):
    """Searches the person keeps, and what is new in each."""

    async def list(self) -> tuple[SavedSearch, ...]:
        """In the order they were kept."""
        ...

    async def keep(self, text: str, query: SearchQuery) -> SavedSearch:
        """Keep a search under its line; one that is there stays as it is.

        Raises:
            InvalidValue: the line is empty, too long or not printable.
        """
        ...

    async def look(self, text: str) -> SavedSearch:
        """Its results are being looked at: what is new counts from now on. Returns it as it was before.

        Raises:
            NotFound: no such search.
        """
        ...

    async def drop(self, text: str) -> None:
        """Forget a search.

        Raises:
            NotFound: no such search.
        """
        ...


class StarterPacks(Protocol):
    """Boards for somebody who has none yet."""

    async def packs(self) -> tuple[StarterPack, ...]:
        """What there is to choose from, in a stable order; looks nowhere outside."""
        ...


class SettingsStore(Protocol):
    """The person's settings."""

    async def load(self) -> Settings: ...

    async def save(self, settings: Settings) -> None:
        """Durable when it returns."""
        ...


class JobCoordination(Protocol):
    """Batches of jobs through the engine."""

    async def process_job_batch(self, jobs: Sequence[JobData]) -> ProcessingResult:
        """Process at most 100 jobs.

        Raises:
            JobProcessingError: EmptyBatch, BatchTooLarge, ProcessingTimeout, PerformanceBudgetViolated or
                SystemResourcesExhausted.
        """
        ...

    async def get_optimal_batch_size(self, source_count: int) -> int: ...

    async def get_current_throughput(self) -> float | None:
        """Jobs a wall second over a recent window; None before the first."""
        ...
