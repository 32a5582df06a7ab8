"""The deck over the real store and the real engine."""

import asyncio
from datetime import timedelta

import pytest

from v7core.errors import StorageError, StorageFault
from v7core.models.feed import ProfileKind, ReactionKind
from v7core.models.filters import JobFilter
from v7core.models.jobs import Dated, Workplace
from v7core.models.person import Settings
from v7core.models.sources import SourceKey
from v7core.protocols import DegradationStep
from v7core.testing import fakes, samples
from v7core.testing.contracts import JobFeedContract
from v7services import candidates
from v7services import feed as feed_module
from v7services.candidates import DUPLICATE, EXPIRED, MUTED, NOT_YET, REACTED, UNREADABLE
from v7services.coordination import CoordinationConfig, JobCoordinationService
from v7services.feed import FILTERED, UNDER_LOAD, Feed
from v7services.reacting import Reactor
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine

ALL = 1000


class Flat:
    """A feed, and everything around it a test wants to touch."""

    def __init__(self, storage, clock, **given):
        self.storage, self.clock = storage, clock
        self.recorder, self.load, self.notes = fakes.ListRecorder(), fakes.MemoryLoadLevel(), []
        self.engine = ThompsonPerformanceEngine(EngineConfig(**given), clock=clock)
        config = CoordinationConfig(start_after_s=0.0, retry_after_s=0.0)
        self.queue = JobCoordinationService(self.engine, config, recorder=self.recorder, clock=clock)
        self.feed = Feed(
            storage, self.engine, self.queue, clock=clock, recorder=self.recorder, load=self.load,
            on_note=self.notes.append, first_hand=lambda source: source == "greenhouse",
        )  # fmt: skip

    async def poll(self, postings, **changes):
        key = SourceKey(source=postings[0].source, board=postings[0].board) if postings else samples.KEY
        report = await self.storage.jobs.commit_poll(samples.report(key=key), samples.harvest(postings, **changes))
        await self.feed.admit_changes([posting.id for posting in postings])
        await self.queue.drain()
        return report

    async def ids(self, **how):
        return [card.job.id for card in (await self.feed.deck(limit=ALL, **how)).cards]

    async def left_out(self, **how):
        deck = await self.feed.deck(limit=ALL, **how)
        assert deck.total == deck.eligible + sum(count for _, count in deck.left_out)
        assert deck.eligible == len(deck.cards)
        return {reason: count for reason, count in deck.left_out if count}

    async def set(self, **changes):
        await self.storage.settings.save(Settings(**changes))

    async def close(self):
        await self.feed.close()
        await self.queue.stop()


@pytest.fixture
async def flat_of(storage, clock):
    made = []

    async def make(postings=None, *, start=True, **given):
        if postings:
            await storage.jobs.commit_poll(samples.report(), samples.harvest(postings))
        flat = Flat(storage, clock, **given)
        made.append(flat)
        if start:
            await flat.feed.start()
        return flat

    yield make
    for flat in made:
        await flat.close()


@pytest.fixture
async def flat(flat_of):
    return await flat_of(samples.postings(30))


class TestFeed(JobFeedContract):
    @pytest.fixture
    async def subject(self, flat):
        return flat.feed


# --- what is in the deck, and what is not ---------------------------------------------------------------------------


async def test_everything_open_is_in_the_deck(flat):
    """Each once, and nothing is left out."""
    assert {posting.id for posting in samples.postings(30)} == set(await flat.ids())
    assert {} == await flat.left_out()


async def test_nothing_yet(flat_of):
    """No posting, no reaction, no source: an empty deck that says so."""
    flat = await flat_of()
    deck = await flat.feed.deck()
    assert ((), 0, 0, 0, "There are no jobs yet.") == (
        deck.cards, deck.total, deck.eligible, deck.round, deck.why_empty(),
    )  # fmt: skip


async def test_one_job(flat_of):
    """Is a deck."""
    flat = await flat_of(samples.postings(1))
    assert [samples.posting(0).id] == await flat.ids()


async def test_a_long_log_keeps_no_deck_waiting_and_is_counted_right_in_the_end(flat_of, storage, clock, monkeypatch):
    """Which of the jobs that were reacted to are closed is asked piece by piece; the deck is right at every moment."""
    monkeypatch.setattr(candidates, "_ASKED", 2)
    await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(30)))
    reactor = Reactor(storage, clock)
    for n in range(9):
        await reactor.react(samples.posting(n).id, ReactionKind.PASS)
    left = [samples.posting(n) for n in range(30) if n not in (0, 3, 20)]
    await storage.jobs.commit_poll(samples.report(), samples.harvest(left))
    flat = await flat_of(start=False)
    shown = {posting.id for posting in left[7:]}
    assert {card.job.id for card in (await flat.feed.deck(limit=ALL)).cards} <= shown
    await flat.feed.start()
    assert {REACTED: 7} == await flat.left_out()
    assert shown == set(await flat.ids())


