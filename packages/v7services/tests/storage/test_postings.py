"""Postings keep their history, and a poll is whole or absent."""

import asyncio
from datetime import timedelta

import pytest

from v7core.document import canonical_document, document_digest
from v7core.errors import InvalidValue, NotFound
from v7core.models.jobs import Dated, EmploymentType, JobPosting, Pay, PayPeriod, Precision, Seniority, Workplace
from v7core.models.sources import PollOutcome, SourceKey, Validators
from v7core.testing import samples
from v7core.testing.contracts.support import NOWHERE
from v7core.testing.fakes import ListRecorder
from v7services.storage import Storage


async def poll(storage, *postings, **changes):
    return await storage.jobs.commit_poll(samples.report(**changes), samples.harvest(postings))


FULL = samples.posting(
    3, departments=("Care", "Nights"), tags=("shift",), employment_type=EmploymentType.PART_TIME,
    seniority=Seniority.SENIOR, apply_url="https://boards.example/apply", language="de", requisition_id="R-7",
    pay=Pay(minimum=31_000.5, maximum=40_000, currency="EUR", period=PayPeriod.YEAR, original="31 to 40",
            predicted=True),
    posted=Dated(at=samples.NOW, precision=Precision.DAY, provenance="published"),
    updated=Dated(at=samples.NOW + timedelta(microseconds=1)), closes=Dated(at=samples.NOW + timedelta(days=30)),
    locations=("Århus", "Leeds"), workplace=Workplace.HYBRID, text="Wörter.\n\nMehr: 100 % 🩺",
)  # fmt: skip


async def test_every_field_comes_back_as_it_was(storage):
    """Nothing of a posting is lost or changed on the way through the file."""
    await poll(storage, FULL)
    assert FULL == await storage.jobs.posting(FULL.id)
    assert {FULL.id: FULL.summary()} == await storage.jobs.summaries([FULL.id, NOWHERE])


async def test_a_changed_posting_keeps_its_old_version(storage, clock):
    """What a person reacted to can be looked up again, whatever the board did with it since."""
    first = samples.posting(0)
    second, third = (samples.posting(0, text=text, title=text) for text in ("Second", "Third"))
    for posting in (first, second, third):
        await poll(storage, posting)
        clock.advance(60)
    history = await storage.jobs.history(first.id)
    assert [(1, first), (2, second)] == [(old.version, old.posting) for old in history]
    assert history[0].until < history[1].until
    facts = await storage.jobs.facts(first.id)
    assert (facts.version, facts.closed_at) == (3, None)
    assert facts.first_seen == samples.NOW < facts.changed_at


async def test_dates_made_of_words_do_not_count_as_a_change(storage):
    """ "3 days ago" comes out a little different at every poll although nobody changed anything."""
    rough = [
        samples.posting(0, posted=Dated(at=samples.NOW + timedelta(minutes=n), precision=Precision.APPROXIMATE))
        for n in range(2)
    ]
    await poll(storage, rough[0])
    assert (await poll(storage, rough[1])).changed == 0
    assert rough[0] == await storage.jobs.posting(rough[0].id)
    assert (await poll(storage, samples.posting(0, posted=Dated(at=samples.NOW + timedelta(days=1))))).changed == 1


async def test_closed_and_open_again_are_remembered(storage, clock):
    """A closed posting keeps its place in the store; one that comes back is open, not new."""
    await poll(storage, *samples.postings(3))
    clock.advance(60)
    await poll(storage, *samples.postings(2))
    gone = samples.posting(2)
    assert clock.now() == (await storage.jobs.facts(gone.id)).closed_at
    again = await poll(storage, *samples.postings(3))
    assert (again.new, again.changed) == (0, 0)
    assert (await storage.jobs.facts(gone.id)).closed_at is None


async def test_who_asks_what_changed_is_told_so_by_any_store_of_the_file(storage, path, clock):
    """Another process's refresh is noticed by its revision, posting by posting."""
    await poll(storage, *samples.postings(3))
    seen = await storage.jobs.revision()
    async with await Storage.open(path, clock=clock) as other:
        await poll(other, samples.posting(0), samples.posting(1, text="New words."), samples.posting(3))
    assert await storage.jobs.revision() > seen
    opened, closed = await storage.jobs.changed_since(seen)
    assert {samples.posting(1).id, samples.posting(3).id} == set(opened)
    assert (samples.posting(2).id,) == closed
    assert ((), ()) == await storage.jobs.changed_since(await storage.jobs.revision())


async def test_the_same_posting_twice_in_a_poll_is_one(storage):
    """The later one counts."""
    report = await poll(storage, samples.posting(0), samples.posting(1), samples.posting(0, text="Later."))
    assert (report.received, report.new) == (2, 2)
    assert "Later." == (await storage.jobs.posting(samples.posting(0).id)).text


async def test_a_posting_of_another_board_is_refused_with_the_whole_poll(storage):
    """One poll cannot write into another board."""
    stranger = samples.posting(1, key=SourceKey(source="lever", board="other"))
    with pytest.raises(InvalidValue):
        await poll(storage, samples.posting(0), stranger)
    assert await storage.jobs.open_jobs() == ()


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
async def test_text_that_half_the_world_cannot_read_is_refused(storage, text):
    """SQLite would keep a NUL and cut there in some tools; a lone surrogate has no bytes at all."""
    with pytest.raises(InvalidValue):
        await poll(storage, samples.posting(0), samples.posting(1, text=text))
    assert await storage.jobs.counts() == {}


