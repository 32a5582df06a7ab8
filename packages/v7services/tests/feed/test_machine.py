"""Whatever happens, in whatever order, crashes included: the posterior is the fold of the log, bit for bit."""

import asyncio
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from v7core.document import canonical_document, document_digest
from v7core.errors import NotFound
from v7core.models.feed import Forgetting, Reaction, ReactionKind
from v7core.models.sources import SourceKey
from v7core.testing import fakes, samples
from v7services.coordination import CoordinationConfig, JobCoordinationService
from v7services.feed import Feed
from v7services.learning import Learning
from v7services.storage import Storage
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.evidence import Evidence

BOARDS = (samples.KEY, SourceKey(source="lever", board="acme"))
NUMBERS = st.integers(0, 11)
TEXTS = {"match_text": "night nurse", "manifest_text": "crane operator"}


def fold_of(events, documents):
    """The definition: newborn, then every reaction that stands after the last forgetting that does."""
    engine = ThompsonPerformanceEngine(EngineConfig(seed=3, **TEXTS))
    left = fakes.standing(events)
    start = max((place + 1 for place, event in enumerate(left) if isinstance(event, Forgetting)), default=0)
    for event in left[start:]:
        row = engine.hasher.transform(documents[event.document_id])
        shown = event.shown
        evidence = Evidence(
            sequence=event.sequence,
            profile=event.profile,
            reward=event.reward,
            row=row,
            round=event.sequence - 1 if shown is None else shown.round,
            shown_mean=None if shown is None else shown.mean,
            shown_sd=None if shown is None else shown.sd,
        )
        engine.learn(evidence)
    return engine.snapshot()