async def test_what_leaves_the_deck_and_how_it_comes_back(flat, clock):
    """Reacted to, muted, past its date, closed; each reason is counted."""
    nurse, baker, engineer = (samples.posting(n).id for n in range(3))
    await flat.feed.react(nurse, ReactionKind.PASS)
    assert {REACTED: 1} == await flat.left_out()
    soon = Dated(at=clock.now() + timedelta(hours=1))
    await flat.poll([samples.posting(1, closes=soon), *(samples.posting(n) for n in range(2, 30)), samples.posting(0)])
    clock.advance(7200)
    assert {REACTED: 1, EXPIRED: 1} == await flat.left_out()
    assert {nurse, baker}.isdisjoint(await flat.ids())
    await flat.set(muted_companies=("ACME",))
    assert {REACTED: 1, MUTED: 29} == await flat.left_out()
    assert "Nothing left to react to: 29 muted, 1 reacted to." == (await flat.feed.deck()).why_empty()
    await flat.set()
    assert engineer in await flat.ids()
    await flat.feed.undo()
    assert nurse in await flat.ids()
    await flat.poll([samples.posting(2)])
    assert [engineer] == await flat.ids()
    assert 1 == (await flat.feed.deck()).total


async def test_filters_answer_with_three_values(flat_of):
    """Unknown is kept or left out, as the filter says."""
    postings = [
        samples.posting(0, workplace=Workplace.REMOTE),
        samples.posting(1, workplace=Workplace.ONSITE),
        samples.posting(2, workplace=Workplace.UNKNOWN),
    ]
    flat = await flat_of(postings)
    remote = frozenset({Workplace.REMOTE})
    assert {postings[0].id, postings[2].id} == set(await flat.ids(filters=JobFilter(workplaces=remote)))
    strict = JobFilter(workplaces=remote, keep_unknown=False)
    assert [postings[0].id] == await flat.ids(filters=strict)
    assert {FILTERED: 2} == await flat.left_out(filters=strict)


async def test_duplicates_are_one_card(flat):
    """The employer's own posting is shown; a reaction to it is one to the opening; a split makes it two again."""
    aggregator = SourceKey(source="adzuna", board="de")
    copy = samples.posting(4, key=aggregator)
    await flat.poll([copy])
    original = samples.posting(4).id
    await flat.storage.groups.merge([copy.id, original])
    assert {DUPLICATE: 1} == await flat.left_out()
    assert original in await flat.ids()
    done = await flat.feed.react(original, ReactionKind.PASS)
    assert {REACTED: 2} == await flat.left_out()
    await flat.storage.groups.split(copy.id)
    assert copy.id in await flat.ids()
    await flat.feed.undo(done.event_key)
    assert {copy.id, original} < set(await flat.ids())
    await flat.storage.groups.merge([copy.id, original], decided=True)
    await flat.poll([samples.posting(5)])  # the employer's own is gone: the copy is shown
    assert {copy.id, samples.posting(5).id} == set(await flat.ids())


async def test_a_posting_that_comes_in_is_ranked(flat):
    """And one that changed is ranked by what it says now."""
    late = samples.posting(40)
    await flat.poll([*samples.postings(30), late])
    assert late.id in await flat.ids()
    before = await flat.feed.why(late.id)
    changed = samples.posting(40, text="Something else altogether: beekeeping.")
    await flat.poll([*samples.postings(30), changed])
    row = flat.engine.hasher.transform(feed_module.canonical_document(changed))
    assert row.to_bytes() == flat.engine.row(late.id).to_bytes()
    assert before.mean == (await flat.feed.why(late.id)).mean, "nothing was learned"


