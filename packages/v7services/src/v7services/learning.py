"""What the engine knows is a fold of the log, at every moment: caught up, rolled back, or folded again.

    log ─▶ events since the last mark ─▶ what of them counts ─┬─ begins with what was learned: learn the rest
                                                              ├─ something was taken back: back to a mark, learn again
                                                              └─ it reaches behind the marks: fold the whole log

A *mark* is the engine's snapshot after a certain list of reactions, kept in memory; the latest is stored as well, and
is what the next start begins with. Equal lists of reactions give equal bytes, so "undone" is "never happened".
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import attrs

from v7core.errors import ComputeError, ComputeFault, StorageError
from v7core.models.feed import LogEvent, ProfileKind, Reaction
from v7core.models.jobs import JobId
from v7core.protocols import Recorder
from v7core.registry import NullRecorder
from v7services.evidence_rows import EvidenceRows
from v7services.posterior_snapshot import KIND, PosteriorSnapshot, event_mark
from v7services.standing import Effective, by_key, effective, reaches_back, standing
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.track import TasteChange

if TYPE_CHECKING:
    from v7services.storage import Storage

MARK_EVERY: Final = 50
"""Reactions between two marks."""
_MARKS: Final = 3
"""Kept in memory: the last 50 to 100 reactions are taken back without folding the whole log."""
_CHUNK: Final = 256
"""Reactions folded at once: what bounds the memory of a long fold, and the time between two breaths of the loop."""


@attrs.frozen(kw_only=True)
class _Mark:
    sequence: int
    learned: tuple[Reaction, ...]
    """Since the first mark."""
    engine: bytes = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Rebuilt:
    """What folding the whole log came to."""

    events: int
    learned: int
    """Reactions that count."""
    equal: bool
    """Bit for bit what was there before."""
    duration_ms: float


class Learning:
    """Keeps the engine's posterior the fold of the log. Callers take turns: it is not called twice at once.

    Args:
        on_note: Told, in a sentence, what a person should know: a damaged snapshot, a change of taste.
        mark_every: Reactions between two marks.
    """

    def __init__(
        self,
        storage: "Storage",
        engine: ThompsonPerformanceEngine,
        *,
        recorder: Recorder | None = None,
        on_note: Callable[[str], None] | None = None,
        mark_every: int = MARK_EVERY,
    ) -> None:
        self._storage = storage
        self._engine = engine
        self._recorder = recorder or NullRecorder()
        self._on_note = on_note or (lambda _: None)
        self._mark_every = mark_every
        self._rows = EvidenceRows(storage, engine.hasher, self._recorder)
        self._refused: frozenset[tuple[ProfileKind, int]] = frozenset()
        """Changes of taste that the person took back."""
        self._told: set[TasteChange] = set()
        self.sequence = 0
        """Of the last event that was read."""
        self._sound = False
        """Whether the engine holds what the fields below say."""
        self._marks: list[_Mark] = []
        self._tail: list[LogEvent] = []
        """Events after the first mark."""
        self._learned: tuple[Reaction, ...] = ()
        """Since the first mark."""
        self._last: LogEvent | None = None
        """The last event that was read and is of a kind we know."""
        self._stored_at = 0
        self._reacted_before: Counter[JobId] = Counter()
        """Reactions that stand, up to the first mark."""
        self._reacted_since: Counter[JobId] = Counter()

    def reacted(self, job: JobId) -> bool:
        """Whether a reaction to the job stands; forgetting what was learned does not change that."""
        return self._reacted_since[job] > 0 or self._reacted_before[job] > 0

    def reacted_jobs(self) -> set[JobId]:
        """All of them."""
        return self._reacted_before.keys() | self._reacted_since.keys()

    # --- keeping up -------------------------------------------------------------------------------------------------

    async def start(self, refused: Collection[tuple[ProfileKind, int]] = ()) -> None:
        """Begin with the stored fold when it belongs to this log, these profiles and these rules; else fold the log.

        Args:
            refused: Changes of taste that the person took back, by profile and sequence number.

        Raises:
            StorageError: the log cannot be read.
        """
        self._refused = frozenset(refused)
        await asyncio.to_thread(self._engine.relearn, (), refused=self._refused)
        if not await self._restore():
            await self._refold()
        self._told.update(self._engine.changes)
        await self.catch_up()

    async def catch_up(self) -> int:
        """Learn what the log holds by now, whoever appended it; returns its last sequence number.

        A change of taste that this finds is told, once.

        Raises:
            StorageError: the log cannot be read; what was learned stays.
        """
        last = await self._catch_up()
        for change in self._engine.changes:
            if change not in self._told:
                self._told.add(change)
                self._on_note(
                    f"Your taste changed ({change.profile.value}): older reactions weigh no more. "
                    f"`v7 taste refuse {change.sequence}` takes that back."
                )
        return last

    async def _catch_up(self) -> int:
        last = await self._storage.log.last_sequence()
        if last == self.sequence and self._sound:
            return last
        if not self._sound or last < self.sequence:  # an older log was put in its place
            await self._refold()
            return self.sequence
        new = await self._storage.log.read(after=self.sequence)
        tail = [*self._tail, *new]
        known = by_key(tail)
        wanted = effective(tail)
        if wanted.anew or any(reaches_back(event, known) for event in new):
            await self._refold()
            return self.sequence
        await self._bring_to(wanted)
        self._tail, self._learned = tail, wanted.reactions
        self._reacted_since = _reacted(tail)
        self._note_read(last, new)
        await self._mark()
        return self.sequence

    async def _bring_to(self, wanted: Effective) -> None:
        """From what the engine knows to what it should know."""
        self._sound = False
        rest = wanted.reactions
        if wanted.starts_with(Effective(anew=False, reactions=self._learned)):
            rest = rest[len(self._learned) :]
        else:
            self._marks = [mark for mark in self._marks if _holds(mark, wanted.reactions)]
            mark = self._marks[-1]
            await asyncio.to_thread(self._engine.restore, mark.engine)
            rest = rest[len(mark.learned) :]
        await self._fold(rest)
        await self._settle()
        self._sound = True

    async def _settle(self) -> None:
        """Tell the candidates what was learned, rather than leave it to the next ranking."""
        started = time.perf_counter()
        await asyncio.to_thread(self._engine.settle)
        self._recorder.record("learning.settle_ms", 1e3 * (time.perf_counter() - started))

    async def _fold(self, reactions: Sequence[Reaction]) -> None:
        for start in range(0, len(reactions), _CHUNK):
            evidence = await self._rows.evidence(reactions[start : start + _CHUNK])
            started = time.perf_counter()
            await asyncio.to_thread(self._engine.fold, evidence)
            self._recorder.record("learning.fold_ms", 1e3 * (time.perf_counter() - started))

    async def _refold(self) -> tuple[int, int]:
        """From nothing; returns how many events were read, and how many reactions of them count."""
        started = time.perf_counter()
        last = await self._storage.log.last_sequence()
        events = await self._storage.log.read()
        wanted = effective(events)
        self._sound = False
        await asyncio.to_thread(self._engine.relearn, (), refused=self._refused)
        await self._fold(wanted.reactions)
        await self._settle()
        self._sound = True
        self._reacted_before, self._reacted_since = _reacted(events), Counter()
        self._last = None
        self._note_read(last, events)
        await self._first_mark()
        await self._store()
        self._recorder.record("learning.refold_ms", 1e3 * (time.perf_counter() - started))
        return len(events), len(wanted.reactions)

    def _note_read(self, last: int, new: Sequence[LogEvent]) -> None:
        self.sequence = max([last, *(event.sequence or 0 for event in new[-1:])])
        if new:
            self._last = new[-1]

    # --- marks and the stored fold ----------------------------------------------------------------------------------

    async def _first_mark(self) -> None:
        """Begin here: nothing before this moment can be taken back without folding the whole log."""
        engine = await asyncio.to_thread(self._engine.snapshot)
        self._marks = [_Mark(sequence=self.sequence, learned=(), engine=engine)]
        self._tail, self._learned = [], ()

    async def _mark(self) -> None:
        self._marks = [mark for mark in self._marks if _holds(mark, self._learned)]
        if len(self._learned) - len(self._marks[-1].learned) < self._mark_every:
            return
        engine = await asyncio.to_thread(self._engine.snapshot)
        self._marks.append(_Mark(sequence=self.sequence, learned=self._learned, engine=engine))
        await self._store()
        if len(self._marks) > _MARKS:
            self._drop_first()

    def _drop_first(self) -> None:
        cut = self._marks[1]
        before = [event for event in standing(self._tail) if (event.sequence or 0) <= cut.sequence]
        self._reacted_before.update(event.job_id for event in before if isinstance(event, Reaction))
        self._tail = [event for event in self._tail if (event.sequence or 0) > cut.sequence]
        self._reacted_since = _reacted(self._tail)
        gone = len(cut.learned)
        self._learned = self._learned[gone:]
        self._marks = [attrs.evolve(mark, learned=mark.learned[gone:]) for mark in self._marks[1:]]

    async def _store(self) -> None:
        """Keep the fold as it stands now. A store that refuses costs the next start some time, and nothing else."""
        if self._last is None or not self._last.sequence:
            return
        snapshot = PosteriorSnapshot(
            sequence=self._last.sequence, event=event_mark(self._last.event_key),
            reacted=+(self._reacted_before + self._reacted_since),
            engine=await asyncio.to_thread(self._engine.snapshot),
        )  # fmt: skip
        try:
            await self._storage.snapshots.save(KIND, snapshot.sequence, snapshot.to_bytes())
        except StorageError:
            self._recorder.record("learning.unstored_snapshots", 1.0)
        else:
            self._stored_at = self.sequence

    async def _restore(self) -> bool:
        found = await self._storage.snapshots.latest(KIND)
        if found is None:
            return False
        try:
            kept = PosteriorSnapshot.from_bytes(found[1])
            last = (*await self._storage.log.read(after=kept.sequence - 1), None)[0]
            if last is None or event_mark(last.event_key) != kept.event:
                raise ComputeError(ComputeFault.SNAPSHOT, "it belongs to another log")
            await asyncio.to_thread(self._engine.restore, kept.engine)
        except ComputeError as error:
            self._recorder.record("learning.refused_snapshots", 1.0)
            self._on_note(f"The stored posterior was set aside ({error}): everything is learned again from the log.")
            with suppress(StorageError):
                await self._storage.snapshots.discard(KIND)
            return False
        self._reacted_before, self._reacted_since = Counter(kept.reacted), Counter()
        self.sequence = self._stored_at = kept.sequence
        self._last = last
        self._sound = True
        await self._first_mark()
        return True

    async def save(self) -> None:
        """Store the fold, so that the next start need not learn it again; a no-op when it is stored."""
        if self._sound and self.sequence != self._stored_at:
            await self._store()

    # --- anew -------------------------------------------------------------------------------------------------------

    async def set_profiles(self, match_text: str, manifest_text: str) -> None:
        """Learn everything again from other profiles."""
        self._sound = False
        await asyncio.to_thread(self._engine.set_profiles, match_text, manifest_text)
        await self._refold()

    async def refuse(self, refused: Collection[tuple[ProfileKind, int]]) -> None:
        """Learn everything again with these changes of taste taken back, and no other; a no-op when they are."""
        if frozenset(refused) != self._refused:
            self._sound = False
            self._refused = frozenset(refused)
            await self._refold()

    async def rebuild(self) -> Rebuilt:
        """Fold the whole log again, and say whether that changed anything."""
        started = time.perf_counter()
        await self.catch_up()
        before = await asyncio.to_thread(self._engine.snapshot)
        events, learned = await self._refold()
        after = await asyncio.to_thread(self._engine.snapshot)
        return Rebuilt(
            events=events, learned=learned, equal=before == after, duration_ms=1e3 * (time.perf_counter() - started)
        )


def _reacted(events: Sequence[LogEvent]) -> Counter[JobId]:
    return Counter(event.job_id for event in standing(events) if isinstance(event, Reaction))


def _holds(mark: _Mark, reactions: tuple[Reaction, ...]) -> bool:
    """Whether a mark is a beginning of these, with nothing between its reactions that it does not know."""
    many = len(mark.learned)
    rest = reactions[many : many + 1]
    return mark.learned == reactions[:many] and all((event.sequence or 0) > mark.sequence for event in rest)