async def test_documents_are_those_of_the_current_version(storage):
    """The digest is kept, so nobody has to compute it to compare."""
    postings = samples.postings(3)
    await poll(storage, *postings)
    documents = await storage.jobs.documents([*(p.id for p in postings), NOWHERE])
    assert {p.id: canonical_document(p) for p in postings} == documents
    digests = await storage.jobs.document_ids(p.id for p in postings)
    assert {p.id: document_digest(canonical_document(p)) for p in postings} == digests


async def test_expired_are_open_postings_past_their_closing_date(storage):
    """A board that never cleans up does not fill the deck."""
    late, soon = (
        samples.posting(n, closes=Dated(at=samples.NOW + timedelta(days=days))) for n, days in ((0, -1), (1, 1))
    )
    await poll(storage, late, soon, samples.posting(2))
    assert (late.id,) == await storage.jobs.expired(samples.NOW)
    await poll(storage, soon, samples.posting(2))
    assert await storage.jobs.expired(samples.NOW) == ()


async def test_the_state_of_a_source_moves_with_its_poll(storage):
    """Validators, last success, next try and the report stand in the same transaction as the postings."""
    await storage.sources.add(samples.KEY, "Acme")
    due = samples.NOW + timedelta(hours=6)
    kept = Validators(etag='"1"', last_modified="yesterday")
    report = samples.report(next_try=due)
    await storage.jobs.commit_poll(report, samples.harvest(samples.postings(2), validators=kept))
    await storage.jobs.commit_poll(
        samples.report(PollOutcome.UNREACHABLE, reason="no answer", error="ConnectError"), None
    )
    record = await storage.sources.get(samples.KEY)
    assert (kept, samples.NOW, None, 2) == (record.validators, record.last_success, record.next_try, record.open_jobs)
    assert [PollOutcome.UNREACHABLE, PollOutcome.OK] == [each.outcome for each in record.reports]
    assert (record.reports[0].reason, record.reports[1].new, record.reports[1].next_try) == ("no answer", 2, due)


async def test_only_the_last_reports_are_kept(storage):
    """A source polled for years does not grow."""
    await storage.sources.add(samples.KEY, "Acme")
    for n in range(25):
        await storage.jobs.commit_poll(samples.report(PollOutcome.UNREACHABLE, duration_ms=float(n)), None)
    reports = (await storage.sources.get(samples.KEY)).reports
    assert [float(n) for n in range(24, 4, -1)] == [report.duration_ms for report in reports]


async def test_sources_are_kept_in_the_order_they_were_added(storage):
    """Added twice is added once; removed takes its place but not its postings."""
    keys = [SourceKey(source="lever", board=board) for board in ("b", "a", "c")]
    for key in keys:
        await storage.sources.add(key, key.board.upper())
        await storage.sources.add(key, "another name")
    assert keys == [record.key for record in await storage.sources.all()]
    assert "B" == (await storage.sources.get(keys[0])).name
    await storage.jobs.commit_poll(samples.report(key=keys[0]), samples.harvest(samples.postings(2, key=keys[0])))
    assert (await storage.sources.set_paused(keys[0], paused=True)).paused
    await storage.sources.set_breaker(keys[0], '{"failures":1}')
    assert '{"failures":1}' == (await storage.sources.get(keys[0])).breaker
    await storage.sources.remove(keys[0])
    assert keys[1:] == [record.key for record in await storage.sources.all()]
    assert len(await storage.jobs.open_jobs()) == 2
    for call in (
        storage.sources.get(keys[0]), storage.sources.remove(keys[0]),
        storage.sources.set_breaker(keys[0], ""), storage.sources.set_paused(keys[0], paused=False),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            await call


async def test_a_cancelled_poll_is_whole_or_absent(storage):
    """Cancellation at any await leaves nothing half done, and the store goes on."""
    for turns in range(12):
        postings = [samples.posting(n, key=SourceKey(source="lever", board=f"b{turns}")) for n in range(40)]
        report = samples.report(key=SourceKey(source="lever", board=f"b{turns}"))
        task = asyncio.ensure_future(storage.jobs.commit_poll(report, samples.harvest(postings)))
        for _ in range(turns):
            await asyncio.sleep(0.0005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert set((await storage.jobs.counts()).values()) <= {40}
    assert (await poll(storage, *samples.postings(2))).new == 2


async def test_every_turn_of_the_file_is_timed(path, clock):
    """A write from its turn to its sync, a read from its first row to its last."""
    recorder = ListRecorder()
    async with await Storage.open(path, clock=clock, recorder=recorder) as storage:
        await poll(storage, samples.posting(0))
        await storage.jobs.counts()
    assert (1, True) == (len(recorder.values("store.write_ms")), bool(recorder.values("store.read_ms")))


async def test_ids_are_resolved_only_when_they_are_clear(storage):
    """Three digits are too few to type by accident; two jobs behind a prefix are none."""
    posting = samples.posting(0)
    twin = JobPosting(
        **{name: getattr(posting, name) for name in _FIELDS} | {"id": type(posting.id)(int=posting.id.int ^ 1)}
    )
    await poll(storage, posting, twin)
    assert posting.id == await storage.jobs.resolve(posting.id.hex)
    for prefix in (posting.id.hex[:8], posting.id.hex[:3], posting.id.hex + "0", "zzzz"):
        with pytest.raises(NotFound):
            await storage.jobs.resolve(prefix)


_FIELDS = ("source", "board", "external_id", "title", "company")