async def test_a_job_that_may_not_be_shown_any_more_when_its_batch_ends(flat, storage, clock, monkeypatch):
    """Closed, or reacted to, while it was at the engine: it does not slip into the deck."""
    gate, plain = asyncio.Event(), flat.engine.process_job_batch
    loop = asyncio.get_running_loop()

    def slow(jobs):
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(20)
        return plain(jobs)

    monkeypatch.setattr(flat.engine, "process_job_batch", slow)
    known = samples.postings(30)
    closing, reacted = samples.posting(40), samples.posting(41)
    await storage.jobs.commit_poll(samples.report(), samples.harvest([*known, closing, reacted]))
    await flat.feed.admit_changes([closing.id])
    await storage.jobs.commit_poll(samples.report(), samples.harvest([*known, reacted]))
    await flat.feed.react(reacted.id, ReactionKind.PASS)
    assert 30 == len(await flat.ids())
    gate.set()
    await flat.queue.drain()
    assert {posting.id for posting in known} == set(flat.engine.jobs) == set(await flat.ids())


async def test_what_another_process_did_is_seen(flat, storage, clock):
    """A poll and a reaction that this feed was not told of."""
    await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(31)[1:]))
    await Reactor(storage, clock).react(samples.posting(7).id, ReactionKind.INTERESTED)
    deck = await flat.feed.deck(limit=ALL)
    await flat.queue.drain()
    assert (1, 30) == (deck.round, deck.total)
    ids = await flat.ids()
    assert {samples.posting(0).id, samples.posting(7).id}.isdisjoint(ids)
    assert samples.posting(30).id in ids


async def test_a_document_nobody_can_read_is_counted(flat, monkeypatch):
    """It is left out; everything else is ranked."""
    plain = feed_module.canonical_document
    monkeypatch.setattr(
        "v7services.candidates.canonical_document",
        lambda posting: b"\xff\xfe" if posting.external_id == "job-33" else plain(posting),
    )
    await flat.poll([*samples.postings(36)])
    assert {UNREADABLE: 1} == await flat.left_out()
    monkeypatch.undo()
    await flat.poll([*samples.postings(36)[:33], samples.posting(33, text="Readable."), *samples.postings(36)[34:]])
    assert {} == await flat.left_out()


# --- the ranking ----------------------------------------------------------------------------------------------------


async def test_a_deck_says_what_it_is(flat):
    """Round, blend from the settings, measured duration; the same deck has the same id and is kept once."""
    await flat.set(blend=0.75)
    await flat.feed.react(samples.posting(0).id, ReactionKind.INTERESTED)
    deck = await flat.feed.deck(limit=7)
    assert (1, 0.75, 7, 29, 30) == (deck.round, deck.blend, len(deck.cards), deck.eligible, deck.total)
    assert deck.duration_ms > 0
    again = await flat.feed.deck(limit=7)
    assert (deck.id, deck.cards) == (again.id, again.cards)
    assert deck.id == (await flat.storage.decks.latest()).id
    await flat.feed.deck(limit=1)
    assert deck.id == (await flat.storage.decks.latest()).id, "a look at its head is not another deck"


async def test_a_reaction_teaches_the_profile_it_was_shown_under(flat):
    """And carries what the card said."""
    await flat.set(blend=1.0, manifest_text="archivist porto")
    card = (await flat.feed.deck(limit=1)).cards[0]
    assert ProfileKind.MANIFEST is card.scored.profile
    await flat.feed.react(card.job.id, ReactionKind.INTERESTED)
    (event,) = await flat.storage.log.read()
    assert ProfileKind.MANIFEST is event.profile
    assert (card.scored.mean, card.scored.sd, 0) == (event.shown.mean, event.shown.sd, event.shown.position)


async def test_profile_texts_take_effect_at_once(flat):
    """Words of the person lift the postings that hold them."""
    await flat.set(match_text="crane operator, leeds", blend=0.0)
    best = (await flat.feed.deck(limit=4)).cards
    assert all("Crane" in card.job.title for card in best)
    await flat.set(match_text="archivist", blend=0.0)
    assert "Archivist" in (await flat.feed.deck(limit=1)).cards[0].job.title


async def test_less_is_ranked_under_load(flat, monkeypatch):
    """The best of the moment, and what comes in after it; everything again when the load is gone."""
    monkeypatch.setattr(feed_module, "SMALL_POOL", 10)
    best = (await flat.ids())[:10]
    flat.load.publish(DegradationStep.SMALLER_POOL)
    assert best == await flat.ids()
    assert {UNDER_LOAD: 20} == await flat.left_out()
    late = samples.posting(40)
    await flat.poll([*samples.postings(30), late])
    assert {*best, late.id} == set(await flat.ids())
    flat.load.publish(DegradationStep.FEWER_POLLS)
    assert 31 == len(await flat.ids())


