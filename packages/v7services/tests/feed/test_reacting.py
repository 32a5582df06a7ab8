"""Reactions, kept: once, with the document and what the card said; and taken back."""

import subprocess
import sys

import pytest

from v7core.document import canonical_document, document_digest
from v7core.errors import InvalidValue, NotFound
from v7core.models.feed import Card, Deck, Draw, ProfileKind, Reaction, ReactionKind, Retraction, ScoredJob
from v7core.models.person import ApplicationStage
from v7core.testing import samples
from v7core.testing.contracts import NOWHERE
from v7services.reacting import Reactor
from v7services.standing import standing


@pytest.fixture
def reactor(stocked, clock):
    return Reactor(stocked, clock)


def shown_deck():
    posting = samples.posting(3)
    match, manifest = Draw(mean=0.25, sd=0.5, value=0.3), Draw(mean=1.0, sd=0.75, value=1.5)
    scored = ScoredJob(id=posting.id, score=0.7, profile=ProfileKind.MANIFEST, match=match, manifest=manifest)
    return Deck(
        id="d1", round=0, blend=0.3, eligible=30, total=30, model_version="m",
        cards=(Card(position=0, job=posting.summary(), scored=scored),),
    )  # fmt: skip


async def test_what_is_kept_of_a_reaction(stocked, reactor, clock):
    """The document as it is now, and the profile, place and figures the card was last shown with."""
    await stocked.decks.keep(shown_deck())
    posting = samples.posting(3)
    done = await reactor.react(posting.id, ReactionKind.SAVE, event_key="k")
    (event,) = await stocked.log.read()
    document = canonical_document(posting)
    assert (1, True) == (done.sequence, done.new)
    assert (ProfileKind.MANIFEST, 1.0, 0.75, 0) == (
        event.profile, event.shown.mean, event.shown.sd, event.shown.position,
    )  # fmt: skip
    assert (document_digest(document), clock.now()) == (event.document_id, event.at)
    assert document == await stocked.log.document(event.document_id)


async def test_a_job_that_was_never_shown_teaches_match(stocked, reactor):
    """And says that it was not shown."""
    await reactor.react(samples.posting(5).id, ReactionKind.PASS)
    (event,) = await stocked.log.read()
    assert (ProfileKind.MATCH, None) == (event.profile, event.shown)


async def test_the_first_digits_will_do(stocked, reactor):
    """As people type them."""
    await reactor.react(samples.posting(5).id.hex[:8], ReactionKind.PASS)
    (event,) = await stocked.log.read()
    assert samples.posting(5).id == event.job_id


async def test_a_key_is_one_event(stocked, reactor):
    """Sent twice it is kept once; another key is another event, even for the same job and kind."""
    job = samples.posting(1).id
    first = await reactor.react(job, ReactionKind.INTERESTED, event_key="k")
    again = await reactor.react(job, ReactionKind.INTERESTED, event_key="k")
    other = await reactor.react(job, ReactionKind.INTERESTED)
    assert [(1, True), (1, False), (2, True)] == [(each.sequence, each.new) for each in (first, again, other)]


async def test_what_cannot_be_kept_changes_nothing(stocked, reactor):
    """An unknown job, and keys that cannot be keys."""
    with pytest.raises(NotFound):
        await reactor.react(NOWHERE, ReactionKind.PASS)
    for key in ("", " k", "k\n", "k" * 201):
        with pytest.raises(InvalidValue):
            await reactor.react(samples.posting(1).id, ReactionKind.PASS, event_key=key)
        with pytest.raises(InvalidValue):
            await reactor.forget(event_key=key)
    assert 0 == await stocked.log.last_sequence()


async def test_saved_and_applied_are_in_the_pipeline(stocked, reactor):
    """In the same breath, and out of it when they are taken back."""
    job = samples.posting(1).id
    await reactor.react(job, ReactionKind.SAVE)
    await reactor.react(job, ReactionKind.APPLIED)
    assert [ApplicationStage.APPLIED] == [saved.stage for saved in await stocked.saved.list()]
    await reactor.undo()
    assert [ApplicationStage.SAVED] == [saved.stage for saved in await stocked.saved.list()]
    await reactor.undo()
    assert () == await stocked.saved.list()


async def test_undo_takes_the_latest_that_stands(stocked, reactor):
    """Again and again, forgetting included, until nothing is left."""
    for n in range(3):
        await reactor.react(samples.posting(n).id, ReactionKind.PASS, event_key=f"k{n}")
    await reactor.forget(event_key="f")
    taken = []
    for _ in range(4):
        await reactor.undo()
        taken.append((await stocked.log.read())[-1].retracts)
    assert ["f", "k2", "k1", "k0"] == taken
    with pytest.raises(NotFound):
        await reactor.undo()
    assert 8 == await stocked.log.last_sequence()


async def test_undo_finds_what_lies_far_back(stocked, reactor):
    """Behind a hundred events that do not stand."""
    await reactor.react(samples.posting(0).id, ReactionKind.PASS, event_key="first")
    for n in range(50):
        await reactor.react(samples.posting(1).id, ReactionKind.PASS, event_key=f"k{n}")
        await reactor.undo()
    await reactor.undo()
    assert "first" == (await stocked.log.read())[-1].retracts


async def test_an_event_is_taken_back_by_its_key(stocked, reactor):
    """Once; taking the retraction back restores it."""
    await reactor.react(samples.posting(0).id, ReactionKind.PASS, event_key="a")
    await reactor.react(samples.posting(1).id, ReactionKind.PASS, event_key="b")
    undone = await reactor.undo("a")
    assert ["b"] == [event.event_key for event in standing(await stocked.log.read())]
    with pytest.raises(NotFound, match="already"):
        await reactor.undo("a")
    with pytest.raises(NotFound):
        await reactor.undo("never")
    await reactor.undo(undone.event_key)
    assert ["a", "b"] == [event.event_key for event in standing(await stocked.log.read())]
    assert [Reaction, Reaction, Retraction, Retraction] == [type(event) for event in await stocked.log.read()]


def test_reacting_loads_no_engine():
    """A command that only reacts pays for the store alone."""
    code = (
        "import sys, v7services.reacting, v7services.storage;"
        "print([name for name in ('numpy', 'numba', 'v7thompson', 'lxml', 'httpx2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "[]" == done.stdout.strip()
