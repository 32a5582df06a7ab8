"""Groups follow polls: only what changed is compared, one opening is one card, and what a person said stays said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from v7core.models.sources import PollReport, SourceKey
from v7core.testing import samples
from v7services.dedupe import REPOST
from v7services.fields.instants import iso_instant
from v7services.grouping import LARGE, Grouping
from v7services.storage import Storage
from v7services.testing.cases import FETCHED_AT

from .test_dedupe import TEXT, posting


@pytest.fixture
def grouping(storage, clock, recorder):
    return Grouping(storage, clock=clock, recorder=recorder)


async def poll(storage, *postings, complete=True):
    """A sound poll of the board of these."""
    key = SourceKey(source=postings[0].source, board=postings[0].board)
    report = PollReport(key=key, outcome=samples.report().outcome, started_at=FETCHED_AT, duration_ms=1.0)
    await storage.jobs.commit_poll(report, samples.harvest(postings, complete=complete))


async def groups(storage):
    return {frozenset(group.jobs) for group in await storage.groups.all()}


async def test_the_same_job_from_five_sources_is_one_group(storage, grouping):
    """C17: edited slightly at each; whichever comes first."""
    sources = ("adzuna", "himalayas", "greenhouse", "arbeitnow", "jooble")
    them = [posting(source, str(n), text=TEXT + f" Number {n}.") for n, source in enumerate(sources)]
    for each in them:
        await poll(storage, each)
        await grouping.catch_up()
    assert {frozenset(each.id for each in them)} == await groups(storage)


async def test_the_same_id_with_other_content_stays_one_posting(storage, grouping):
    """C15: an update with history, no second card; its group stays."""
    board, copy = posting(), posting("adzuna", "2")
    await poll(storage, board)
    await poll(storage, copy)
    await grouping.catch_up()
    await poll(storage, replace(board, text=TEXT + " Now also at noon."))
    found = await grouping.catch_up()
    assert (1, 0) == (found.compared, found.joined)
    assert {frozenset((board.id, copy.id))} == await groups(storage)
    assert 1 == len(await storage.jobs.history(board.id))


async def test_fresh_ids_at_each_poll_are_folded_and_the_growth_is_seen(storage, grouping, recorder):
    """C16: what was said of one holds for the next, which has another id; a group that only grows is measured."""
    first = posting(external_id="0")
    await poll(storage, first)
    await grouping.catch_up()
    for n in range(1, LARGE + 2):
        await poll(storage, posting(external_id=str(n)))
        found = await grouping.catch_up()
    (group,) = await groups(storage)
    assert LARGE + 2 == len(group)
    assert first.id in group
    assert 1 == len(await storage.jobs.open_jobs())
    assert found.largest > LARGE
    assert ("grouping.largest", float(LARGE + 2)) in recorder.records


async def test_only_what_changed_is_compared(storage, grouping):
    """The rest was, at its own time."""
    await poll(storage, *(posting(external_id=str(n), title=f"Baker number {n}") for n in range(40)))
    assert 40 == (await grouping.catch_up()).compared
    assert 0 == (await grouping.catch_up()).compared
    await poll(storage, posting("adzuna", "a", title="Baker number 7"))
    found = await grouping.catch_up()
    assert (1, 1) == (found.compared, found.joined)


async def test_a_new_start_goes_on_where_the_last_one_ended(storage, grouping, clock, recorder):
    """And knows whom a posting may be one with."""
    board = posting()
    await poll(storage, board)
    await grouping.catch_up()
    copy = posting("adzuna", "2")
    await poll(storage, copy)
    again = Grouping(storage, clock=clock, recorder=recorder)
    assert 1 == (await again.catch_up()).compared
    assert {frozenset((board.id, copy.id))} == await groups(storage)


async def test_what_a_person_took_apart_stays_apart(storage, grouping, clock, recorder):
    """Through later polls, changes, copies of either and a new start."""
    board, copy = posting(), posting("adzuna", "2")
    await poll(storage, board)
    await poll(storage, copy)
    await grouping.catch_up()
    await storage.groups.split(copy.id)
    assert set() == await groups(storage)
    await poll(storage, replace(copy, text=TEXT + " Changed."))
    await grouping.catch_up()
    await Grouping(storage, clock=clock, recorder=recorder).catch_up()
    assert set() == await groups(storage)
    await poll(storage, posting("himalayas", "3"))
    await grouping.catch_up()
    together = await groups(storage)
    assert all(not {board.id, copy.id} <= group for group in together)


async def test_a_repost_is_another_opening(storage, grouping):
    """Weeks after the first one was filled or given up."""
    old = posting(posted=iso_instant("2026-07-01", "posted"))
    await poll(storage, old)
    await grouping.catch_up()
    await poll(storage, posting(external_id="2"))
    await grouping.catch_up()
    assert set() == await groups(storage)


async def test_what_closed_long_ago_is_not_looked_at_after_a_new_start(storage, clock, recorder):
    """Nor what closed and says no date: two cards are better than a hidden one."""
    await poll(storage, posting(external_id="1", posted=None), posting(external_id="2", title="Oven Technician"))
    await poll(storage, posting(external_id="9", title="Miller"))
    clock.advance(REPOST.total_seconds())
    grouping = Grouping(storage, clock=clock, recorder=recorder)
    await grouping.catch_up()
    await poll(storage, posting(external_id="3", posted=None))
    await grouping.catch_up()
    assert set() == await groups(storage)


async def test_discovery_is_told_in_order(storage, grouping):
    """Groups first, then the next; and the next although groups failed."""
    seen = []

    async def told(jobs):
        seen.append((jobs, await groups(storage)))

    board, copy = posting(), posting("adzuna", "2")
    await poll(storage, board)
    await poll(storage, copy)
    await grouping.before(told)((board.id, copy.id))
    assert [((board.id, copy.id), {frozenset((board.id, copy.id))})] == seen


async def test_a_store_that_fails_does_not_keep_the_next_from_being_told(tmp_path, clock, recorder):
    """It is counted."""
    storage = await Storage.open(tmp_path / "v7.sqlite3", clock=clock)
    seen = []

    async def told(jobs):
        seen.append(jobs)

    await storage.close()
    await Grouping(storage, clock=clock, recorder=recorder).before(told)((posting().id,))
    assert [(posting().id,)] == seen
    assert ("grouping.failures", 1.0) in recorder.records


async def test_many_of_one_poll_find_each_other(storage, grouping):
    """A source that shows one opening under two searches."""
    one, two = posting("adzuna", "7", board="gb/baker/leeds"), posting("adzuna", "7", board="gb/night/leeds")
    await poll(storage, one)
    await poll(storage, two)
    await grouping.catch_up()
    assert {frozenset((one.id, two.id))} == await groups(storage)


async def test_an_older_database_put_back_is_looked_at_from_the_start(storage, clock, recorder):
    """Its revisions are other ones."""
    await storage.snapshots.save("grouping", 0, b"99999")
    board, copy = posting(), posting("adzuna", "2")
    await poll(storage, board)
    await poll(storage, copy)
    assert 2 == (await Grouping(storage, clock=clock, recorder=recorder).catch_up()).compared
    assert {frozenset((board.id, copy.id))} == await groups(storage)
    assert timedelta(0) < REPOST
