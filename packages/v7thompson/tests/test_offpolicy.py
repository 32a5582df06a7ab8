"""Propensities and estimators: by hand, and in a simulation whose truth is known."""

import math

import numpy as np
import pytest

from v7core.errors import ComputeError, InvalidValue, NotFound
from v7thompson.bandits.beta import BetaThompson
from v7thompson.bandits.offpolicy import doubly_robust, ips, snips
from v7thompson.bandits.propensities import conditional, counted, log_beta_tail, log_normal_tail

# Three rounds by hand: weights 2, 1/2, 1.
REWARDS = [1.0, 0.0, 1.0]
LOGGED = np.log([0.25, 0.5, 0.4])
TARGET = np.log([0.5, 0.25, 0.4])


def test_ips_by_hand():
    """Mean of 2, 0, 1; deviation 1."""
    estimate = ips(REWARDS, LOGGED, TARGET)

    assert estimate.value == pytest.approx(1.0)
    assert estimate.standard_error == pytest.approx(1 / math.sqrt(3))
    assert estimate.high == pytest.approx(1 + 1.959964 / math.sqrt(3), rel=1e-6)
    assert estimate.low == pytest.approx(1 - 1.959964 / math.sqrt(3), rel=1e-5)
    assert estimate.effective_samples == pytest.approx(3.5**2 / 5.25)


def test_snips_by_hand():
    """3 / 3.5, and the delta method's error."""
    estimate = snips(REWARDS, LOGGED, TARGET)
    v = 3 / 3.5

    assert estimate.value == pytest.approx(v)
    assert estimate.standard_error == pytest.approx(math.sqrt(4 * (1 - v) ** 2 + 0.25 * v**2 + (1 - v) ** 2) / 3.5)


def test_doubly_robust_by_hand():
    """0.6 + 2 * 0.5, 0.5 - 0.5 * 0.2, 0.4 + 0.1: 1.6, 0.4, 0.5."""
    estimate = doubly_robust(REWARDS, LOGGED, TARGET, predicted=[0.5, 0.2, 0.9], expected=[0.6, 0.5, 0.4])

    assert estimate.value == pytest.approx(2.5 / 3)
    assert estimate.standard_error == pytest.approx(np.std([1.6, 0.4, 0.5], ddof=1) / math.sqrt(3))


def test_a_wider_confidence_gives_a_wider_interval():
    """As a normal distribution says."""
    narrow, wide = (ips(REWARDS, LOGGED, TARGET, confidence=c) for c in (0.5, 0.99))
    assert narrow.high - narrow.value == pytest.approx(0.6744898 * narrow.standard_error, rel=1e-6)
    assert wide.high - wide.value == pytest.approx(2.5758293 * wide.standard_error, rel=1e-6)


@pytest.mark.parametrize(
    ("log_odds", "a", "b", "expected"),
    [
        (0.0, 1, 1, 0.5),
        (math.log(4), 1, 1, 0.2),
        (math.log(4), 3, 1, 1 - 0.8**3),
        (-math.log(4), 1, 3, 0.8**3),
        (0.0, 0.5, 0.5, 0.5),
        (math.log(1 / 3), 0.5, 0.5, 1 - 2 / math.pi * math.asin(0.5)),
        (40.0, 1, 1, math.exp(-40)),
    ],
)
def test_tails_of_beta(log_odds, a, b, expected):
    """Closed forms, far tails included."""
    assert log_beta_tail(np.array([log_odds]), a, b)[0] == pytest.approx(math.log(expected), rel=1e-9)


@pytest.mark.parametrize(
    ("z", "expected"), [(0.0, math.log(0.5)), (1.959964, math.log(0.025)), (-40.0, 0.0), (40.0, -804.6084420137538)]
)
def test_tails_of_the_normal(z, expected):
    """Near, certain, and beyond what a float64 probability holds."""
    assert log_normal_tail(np.array([z]))[0] == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_the_tail_joins_its_series():
    """No step at 30."""
    left, right = log_normal_tail(np.array([30.0 - 1e-9, 30.0 + 1e-9]))
    assert left == pytest.approx(right, rel=1e-7)


def test_mean_of_chances():
    """By hand, far below what a float holds too."""
    assert conditional(np.log([0.2, 0.4])).value == pytest.approx(math.log(0.3))
    assert conditional(np.array([-2000.0, -2000.0])).value == pytest.approx(-2000.0)
    assert conditional(np.array([-math.inf])).value == -math.inf
    assert counted(3, 9).value == pytest.approx(math.log(0.35))


