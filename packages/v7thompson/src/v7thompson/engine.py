"""The engine: jobs in, a ranking out, and every reaction changes the next one.

documents ─▶ FieldHasher ─▶ CandidatePool ──┐
                                            ├─ refresh ─▶ draws ─▶ best k
reactions ─▶ Learner ─▶ Posterior a profile ┘
"""

import struct
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256
from typing import Final

import attrs

from v7core.clock import SystemClock
from v7core.errors import BatchTooLarge, ComputeError, ComputeFault, EmptyBatch, InvalidValue
from v7core.models.feed import Explanation, ProfileKind, ScoredJob
from v7core.models.jobs import JobData, JobId
from v7core.models.metrics import MetricType
from v7core.models.processing import ThompsonBatchConfiguration, ThompsonProcessingResult
from v7core.protocols import Clock, Recorder
from v7core.registry import NullRecorder
from v7thompson import backend
from v7thompson.batching import LARGEST, batch_configuration
from v7thompson.config import EngineConfig
from v7thompson.contract import Ranker, Weights
from v7thompson.evidence import Evidence
from v7thompson.explaining import explanation
from v7thompson.features import FieldHasher
from v7thompson.learner import Learner
from v7thompson.metrics import BUDGET_MS, ThompsonPerformanceMetrics, batch_result
from v7thompson.pool import PROFILES, CandidatePool
from v7thompson.rounds import round_key
from v7thompson.rows import FeatureRow
from v7thompson.scoring import scored_jobs
from v7thompson.track import TasteChange

_MAGIC: Final = b"V7ENGINE"
_HEADER: Final = struct.Struct("<8s16s32s")


@attrs.frozen(kw_only=True)
class Admitted:
    """What an admission changed."""

    new: int
    replaced: int


