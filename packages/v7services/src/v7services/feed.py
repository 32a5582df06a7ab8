"""The deck: what may be shown, ranked by what was learned, and every answer to it on its way into the log."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Set
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from v7core.clock import SystemClock
from v7core.document import canonical_document
from v7core.errors import StorageError, SystemResourcesExhausted, V7Error
from v7core.models.feed import Acknowledgement, Card, Deck, Explanation, ProfileKind, ReactionKind, ScoredJob
from v7core.models.filters import JobFilter
from v7core.models.jobs import JobData, JobId, JobPosting, JobPriority
from v7core.models.person import Settings
from v7core.protocols import Clock, DegradationStep, LoadLevel, Recorder, SettingsStore
from v7core.registry import NullRecorder
from v7services.adapter import SourceKind
from v7services.candidates import Candidates
from v7services.coordination import JobCoordinationService
from v7services.learning import Learning, Rebuilt
from v7services.reacting import Reactor
from v7services.serial import Serial
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.track import TasteChange

if TYPE_CHECKING:
    from v7services.storage import Storage

SMALL_POOL: Final = 2_000
"""Candidates that are left when the load says so: those that ranked best at that moment, and what comes in after it."""
FILTERED: Final = "filtered"
UNDER_LOAD: Final = "set aside under load"


def _first_hand(source: str) -> bool:
    from v7services.catalogue import ADAPTERS  # here, since it imports every source

    return any(adapter.name == source and adapter.kind is SourceKind.ATS_BOARD for adapter in ADAPTERS)


class Feed:
    """A `JobFeed` over a store and an engine. Lives on one event loop; numbers are worked out in threads.

    The engine's posterior is the fold of the log at every moment somebody can look: decks, explanations and learning
    take turns. Reactions do not wait for a turn: they are durable first and learned next.

    A changed seed of the settings takes effect with the next engine; profile texts, refused changes of taste, blend and
    muted companies at once.

    Args:
        coordination: In front of the same engine.
        settings: The store's own unless given.
        load: Obeyed from `SMALLER_POOL` on.
        on_note: Told, in a sentence, what a person should know of what was learned.
    """

    def __init__(
        self,
        storage: "Storage",
        engine: ThompsonPerformanceEngine,
        coordination: JobCoordinationService,
        *,
        settings: SettingsStore | None = None,
        clock: Clock | None = None,
        recorder: Recorder | None = None,
        load: LoadLevel | None = None,
        on_note: Callable[[str], None] | None = None,
        first_hand: Callable[[str], bool] = _first_hand,
    ) -> None:
        self._storage = storage
        self._engine = engine
        self._coordination = coordination
        self._settings = settings or storage.settings
        self._clock = clock or SystemClock()
        self._recorder = recorder or NullRecorder()
        self._load = load
        self._reactor = Reactor(storage, self._clock)
        self._learning = Learning(storage, engine, recorder=self._recorder, on_note=on_note)
        self._candidates = Candidates(
            storage, engine, coordination, clock=self._clock, recorder=self._recorder, first_hand=first_hand
        )
        self._turns = Serial()
        self._profiles = (engine.config.match_text, engine.config.manifest_text)
        self._filling: asyncio.Task[None] | None = None
        self._aside: frozenset[JobId] | None = None
        """Jobs that are not ranked while the load is high."""
        self._kept: dict[JobId, tuple[str, int, ScoredJob]] = {}
        """How the cards of the deck that was kept last were shown."""

    # --- from start to end ------------------------------------------------------------------------------------------

    async def start(self, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Learn what the log holds and admit every open job; decks are answered meanwhile, from what is there.

        Args:
            on_progress: Told (jobs that can be ranked, jobs that will be), after each step.

        Raises:
            StorageError: the store cannot be read.
        """
        started = time.perf_counter()

        async def begin() -> None:
            settings = await self._settings.load()
            self._profiles = (settings.match_text, settings.manifest_text)
            if self._profiles != (self._engine.config.match_text, self._engine.config.manifest_text):
                await asyncio.to_thread(self._engine.set_profiles, *self._profiles)
            await self._learning.start(_refused(settings))
            await self._refresh(settings)

        await self._turns.run(begin)
        self._recorder.record("feed.first_rank_ms", 1e3 * (time.perf_counter() - started))
        tell = on_progress or (lambda *_: None)
        while await self._turns.run(self._candidates.admit_some):
            missing = self._candidates.missing
            tell(len(self._engine), len(self._engine) + missing)
        await self._coordination.drain()
        await self._candidates.saved()
        tell(len(self._engine), len(self._engine) + self._candidates.missing)
        self._recorder.record("feed.start_ms", 1e3 * (time.perf_counter() - started))

    async def close(self) -> None:
        """Let what has begun end, and store what was learned."""
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        with suppress(V7Error):
            await self._turns.run(self._learning.save)
        await self._turns.close()
        await self._candidates.saved()

    async def admit_changes(self, jobs: Iterable[JobId] = ()) -> None:
        """Postings came in: what changed is read from the store, and becomes rankable ahead of older work.

        Args:
            jobs: Which; only whether there is any matters.

        Raises:
            StorageError: the store cannot be read.
        """
        if next(iter(jobs), None) is None:
            return

        async def take_in() -> None:
            await self._refresh(await self._settings.load())
            await self._candidates.admit_some(priority=JobPriority.HIGH)

        await self._turns.run(take_in)
        self._fill()

    def _fill(self) -> None:
        """See to it that everything that may be shown becomes rankable, a step at a time."""
        if self._filling is None or self._filling.done():
            self._filling = asyncio.create_task(self._fill_up())

    async def _fill_up(self) -> None:
        with suppress(V7Error):  # the next deck asks again
            while await self._turns.run(self._candidates.admit_some):
                pass

    async def _refresh(self, settings: Settings) -> None:
        """Bring learning and candidates up to date with the log, the store and the settings."""
        profiles = (settings.match_text, settings.manifest_text)
        if profiles != self._profiles:
            self._profiles = profiles
            await self._learning.set_profiles(*profiles)
        await self._learning.refuse(_refused(settings))
        sequence = await self._learning.catch_up()
        await self._candidates.refresh(self._learning.reacted_jobs, sequence, settings.muted_companies)

    # --- the port ---------------------------------------------------------------------------------------------------

    async def deck(self, *, limit: int = 50, blend: float | None = None, filters: JobFilter | None = None) -> Deck:
        """The best of what may be shown. Read-only and repeatable: its round is the log's last sequence number.

        Raises:
            InvalidValue: the limit or the blend is out of range.
            StorageError: the store cannot be read.
        """
        return await self._turns.run(self._deck, limit, blend, filters or JobFilter())

    async def _deck(self, limit: int, blend: float | None, filters: JobFilter) -> Deck:
        settings = await self._settings.load()
        await self._refresh(settings)
        if await self._candidates.admit_some():
            self._fill()
        weight, round_ = settings.blend if blend is None else blend, self._learning.sequence
        left_out = self._candidates.left_out()
        eligible = await self._eligible(filters, weight, left_out)
        started = time.perf_counter()
        scored = await asyncio.to_thread(self._engine.rank, limit, weight, eligible=eligible, round_=round_)
        duration_ms = 1e3 * (time.perf_counter() - started)
        summaries = await self._storage.jobs.summaries([each.id for each in scored])
        shown = [each for each in scored if each.id in summaries and each.id in self._candidates]
        cards = tuple(Card(position=place, job=summaries[each.id], scored=each) for place, each in enumerate(shown))
        total = self._candidates.total
        deck = Deck(
            id="", round=round_, blend=weight, cards=cards, total=total, eligible=total - left_out.total(),
            model_version=self._engine.model_version, duration_ms=duration_ms, left_out=tuple((+left_out).items()),
        )  # fmt: skip
        deck = replace(deck, id=_deck_id(deck))
        await self._keep(deck)
        self._recorder.record("feed.deck_ms", 1e3 * (time.perf_counter() - started))
        return deck

    async def _eligible(self, filters: JobFilter, blend: float, left_out: Counter[str]) -> Set[JobId] | None:
        """The jobs a ranking is narrowed to, None for all; what that leaves out is counted."""
        eligible: Set[JobId] | None = None
        before = len(self._engine)
        if filters != JobFilter():
            eligible = await self._storage.jobs.matching(filters, self._clock.now())
            before = await asyncio.to_thread(self._engine.count, eligible)
            left_out[FILTERED] = len(self._engine) - before
        favourites = await self._favoured(blend)
        if favourites is not None:
            eligible = favourites if eligible is None else eligible & favourites
            left_out[UNDER_LOAD] = before - len(eligible)
        return eligible

    async def _favoured(self, blend: float) -> set[JobId] | None:
        """The smaller pool, while the load asks for it; None for the whole one."""
        if self._load is None or self._load.current() < DegradationStep.SMALLER_POOL:
            self._aside = None
        elif self._aside is None and len(self._engine) > SMALL_POOL:
            best = await asyncio.to_thread(self._engine.rank, SMALL_POOL, blend, round_=self._learning.sequence)
            self._aside = frozenset(self._engine.jobs) - {each.id for each in best}
        aside = self._aside
        if aside is None:
            return None
        return await asyncio.to_thread(lambda: {job for job in self._engine.jobs if job not in aside})

    async def _keep(self, deck: Deck) -> None:
        """Remember what was shown, for whoever reacts to it; a part of the deck kept before adds nothing."""
        kept = {card.job.id: (deck.model_version, deck.round, card.scored) for card in deck.cards}
        if all(self._kept.get(job) == value for job, value in kept.items()):
            return
        try:
            await self._storage.decks.keep(deck)
        except StorageError:  # a reaction then does not know what was shown; the deck itself is fine
            self._recorder.record("feed.unkept_decks", 1.0)
        else:
            self._kept = kept

    async def detail(self, job: JobId) -> JobPosting:
        """The whole posting; raises `NotFound`."""
        return await self._storage.jobs.posting(job)

    async def why(self, job: JobId, profile: ProfileKind | None = None) -> Explanation:
        """What its mean is made of, now; under the profile a reaction to it would teach unless told otherwise.

        That is the one it was last shown under; Match when it never was.

        Raises:
            NotFound: no such job.
        """
        return await self._turns.run(self._why, job, profile)

    async def _why(self, job: JobId, profile: ProfileKind | None) -> Explanation:
        posting = await self._storage.jobs.posting(job)
        data = JobData(id=job, source=posting.source, payload=canonical_document(posting))
        await self._refresh(await self._settings.load())
        if profile is None:
            shown = await self._storage.decks.shown(job)
            profile = ProfileKind.MATCH if shown is None else shown[0]
        round_ = self._learning.sequence
        return await asyncio.to_thread(self._engine.explain, data, profile, round_=round_)

    async def react(self, job: JobId, kind: ReactionKind, *, event_key: str | None = None) -> Acknowledgement:
        """Durable when it returns, and learned before the next deck; see `Reactor.react`."""
        done = await self._reactor.react(job, kind, event_key=event_key)
        self._learn()
        return done

    async def undo(self, event_key: str | None = None) -> Acknowledgement:
        """Durable when it returns; the next deck is as if it had never happened. See `Reactor.undo`."""
        done = await self._reactor.undo(event_key)
        self._learn()
        return done

    async def forget(self, *, event_key: str | None = None) -> Acknowledgement:
        """Learning starts anew, and `undo` takes that back; see `Reactor.forget`."""
        done = await self._reactor.forget(event_key=event_key)
        self._learn()
        return done

    def _learn(self) -> None:
        async def learn() -> None:
            started = time.perf_counter()
            try:
                await self._learning.catch_up()
            except V7Error:  # it is durable: the next deck learns it
                self._recorder.record("feed.learning_failures", 1.0)
            self._recorder.record("feed.learn_ms", 1e3 * (time.perf_counter() - started))

        with suppress(SystemResourcesExhausted):  # closing: the next start learns it
            self._turns.start(learn)

    async def changes(self) -> tuple[TasteChange, ...]:
        """The changes of taste that are found in the log as it is now, oldest first, without the refused ones.

        Raises:
            StorageError: the store cannot be read.
        """
        return await self._turns.run(self._changes)

    async def _changes(self) -> tuple[TasteChange, ...]:
        await self._refresh(await self._settings.load())
        return self._engine.changes

    async def rebuild(self) -> Rebuilt:
        """Fold the whole log again; says whether the posterior was what the log says.

        Raises:
            StorageError: the log cannot be read.
        """
        return await self._turns.run(self._learning.rebuild)


def _refused(settings: Settings) -> frozenset[tuple[ProfileKind, int]]:
    return frozenset((ProfileKind(profile), sequence) for profile, sequence in settings.refused_changes)


def _deck_id(deck: Deck) -> str:
    """Sixteen hex digits that are the same for the same cards of the same round."""
    facts = [str(deck.round), repr(deck.blend), deck.model_version]
    facts += [f"{card.job.id.hex}{card.scored.score!r}" for card in deck.cards]
    return sha256("\0".join(facts).encode()).hexdigest()[:16]
