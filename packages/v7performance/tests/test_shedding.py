"""Shedding, restoring, supervising."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7core.errors import InvalidValue
from v7core.models.dashboard import EventType
from v7core.models.metrics import MemoryBudgetExceeded, NetworkLatencyHigh, ThompsonPerformanceDegraded
from v7core.protocols import DegradationStep
from v7core.testing.fakes.measuring import FixedClock
from v7core.testing.samples import NOW
from v7performance import BudgetEnforcer, LocalLoadLevel, Supervisor

SLOW = (ThompsonPerformanceDegraded(actual=20.0, budget=10.0),)
FULL = (MemoryBudgetExceeded(actual=201.0, budget=200.0),)
FAR = (NetworkLatencyHigh(actual=500.0),)


def look(enforcer, seconds, violations, *, start=0):
    """Once a second; the events."""
    found = []
    for second in range(start, start + seconds):
        event = enforcer.observe(violations, now=float(second), at=NOW + timedelta(seconds=second))
        found += [event] if event else []
    return found


def test_steps_come_in_order_and_go_in_order():
    """One step after three broken windows, to the last; one back after six sound ones; each an event."""
    load = LocalLoadLevel()
    enforcer = BudgetEnforcer(load, window_s=5)
    events = look(enforcer, 15 * 6, SLOW)
    assert [step.name for step in DegradationStep][1:] == [event.metadata["step"] for event in events]
    assert {"ThompsonPerformanceDegraded"} == {event.metadata["cause"] for event in events}
    assert DegradationStep.SMALLER_POOL is load.current()
    back = look(enforcer, 30 * 6, (), start=90)
    assert ["FEWER_POLLS", "COARSER_HISTORY", "SLOWER_REFRESH", "NONE"] == [e.metadata["step"] for e in back]
    assert {EventType.RECOVERY_COMPLETE} == {event.type for event in back}


def test_one_bad_window_sheds_nothing():
    """Two neither."""
    enforcer = BudgetEnforcer(LocalLoadLevel(), window_s=5)
    assert [] == look(enforcer, 10, FULL) + look(enforcer, 60, (), start=10)


def test_a_slow_network_is_not_ours_to_shed():
    """Only ranking, memory and frame are."""
    assert [] == look(BudgetEnforcer(LocalLoadLevel(), window_s=5), 120, FAR)


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.sampled_from([SLOW, FULL, FAR, ()]), max_size=300))
def test_the_step_moves_by_one_and_never_leaves_its_range(looks):
    """Whatever happens."""
    load = LocalLoadLevel()
    enforcer = BudgetEnforcer(load, window_s=1, shed_after=1, restore_after=2)
    for second, violations in enumerate(looks):
        before = load.current()
        event = enforcer.observe(violations, now=float(second), at=NOW)
        assert abs(load.current() - before) == (event is not None)


@pytest.mark.parametrize("bad", [{"window_s": 0}, {"shed_after": 0}, {"restore_after": 0}])
def test_settings_that_cannot_work_are_refused(bad):
    """At construction."""
    with pytest.raises(InvalidValue):
        BudgetEnforcer(LocalLoadLevel(), **bad)


class Service:
    """Fails a number of times, then runs until told."""

    def __init__(self, failures):
        self.failures, self.runs, self.stop = failures, 0, asyncio.Event()

    async def __call__(self):
        self.runs += 1
        if self.runs <= self.failures:
            raise ConnectionError("gone")
        await self.stop.wait()


def supervisor(service, **options):
    """And the events it tells."""
    events = []
    options = {"clock": FixedClock(), "backoff_s": 0.0, "settle_s": 0.01} | options
    return Supervisor("engine", service, note=events.append, **options), events


async def test_a_failed_service_is_restarted_and_its_recovery_is_told():
    """Two failures, two restarts, one recovery."""
    service, events = Service(failures=2), []

    def note(event):
        events.append(event)
        if event.type is EventType.RECOVERY_COMPLETE:
            service.stop.set()

    keeper = Supervisor("engine", service, note=note, clock=FixedClock(), backoff_s=0.0, settle_s=0.01)
    await asyncio.wait_for(keeper.run(), 10)
    kinds = [event.type for event in events]
    assert [EventType.PERFORMANCE_DEGRADATION] * 2 + [EventType.RECOVERY_COMPLETE] == kinds
    assert {"engine"} == {event.metadata["service"] for event in events}


async def test_the_limit_is_a_limit():
    """The last failure is the caller's."""
    keeper, events = supervisor(service := Service(failures=99), limit=3)
    with pytest.raises(ConnectionError):
        await keeper.run()
    assert (4, "engine failed and was given up: gone") == (service.runs, events[-1].description)


async def test_old_failures_are_forgotten():
    """The limit counts those of the last `within_s`."""
    clock = FixedClock()

    async def fails_once_an_hour():
        clock.advance(3600)
        if clock.monotonic() < 20 * 3600:
            raise ConnectionError("gone")

    keeper, events = supervisor(fails_once_an_hour, clock=clock, limit=1)
    await keeper.run()
    assert 19 == len(events)


async def test_cancelling_stops_the_service_and_is_no_failure():
    """Nothing is told and nothing is left running."""
    service = Service(failures=0)
    keeper, events = supervisor(service)
    task = asyncio.create_task(keeper.run())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ([], 1) == (events, len(asyncio.all_tasks()))


@pytest.mark.parametrize("bad", [{"limit": -1}, {"backoff_s": -1.0}])
def test_a_supervisor_that_cannot_work_is_refused(bad):
    """At construction."""
    with pytest.raises(InvalidValue):
        supervisor(Service(0), **bad)
