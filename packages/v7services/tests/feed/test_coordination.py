"""The queue: order, limits, failure, and what happens to a job whatever goes wrong."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7core.errors import (
    ComputeError,
    ComputeFault,
    InvalidValue,
    PerformanceBudgetViolated,
    ProcessingTimeout,
    StorageError,
    StorageFault,
    SystemResourcesExhausted,
)
from v7core.models.jobs import JobData, JobPriority
from v7core.testing import samples
from v7core.testing.contracts import JobCoordinationContract
from v7core.testing.fakes import FixedClock, ListRecorder
from v7services.coordination import CoordinationConfig, JobCoordinationService

NOW = {"start_after_s": 0.001, "retry_after_s": 0.0}
"""No test waits for what a person waits for."""
NEVER = 3600.0
UNREADABLE = InvalidValue("unreadable")
BROKEN = ComputeError(ComputeFault.NOT_FINITE, "NaN")


def job(n, priority=JobPriority.NORMAL, payload=b""):
    data = samples.job_data(n)
    return JobData(id=data.id, source=data.source, payload=payload or data.payload, priority=priority)


def jobs(*numbers, priority=JobPriority.NORMAL):
    return [job(n, priority) for n in numbers]


def ids(some):
    return [each.id for each in some]


@pytest.fixture
async def queue_of(scripted, clock):
    made = []

    def make(engine=scripted, **config):
        service = JobCoordinationService(engine, CoordinationConfig(**(NOW | config)), clock=clock)
        made.append(service)
        return service

    yield make
    scripted.gate.set()
    for service in made:
        await service.stop(1.0)


class TestJobCoordinationService(JobCoordinationContract):
    @pytest.fixture
    def subject(self, queue_of):
        return queue_of()


# --- when it starts and in what order -------------------------------------------------------------------------------


async def test_ten_start_at_once(queue_of, scripted):
    """However long fewer would wait."""
    queue = queue_of(start_after_s=NEVER)
    assert 9 == await queue.add_jobs_to_queue(jobs(*range(9)))
    await asyncio.sleep(0.002)
    assert [] == scripted.batches
    await queue.add_jobs_to_queue(jobs(9))
    await queue._idle.wait()
    assert set(ids(jobs(*range(10)))) == set(scripted.done)


async def test_fewer_than_ten_are_never_stranded(queue_of, scripted):
    """After the wait they start, too; a quarter of a second unless told otherwise."""
    queue = queue_of()
    await queue.add_jobs_to_queue(jobs(1))
    await queue._idle.wait()
    assert ids(jobs(1)) == scripted.done
    assert (10, 0.25) == (CoordinationConfig().start_at, CoordinationConfig().start_after_s)


async def test_one_job_after_a_drain_waits_for_others_again(queue_of, scripted):
    """Draining an empty queue leaves no haste behind."""
    queue = queue_of(start_after_s=NEVER)
    await queue.drain()
    await queue.add_jobs_to_queue(jobs(1))
    await asyncio.sleep(0.002)
    assert [] == scripted.done
    await queue.drain()
    assert ids(jobs(1)) == scripted.done


async def test_batches_hold_at_most_a_hundred(queue_of, scripted):
    """And nothing is lost between them."""
    queue = queue_of()
    await queue.add_jobs_to_queue(jobs(*range(250)))
    await queue.drain()
    assert [100, 100, 50] == [len(batch) for batch in scripted.batches]
    assert set(ids(jobs(*range(250)))) == set(scripted.done)


async def test_critical_comes_first(queue_of, scripted):
    """Then in order of priority, then in order of arrival."""
    queue = queue_of(start_after_s=NEVER)
    order = [JobPriority.LOW, JobPriority.CRITICAL, JobPriority.NORMAL, JobPriority.HIGH, JobPriority.CRITICAL]
    await queue.add_jobs_to_queue([job(n, priority) for n, priority in enumerate(order)])
    await queue.drain()
    assert ids(jobs(1, 4, 3, 2, 0)) == scripted.done


async def test_low_is_never_starved(queue_of, scripted, clock):
    """Three ageing periods lift a low job to critical: from then on no newcomer passes it."""
    queue = queue_of(start_after_s=NEVER, ageing_s=5.0)
    await queue.add_jobs_to_queue(jobs(0, priority=JobPriority.LOW))
    for n in range(1, 6):
        clock.advance(4.0)
        await queue.add_jobs_to_queue(jobs(n, priority=JobPriority.CRITICAL))
    await queue.drain()
    assert ids(jobs(1, 2, 3, 0, 4, 5)) == scripted.done


async def test_a_job_queued_twice_is_processed_once_and_as_it_is_now(queue_of, scripted):
    """The better place, the later document."""
    seen = []

    class Reading(type(scripted)):
        def process_job_batch(self, batch):
            seen.extend(each.payload for each in batch)
            return super().process_job_batch(batch)

    queue = queue_of(Reading(), start_after_s=NEVER)
    await queue.add_jobs_to_queue([job(0, payload=b"\x01old"), job(1, JobPriority.HIGH, b"\x01other")])
    await queue.add_jobs_to_queue([job(0, JobPriority.CRITICAL, b"\x01new")])
    assert 2 == (await queue.get_queue_status()).queued_job_count
    await queue.add_jobs_to_queue([job(0, JobPriority.LOW, b"\x01newest")])
    await queue.drain()
    assert [b"\x01newest", b"\x01other"] == seen


# --- failure --------------------------------------------------------------------------------------------------------


async def test_one_bad_job_costs_only_itself(queue_of, scripted):
    """A failing batch is halved until it stands alone; then it is a dead letter with a reason."""
    queue = queue_of()
    bad = job(37)
    scripted.bad[bad.id] = UNREADABLE
    await queue.add_jobs_to_queue(jobs(*range(100)))
    await queue.drain()
    assert set(ids(jobs(*range(100)))) - {bad.id} == set(scripted.done)
    assert [(bad, "InvalidValue: unreadable")] == [(letter.job, letter.reason) for letter in queue.dead_letters]
    assert 1 == (await queue.get_queue_status()).dead_letter_count


@pytest.mark.parametrize("error", [BROKEN, RuntimeError("a bug"), MemoryError(), OSError("gone")])
async def test_a_job_that_fails_alone_gets_three_tries(queue_of, scripted, error):
    """Whatever it fails with, the queue lives on."""
    queue = queue_of()
    scripted.bad[job(0).id] = error
    await queue.add_jobs_to_queue(jobs(0))
    await queue.drain()
    assert 3 == len(scripted.batches)
    assert [job(0)] == [letter.job for letter in queue.dead_letters]
    await queue.add_jobs_to_queue(jobs(1))
    await queue.drain()
    assert ids(jobs(1)) == scripted.done


async def test_a_passing_failure_costs_nothing(queue_of, scripted):
    """The second try is as good as the first."""
    queue = queue_of()
    scripted.fail_next = [BROKEN, BROKEN]
    await queue.add_jobs_to_queue(jobs(0))
    await queue.drain()
    assert (ids(jobs(0)), ()) == (scripted.done, queue.dead_letters)


async def test_a_dead_letter_is_taken_back_when_it_goes_through(queue_of, scripted):
    """The same job, repaired."""
    queue = queue_of()
    scripted.bad[job(0).id] = UNREADABLE
    await queue.add_jobs_to_queue(jobs(0))
    await queue.drain()
    assert 1 == len(queue.dead_letters)
    scripted.bad.clear()
    await queue.process_job_batch(jobs(0))
    assert () == queue.dead_letters


async def test_no_time_left(queue_of, scripted):
    """The caller is told; the batch is not cut off, and counts when it ends."""
    queue = queue_of(timeout_s=0.005)
    scripted.gate.clear()
    with pytest.raises(ProcessingTimeout) as caught:
        await queue.process_job_batch(jobs(0))
    assert 0.005 == caught.value.after_s
    with pytest.raises(ProcessingTimeout):  # waiting for the turn counts, too
        await queue.process_job_batch(jobs(1))
    scripted.gate.set()
    await queue._turns.close()
    assert ids(jobs(0, 1)) == scripted.done
    assert 2 == len(queue._batches)


async def test_a_hanging_engine_does_not_stop_the_queue_for_ever(queue_of, scripted):
    """Its jobs are kept aside, and come back when it does."""
    queue = queue_of(timeout_s=0.004)
    scripted.gate.clear()
    await queue.add_jobs_to_queue(jobs(0, 1))
    await queue.drain()
    assert [job(0), job(1)] == [letter.job for letter in queue.dead_letters]
    assert "ProcessingTimeout" in queue.dead_letters[0].reason
    scripted.gate.set()
    await queue._turns.close()
    assert () == queue.dead_letters
    assert ids(jobs(0, 1)) == scripted.done


async def test_a_late_batch_is_done_once(scripted, clock):
    """It is not tried again while it is still at the engine."""

    class Opening(ListRecorder):
        def record(self, name, value):
            if name == "engine.late_batches":
                scripted.gate.set()
            super().record(name, value)

    recorder = Opening()
    config = CoordinationConfig(**NOW, timeout_s=0.2)
    queue = JobCoordinationService(scripted, config, recorder=recorder, clock=clock)
    scripted.gate.clear()
    await queue.add_jobs_to_queue(jobs(0))
    await queue.drain()
    assert [1.0] == recorder.values("engine.late_batches")
    assert (ids(jobs(0)), ()) == (scripted.done, queue.dead_letters)


async def test_over_budget_is_said_and_done_all_the_same(queue_of, scripted):
    """Alone it is an error, in the queue it is a figure."""
    queue = queue_of(budget_ms=10.0)
    scripted.duration_ms = 12.5
    with pytest.raises(PerformanceBudgetViolated) as caught:
        await queue.process_job_batch(jobs(0))
    assert 12.5 == caught.value.actual_ms
    await queue.add_jobs_to_queue(jobs(1))
    await queue.drain()
    assert (ids(jobs(0, 1)), ()) == (scripted.done, queue.dead_letters)


@pytest.mark.parametrize("error", [MemoryError(), ComputeError(ComputeFault.CAPACITY, "full")])
async def test_no_room_is_said(queue_of, scripted, error):
    """Memory, or the engine's own capacity."""
    queue = queue_of()
    scripted.fail_next = [error]
    with pytest.raises(SystemResourcesExhausted):
        await queue.process_job_batch(jobs(0))


