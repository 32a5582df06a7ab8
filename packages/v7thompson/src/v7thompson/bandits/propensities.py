"""How likely a policy is to show a slate, by Monte Carlo."""

import math

import attrs
import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


@attrs.frozen
class LogPropensity:
    """How likely something is to be shown, by Monte Carlo."""

    value: float
    """Natural logarithm of the probability, <= 0."""
    standard_error: float
    """Of the value."""
    samples: int


def conditional(log_chances: F64) -> LogPropensity:
    """The mean of probabilities given by their logarithms, float64 (samples,).

    For policies that draw items independently: given the best draw of all items that were not shown, the chance that
    every shown one is better is a product of tails, so only that best draw is sampled. Unbiased, and far less spread
    than counting.
    """
    top = float(log_chances.max())
    if not top > -math.inf:
        return LogPropensity(-math.inf, math.inf, log_chances.size)
    shares = np.exp(log_chances - top)
    mean = float(shares.mean())
    error = float(shares.std(ddof=1)) / math.sqrt(shares.size) / mean if shares.size > 1 else math.inf
    return LogPropensity(min(0.0, top + math.log(mean)), error, log_chances.size)


def counted(hits: int, samples: int) -> LogPropensity:
    """A probability by counting, with half a hit and half a miss added, so that it is never 0 (Jeffreys' prior)."""
    chance = (hits + 0.5) / (samples + 1)
    return LogPropensity(math.log(chance), math.sqrt((1.0 - chance) / (chance * (samples + 2))), samples)


def log_normal_tail(z: F64) -> F64:
    """log P(N(0, 1) > z), without underflow."""
    near = np.minimum(z, 30.0)
    tail = np.array([math.erfc(value * math.sqrt(0.5)) for value in near.ravel().tolist()]).reshape(z.shape)
    far = np.maximum(z, 30.0)
    series = -0.5 * far * far - np.log(far * math.sqrt(2.0 * math.pi)) + np.log1p(-1.0 / far**2 + 3.0 / far**4)
    return np.where(z > 30.0, series, np.log(0.5 * tail))


def log_beta_tail(log_odds: F64, a: float, b: float) -> F64:
    """log P(draw > x) of Beta(a, b), log_odds = log(x / (1 - x)).

    The incomplete beta function by its continued fraction (DLMF 8.17.22, Lentz's method), from the end that converges.
    """
    result = np.empty_like(log_odds)
    above = log_odds > math.log((a + 1.0) / (b + 1.0))
    result[above] = _log_beta_below(-log_odds[above], b, a)
    with np.errstate(divide="ignore"):  # a tail that rounds to nothing
        result[~above] = np.log1p(-np.minimum(np.exp(_log_beta_below(log_odds[~above], a, b)), 1.0))
    return result


def _log_beta_below(log_odds: F64, a: float, b: float) -> F64:
    log_x, log_rest = -np.logaddexp(0.0, -log_odds), -np.logaddexp(0.0, log_odds)
    x = np.exp(log_x)
    front = a * log_x + b * log_rest + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) - math.log(a)
    c, d = np.ones_like(x), 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    log_value = np.log(np.abs(d))
    for m in range(1, 100_000):  # about the square root of the larger shape
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / (1.0 + term * d)
            c = 1.0 + term / c
            log_value = log_value + np.log(np.abs(d * c))
        if bool(np.all(np.abs(d * c - 1.0) < 1e-12)):
            break
    return front + log_value
