"""Fakes of what the screens and the command line use."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import uuid4

from v7core.errors import BatchTooLarge, EmptyBatch, InvalidValue, NotFound, SourceError, StorageError, StorageFault
from v7core.models.feed import (
    Acknowledgement,
    Card,
    Contribution,
    Deck,
    Draw,
    Explanation,
    ProfileKind,
    Reaction,
    ReactionKind,
    Retraction,
    ScoredJob,
)
from v7core.models.filters import JobFilter, SavedSearch, SearchHit, SearchQuery
from v7core.models.jobs import JobData, JobId, JobPosting
from v7core.models.person import ApplicationStage, SavedJob, Settings
from v7core.models.processing import ProcessingResult
from v7core.models.sources import (
    Harvest,
    PollOutcome,
    PollReport,
    Recognised,
    SourceCondition,
    SourceKey,
    SourceState,
    StarterPack,
)
from v7core.protocols import JobSource
from v7core.testing.fakes.keeping import MemoryLog, MemoryStore, standing
from v7core.testing.fakes.measuring import FixedClock
from v7core.testing.samples import NOW


class MemoryFeed:
    """A deck over sample postings, scored by their ids; reactions go to a log and leave the deck."""

    def __init__(self, postings: Sequence[JobPosting], log: MemoryLog | None = None) -> None:
        self._postings = {posting.id: posting for posting in postings}
        self._log = log or MemoryLog()
        self.storage_error: StorageError | None = None

    def fail_storage(self) -> None:
        """From now on nothing can be kept."""
        self.storage_error = StorageError(StorageFault.FULL, "the disk is full")

    def _score(self, posting: JobPosting, blend: float = 0.3) -> ScoredJob:
        mean = (posting.id.int % 997) / 997 * 4 - 2
        other = (posting.id.int % 499) / 499 * 4 - 2
        match, manifest = (Draw(mean=m, sd=0.5, value=m + 0.01) for m in (mean, other))
        kind = ProfileKind.MATCH if match.value >= manifest.value else ProfileKind.MANIFEST
        score = (1 - blend) * match.value + blend * manifest.value
        return ScoredJob(id=posting.id, score=score, profile=kind, match=match, manifest=manifest)

    async def _reacted(self) -> set[JobId]:
        return {event.job_id for event in standing(await self._log.read()) if isinstance(event, Reaction)}

    async def deck(self, *, limit: int = 50, blend: float | None = None, filters: JobFilter | None = None) -> Deck:
        reacted = await self._reacted()
        wanted = filters or JobFilter()
        left = [p for p in self._postings.values() if p.id not in reacted and wanted.accepts(p.summary(), NOW)]
        weight = 0.3 if blend is None else blend
        ranked = sorted(((self._score(posting, weight), posting) for posting in left), key=lambda pair: -pair[0].score)[
            :limit
        ]
        round_ = await self._log.last_sequence()
        return Deck(
            id=f"deck-{round_}",
            round=round_,
            blend=weight,
            cards=tuple(Card(position=i, job=p.summary(), scored=scored) for i, (scored, p) in enumerate(ranked)),
            eligible=len(left),
            total=len(self._postings),
            model_version="fake-1",
        )

    async def detail(self, job: JobId) -> JobPosting:
        if job not in self._postings:
            raise NotFound(f"no job {job}")
        return self._postings[job]

    async def why(self, job: JobId, profile: ProfileKind | None = None) -> Explanation:
        scored = self._score(await self.detail(job))
        kind = profile or scored.profile
        draw = scored.match if kind is ProfileKind.MATCH else scored.manifest
        parts = tuple(
            Contribution(field="title", token=word.casefold(), logits=share)
            for word, share in zip(self._postings[job].title.split(), (0.31, -0.12), strict=False)
        )
        rest = draw.mean - sum(part.logits for part in parts)
        return Explanation(
            job_id=job,
            profile=kind,
            round=await self._log.last_sequence(),
            contributions=parts,
            intercept=rest,
            draw_term=draw.value - draw.mean,
            mean=draw.mean,
            sd=draw.sd,
            draw=draw.value,
        )

    async def react(self, job: JobId, kind: ReactionKind, *, event_key: str | None = None) -> Acknowledgement:
        await self.detail(job)
        if self.storage_error is not None:
            raise self.storage_error
        event = Reaction(
            event_key=event_key or uuid4().hex,
            job_id=job,
            kind=kind,
            profile=ProfileKind.MATCH,
            at=NOW,
            document_id="0" * 32,
        )
        return await self._log.append(event)

    async def undo(self, event_key: str | None = None) -> Acknowledgement:
        events = standing(await self._log.read())
        target = event_key or (events[-1].event_key if events else None)
        if target is None or target not in {event.event_key for event in events}:
            raise NotFound("nothing to take back")
        return await self._log.append(Retraction(event_key=f"undo-{uuid4().hex}", retracts=target, at=NOW))


class MemorySearch:
    """Postings that hold every word."""

    def __init__(self, postings: Sequence[JobPosting]) -> None:
        self._postings = tuple(postings)

    async def search(self, query: SearchQuery) -> tuple[SearchHit, ...]:
        words = query.text.casefold().split()
        hits = [
            SearchHit(job=posting.summary(), snippet=posting.text[:80].replace("\n", " "))
            for posting in self._postings
            if all(word in f"{posting.title} {posting.company} {posting.text}".casefold() for word in words)
            and query.filters.accepts(posting.summary(), NOW)
        ]
        return tuple(hits[: query.limit])


class MemorySources:
    """A directory over memory sources."""

    def __init__(self, sources: Iterable[JobSource] = (), store: MemoryStore | None = None) -> None:
        self._sources = {source.key: source for source in sources}
        self._store = store or MemoryStore()
        self._states = {key: self._fresh(key) for key in self._sources}

    @staticmethod
    def _fresh(key: SourceKey) -> SourceState:
        return SourceState(key=key, name=key.board.title(), condition=SourceCondition.NEVER_POLLED)

    async def list(self) -> tuple[SourceState, ...]:
        return tuple(self._states.values())

    async def recognise(self, address: str) -> Recognised:
        source, _, board = address.partition(":")
        if source not in ("greenhouse", "lever", "feed") or not board:
            raise NotFound(f"nothing known at {address!r}")
        return Recognised(key=SourceKey(source=source, board=board), name=board.title(), how="written out")

    async def add(self, key: SourceKey) -> SourceState:
        self._states.setdefault(key, self._fresh(key))
        return self._states[key]

    def _known(self, key: SourceKey) -> SourceState:
        if key not in self._states:
            raise NotFound(f"no source {key}")
        return self._states[key]

    async def remove(self, key: SourceKey) -> None:
        self._known(key)
        del self._states[key]

    async def pause(self, key: SourceKey, *, paused: bool = True) -> SourceState:
        state = self._known(key)
        condition = SourceCondition.PAUSED if paused else SourceCondition.NEVER_POLLED
        self._states[key] = replace(state, condition=condition)
        return self._states[key]

    async def refresh(self, keys: Iterable[SourceKey] | None = None) -> tuple[PollReport, ...]:
        wanted = tuple(self._states) if keys is None else tuple(keys)
        enabled = [key for key in wanted if self._known(key).condition is not SourceCondition.PAUSED]
        return tuple([await self._poll(key) for key in enabled])

    async def _poll(self, key: SourceKey) -> PollReport:
        blank = PollReport(key=key, outcome=PollOutcome.OK, started_at=NOW, duration_ms=1.0)
        try:
            harvest = await self._sources[key].fetch() if key in self._sources else Harvest(postings=())
            report = await self._store.commit_poll(blank, harvest)
        except SourceError as error:
            failed = replace(blank, outcome=PollOutcome.UNREACHABLE, reason=error.message, error=type(error).__name__)
            report = await self._store.commit_poll(failed, None)
        open_jobs = (await self._store.counts()).get(str(key), 0)
        self._states[key] = replace(
            self._states[key],
            condition=report.outcome.condition,
            outcome=report.outcome,
            reason=report.reason,
            last_poll=NOW,
            last_success=NOW if report.outcome.sound else self._states[key].last_success,
            open_jobs=open_jobs,
        )
        return report


class MemorySaved:
    """The pipeline in a dictionary."""

    def __init__(self, postings: Sequence[JobPosting], clock: FixedClock | None = None) -> None:
        self._postings = {posting.id: posting for posting in postings}
        self._saved: dict[JobId, SavedJob] = {}
        self._clock = clock or FixedClock()

    async def list(self) -> tuple[SavedJob, ...]:
        return tuple(reversed(self._saved.values()))

    async def move(self, job: JobId, stage: ApplicationStage, *, note: str | None = None) -> SavedJob:
        if job not in self._postings:
            raise NotFound(f"no job {job}")
        before = self._saved.pop(job, None)
        kept = note if note is not None else before.note if before else ""
        summary = self._postings[job].summary()
        self._saved[job] = SavedJob(job=summary, stage=stage, changed_at=self._clock.now(), note=kept)
        return self._saved[job]

    async def remove(self, job: JobId) -> None:
        if self._saved.pop(job, None) is None:
            raise NotFound(f"job {job} is not in the pipeline")


class MemorySearches:
    """Kept searches over postings that may grow: each is as new as its place in the list."""

    def __init__(self, postings: Sequence[JobPosting], clock: FixedClock | None = None) -> None:
        self._postings = list(postings)
        self._clock = clock or FixedClock()
        self._kept: dict[str, tuple[SavedSearch, int]] = {}

    def arrive(self, posting: JobPosting) -> None:
        """A posting comes into the store."""
        self._postings.append(posting)

    async def _with_new(self, text: str) -> SavedSearch:
        search, seen = self._kept[text]
        found = await MemorySearch(self._postings[seen:]).search(search.query)
        return replace(search, new=len(found))

    async def list(self) -> tuple[SavedSearch, ...]:
        return tuple([await self._with_new(text) for text in self._kept])

    async def keep(self, text: str, query: SearchQuery) -> SavedSearch:
        now = self._clock.now()
        search = SavedSearch(text=text, query=query, kept_at=now, looked_at=now)
        self._kept.setdefault(text, (search, len(self._postings)))
        return await self._with_new(text)

    def _known(self, text: str) -> None:
        if text not in self._kept:
            raise NotFound(f"no kept search {text!r}")

    async def look(self, text: str) -> SavedSearch:
        self._known(text)
        before = await self._with_new(text)
        self._kept[text] = (replace(before, looked_at=self._clock.now(), new=0), len(self._postings))
        return before

    async def drop(self, text: str) -> None:
        self._known(text)
        del self._kept[text]


class MemoryPacks:
    """Starter packs in a tuple."""

    def __init__(self, packs: Sequence[StarterPack] = ()) -> None:
        self._packs = tuple(packs)

    async def packs(self) -> tuple[StarterPack, ...]:
        return self._packs


class MemorySettings:
    """Settings in a variable."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()

    async def load(self) -> Settings:
        return self._settings

    async def save(self, settings: Settings) -> None:
        self._settings = settings


class CountingCoordination:
    """Takes batches and counts them."""

    def __init__(self) -> None:
        self.processed: list[JobData] = []

    async def process_job_batch(self, jobs: Sequence[JobData]) -> ProcessingResult:
        if not jobs:
            raise EmptyBatch
        if len(jobs) > 100:
            raise BatchTooLarge(len(jobs), 100)
        await asyncio.sleep(0)
        self.processed += jobs
        return ProcessingResult(
            processed_count=len(jobs),
            success_count=len(jobs),
            failure_count=0,
            duration_ms=1.0,
            thompson_duration_ms=1.0,
            throughput_jobs_per_second=1000.0 * len(jobs),
            performance_score=0.9,
        )

    async def get_optimal_batch_size(self, source_count: int) -> int:
        if source_count < 1:
            raise InvalidValue("at least one source")
        return min(100, max(10, len(self.processed) // source_count))

    async def get_current_throughput(self) -> float | None:
        return 1000.0 if self.processed else None
