"""What the engine knows of its own speed, and how it cuts work."""

import statistics

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core.errors import InvalidValue
from v7core.models.processing import DegradationSeverity
from v7core.testing.samples import NOW
from v7thompson.batching import batch_configuration, optimal_batch_size
from v7thompson.config import EngineConfig
from v7thompson.metrics import KEPT_EVENTS, ThompsonPerformanceMetrics, batch_result

DURATIONS = st.lists(st.floats(0, 1e6), min_size=2, max_size=50)


@given(DURATIONS, st.sampled_from([0.0, 1e9]))
def test_running_statistics_are_the_statistics(durations, offset):
    """Also far from zero, where a sum of squares would have lost everything."""
    metrics = ThompsonPerformanceMetrics()
    shifted = [duration + offset for duration in durations]
    for duration in shifted:
        metrics.update_in_place(duration)

    assert (len(shifted), shifted[-1]) == (metrics.measurement_count, metrics.last)
    assert (min(shifted), max(shifted)) == (metrics.min, metrics.max)
    assert metrics.average == pytest.approx(statistics.fmean(shifted))
    assert metrics.standard_deviation == pytest.approx(statistics.stdev(shifted), rel=1e-6, abs=1e-3)


def test_nothing_is_known_before_it_is_measured():
    """None, not zero."""
    metrics = ThompsonPerformanceMetrics()
    known = {field.name: getattr(metrics, field.name) for field in attrs.fields(ThompsonPerformanceMetrics)}

    assert {None} == {known[name] for name in ("last", "average", "min", "max")}
    assert metrics.standard_deviation is None
    assert metrics.ms_a_job is None


@pytest.mark.parametrize("duration", [-1.0, float("nan"), float("inf")])
def test_impossible_durations_are_refused(duration):
    """And change nothing."""
    metrics = ThompsonPerformanceMetrics()
    with pytest.raises(InvalidValue):
        metrics.update_in_place(duration, 1)
    assert 0 == metrics.measurement_count == metrics.jobs


@pytest.mark.parametrize(
    ("duration", "severity"),
    [(10.0, None), (10.1, "MODERATE"), (20.0, "MODERATE"), (20.1, "HIGH"), (50.0, "HIGH"), (50.1, "CRITICAL")],
)
def test_a_duration_past_the_budget_is_an_event(duration, severity):
    """As severe as the guide says; within the budget it is none."""
    event = ThompsonPerformanceMetrics().register_performance_degradation(duration, NOW)
    assert (None if severity is None else DegradationSeverity[severity]) == (event and event.severity)


def test_the_last_ten_degradations_are_kept():
    """Latest last."""
    metrics = ThompsonPerformanceMetrics()
    for number in range(25):
        metrics.register_performance_degradation(100.0 + number, NOW)

    assert KEPT_EVENTS == 10 == len(metrics.degradation_events)
    assert 124.0 == metrics.degradation_events[-1].duration_ms


@pytest.mark.parametrize(
    ("duration", "score", "within"), [(0.0, 1.0, True), (2.5, 0.75, True), (10.0, 0.0, True), (99.0, 0.0, False)]
)
def test_a_batch_is_scored(duration, score, within):
    """1 - min(duration, 10) / 10, and within the budget up to 10 ms."""
    result = batch_result(20, duration)

    assert (score, within) == (result.performance_score, result.is_within_performance_budget)
    assert result.throughput_jobs_per_second == pytest.approx(20_000 / duration if duration else 0.0)


@given(st.integers(0, 10**6), st.integers(1, 500), st.one_of(st.none(), st.floats(1e-6, 10)))
def test_batches_are_spread_exactly(jobs, sources, ms_a_job):
    """Sums to the size, differs by one at most, the remainder on the first."""
    found = batch_configuration(jobs, sources, ms_a_job)

    assert min(100, max(10, jobs // sources)) == found.batch_size == sum(found.source_distribution)
    assert sources == len(found.source_distribution)
    assert sorted(found.source_distribution, reverse=True) == list(found.source_distribution)
    assert max(found.source_distribution) - min(found.source_distribution) <= 1
    assert (ms_a_job is None) == (found.estimated_duration_ms is None) == (found.expected_throughput is None)


@pytest.mark.parametrize(("jobs", "sources"), [(1, 0), (1, -1), (-1, 1)])
def test_no_sources_is_no_batch(jobs, sources):
    """Refused, not divided by."""
    with pytest.raises(InvalidValue):
        optimal_batch_size(jobs, sources)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1},
        {"seed": 2**63},
        {"capacity": 0},
        {"width": -0.1},
        {"width": float("nan")},
        {"width": "1"},
        {"draws": "both"},
    ],
)
def test_odd_settings_are_refused(wrong):
    """By name and range."""
    with pytest.raises(InvalidValue):
        EngineConfig(**wrong)
