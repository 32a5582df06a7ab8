"""Where a metric is going, by a rule that noise alone does not trigger.

A trend is reported when three things hold together:

1. it is significant: the Mann-Kendall statistic is at least `SIGNIFICANCE` standard deviations from 0;
2. it is larger than the noise: the change along Tukey's resistant line (median of the last third minus median of the
   first) exceeds `NOISE_BAND` times (1 + `MIN_POINTS` / points) times the noise; the noise is estimated from successive
   differences so that neither a drift nor a step inflates it, and the band is wider where the estimate is poorer;
3. it matters: the change is at least `RELEVANCE` of the median.

Whether up is better depends on the metric. Fewer than `MIN_POINTS` points say nothing (None, not "stable").
A step of eight times the noise is seen once the points after it are a third of sixty. Of series of Gaussian noise alone
fewer than one in ten thousand raise a trend.

Source: Mann (1945), Econometrica 13(3); Kendall (1975), Rank Correlation Methods; Tukey (1977), Exploratory Data
Analysis, chapter 10 (resistant line).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from v7core.models.dashboard import TrendDirection
from v7core.models.metrics import MetricType

MIN_POINTS: Final = 20
MAX_POINTS: Final = 60
"""More points are folded to this many by medians: the statistic is quadratic in them."""
SIGNIFICANCE: Final = 2.5
NOISE_BAND: Final = 3.0
RELEVANCE: Final = 0.05

_MORE_IS_BETTER: Final = frozenset((MetricType.THROUGHPUT.value, MetricType.CACHE_HIT_RATE.value))
_TO_SIGMA: Final = 1.4826 / math.sqrt(2.0)
"""Median absolute successive difference to standard deviation, for Gaussian noise."""


def trend(metric: str, values: Sequence[float]) -> TrendDirection | None:
    """Where a history is going.

    Args:
        metric: A `MetricType` value or a stage; more is better for throughput and cache hits only.
        values: Finite, evenly spaced, oldest first.

    Cost: O(min(points, 60)^2 + points).
    """
    if len(values) < MIN_POINTS:
        return None
    points = fold(values, MAX_POINTS)
    change = resistant_change(points)
    threshold = max(NOISE_BAND * (1 + MIN_POINTS / len(points)) * noise(points), RELEVANCE * abs(median(points)))
    if abs(change) <= threshold or abs(mann_kendall(points)) < SIGNIFICANCE:
        return TrendDirection.STABLE
    better = (change > 0) == (metric in _MORE_IS_BETTER)
    return TrendDirection.IMPROVING if better else TrendDirection.DEGRADING


def fold(values: Sequence[float], limit: int) -> list[float]:
    """At most `limit` medians of equally long stretches; a shorter first stretch is left out."""
    step = -(-len(values) // limit)
    first = len(values) % step
    return [median(values[i : i + step]) for i in range(first, len(values), step)]


def resistant_change(points: Sequence[float]) -> float:
    """Median of the last third minus median of the first."""
    third = len(points) // 3
    return median(points[-third:]) - median(points[:third])


def noise(points: Sequence[float]) -> float:
    """Standard deviation of the noise, from successive differences."""
    return _TO_SIGMA * median(abs(b - a) for a, b in pairwise(points))


def mann_kendall(points: Sequence[float]) -> float:
    """The Mann-Kendall statistic in standard deviations, with the continuity correction; positive for a rise."""
    n = len(points)
    score = sum((b > a) - (b < a) for i, a in enumerate(points) for b in points[i + 1 :])
    if score == 0:
        return 0.0
    deviation = math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return (score - math.copysign(1.0, score)) / deviation
