"""A change of taste is found, told, refused and accepted again; the posterior stays the fold of what then counts."""

import pytest

from v7core.errors import NotFound
from v7core.models.feed import ProfileKind
from v7core.models.person import Settings
from v7core.testing import fakes, samples
from v7services.coordination import JobCoordinationService
from v7services.feed import Feed
from v7services.posterior_snapshot import KIND
from v7services.reacting import Reactor
from v7services.taste import FoundChange, Taste
from v7thompson.engine import ThompsonPerformanceEngine

ANSWERS = samples.change_of_taste()
FOUND = FoundChange(profile=ProfileKind.MATCH, sequence=70, since=61, refused=False)
REFUSED = FoundChange(profile=ProfileKind.MATCH, sequence=70, since=None, refused=True)


class Person:
    """A feed over the store of somebody whose taste turns, and what they were told."""

    def __init__(self, storage, clock):
        self.notes, self.recorder = [], fakes.ListRecorder()
        self.engine = ThompsonPerformanceEngine()
        self.queue = JobCoordinationService(self.engine, clock=clock)
        self.feed = Feed(
            storage, self.engine, self.queue, clock=clock, recorder=self.recorder, on_note=self.notes.append
        )
        self.taste = Taste(self.feed, storage.settings)

    async def close(self):
        await self.feed.close()
        await self.queue.stop()


@pytest.fixture
async def person_of(stocked, clock):
    made = []

    async def make():
        made.append(Person(stocked, clock))
        await made[-1].feed.start()
        return made[-1]

    yield make
    for person in made:
        await person.close()


@pytest.fixture
async def say(stocked, clock):
    async def say(first, last):
        for posting, kind in ANSWERS[first:last]:
            await Reactor(stocked, clock).react(posting.id, kind)

    return say


async def test_a_change_is_told_once_and_how_to_take_it_back(person_of, say):
    """Not before it is sure, not again, not when it was there at the start."""
    person = await person_of()
    await say(0, 69)
    await person.feed.deck()
    assert ([], ()) == (person.notes, await person.taste.changes())
    await say(69, 70)
    await person.feed.deck()
    told = "Your taste changed (match): older reactions weigh no more. `v7 taste refuse 70` takes that back."
    assert ([told], (FOUND,)) == (person.notes, await person.taste.changes())
    await say(70, 75)
    await person.feed.undo()
    await person.feed.rebuild()
    assert (1, []) == (len(person.notes), (await person_of()).notes)


async def test_a_change_that_is_found_by_folding_again_is_told(person_of, say, stocked, clock):
    """An old reaction was taken back meanwhile."""
    person = await person_of()
    await say(0, 71)
    await Reactor(stocked, clock).undo((await stocked.log.read())[0].event_key)
    await person.feed.deck()
    assert [71] == [change.sequence for change in await person.taste.changes()]
    assert ["`v7 taste refuse 71` takes that back."] == [note[-37:] for note in person.notes]


async def test_refusing_and_accepting_learn_anew(person_of, say, stocked):
    """Durable; the posterior is the fold without the change, to the bit, then again the one with it."""
    person = await person_of()
    await say(0, 80)
    assert (FOUND,) == await person.taste.changes()
    told = person.engine.snapshot()
    await person.taste.refuse(70)
    await person.taste.refuse(70)
    assert (("match", 70),) == (await stocked.settings.load()).refused_changes
    assert REFUSED == (await person.taste.changes())[0]
    refused = person.engine.snapshot()
    assert told != refused
    assert (await person.feed.rebuild()).equal
    assert refused == (await person_of()).engine.snapshot(), "restored"
    await stocked.snapshots.discard(KIND)
    assert refused == (await person_of()).engine.snapshot(), "from nothing"
    await person.taste.accept(70)
    await person.taste.accept(70)
    assert ((FOUND,), told) == (await person.taste.changes(), person.engine.snapshot())


async def test_learning_goes_on_without_a_refused_change(person_of, say):
    """Reaction by reaction, undone ones too, it stays the fold."""
    person = await person_of()
    await say(0, 72)
    await person.taste.refuse(70)
    await say(72, 79)
    await person.feed.undo()
    await person.feed.deck()
    assert (await person.feed.rebuild()).equal
    assert (REFUSED,) == await person.taste.changes()


async def test_a_stored_fold_of_other_refusals_is_not_used(person_of, say, stocked):
    """The start folds the log instead, and begins with its own at the next one."""
    await say(0, 75)
    before = (await person_of()).engine.snapshot()
    await stocked.settings.save(Settings(refused_changes=(("match", 70),)))
    first, second = await person_of(), await person_of()
    assert before != first.engine.snapshot() == second.engine.snapshot()
    assert (1, 0) == tuple(len(each.recorder.values("learning.refused_snapshots")) for each in (first, second))


async def test_a_refusal_by_another_process_is_obeyed_at_the_next_deck(person_of, say, stocked):
    """Without a restart."""
    person = await person_of()
    await say(0, 75)
    await person.feed.deck()
    before = person.engine.snapshot()
    await stocked.settings.save(Settings(refused_changes=(("match", 70),)))
    await person.feed.deck()
    assert before != person.engine.snapshot()
    assert () == person.engine.changes


async def test_what_is_no_change_cannot_be_refused_or_accepted(person_of, say, stocked):
    """Nothing changes."""
    await say(0, 75)
    person = await person_of()
    for act in (person.taste.refuse, person.taste.accept):
        for sequence in (-1, 0, 69, 2**70):
            with pytest.raises(NotFound):
                await act(sequence)
    assert () == (await stocked.settings.load()).refused_changes