class House(RuleBasedStateMachine):
    """One person's store and feed, with a model of both beside them."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.loop = asyncio.new_event_loop()
        self.clock = fakes.FixedClock()
        self.shown = {board: {} for board in BOARDS}
        """What each board shows: posting by number."""
        self.ever = {board: set() for board in BOARDS}
        """What each board ever showed."""
        self.keys = []
        self.version = 0
        self.run(self.open())
        self.refresh(BOARDS[0], set(range(8)), set())

    def run(self, work):
        async def bounded():
            async with asyncio.timeout(30):
                return await work

        return self.loop.run_until_complete(bounded())

    async def open(self):
        self.storage = await Storage.open(self.folder / "v7.db", clock=self.clock)
        await self.storage.settings.save(replace(await self.storage.settings.load(), seed=3, **TEXTS))
        engine = ThompsonPerformanceEngine(EngineConfig(seed=3, **TEXTS))
        self.queue = JobCoordinationService(engine, CoordinationConfig(start_after_s=0.0), clock=self.clock)
        self.feed = Feed(
            self.storage, engine, self.queue, clock=self.clock, first_hand=lambda name: name == "greenhouse"
        )
        self.feed._learning = Learning(self.storage, engine, mark_every=4)
        self.engine = engine
        await self.feed.start()

    def teardown(self):
        self.run(self.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder)

    async def close(self):
        await self.feed.close()
        await self.queue.stop(5.0)
        await self.storage.close()

    def job(self, board, n):
        return samples.posting(n, key=board).id

    # --- rules

    @rule(picks=st.lists(st.tuples(st.integers(0, 23), st.sampled_from(ReactionKind)), min_size=1, max_size=5))
    def react(self, picks):
        """To some of the jobs there ever were."""
        known = [self.job(board, n) for board, numbers in self.ever.items() for n in sorted(numbers)]
        for pick, kind in picks:
            key = f"k{len(self.keys)}"
            done = self.run(self.feed.react(known[pick % len(known)], kind, event_key=key))
            assert (key, True) == (done.event_key, done.new)
            self.keys.append(key)

    @rule(pick=st.integers(0, 23))
    def react_again(self, pick):
        """With a key that was used before: nothing is added."""
        if self.keys:
            board, numbers = next((board, numbers) for board, numbers in self.ever.items() if numbers)
            last = self.run(self.storage.log.last_sequence())
            job, key = self.job(board, min(numbers)), self.keys[pick % len(self.keys)]
            assert not self.run(self.feed.react(job, ReactionKind.PASS, event_key=key)).new
            assert last == self.run(self.storage.log.last_sequence())

    @rule(n=st.integers(50, 60))
    def react_to_nothing(self, n):
        """A job nobody has."""
        with pytest.raises(NotFound):
            self.run(self.feed.react(self.job(BOARDS[0], n), ReactionKind.PASS))

    @rule()
    def undo(self):
        """The latest."""
        with suppress(NotFound):
            self.run(self.feed.undo())

    @rule(back=st.integers(0, 30))
    def undo_any(self, back):
        """Any event there is: reactions, forgettings, retractions."""
        events = self.run(self.storage.log.read())
        if events:
            with suppress(NotFound):
                self.run(self.feed.undo(events[-1 - back % len(events)].event_key))

    @rule()
    def forget(self):
        """Learning starts anew."""
        self.run(self.feed.forget())

    @rule(board=st.sampled_from(BOARDS), numbers=st.sets(NUMBERS, max_size=10), changed=st.sets(NUMBERS, max_size=3))
    def refresh(self, board, numbers, changed):
        """A sound poll: what it does not show is closed, what says something else is changed."""
        self.version += 1
        before = self.shown[board]
        postings = {
            n: samples.posting(n, key=board, text=f"Text {self.version} of {n}.")
            if n in changed or n not in before
            else before[n]
            for n in numbers
        }
        self.shown[board] = postings
        self.ever[board] |= numbers

        async def poll():
            report, harvest = samples.report(key=board), samples.harvest(tuple(postings.values()))
            await self.storage.jobs.commit_poll(report, harvest)
            await self.feed.admit_changes([posting.id for posting in postings.values()])

        self.run(poll())

    @rule(some=st.lists(st.tuples(st.sampled_from(BOARDS), NUMBERS), min_size=2, max_size=3, unique=True))
    def merge(self, some):
        """A person says: one opening."""
        ids = [self.job(*each) for each in some]
        self.run(self.storage.groups.merge(ids, decided=True))

    @rule(board=st.sampled_from(BOARDS), n=NUMBERS)
    def split(self, board, n):
        """A person says: another one."""
        self.run(self.storage.groups.split(self.job(board, n)))

    @rule()
    def snapshot(self):
        """The fold is stored."""
        self.run(self.feed._turns.run(self.feed._learning.save))

    @rule()
    def deck(self):
        """What was shown is kept, and a reaction to it carries its figures."""
        self.run(self.feed.deck(limit=5))

    @rule(steps=st.integers(0, 6), board=st.sampled_from(BOARDS), n=NUMBERS)
    def crash(self, steps, board, n):
        """In the middle of a reaction; nobody says goodbye."""

        async def die():
            key = f"k{len(self.keys)}"
            task = asyncio.ensure_future(self.feed.react(self.job(board, n), ReactionKind.INTERESTED, event_key=key))
            for _ in range(steps):
                await asyncio.sleep(0.0002)
            while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
                for each in tasks:
                    each.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(task, return_exceptions=True)
            acknowledged = task.done() and not task.cancelled() and task.exception() is None
            await self.storage.close()
            await self.open()
            kept = await self.storage.log.find(key)
            assert kept is not None or not acknowledged, "acknowledged and lost"
            if kept is not None:
                self.keys.append(key)

        self.run(die())

    @rule()
    def rebuild(self):
        """Changes nothing."""
        assert self.run(self.feed.rebuild()).equal

    # --- what always holds

    @invariant()
    def the_posterior_is_the_fold(self):
        async def look():
            await self.feed.deck(limit=1)
            events = await self.storage.log.read()
            digests = {event.document_id for event in events if isinstance(event, Reaction)}
            documents = await self.storage.log.documents(digests)
            assert all(document_digest(body) == digest for digest, body in documents.items())
            return events, documents

        events, documents = self.run(look())
        assert fold_of(events, documents) == self.engine.snapshot()
        keys = [event.event_key for event in events]
        assert len(keys) == len(set(keys))
        assert set(self.keys) <= set(keys)

    @invariant()
    def the_deck_holds_what_may_be_shown(self):
        async def look():
            await self.feed.deck(limit=1)
            await self.queue.drain()
            groups = [set(group.jobs) for group in await self.storage.groups.all()]
            return await self.feed.deck(limit=1000), groups, await self.storage.log.read()

        deck, groups, events = self.run(look())
        postings = {posting.id: posting for shown in self.shown.values() for posting in shown.values()}
        reacted = {event.job_id for event in fakes.standing(events) if isinstance(event, Reaction)}
        cards = {card.job.id for card in deck.cards}
        alone = set(postings) - reacted - set().union(*groups)
        assert alone <= cards <= set(postings) - reacted
        for group in groups:
            live = {job for job in group & set(postings) if group.isdisjoint(reacted)}
            assert min(1, len(live)) == len(group & cards)
        assert len(cards) == deck.eligible == deck.total - sum(count for _, count in deck.left_out)
        for card in deck.cards:
            row = self.engine.hasher.transform(canonical_document(postings[card.job.id]))
            assert row.to_bytes() == self.engine.row(card.job.id).to_bytes()


QUIET = settings(deadline=None, max_examples=8, stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow])
TestHouse = House.TestCase
TestHouse.settings = QUIET


class LongHouse(House):
    """The same, for longer."""


TestLongHouse = pytest.mark.slow(LongHouse.TestCase)
TestLongHouse.settings = settings(QUIET, max_examples=120, stateful_step_count=50)
