"""Deeds and taking them back, without a screen."""

import pytest

from v7core.errors import NotFound, StorageError
from v7core.models.feed import ReactionKind
from v7core.models.person import ApplicationStage
from v7core.testing.fakes import MemoryFeed, MemoryLog, MemorySaved, standing
from v7core.testing.samples import postings
from v7ui.reactions import Reactions


@pytest.fixture
def feed():
    """Four jobs."""
    return MemoryFeed(postings(4), MemoryLog())


@pytest.fixture
def saved():
    """An empty pipeline."""
    return MemorySaved(postings(4))


@pytest.fixture
def reactions(feed, saved):
    """Over both."""
    return Reactions(feed, saved)


JOBS = [posting.summary() for posting in postings(4)]


async def test_undoing_a_first_save_takes_the_job_out_of_the_pipeline(reactions, feed, saved):
    """Undone is never happened: not "closed", gone."""
    await reactions.keep(reactions.begin(JOBS[:1], ReactionKind.SAVE))
    assert 1 == len(await saved.list())
    await reactions.undo()
    assert () == await saved.list()
    assert () == tuple(standing(await feed._log.read()))


async def test_undoing_an_application_returns_to_the_stage_before(reactions, saved):
    """With its note."""
    await saved.move(JOBS[0].id, ApplicationStage.SAVED, note="ask Ana")
    await reactions.keep(reactions.begin(JOBS[:1], ReactionKind.APPLIED))
    assert ApplicationStage.APPLIED is (await saved.list())[0].stage
    await reactions.undo()
    (kept,) = await saved.list()
    assert (ApplicationStage.SAVED, "ask Ana") == (kept.stage, kept.note)


async def test_undoing_the_second_deed_leaves_the_first(reactions):
    """Interested, then saved, then undone: interested stands, and counts."""
    for kind in (ReactionKind.INTERESTED, ReactionKind.SAVE):
        await reactions.keep(reactions.begin(JOBS[:1], kind))
    await reactions.undo()
    assert {JOBS[0].id: ReactionKind.INTERESTED} == reactions.reacted


async def test_an_undo_that_breaks_half_way_can_go_on(reactions, feed, monkeypatch):
    """What was taken back stays so; the rest is taken back by the next undo."""
    await reactions.keep(reactions.begin(JOBS[:3], ReactionKind.PASS))
    real, calls = feed.undo, []

    async def once(key=None):
        calls.append(key)
        if len(calls) == 2:
            raise NotFound("not now")
        return await real(key)

    monkeypatch.setattr(feed, "undo", once)
    with pytest.raises(NotFound):
        await reactions.undo()
    assert {job.id for job in JOBS[:2]} == set(reactions.reacted)
    undone = await reactions.undo()
    assert JOBS[:2] == list(undone.jobs)
    assert {} == reactions.reacted
    assert () == tuple(standing(await feed._log.read()))


async def test_what_could_not_be_kept_is_not_counted(reactions, feed):
    """The deed before it stands."""
    await reactions.keep(reactions.begin(JOBS[:1], ReactionKind.PASS))
    feed.fail_storage()
    with pytest.raises(StorageError):
        await reactions.keep(reactions.begin(JOBS[1:3], ReactionKind.PASS))
    assert {JOBS[0].id: ReactionKind.PASS} == reactions.reacted


async def test_with_nothing_since_the_start_the_latest_of_the_log_is_taken_back(feed, saved):
    """None says so; with an empty log there is nothing."""
    await feed.react(JOBS[0].id, ReactionKind.PASS)
    fresh = Reactions(feed, saved)
    assert await fresh.undo() is None
    with pytest.raises(NotFound):
        await fresh.undo()
