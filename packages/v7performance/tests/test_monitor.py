"""The monitor and its rings."""

import asyncio
import gc
import math
import statistics
import sys
import threading
import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from v7core.errors import InvalidValue
from v7core.models.metrics import MetricType
from v7core.testing.fakes.measuring import FixedClock
from v7performance import ProductionPerformanceMonitor, timed
from v7performance import monitor as monitor_module
from v7performance.figures import mean, percentile
from v7performance.monitor import MAX_NAME, MAX_STAGES, METRIC_CAPACITY
from v7performance.probes import GcProbe
from v7performance.ring import Ring

finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(finite, max_size=40), st.integers(1, 12))
def test_a_ring_holds_the_last_samples_in_order(samples, capacity):
    """Whatever was appended, the last `capacity` of it, oldest first."""
    clock = FixedClock()
    ring = Ring(capacity, clock.monotonic)
    for value in samples:
        clock.advance(1)
        ring.append(value)

    assert samples[-capacity:] == list(ring.since(0.0))
    assert len(samples) == ring.written
    assert (samples[-1] if samples else None) == (ring.latest()[0] if samples else ring.latest())


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=60))
def test_percentiles_are_those_of_the_standard_library(samples):
    """At the hundredths what `statistics.quantiles` says."""
    ordered = sorted(value / 1000 for value in samples)
    hundredths = statistics.quantiles(ordered, n=100, method="inclusive")
    for share in (50, 95, 99):
        assert math.isclose(hundredths[share - 1], percentile(ordered, share / 100), rel_tol=1e-9, abs_tol=1e-3)


@settings(deadline=None)
@given(st.lists(finite, min_size=1, max_size=60), st.floats(0, 1))
def test_a_percentile_never_leaves_its_neighbours(samples, share):
    """Whatever the magnitude, also where the difference of two samples is no float."""
    ordered = sorted(samples)
    at = (len(ordered) - 1) * share
    low, high = ordered[math.floor(at)], ordered[math.ceil(at)]
    value = percentile(ordered, share)
    assert low <= value <= high or math.isclose(low, value) or math.isclose(high, value)


def test_no_sample_of_any_thread_is_lost():
    """Eight threads, one name: the count is exact and every value is one that was recorded."""
    monitor = ProductionPerformanceMonitor()

    def work(worker):
        for _ in range(5_000):
            monitor.record("shared.stage_ms", float(worker))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    summary = monitor.summary("shared.stage_ms", window_s=60.0)
    assert (40_000, 0) == (summary.total, monitor.refused)
    assert set(range(8)) >= set(monitor._rings["shared.stage_ms"].since(0.0))


async def test_figures_follow_the_stated_rules():
    """95th percentile of durations, latest memory, mean of rates."""
    clock = FixedClock()
    monitor = ProductionPerformanceMonitor(clock=clock)
    for n in range(101):
        monitor.record_metric(MetricType.THOMPSON_DURATION, float(n))
        monitor.record_metric(MetricType.MEMORY_USAGE, float(n))
        monitor.record_metric(MetricType.CACHE_HIT_RATE, float(n % 4 == 0))
    snapshot = await monitor.get_current_performance()
    assert (95.0, 100.0) == (snapshot.thompson_duration_ms, snapshot.memory_usage_mb)
    assert math.isclose(26 / 101, snapshot.cache_hit_rate)
    assert (snapshot.timestamp, snapshot.count(MetricType.MEMORY_USAGE)) == (clock.now(), 101)


async def test_what_leaves_the_window_stays_known_without_weight():
    """The figure is the latest sample, its count is 0."""
    clock = FixedClock()
    monitor = ProductionPerformanceMonitor(clock=clock, window_s=10)
    monitor.record_metric(MetricType.THOMPSON_DURATION, 50.0)
    clock.advance(5)
    monitor.record_metric(MetricType.THOMPSON_DURATION, 2.0)
    clock.advance(11)
    snapshot = await monitor.get_current_performance()
    assert (2.0, 0) == (snapshot.thompson_duration_ms, snapshot.count(MetricType.THOMPSON_DURATION))
    summary = monitor.summary(MetricType.THOMPSON_DURATION)
    assert (0, 2, 11.0, 2.0) == (summary.count, summary.total, summary.age_s, summary.p99)