def test_propensities_of_arms_by_counting():
    """Exact tails given the best of the rest, against a count of rounds; a slate of two, too."""
    bandit = BetaThompson(5, seed=3)
    bandit.warm_start(range(5), [2, 5, 1, 3, 0], [3, 4, 4, 3, 1])
    rounds = [set(bandit.select(2, round_=number)) for number in range(20_000)]
    for slate in ({1, 3}, {1, 4}, {2, 0}):
        share = rounds.count(slate) / len(rounds)
        exact = bandit.log_propensity(sorted(slate), samples=2000)
        error = math.hypot(math.sqrt(share * (1 - share) / len(rounds)), exact.standard_error * share)
        assert abs(math.exp(exact.value) - share) < 4 * error
    assert sum(math.exp(bandit.log_propensity([arm]).value) for arm in range(5)) == pytest.approx(1, abs=0.05)


def test_propensity_at_the_edges():
    """All arms are shown for certain; removed and unknown arms never."""
    bandit = BetaThompson(3)
    assert bandit.log_propensity([2, 0, 1]).value == 0.0
    bandit.remove_arms([1])
    assert bandit.log_propensity([2, 0]).value == 0.0
    for wrong, error in (([1], NotFound), ([9], NotFound), ([0, 0], InvalidValue), ([], InvalidValue)):
        with pytest.raises(error):
            bandit.log_propensity(np.array(wrong, dtype=int))


def test_another_policy_is_judged_from_the_log():
    """Five arms of known rates. The target's true value lies where the intervals say, for all three estimators."""
    rng, rates = np.random.default_rng(0), np.array([0.1, 0.3, 0.5, 0.2, 0.4])
    logging, target = BetaThompson(5, seed=1), BetaThompson(5, seed=2)
    logging.warm_start(range(5), [1, 1, 2, 1, 2], [3, 3, 2, 3, 2])
    target.warm_start(range(5), [1, 4, 8, 1, 6], [9, 6, 6, 5, 8])
    before, after = (
        np.array([policy.log_propensity([arm], samples=20_000).value for arm in range(5)])
        for policy in (logging, target)
    )
    truth = float(np.exp(after) @ rates / np.exp(after).sum())
    model = rates + np.array([0.2, -0.1, 0.1, 0.0, -0.2])  # wrong on purpose
    covered = {"ips": 0, "snips": 0, "dr": 0}
    errors = {"ips": [], "snips": [], "dr": []}
    runs = 200
    arms = np.array([logging.select(1, round_=number).items[0] for number in range(runs * 300)]).reshape(runs, 300)
    for shown in arms:
        rewards = (rng.random(300) < rates[shown]).astype(float)
        expected = np.full(300, float(np.exp(after) @ model / np.exp(after).sum()))
        estimates = {
            "ips": ips(rewards, before[shown], after[shown]),
            "snips": snips(rewards, before[shown], after[shown]),
            "dr": doubly_robust(rewards, before[shown], after[shown], model[shown], expected),
        }
        for name, estimate in estimates.items():
            covered[name] += estimate.low <= truth <= estimate.high
            errors[name].append(estimate.value - truth)

    for name in covered:
        spread = np.std(errors[name], ddof=1)
        assert abs(np.mean(errors[name])) < 4 * spread / math.sqrt(runs), name  # unbiased
        assert 0.88 * runs < covered[name] < 0.995 * runs, name
    assert np.std(errors["snips"]) < np.std(errors["ips"])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (([1.0], [-1.0], [-1.0]), InvalidValue),
        (([1.0, float("nan")], [-1.0, -1.0], [-1.0, -1.0]), ComputeError),
        (([1.0, 0.0], [-1.0, 0.5], [-1.0, -1.0]), InvalidValue),
        (([1.0, 0.0], [-1.0, -1.0, -1.0], [-1.0, -1.0]), ComputeError),
        (([1.0, 0.0], [-1e9, -1.0], [-1.0, -1.0]), InvalidValue),
        ((["a", "b"], [-1.0, -1.0], [-1.0, -1.0]), ComputeError),
    ],
)
def test_wrong_logs_are_refused(arguments, error):
    """Too short, NaN, positive log propensities, other lengths, weights beyond all floats."""
    for estimator in (ips, snips):
        with pytest.raises(error):
            estimator(*arguments)


def test_nothing_in_common():
    """A target that never shows what was shown earns 0 by IPS, and SNIPS cannot say."""
    never = [-1e9, -1e9]
    assert ips([1.0, 1.0], [-1.0, -1.0], never).value == 0.0
    with pytest.raises(InvalidValue):
        snips([1.0, 1.0], [-1.0, -1.0], never)
    with pytest.raises(InvalidValue):
        ips([1.0, 1.0], [-1.0, -1.0], [-1.0, -1.0], confidence=1.0)
