"""The posterior is the fold of the log: caught up, rolled back, restored or folded again, the same bytes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core.errors import StorageError, StorageFault
from v7core.models.feed import Forgetting, Reaction, ReactionKind, Shown
from v7core.testing import fakes, samples
from v7services.learning import Learning
from v7services.posterior_snapshot import KIND, PosteriorSnapshot
from v7services.reacting import Reactor
from v7services.standing import by_key, effective, reaches_back, standing
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine

KINDS = list(ReactionKind)


class Lab:
    """A store, a reactor, and as many engines over them as a test wants."""

    def __init__(self, storage, clock):
        self.storage = storage
        self.reactor = Reactor(storage, clock)
        self.recorder = fakes.ListRecorder()
        self.notes = []

    async def learning(self, *, mark_every=5, **config):
        engine = ThompsonPerformanceEngine(EngineConfig(**config))
        learning = Learning(
            self.storage, engine, recorder=self.recorder, mark_every=mark_every, on_note=self.notes.append
        )
        await learning.start()
        return learning

    async def react(self, *numbers, kind=None):
        for n in numbers:
            kind_ = kind or KINDS[n % len(KINDS)]
            await self.reactor.react(samples.posting(n % 30).id, kind_, event_key=f"k{await self.last() + 1}")

    async def last(self):
        return await self.storage.log.last_sequence()

    async def from_nothing(self, **config):
        """The fold by somebody who knows no snapshot and no mark."""
        await self.storage.snapshots.discard(KIND)
        return bytes_of(await self.learning(**config))


def bytes_of(learning):
    return learning._engine.snapshot()


@pytest.fixture
def lab(stocked, clock):
    return Lab(stocked, clock)


# --- what counts: pure ----------------------------------------------------------------------------------------------

scripts = st.lists(
    st.one_of(st.just("react"), st.just("forget"), st.integers(0, 20)),
    max_size=25,
)


def events_of(script):
    """A number takes back the event of that place, whatever it is, if there is one."""
    events = []
    for what in script:
        n = len(events) + 1
        if what == "react":
            events.append(samples.reaction(n % 7, key=f"k{n}", sequence=n))
        elif what == "forget":
            events.append(Forgetting(event_key=f"k{n}", at=samples.NOW, sequence=n))
        elif what < len(events):
            events.append(replace(samples.retraction(events[what].event_key, key=f"k{n}"), sequence=n))
    return events


def stands(event, events):
    """The definition: nothing that stands takes it back."""
    return not any(getattr(other, "retracts", None) == event.event_key and stands(other, events) for other in events)


@given(scripts)
def test_what_stands_is_what_nothing_standing_takes_back(script):
    """Retracted retractions, retracted twice, and so on."""
    events = events_of(script)
    expected = [e for e in events if not hasattr(e, "retracts") and stands(e, events)]
    assert expected == list(standing(events)) == list(fakes.standing(events))


@given(scripts)
def test_what_counts_comes_after_the_last_forgetting_that_stands(script):
    """And says whether there was one."""
    left = standing(events_of(script))
    last = max((place for place, event in enumerate(left) if isinstance(event, Forgetting)), default=-1)
    found = effective(events_of(script))
    assert (last >= 0, tuple(left[last + 1 :])) == (found.anew, found.reactions)


@given(scripts, st.integers(0, 25))
def test_what_does_not_reach_back_can_be_judged_alone(script, cut):
    """A stretch of the log tells what of it stands, unless it takes back what came before."""
    events = events_of(script)
    rest = events[cut:]
    known = by_key(rest)
    if not any(reaches_back(event, known) for event in rest):
        assert standing(events[:cut]) + standing(rest) == standing(events)


# --- the fold -------------------------------------------------------------------------------------------------------


async def test_catching_up_is_folding(lab):
    """One by one, or all at once."""
    learning = await lab.learning()
    empty = bytes_of(learning)
    for n in range(23):
        await lab.react(n)
        assert await lab.last() == await learning.catch_up()
    assert empty != bytes_of(learning)
    assert bytes_of(learning) == await lab.from_nothing()


async def test_undone_is_never_happened(lab):
    """Bit for bit, whatever came between, and without folding the whole log."""
    learning = await lab.learning()
    await lab.react(*range(12))
    await learning.catch_up()
    before = bytes_of(learning)
    await lab.react(12, 13, 14)
    await learning.catch_up()
    assert before != bytes_of(learning)
    for _ in range(3):
        await lab.reactor.undo()
        await learning.catch_up()
    assert before == bytes_of(learning)
    assert 1 == len(lab.recorder.values("learning.refold_ms")), "the one at the start"
    await lab.reactor.undo("k5")
    await learning.catch_up()
    assert bytes_of(learning) == await lab.from_nothing()


async def test_a_retraction_taken_back_restores(lab):
    """To the bit, in the place the reaction had."""
    learning = await lab.learning()
    await lab.react(*range(9))
    await learning.catch_up()
    before = bytes_of(learning)
    undone = await lab.reactor.undo("k4")
    await learning.catch_up()
    await lab.reactor.undo(undone.event_key)
    await learning.catch_up()
    assert before == bytes_of(learning)


async def test_what_comes_back_behind_a_mark_is_not_lost_with_it(lab):
    """A reaction was taken back when a mark was made after it, and stands again when the mark becomes the first one."""
    learning = await lab.learning(mark_every=2)
    await lab.react(0, 1, 2)
    undone = await lab.reactor.undo()
    await learning.catch_up()
    await lab.reactor.undo(undone.event_key)
    await learning.catch_up()
    for n in range(5, 16):
        await lab.react(n)
        await learning.catch_up()
        assert learning.reacted(samples.posting(2).id)
    learned = bytes_of(learning)
    assert 1 == len(lab.recorder.values("learning.refold_ms"))
    assert learned == await lab.from_nothing()


async def test_forgetting_starts_anew_and_can_be_undone(lab):
    """What was reacted to stays out of the deck all the same."""
    learning = await lab.learning()
    newborn = bytes_of(learning)
    await lab.react(*range(8))
    await learning.catch_up()
    before = bytes_of(learning)
    await lab.reactor.forget()
    await learning.catch_up()
    assert newborn == bytes_of(learning)
    assert learning.reacted(samples.posting(3).id)
    await lab.react(20)
    await learning.catch_up()
    assert newborn != bytes_of(learning) == await lab.from_nothing()
    await lab.reactor.undo()
    await lab.reactor.undo()
    await learning.catch_up()
    assert before == bytes_of(learning)


async def test_a_start_begins_with_the_stored_fold(lab):
    """The events before it are not read; the result is the same."""
    learning = await lab.learning()
    await lab.react(*range(17))
    await learning.catch_up()
    await learning.save()
    await lab.react(17, 18)
    lab.recorder.records.clear()
    again = await lab.learning()
    assert 1 == len(lab.recorder.values("learning.fold_ms"))
    assert (await lab.last(), True) == (again.sequence, again.reacted(samples.posting(2).id))
    assert bytes_of(again) == await lab.from_nothing()


async def test_a_start_after_an_old_event_was_taken_back(lab):
    """The stored fold holds it: it is set aside without a word, and the log is folded."""
    learning = await lab.learning()
    await lab.react(*range(17))
    await learning.catch_up()
    await learning.save()
    await lab.reactor.undo("k2")
    again = await lab.learning()
    assert not again.reacted(samples.posting(1).id)
    assert bytes_of(again) == await lab.from_nothing()
    assert [] == lab.notes


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign"])
async def test_a_damaged_posterior_is_learned_again(lab, damage):
    """It is found out, told, counted, and the log decides."""
    learning = await lab.learning()
    await lab.react(*range(6))
    await learning.catch_up()
    await learning.save()
    sequence, body = await lab.storage.snapshots.latest(KIND)
    kept = PosteriorSnapshot.from_bytes(body)
    nan = bytearray(kept.engine)
    nan[-8:] = b"\xff" * 8
    engine = {"cut": kept.engine[:50], "changed": bytes(nan), "foreign": kept.engine}[damage]
    event = b"0" * 16 if damage == "foreign" else kept.event
    spoiled = PosteriorSnapshot(sequence=sequence, event=event, reacted=kept.reacted, engine=engine)
    await lab.storage.snapshots.save(KIND, sequence, spoiled.to_bytes())
    again = await lab.learning()
    assert bytes_of(learning) == bytes_of(again)
    assert [1.0] == lab.recorder.values("learning.refused_snapshots")
    assert 1 == len(lab.notes)
    assert "learned again" in lab.notes[0]


async def test_other_profiles_teach_otherwise(lab):
    """The same log under another text is another fold, and a stored fold of the old text is not used for it."""
    learning = await lab.learning()
    await lab.react(*range(6))
    await learning.catch_up()
    before = bytes_of(learning)
    await learning.set_profiles("night nurse", "")
    assert before != bytes_of(learning) == await lab.from_nothing(match_text="night nurse")
    await learning.set_profiles("", "")
    assert before == bytes_of(learning)


async def test_a_document_that_is_gone_teaches_nothing(lab):
    """It is counted; everything else is learned."""
    posting = samples.posting(3)
    await lab.storage.log.append(samples.reaction(3, key="orphan", document_id="0" * 32))
    await lab.react(1, 2)
    learning = await lab.learning()
    assert (2, [1.0]) == (learning._engine._learner.events, lab.recorder.values("learning.unlearnable_reactions"))
    assert learning.reacted(posting.id)


async def test_figures_nobody_was_shown_teach_nothing(lab):
    """A log from elsewhere may hold anything that is finite."""
    shown = Shown(deck_id="d", round=0, position=0, mean=1e9, sd=1.0, model_version="m")
    await lab.storage.log.append(samples.reaction(3, key="odd", shown=shown))
    learning = await lab.learning()
    assert (0, [1.0]) == (learning._engine._learner.events, lab.recorder.values("learning.unlearnable_reactions"))


async def test_damaged_rows_are_made_again(lab):
    """NaN in a stored row never reaches the posterior."""
    await lab.react(1, 2, 3)
    reference = await lab.from_nothing()
    version = ThompsonPerformanceEngine().hasher.version
    events = [event for event in await lab.storage.log.read() if isinstance(event, Reaction)]
    nan = {event.job_id: (event.document_id, b"\1\0\0\0", b"\0\0\xc0\x7f") for event in events}
    await lab.storage.features.put(nan, version)
    assert reference == await lab.from_nothing()
    assert [1.0] * 3 == lab.recorder.values("features.damaged_rows")


async def test_a_store_that_keeps_no_snapshot_costs_nothing_else(lab, monkeypatch):
    """Learning goes on; the next start folds the log."""
    learning = await lab.learning(mark_every=2)

    async def refuse(*_):
        raise StorageError(StorageFault.FULL, "no room")

    monkeypatch.setattr(lab.storage.snapshots, "save", refuse)
    await lab.react(*range(5))
    for _ in range(2):
        await learning.catch_up()
    assert lab.recorder.values("learning.unstored_snapshots")
    assert bytes_of(learning) == await lab.from_nothing()


async def test_a_log_that_cannot_be_read_changes_nothing(lab, monkeypatch):
    """What was learned stays, and is right again when the store is."""
    learning = await lab.learning()
    await lab.react(1, 2)
    await learning.catch_up()
    before = bytes_of(learning)
    await lab.react(3)

    async def refuse(*_, **__):
        raise StorageError(StorageFault.IO, "gone")

    with monkeypatch.context() as patch:
        patch.setattr(lab.storage.log, "read", refuse)
        with pytest.raises(StorageError):
            await learning.catch_up()
        assert before == bytes_of(learning)
    with monkeypatch.context() as patch:
        patch.setattr(lab.storage.log, "document", refuse)
        with pytest.raises(StorageError):
            await learning.catch_up()
    await learning.catch_up()
    assert bytes_of(learning) == await lab.from_nothing()


async def test_a_log_that_is_shorter_than_before_is_folded_again(lab, monkeypatch):
    """A backup was put back while this ran: what is not in the log any more was not learned."""
    learning = await lab.learning()
    await lab.react(0, 1)
    await learning.catch_up()
    before, events = bytes_of(learning), await lab.storage.log.read()
    await lab.react(2, 3)
    await learning.catch_up()

    async def older(after=0):
        return events[after:]

    async def last():
        return 2

    monkeypatch.setattr(lab.storage.log, "read", older)
    monkeypatch.setattr(lab.storage.log, "last_sequence", last)
    assert 2 == await learning.catch_up()
    assert before == bytes_of(learning)
    assert not learning.reacted(samples.posting(3).id)


async def test_rebuilding_says_whether_anything_changed(lab):
    """Nothing does, unless the posterior was not the fold."""
    learning = await lab.learning()
    await lab.react(*range(7))
    await lab.reactor.undo()
    report = await learning.rebuild()
    assert (8, 6, True) == (report.events, report.learned, report.equal)
    learning._engine.relearn(())
    report = await learning.rebuild()
    assert (6, False) == (report.learned, report.equal)
    assert (await learning.rebuild()).equal