@pytest.mark.parametrize("value", ["1", None, [], 10**400, math.nan, math.inf, object()])
def test_what_is_no_figure_is_dropped_and_counted(value):
    """It raises nothing and is not seen by any aggregate."""
    monitor = ProductionPerformanceMonitor()
    monitor.record("some.stage_ms", value)
    monitor.record(MetricType.ERROR_RATE, value)
    assert (2, None) == (monitor.refused, monitor.summary("some.stage_ms"))


@pytest.mark.parametrize("name", ["", "n" * (MAX_NAME + 1), None, 7, [], b"bytes"])
def test_what_is_no_name_is_dropped_and_counted(name):
    """Neither raised nor kept."""
    monitor = ProductionPerformanceMonitor()
    monitor.record(name, 1.0)
    assert 1 == monitor.refused


async def test_names_made_from_data_cannot_grow_the_process():
    """Beyond the cap new stages are refused and known ones still taken."""
    monitor = ProductionPerformanceMonitor()
    for n in range(MAX_STAGES + 50):
        monitor.record(f"stage.{n}_ms", 1.0)
    size = monitor.nbytes
    monitor.record("stage.0_ms", 2.0)
    monitor.record("one.more_ms", 2.0)
    assert (MAX_STAGES, 51, size) == (len(await monitor.stages()), monitor.refused, monitor.nbytes)


def test_memory_stays_flat_however_much_is_recorded():
    """After the first lap a record leaves nothing behind."""
    monitor = ProductionPerformanceMonitor()
    for n in range(2 * METRIC_CAPACITY):
        monitor.record("some.stage_ms", n + 0.5)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for n in range(100_000):
            monitor.record("some.stage_ms", n + 0.5)
        assert tracemalloc.get_traced_memory()[0] - before < 1_000
    finally:
        tracemalloc.stop()


async def test_reset_forgets_stages_and_refusals():
    """As fresh as a new one."""
    monitor = ProductionPerformanceMonitor()
    monitor.record("some.stage_ms", 1.0)
    monitor.record("some.stage_ms", math.nan)
    await monitor.reset_counters()
    assert ({}, 0) == (await monitor.stages(), monitor.refused)
    monitor.record("some.stage_ms", 3.0)
    assert 3.0 == (await monitor.stages(["some.stage_ms", "unknown_ms"]))["some.stage_ms"].latest


@pytest.mark.parametrize("window", [0, -1, math.nan, math.inf])
def test_a_window_is_above_nothing(window):
    """Anything else is refused."""
    with pytest.raises(InvalidValue):
        ProductionPerformanceMonitor(window_s=window)


def test_a_timed_block_is_recorded_also_when_it_raises():
    """In wall milliseconds."""
    monitor = ProductionPerformanceMonitor()

    def work():
        time.sleep(0.005)
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"), timed(monitor, "block_ms"):
        work()
    assert monitor.summary("block_ms").latest >= 4.0


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(finite, min_size=1, max_size=30))
@example([sys.float_info.max] * 3)
def test_a_mean_lies_between_the_extremes(samples):
    """Also of samples whose sum no float can hold."""
    value = mean(samples)
    assert min(samples) <= value <= max(samples) or math.isclose(value, samples[0], rel_tol=1e-12)


async def test_a_collection_while_a_stage_is_admitted_is_recorded_too(monkeypatch):
    """The collector may run anywhere, and its pause is recorded from inside whatever was recording."""

    class Collecting(monitor_module.Ring):
        def __init__(self, *args):
            super().__init__(*args)
            gc.collect()

    monitor = ProductionPerformanceMonitor()
    monkeypatch.setattr(monitor_module, "Ring", Collecting)
    probe = GcProbe(monitor)
    probe.start()
    try:
        done = threading.Thread(target=monitor.record, args=("a stage", 1.0), daemon=True)
        done.start()
        await asyncio.to_thread(done.join, 30.0)
        assert not done.is_alive(), "it waits for itself"
    finally:
        probe.stop()
    assert {"a stage", "gc.pause_ms"} <= set(await monitor.stages())