async def test_what_does_not_fit_is_refused_whole(queue_of, scripted):
    """Dead letters take room as well: memory is bounded whatever happens."""
    queue = queue_of(start_after_s=NEVER, start_at=1000, capacity=3)
    await queue.add_jobs_to_queue(jobs(0, 1))
    with pytest.raises(SystemResourcesExhausted):
        await queue.add_jobs_to_queue(jobs(2, 3))
    assert 2 == (await queue.get_queue_status()).queued_job_count
    assert 3 == await queue.add_jobs_to_queue(jobs(1, 2))
    scripted.bad = dict.fromkeys(ids(jobs(0, 1)), UNREADABLE)
    await queue.drain()
    with pytest.raises(SystemResourcesExhausted):
        await queue.add_jobs_to_queue(jobs(3, 4))
    assert 1 == await queue.add_jobs_to_queue(jobs(5))


async def test_whoever_listens_cannot_fail_a_batch(scripted, clock):
    """It was processed; that the rows could not be kept is counted."""
    recorder = ListRecorder()

    async def on_processed(batch):
        raise StorageError(StorageFault.FULL, f"no room for {len(batch)}")

    queue = JobCoordinationService(
        scripted, CoordinationConfig(**NOW), recorder=recorder, clock=clock, on_processed=on_processed
    )
    assert 1 == (await queue.process_job_batch(jobs(0))).success_count
    assert [1.0] == recorder.values("engine.after_batch_failures")


