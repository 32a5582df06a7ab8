"""What the whole of it promises: learning reaches what it should, survives a kill, and cannot be gamed by stuffing."""

import random
import signal
import subprocess
import sys
import textwrap

import pytest

from v7core.models.feed import ProfileKind, ReactionKind
from v7core.models.jobs import JobPosting, job_id
from v7core.models.person import Settings
from v7core.models.sources import SourceKey
from v7core.testing import samples
from v7services.coordination import JobCoordinationService
from v7services.feed import Feed
from v7services.posterior_snapshot import KIND
from v7services.storage import Storage
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine

ALL = 1000


def posting(n, title, text, *, source="greenhouse", company="Acme", place="Leeds"):
    return JobPosting(
        id=job_id(source, "b", str(n)), source=source, board="b", external_id=str(n), title=title, company=company,
        locations=(place,), text=text,
    )  # fmt: skip


LIKED = posting(1, "Night Nurse", "We care for patients on a ward.")
SHARING = [
    posting(2, "Nurse Educator", "Teaching students.", source="lever", company="Wren", place="Porto"),
    posting(3, "Porter", "Moving patients.", source="lever", company="Wren", place="Porto"),
    posting(4, "Gardener", "Roses.", source="lever", company="Wren", place="Leeds"),
]
DISJOINT = [
    posting(5, "Crane Operator", "Heavy machinery.", source="lever", company="Lift", place="Oslo"),
    posting(6, "Archivist", "Old maps.", source="lever", company="Vault", place="Porto"),
]


async def keep(storage, postings):
    by_source = {}
    for each in postings:
        by_source.setdefault(each.source, []).append(each)
    for source, some in by_source.items():
        await storage.jobs.commit_poll(samples.report(key=SourceKey(source=source, board="b")), samples.harvest(some))


@pytest.fixture
async def feed_of(clock):
    opened = []

    async def open_feed(storage, **config):
        engine = ThompsonPerformanceEngine(EngineConfig(seed=5, **config))
        queue = JobCoordinationService(engine)
        feed = Feed(storage, engine, queue, clock=clock)
        opened.append((feed, queue))
        await feed.start()
        return feed

    yield open_feed
    for feed, queue in opened:
        await feed.close()
        await queue.stop()


async def means(feed):
    return {card.job.id: card.scored.match.mean for card in (await feed.deck(limit=ALL, blend=0.0)).cards}


REACT = """
    import asyncio, sys, time
    from pathlib import Path
    from v7core.models.feed import ReactionKind
    from v7services.reacting import Reactor
    from v7services.storage import Storage

    async def main():
        storage = await Storage.open(Path(sys.argv[1]))
        done = await Reactor(storage).react(sys.argv[2], ReactionKind(sys.argv[3]), event_key=sys.argv[4])
        print("ok", done.event_key, flush=True)
        time.sleep(60)

    asyncio.run(main())
"""


