"""Contracts of what brings and keeps."""

import asyncio
from dataclasses import replace

from v7core.errors import InvalidValue, NotFound, SourceError
from v7core.models.feed import Forgetting, ReactionKind
from v7core.models.sources import PollOutcome, SourceKey
from v7core.protocols import (
    JobSource,
    JobStore,
    ReactionLog,
)
from v7core.testing import samples
from v7core.testing.contracts.support import NOWHERE, refuses


class JobSourceContract:
    """`JobSource`; the subject shows at least two postings. Override `broken` with one that fails, if there is one."""

    async def test_each_posting_once_and_the_same_id_every_time(self, subject: JobSource) -> None:
        first, second = await subject.fetch(), await subject.fetch()
        ids = [posting.id for posting in first.postings]
        assert len(set(ids)) == len(ids) >= 2
        assert ids == [posting.id for posting in second.postings]

    async def test_postings_name_their_source(self, subject: JobSource) -> None:
        harvest = await subject.fetch()
        assert {subject.key} == {SourceKey(source=p.source, board=p.board) for p in harvest.postings}

    async def test_unchanged_brings_nothing(self, subject: JobSource) -> None:
        first = await subject.fetch()
        again = await subject.fetch(first.validators)
        assert (again.unchanged, again.postings) == (True, ())

    async def test_cancelling_leaves_it_usable(self, subject: JobSource) -> None:
        task = asyncio.ensure_future(subject.fetch())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len((await subject.fetch()).postings) >= 2

    @staticmethod
    async def must_fail(broken: JobSource) -> None:
        """A source that cannot be read raises `SourceError` and nothing else."""
        with refuses(SourceError):
            await broken.fetch()


class JobStoreContract:
    """`JobStore`, empty."""

    async def test_a_poll_is_kept_and_counted(self, subject: JobStore) -> None:
        report = await subject.commit_poll(samples.report(), samples.harvest(samples.postings(5)))
        assert (report.received, report.new, report.changed, report.closed) == (5, 5, 0, 0)
        assert {str(samples.KEY): 5} == await subject.counts()
        assert {p.id for p in samples.postings(5)} == set(await subject.open_jobs())

    async def test_a_posting_is_read_back_whole(self, subject: JobStore) -> None:
        await subject.commit_poll(samples.report(), samples.harvest(samples.postings(2)))
        assert samples.posting(1) == await subject.posting(samples.posting(1).id)

    async def test_polling_the_same_changes_nothing(self, subject: JobStore) -> None:
        await subject.commit_poll(samples.report(), samples.harvest(samples.postings(5)))
        again = await subject.commit_poll(samples.report(), samples.harvest(samples.postings(5)[::-1]))
        assert (again.new, again.changed, again.closed) == (0, 0, 0)

    async def test_a_changed_posting_is_updated(self, subject: JobStore) -> None:
        await subject.commit_poll(samples.report(), samples.harvest(samples.postings(2)))
        edited = samples.posting(1, text="Other words.")
        report = await subject.commit_poll(samples.report(), samples.harvest([samples.posting(0), edited]))
        assert (report.new, report.changed, report.closed) == (0, 1, 0)
        assert edited == await subject.posting(edited.id)

    async def test_a_sound_complete_poll_closes_what_is_gone(self, subject: JobStore) -> None:
        await subject.commit_poll(samples.report(), samples.harvest(samples.postings(5)))
        report = await subject.commit_poll(samples.report(), samples.harvest(samples.postings(3)))
        assert report.closed == 2
        assert {p.id for p in samples.postings(3)} == set(await subject.open_jobs())
        assert samples.posting(4) == await subject.posting(samples.posting(4).id), "closed is kept"

    async def test_other_polls_close_nothing(self, subject: JobStore) -> None:
        await subject.commit_poll(samples.report(), samples.harvest(samples.postings(5)))
        await subject.commit_poll(samples.report(PollOutcome.UNREACHABLE), None)
        await subject.commit_poll(samples.report(PollOutcome.PARTIAL), samples.harvest(samples.postings(1)))
        await subject.commit_poll(samples.report(PollOutcome.OK), samples.harvest(samples.postings(1), complete=False))
        await subject.commit_poll(samples.report(PollOutcome.SUSPICIOUS_DROP), samples.harvest([]))
        await subject.commit_poll(samples.report(PollOutcome.UNCHANGED), samples.harvest([], unchanged=True))
        assert len(await subject.open_jobs()) == 5

    async def test_a_poll_closes_postings_of_its_own_source_only(self, subject: JobStore) -> None:
        other = SourceKey(source="lever", board="other")
        await subject.commit_poll(samples.report(), samples.harvest(samples.postings(3)))
        await subject.commit_poll(samples.report(key=other), samples.harvest(samples.postings(2, key=other)))
        await subject.commit_poll(samples.report(key=other), samples.harvest([]))
        assert {str(samples.KEY): 3} == await subject.counts()

    async def test_what_comes_back_is_open_again(self, subject: JobStore) -> None:
        for count in (3, 1, 3):
            await subject.commit_poll(samples.report(), samples.harvest(samples.postings(count)))
        assert len(await subject.open_jobs()) == 3

    async def test_ids_resolve_by_prefix(self, subject: JobStore) -> None:
        await subject.commit_poll(samples.report(), samples.harvest(samples.postings(5)))
        job = samples.posting(3).id
        assert job == await subject.resolve(job.hex[:8]) == await subject.resolve(str(job).upper())
        with refuses(NotFound):
            await subject.resolve("0000000000")
        with refuses(NotFound):
            await subject.resolve("")
        with refuses(NotFound):
            await subject.resolve("%_'\"; drop")

    async def test_an_unknown_job_is_not_found(self, subject: JobStore) -> None:
        with refuses(NotFound):
            await subject.posting(NOWHERE)