# --- figures --------------------------------------------------------------------------------------------------------


async def test_throughput_is_over_a_real_window(queue_of, scripted, clock):
    """Jobs a wall second of the batches that ended within the last minute; what is older does not count."""

    class Timed(type(scripted)):
        def process_job_batch(self, batch):
            clock.advance(0.5)
            return super().process_job_batch(batch)

    queue = queue_of(Timed(), window_s=60.0)
    await queue.process_job_batch(jobs(*range(100)))
    assert 200.0 == await queue.get_current_throughput()
    clock.advance(1.0)
    await queue.process_job_batch(jobs(*range(50)))
    assert 75.0 == await queue.get_current_throughput()  # 150 in 2 s
    clock.advance(59.5)
    assert 100.0 == await queue.get_current_throughput()  # the second alone: 50 in half a second
    clock.advance(10.0)
    assert 0.0 == await queue.get_current_throughput()


async def test_status_says_what_was_measured(queue_of, scripted):
    """None before the first batch."""
    queue = queue_of(start_after_s=NEVER)
    status = await queue.get_queue_status()
    assert (0, False, None, None) == (
        status.queued_job_count, status.is_processing, status.average_processing_time_ms, status.last_performance_score,
    )  # fmt: skip
    scripted.gate.clear()
    await queue.add_jobs_to_queue(jobs(*range(12)))
    await asyncio.to_thread(scripted.began.wait, 20)
    status = await queue.get_queue_status()
    assert (12, True) == (status.queued_job_count, status.is_processing)
    scripted.gate.set()
    await queue.drain()
    status = await queue.get_queue_status()
    assert (0, False, 2.0, 0.8) == (
        status.queued_job_count, status.is_processing, status.average_processing_time_ms, status.last_performance_score,
    )  # fmt: skip


