"""The trend rule: noise raises nothing, a step and a drift are seen."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from v7core.models.dashboard import TrendDirection
from v7core.models.metrics import MetricType
from v7performance.trends import MAX_POINTS, MIN_POINTS, mann_kendall, trend

LOWER = MetricType.THOMPSON_DURATION.value
HIGHER = MetricType.THROUGHPUT.value


def noisy(seed, shape, sigma=1.0):
    """A shape with Gaussian noise on it."""
    source = random.Random(seed)
    return [value + source.gauss(0, sigma) for value in shape]


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(0, 2**32), st.integers(30, 300), st.floats(0, 1000), st.floats(0.01, 50))
def test_noise_alone_is_no_trend(seed, length, level, sigma):
    """Whatever its level, its size and its length."""
    assert TrendDirection.STABLE is trend(LOWER, noisy(seed, [level] * length, sigma))


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(0, 2**32), st.integers(20, MAX_POINTS // 2), st.sampled_from([-1, 1]), st.floats(8, 1000))
def test_a_step_is_seen_once_it_is_a_third_of_the_points(seed, after, sign, height):
    """Eight times the noise or more, in either direction."""
    points = noisy(seed, [20.0] * (MAX_POINTS - after) + [20.0 + sign * height] * after)
    worse = TrendDirection.DEGRADING if sign > 0 else TrendDirection.IMPROVING
    better = TrendDirection.IMPROVING if sign > 0 else TrendDirection.DEGRADING
    assert (worse, better) == (trend(LOWER, points), trend(HIGHER, points))


@settings(deadline=None)  # a busy machine is no failure
@given(st.integers(0, 2**32), st.integers(MAX_POINTS, 400))
def test_a_slow_drift_beyond_the_noise_is_seen(seed, length):
    """Twenty times the noise over the whole history, however long that is."""
    points = noisy(seed, [100.0 + 20.0 * n / length for n in range(length)])
    assert (TrendDirection.DEGRADING, TrendDirection.IMPROVING) == (trend(LOWER, points), trend(HIGHER, points))


def test_a_change_that_does_not_matter_is_no_trend():
    """One part in a thousand, without any noise."""
    assert TrendDirection.STABLE is trend(LOWER, [1000.0 + n / 60 for n in range(60)])


def test_one_outlier_is_no_trend():
    """However far out."""
    assert TrendDirection.STABLE is trend(LOWER, [*noisy(1, [5.0] * 59), 1e9])


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.floats(-1e6, 1e6), max_size=MIN_POINTS - 1))
def test_too_few_points_say_nothing(points):
    """None rather than "stable"."""
    assert trend(LOWER, points) is None


def test_the_statistic_is_that_of_a_worked_example():
    """Ten rising points: S = 45, variance 125, z = 44 / sqrt(125)."""
    assert round(44 / 125**0.5, 9) == round(mann_kendall([float(n) for n in range(10)]), 9)