class ReactionLogContract:
    """`ReactionLog`, empty."""

    async def test_events_come_back_equal_and_numbered(self, subject: ReactionLog) -> None:
        sent = [samples.reaction(n, kind) for n, kind in enumerate(ReactionKind)]
        for event in sent:
            await subject.append(event)
        await subject.append(samples.retraction(sent[1].event_key))
        await subject.append(Forgetting(event_key="forget-1", at=samples.NOW))
        events = await subject.read()
        assert [replace(event, sequence=n) for n, event in enumerate(sent, 1)] == list(events[:4])
        assert [event.sequence for event in events] == [1, 2, 3, 4, 5, 6]
        assert await subject.last_sequence() == 6

    async def test_reading_after_a_number_gives_the_rest(self, subject: ReactionLog) -> None:
        for n in range(4):
            await subject.append(samples.reaction(n))
        assert [event.sequence for event in await subject.read(after=2)] == [3, 4]
        assert await subject.read(after=4) == ()

    async def test_the_same_key_is_one_event(self, subject: ReactionLog) -> None:
        first = await subject.append(samples.reaction(0, key="k"))
        again = await subject.append(samples.reaction(1, ReactionKind.PASS, key="k"))
        assert (first.sequence, first.new) == (1, True)
        assert (again.sequence, again.new) == (1, False)
        assert await subject.last_sequence() == 1

    async def test_a_new_key_is_a_new_event(self, subject: ReactionLog) -> None:
        for key in ("a", "b"):
            await subject.append(samples.reaction(0, key=key))
        assert await subject.last_sequence() == 2

    async def test_many_at_once_leave_no_gap(self, subject: ReactionLog) -> None:
        answers = await asyncio.gather(*(subject.append(samples.reaction(n % 7, key=f"k{n}")) for n in range(40)))
        assert list(range(1, 41)) == sorted(answer.sequence for answer in answers)

    async def test_an_event_that_is_not_there_cannot_be_taken_back(self, subject: ReactionLog) -> None:
        with refuses(InvalidValue):
            await subject.append(samples.retraction("never"))
        assert await subject.last_sequence() == 0