async def test_why_without_a_profile(flat):
    """Under the one a reaction would teach: as it was last shown; never shown, Match."""
    job = samples.posting(1).id
    assert ProfileKind.MATCH is (await flat.feed.why(job)).profile
    await flat.feed.deck(limit=ALL, blend=1.0)
    assert ProfileKind.MANIFEST is (await flat.feed.why(job)).profile
    assert ProfileKind.MATCH is (await flat.feed.why(job, ProfileKind.MATCH)).profile


async def test_stages_are_measured(flat):
    """Names end in their unit."""
    await flat.feed.deck()
    await flat.feed.react(samples.posting(0).id, ReactionKind.PASS)
    await flat.feed.deck()
    for name in ("feed.deck_ms", "feed.start_ms", "feed.learn_ms", "engine.batch_ms", "learning.fold_ms"):
        assert flat.recorder.values(name), name


# --- start, failure, end --------------------------------------------------------------------------------------------


async def test_a_start_hashes_only_what_has_no_row(flat_of):
    """The second start reads rows; progress says how far it is."""
    first = await flat_of(samples.postings(30))
    ranking = await first.ids()
    await first.close()
    told = []
    second = await flat_of(start=False)
    await second.feed.start(lambda *done: told.append(done))
    assert [] == second.recorder.values("engine.batch_ms")
    assert (30, 30) == told[-1]
    assert ranking == await second.ids()


async def test_a_deck_before_everything_is_there(flat_of, monkeypatch):
    """Shows what is ranked by then, and says how much is not."""
    flat = await flat_of(samples.postings(30), start=False)
    gate = asyncio.Event()
    plain, loop = flat.engine.process_job_batch, asyncio.get_running_loop()

    def slow(jobs):
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(20)
        return plain(jobs)

    monkeypatch.setattr(flat.engine, "process_job_batch", slow)
    starting = asyncio.create_task(flat.feed.start())
    deck = await flat.feed.deck()
    assert ((), 30, 0) == (deck.cards, deck.total, deck.eligible)
    assert {NOT_YET: 30} == await flat.left_out()
    gate.set()
    await starting
    assert 30 == len(await flat.ids())


async def test_what_cannot_be_kept_is_not_acknowledged(flat, monkeypatch):
    """And the card stays."""
    job = (await flat.ids())[0]

    async def full(*_, **__):
        raise StorageError(StorageFault.FULL, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(flat.storage.log, "append", full)
        with pytest.raises(StorageError):
            await flat.feed.react(job, ReactionKind.SAVE)
    assert job == (await flat.ids())[0]


async def test_a_deck_that_cannot_be_kept_is_shown(flat, monkeypatch):
    """Only a later reaction does not know what it said."""

    async def full(*_):
        raise StorageError(StorageFault.FULL, "no room")

    monkeypatch.setattr(flat.storage.decks, "keep", full)
    assert 30 == len(await flat.ids())
    assert flat.recorder.values("feed.unkept_decks")


async def test_rows_that_cannot_be_kept_are_made_again(flat_of, monkeypatch):
    """Ranking does not wait for them; the next start hashes what has none."""
    flat = await flat_of(samples.postings(30), start=False)

    async def full(*_):
        raise StorageError(StorageFault.FULL, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(flat.storage.features, "put", full)
        await flat.feed.start()
    assert 30 == len(await flat.ids())
    assert 30 == sum(flat.recorder.values("features.unkept_rows"))
    await flat.close()
    again = await flat_of()
    assert again.recorder.values("engine.batch_ms")
    assert 30 == len(await again.ids())


async def test_callers_that_leave_break_nothing(flat):
    """A deck, a reaction and an undo, each cancelled at every step of it in turn."""
    jobs = await flat.ids()
    for steps in range(12):
        for call in (
            lambda: flat.feed.deck(limit=5),
            lambda job=jobs[steps]: flat.feed.react(job, ReactionKind.INTERESTED, event_key=f"k{job.hex}"),
            lambda: flat.feed.undo(),
        ):
            task = asyncio.ensure_future(call())
            for _ in range(steps):
                await asyncio.sleep(0.0005)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    await flat.feed.deck()
    assert (await flat.feed.rebuild()).equal
    assert await flat.ids() == await flat.ids()


async def test_closing_keeps_what_was_learned(flat_of):
    """The next start folds nothing."""
    flat = await flat_of(samples.postings(30))
    for n in range(6):
        await flat.feed.react(samples.posting(n).id, ReactionKind.INTERESTED)
    await flat.ids()
    learned = flat.engine.snapshot()
    await flat.close()
    again = await flat_of()
    assert [] == again.recorder.values("learning.fold_ms")
    assert learned == again.engine.snapshot()