# --- stopping and being cancelled -----------------------------------------------------------------------------------


async def test_stopping_is_bounded_and_hands_back_what_is_left(queue_of, scripted):
    """In hand first, then the queue in its order; nothing is taken afterwards."""
    queue = queue_of()
    scripted.gate.clear()
    await queue.add_jobs_to_queue(jobs(*range(100)))
    await asyncio.to_thread(scripted.began.wait, 20)
    await queue.add_jobs_to_queue([*jobs(100), *jobs(101, priority=JobPriority.CRITICAL)])
    left = await queue.stop(0.005)
    assert set(ids(jobs(*range(100)))) == set(ids(left[:100]))
    assert ids(jobs(101, 100)) == ids(left[100:])
    with pytest.raises(SystemResourcesExhausted):
        await queue.add_jobs_to_queue(jobs(5))
    with pytest.raises(SystemResourcesExhausted):
        await queue.process_job_batch(jobs(5))
    assert () == await queue.stop(0.001)


async def test_stopping_with_time_finishes_everything(queue_of, scripted):
    """Nothing is handed back."""
    queue = queue_of(start_after_s=NEVER)
    await queue.add_jobs_to_queue(jobs(0, 1, 2))
    assert () == await queue.stop(5.0)
    assert ids(jobs(0, 1, 2)) == scripted.done


async def test_a_cancelled_caller_leaves_its_batch_whole(queue_of, scripted):
    """It ends, it counts, and the next one has its turn."""
    queue = queue_of()
    scripted.gate.clear()
    calling = asyncio.create_task(queue.process_job_batch(jobs(0)))
    await asyncio.to_thread(scripted.began.wait, 20)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    scripted.gate.set()
    await queue.process_job_batch(jobs(1))
    assert ids(jobs(0, 1)) == scripted.done


async def on_the_loop(work, *args):
    """In place of a thread: a schedule is then only the order of its steps."""
    await asyncio.sleep(0)
    return work(*args)


actions = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 30), st.integers(1, 25), st.sampled_from(JobPriority)),
        st.tuples(st.just("batch"), st.integers(0, 30), st.integers(1, 5)),
        st.tuples(st.just("cancel"), st.integers(0, 5)),
        st.tuples(st.just("steps"), st.integers(1, 12)),
        st.tuples(st.just("fail"), st.integers(1, 3)),
        st.tuples(st.just("bad"), st.integers(0, 40)),
    ),
    max_size=20,
)


@settings(max_examples=150, deadline=None)
@given(script=actions, patience=st.sampled_from([0.0, 5.0]))
def test_whatever_happens_every_job_is_somewhere(engine_kind, script, patience):
    """Add, fail, cancel and stop in any order: a job that was taken is processed, a dead letter, or handed back once;
    with time to stop in, nothing is handed back and only what cannot be processed is dead."""

    async def play():
        engine = engine_kind()
        clock = FixedClock()
        queue = JobCoordinationService(engine, CoordinationConfig(start_after_s=0.0, retry_after_s=0.0), clock=clock)
        taken, calls = Counter(), []
        for name, *rest in script:
            if name == "add":
                first, many, priority = rest
                new = jobs(*range(first, first + many), priority=priority)
                await queue.add_jobs_to_queue(new)
                taken.update(ids(new))
            elif name == "batch":
                first, many = rest
                calls.append(asyncio.create_task(queue.process_job_batch(jobs(*range(first, first + many)))))
            elif name == "cancel" and calls:
                calls[rest[0] % len(calls)].cancel()
            elif name == "steps":
                for _ in range(rest[0]):
                    await asyncio.sleep(0)
                clock.advance(rest[0])
            elif name == "fail":
                engine.fail_next = [BROKEN] * rest[0]
            elif name == "bad":
                engine.bad[job(rest[0]).id] = UNREADABLE
        left = await queue.stop(patience)
        await asyncio.gather(*calls, return_exceptions=True)
        await queue._turns.close()
        return engine, queue, taken, left

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "to_thread", on_the_loop)
        engine, queue, taken, left = asyncio.run(play())
    dead = {letter.job.id for letter in queue.dead_letters}
    somewhere = set(engine.done) | dead | set(ids(left))
    assert set(taken) <= somewhere
    assert len(left) == len(set(ids(left)))
    if patience:
        assert () == left
    if not any(name == "fail" for name, *_ in script):
        assert dead <= set(engine.bad)
