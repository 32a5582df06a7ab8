"""What another policy would have earned, from what one policy showed.

A logged round keeps the log propensity of what was shown; the target's log propensity of the same gives the weight
exp(target - logged) of its reward. Intervals are normal approximations of the estimators' sampling distribution: they
hold for many rounds and weights that no few of them dominate, which `effective_samples` shows.
"""

import math
from statistics import NormalDist
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from v7core.errors import InvalidValue
from v7thompson.bandits import checks

F64 = npt.NDArray[np.float64]

_FAR: Final = 1e9


@attrs.frozen
class Estimate:
    """A mean reward a round, as the target policy would have earned."""

    value: float
    standard_error: float
    low: float
    """Lower end of the interval."""
    high: float
    effective_samples: float
    """(sum of weights)^2 / sum of weights^2: as many rounds of the target's own would be about as good."""


def ips(rewards: npt.ArrayLike, logged: npt.ArrayLike, target: npt.ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Inverse propensity score: unbiased where the logging policy could show whatever the target shows.

    Args:
        rewards: float (n,), n >= 2.
        logged: float (n,): log propensities of what was shown under the policy that showed it, <= 0.
        target: float (n,): under the policy to be judged, <= 0; -1e9 stands for never.
        confidence: Of the interval, in (0, 1).

    Raises:
        ComputeError, InvalidValue: an argument is no such thing.

    Source: Horvitz & Thompson (1952), JASA 47; Li et al. (2011), WSDM.
    """
    earned, weights = _weighted(rewards, logged, target)
    return _mean_of(earned * weights, weights, confidence)


def snips(
    rewards: npt.ArrayLike, logged: npt.ArrayLike, target: npt.ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """Self-normalised inverse propensity score: a little biased, less spread, never beyond the rewards seen.

    Arguments and errors as `ips`; InvalidValue, too, when the target would have shown nothing of what was shown.

    Source: Swaminathan & Joachims (2015), NeurIPS 28; the standard error by the delta method.
    """
    earned, weights = _weighted(rewards, logged, target)
    total = float(weights.sum())
    if total == 0.0:
        raise InvalidValue("the target never shows what was shown")
    value = float((weights * earned).sum()) / total
    error = math.sqrt(float((weights**2 * (earned - value) ** 2).sum())) / total
    return _estimate(value, error, weights, confidence)


def doubly_robust(
    rewards: npt.ArrayLike,
    logged: npt.ArrayLike,
    target: npt.ArrayLike,
    predicted: npt.ArrayLike,
    expected: npt.ArrayLike,
    *,
    confidence: float = 0.95,
) -> Estimate:
    """A model of the rewards, corrected where it was wrong: right when either the model or the propensities are.

    Args:
        rewards, logged, target, confidence: As `ips`.
        predicted: float (n,): the model's reward of what was shown.
        expected: float (n,): the model's mean reward of what the target shows in that round.

    Raises:
        ComputeError, InvalidValue: an argument is no such thing.

    Source: Dudík, Langford & Li (2011), ICML.
    """
    earned, weights = _weighted(rewards, logged, target)
    guess = checks.vector(predicted, earned.size, -_FAR, _FAR, "predicted rewards")
    base = checks.vector(expected, earned.size, -_FAR, _FAR, "expected rewards")
    return _mean_of(base + weights * (earned - guess), weights, confidence)


def _weighted(rewards: npt.ArrayLike, logged: npt.ArrayLike, target: npt.ArrayLike) -> tuple[F64, F64]:
    size = checks.whole(np.size(rewards), 2, 2**40, "a number of rounds")
    earned = checks.vector(rewards, size, -_FAR, _FAR, "rewards")
    before = checks.vector(logged, size, -_FAR, 0.0, "logged log propensities")
    after = checks.vector(target, size, -_FAR, 0.0, "target log propensities")
    if float((after - before).max()) > 700.0:
        raise InvalidValue("a weight above e^700: the logging policy never shows what the target does")
    return earned, np.exp(after - before)


def _mean_of(values: F64, weights: F64, confidence: float) -> Estimate:
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    return _estimate(float(values.mean()), error, weights, confidence)


def _estimate(value: float, error: float, weights: F64, confidence: float) -> Estimate:
    reach = NormalDist().inv_cdf(0.5 + checks.real(confidence, 1e-6, 1.0 - 1e-6, "a confidence") / 2.0)
    squares = float((weights**2).sum())
    effective = float(weights.sum()) ** 2 / squares if squares > 0.0 else 0.0
    return Estimate(value, error, value - reach * error, value + reach * error, effective)