def react_and_be_killed(path, job, kind, key):
    """Another process reacts; it is killed as soon as it has said so."""
    command = [sys.executable, "-c", textwrap.dedent(REACT), str(path), job.hex[:8], kind.value, key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            line = child.stdout.readline()
        finally:
            child.send_signal(signal.SIGKILL)
    return line


@pytest.mark.parametrize(("kind", "direction"), [(ReactionKind.INTERESTED, 1), (ReactionKind.PASS, -1)])
async def test_a_reaction_moves_what_shares_its_features_and_nothing_else(tmp_path, clock, feed_of, kind, direction):
    """In the stated direction, and it survives a kill right after its acknowledgement; the reasons name the words."""
    path = tmp_path / "v7.db"
    async with await Storage.open(path, clock=clock) as storage:
        await keep(storage, [LIKED, *SHARING, *DISJOINT])
        feed = await feed_of(storage)
        before = await means(feed)
        await feed.close()
    assert "ok k1\n" == react_and_be_killed(path, LIKED.id, kind, "k1")
    async with await Storage.open(path, clock=clock) as storage:
        feed = await feed_of(storage)
        after = await means(feed)
        assert before.keys() - {LIKED.id} == after.keys()
        for each in SHARING:
            assert direction * (after[each.id] - before[each.id]) > 0.01, each.title
        for each in DISJOINT:
            assert before[each.id] == after[each.id], each.title
        why = await feed.why(LIKED.id, ProfileKind.MATCH)
        named = {(part.field, part.token) for part in why.contributions}
        assert {("title", "night"), ("title", "nurse"), ("location", "leeds"), ("description", "patients")} <= named
        assert all(direction * part.logits > 0 for part in why.contributions)
        assert direction * (why.mean - before[LIKED.id]) > 0.1
        other = await feed.why(DISJOINT[0].id, ProfileKind.MATCH)
        assert () == other.contributions
        assert {LIKED.id} == {event.job_id for event in await storage.log.read()}


async def test_the_same_log_and_seed_rank_alike_everywhere(tmp_path, clock, feed_of):
    """Another home, another order of arrival, another history of starts."""
    jobs = [LIKED, *SHARING, *DISJOINT]
    decks = []
    for n, order in enumerate((jobs, jobs[::-1])):
        async with await Storage.open(tmp_path / f"{n}.db", clock=clock) as storage:
            await keep(storage, order)
            feed = await feed_of(storage)
            await feed.react(LIKED.id, ReactionKind.INTERESTED, event_key="a")
            if n:
                await feed.close()
                feed = await feed_of(storage)
            await feed.react(DISJOINT[0].id, ReactionKind.PASS, event_key="b")
            decks.append(await feed.deck(limit=ALL, blend=0.4))
            await feed.close()
    assert [card.scored for card in decks[0].cards] == [card.scored for card in decks[1].cards]
    assert decks[0].id == decks[1].id


async def test_stuffing_words_does_not_pay(storage, feed_of):
    """A posting that holds every word, the liked ones twenty times, stands below every honest one: a posting's weight
    is spread over its words. What exploring adds to anybody is bounded by its own width."""
    pick = random.Random(4)
    liked = ["ward", "nurse", "patients", "night", "shift", "care"]
    others = [f"word{n}" for n in range(400)]

    def honest(n, words):
        return posting(n, f"{words[1]} {words[0]}", " ".join([*words, *pick.sample(others, 25)]), company=f"C{n}")

    good = [honest(n, liked) for n in range(14)]
    plain = [honest(n, pick.sample(others, 6)) for n in range(20, 50)]
    stuffed = [
        posting(90, " ".join(liked * 3), " ".join(liked * 20 + others), source="lever", company="Spam"),
        posting(91, " ".join(others[:60] + liked), " ".join(others + liked), source="lever", company="Spam"),
    ]
    await keep(storage, [*good, *plain, *stuffed])
    feed = await feed_of(storage)
    for n in range(10):
        await feed.react(good[n].id, ReactionKind.INTERESTED)
        await feed.react(plain[n].id, ReactionKind.PASS)
    deck = await feed.deck(limit=ALL, blend=0.0)
    places = {card.job.id: card.position for card in deck.cards}
    assert max(places[each.id] for each in good[10:]) < min(places[each.id] for each in stuffed)
    width = EngineConfig().width
    for card in deck.cards:
        draw = card.scored.match
        assert abs(draw.value - draw.mean) <= 6.0 * width * draw.sd


async def test_a_fold_of_other_rules_is_not_used(storage, feed_of):
    """Another seed, other texts, another version of the rules: set aside, and learned again."""
    await keep(storage, [LIKED, *SHARING])
    await storage.settings.save(Settings(match_text="porter"))
    feed = await feed_of(storage)
    await feed.react(LIKED.id, ReactionKind.INTERESTED)
    first = await means(feed)
    await feed.close()
    assert await storage.snapshots.latest(KIND) is not None
    await storage.settings.save(Settings(match_text="gardener"))
    again = await means(await feed_of(storage))
    assert first != again
    assert max(again, key=again.get) == SHARING[2].id