class ThompsonPerformanceEngine:
    """Ranks the admitted jobs for one person by Thompson sampling, and learns.

    May be called from any thread; calls take turns. `rank` and `explain` are read-only and repeatable: a round's draws
    depend on (seed, round, job) alone, so the same round gives the same ranking on any machine, until something was
    learned, admitted or retired.

    Args:
        config: Seed, capacity, width, profiles.
        recorder: Takes `thompson_duration_ms` of every ranking and batch and `throughput_jobs_per_second` of batches.
        clock: Dates the degradations.
        pool: Jobs that were admitted before, instead of none: engines of several people may take one in turn, each
            made after the one before it was used for the last time.
    """

    def __init__(
        self,
        config: EngineConfig | None = None,
        *,
        recorder: Recorder | None = None,
        clock: Clock | None = None,
        pool: CandidatePool | None = None,
    ) -> None:
        self.config: Final = config or EngineConfig()
        self.metrics: Final = ThompsonPerformanceMetrics()
        self.hasher: Final = FieldHasher()
        self._recorder = recorder or NullRecorder()
        self._clock = clock or SystemClock()
        self._turn = threading.RLock()
        self._pool = CandidatePool(self.config.capacity, self.config.rows_in) if pool is None else pool
        self._profiles = (self.config.match_text, self.config.manifest_text)
        self._refused: frozenset[tuple[ProfileKind, int]] = frozenset()
        self._learner = self._newborn()
        self._ranker: Ranker | None = None
        self._forget_cache()

    # --- profiles and what was learned ------------------------------------------------------------------------------

    def _newborn(self) -> Learner:
        return Learner(*self._profiles, refused=self._refused)

    def _forget_cache(self) -> None:
        for columns in self._pool.columns.values():
            columns.every = True

    def set_profiles(self, match_text: str, manifest_text: str) -> None:
        """Start anew from these profiles: what was learned is gone until the events are folded again."""
        with self._turn:
            self._profiles = (match_text, manifest_text)
            self._learner = self._newborn()
            self._forget_cache()

    @property
    def sequence(self) -> int:
        """Sequence number of the last event that was learned from; 0 before the first."""
        return self._learner.sequence

    @property
    def changes(self) -> tuple[TasteChange, ...]:
        """Every change of taste that was decided, oldest first; `relearn` can refuse them."""
        return self._learner.changes

    @property
    def model_version(self) -> str:
        """Changes when the same events would teach something else."""
        return f"{self._learner.version}.{self.hasher.version}"

    def learn(self, evidence: Evidence) -> None:
        """Learn from one event; only rows that share a changed weight are computed again, at the next ranking.

        Raises:
            InvalidValue: it is not after the last one.
        """
        with self._turn:
            for profile, touched in self._learner.learn(evidence).items():
                columns = self._pool.columns[profile]
                if touched is None:
                    columns.every = True
                else:
                    columns.mark(touched)

    def settle(self) -> None:
        """Bring every job's mean and deviation up to date now; else the next ranking does it."""
        with self._turn:
            self._refresh()

    def fold(self, events: Iterable[Evidence]) -> None:
        """Learn from events in their order. The state depends on the events alone, not on how they were split."""
        for evidence in events:
            self.learn(evidence)

    def relearn(self, events: Iterable[Evidence], *, refused: Collection[tuple[ProfileKind, int]] = ()) -> None:
        """Start anew from the profiles and fold these events; rankings see the old state until all are folded.

        Args:
            refused: Changes of taste the person took back, by profile and `TasteChange.sequence`: the taste goes on.

        Raises:
            InvalidValue: the events are out of order; nothing changed.
        """
        with self._turn:
            learner = Learner(*self._profiles, refused=refused)
            for evidence in events:
                learner.learn(evidence)
            self._learner, self._refused = learner, frozenset(refused)
            self._forget_cache()

    def snapshot(self) -> bytes:
        """What was learned, for `restore`. Little-endian numbers, no pickle."""
        with self._turn:
            state = self._learner.snapshot()
            return _HEADER.pack(_MAGIC, self._kin(), sha256(state).digest()) + state

    def restore(self, snapshot: bytes) -> None:
        """Go back to what was learned then.

        Raises:
            ComputeError: SNAPSHOT: cut, altered, or made with other rules, profiles, refusals or seed; nothing
                changed.
        """
        if len(snapshot) < _HEADER.size:
            raise ComputeError(ComputeFault.SNAPSHOT, "it is cut")
        magic, kin, digest = _HEADER.unpack_from(snapshot)
        state = snapshot[_HEADER.size :]
        if magic != _MAGIC or sha256(state).digest() != digest:
            raise ComputeError(ComputeFault.SNAPSHOT, "it is damaged")
        with self._turn:
            if kin != self._kin():
                raise ComputeError(ComputeFault.SNAPSHOT, "it was made with other rules, profiles, refusals or seed")
            self._learner = Learner.restore(state, *self._profiles, refused=self._refused)
            self._forget_cache()

    def _kin(self) -> bytes:
        refused = sorted(f"{profile.value} {sequence}" for profile, sequence in self._refused)
        facts = (self.model_version, str(self.config.seed), *self._profiles, *refused)
        return sha256("\0".join(facts).encode("utf-8", "replace")).digest()[:16]

    # --- jobs -------------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._pool)

    def __contains__(self, job: object) -> bool:
        return job in self._pool.jobs

    def count(self, ids: Iterable[JobId]) -> int:
        """How many of these jobs are admitted."""
        with self._turn:
            return int(self._pool.jobs.find_all(ids).size)

    @property
    def jobs(self) -> tuple[JobId, ...]:
        """The admitted jobs, in no order that means anything."""
        return tuple(self._pool.jobs)

    def admit(self, jobs: Sequence[JobData]) -> Admitted:
        """Make jobs rankable; one that is there gets its new row.

        Raises:
            InvalidValue: a payload is not a document.
            ComputeError: CAPACITY or MEMORY. In all cases nothing was admitted.
        """
        return self.admit_rows([(job.id, self.hasher.transform(job.payload)) for job in jobs])

    def admit_rows(self, rows: Sequence[tuple[JobId, FeatureRow]]) -> Admitted:
        """As `admit`, of rows that a `FieldHasher` of the same version made before.

        Raises:
            ComputeError: CAPACITY or MEMORY; nothing was admitted.
        """
        with self._turn:
            new, replaced = self._pool.admit(rows)
        return Admitted(new=new, replaced=replaced)

    def retire(self, ids: Iterable[JobId]) -> int:
        """Make jobs unrankable; unknown ones are no error. Returns how many were there."""
        with self._turn:
            return self._pool.retire(ids)

    def row(self, job: JobId) -> FeatureRow:
        """A copy of an admitted job's row.

        Raises:
            ComputeError: UNKNOWN_JOB.
        """
        with self._turn:
            return self._pool.row(job)

    def process_job_batch(self, jobs: Sequence[JobData]) -> ThompsonProcessingResult:
        """Admit a batch and bring its scores up to date, timed against the budget.

        Raises:
            EmptyBatch, BatchTooLarge: it holds none, or more than 100.
            InvalidValue, ComputeError: as `admit`; nothing was admitted.
        """
        if not jobs:
            raise EmptyBatch
        if len(jobs) > LARGEST:
            raise BatchTooLarge(len(jobs), LARGEST)
        started = time.perf_counter()
        with self._turn:
            self.admit(jobs)
            self._refresh()
        duration_ms = 1e3 * (time.perf_counter() - started)
        self.update_performance_metrics(duration_ms, len(jobs))
        result = batch_result(len(jobs), duration_ms)
        self._recorder.record(MetricType.THROUGHPUT.value, result.throughput_jobs_per_second)
        return result

    def calculate_optimal_batch_size(self, job_count: int, source_count: int) -> ThompsonBatchConfiguration:
        """How large the next batch should be, what it should cost as measured so far, and its spread over sources.

        Raises:
            InvalidValue: no source, or a negative number of jobs.
        """
        return batch_configuration(job_count, source_count, self.metrics.ms_a_job)

    def update_performance_metrics(self, duration_ms: float, jobs: int = 0) -> None:
        """Note a duration, in place.

        Raises:
            InvalidValue: it is negative or not finite.
        """
        with self._turn:
            self.metrics.update_in_place(duration_ms, jobs)
            if duration_ms > BUDGET_MS:
                self.metrics.register_performance_degradation(duration_ms, self._clock.now())
        self._recorder.record(MetricType.THOMPSON_DURATION.value, duration_ms)

    # --- ranking ----------------------------------------------------------------------------------------------------

    def rank(
        self,
        limit: int,
        blend: float = 0.5,
        *,
        eligible: Collection[JobId] | None = None,
        round_: int | None = None,
    ) -> list[ScoredJob]:
        """The best jobs of a round, best first; ties in a stable order.

        Args:
            limit: Most jobs returned, >= 1.
            blend: Weight of Manifest, in [0, 1].
            eligible: Only these; unknown ids are passed over. None is all.
            round_: Chooses the draws, >= 0; the last learned sequence number unless told otherwise.

        Raises:
            InvalidValue: an argument is out of range.
        """
        if limit < 1 or not 0.0 <= blend <= 1.0 or (round_ is not None and not 0 <= round_ < 2**63):
            raise InvalidValue(f"a limit of {limit}, a blend of {blend}, round {round_}")
        with self._turn:
            started = time.perf_counter()
            self._refresh()
            key = round_key(self.config.seed, self.sequence if round_ is None else round_)
            if eligible is not None:
                self._pool.choose(eligible)
            best = self._ready().rank(
                limit, key=key, width=self.config.width, blend=blend, masked=eligible is not None, joint=self._joint()
            )
            scored = scored_jobs(self._pool, best, blend)
            duration_ms = 1e3 * (time.perf_counter() - started)
            if len(self._pool):
                self.update_performance_metrics(duration_ms, 0)
        return scored

    def explain(self, job: JobData, profile: ProfileKind, *, round_: int | None = None) -> Explanation:
        """Why a job stands where it stands; the job need not be admitted.

        contributions + intercept = mean, and mean + draw_term = draw, within 1e-5 logits; mean, sd and draw are those
        `rank` gives an admitted job of the same document, bit for bit.

        Raises:
            InvalidValue: the payload is not a document.
        """
        number = self.sequence if round_ is None else round_
        with self._turn:
            posterior = self._learner.posteriors[profile]
            return explanation(
                job, profile, number, self.hasher,
                table=posterior.table, intercept=posterior.intercept,
                key=round_key(self.config.seed, number), width=self.config.width, joint=self.config.draws == "joint",
            )  # fmt: skip

    def _joint(self) -> list[Weights] | None:
        if self.config.draws == "marginal":
            return None
        posteriors = self._learner.posteriors
        return [(posteriors[profile].table, posteriors[profile].intercept) for profile in PROFILES]

    def _ready(self) -> Ranker:
        if self._ranker is None:
            self._ranker = backend.current().ranker(self._pool)
        return self._ranker

    def _refresh(self) -> None:
        ranker = self._ready()
        for profile in PROFILES:
            posterior = self._learner.posteriors[profile]
            ranker.refresh(profile, posterior.table, posterior.intercept)
