"""Summaries of samples."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a ring holds over a window, in the unit its name ends in."""

    count: int
    """Samples inside the window; 0 when the figures are those of the latest sample alone, taken before it."""
    total: int
    """Samples since the start or the last reset."""
    age_s: float
    """Seconds since the latest sample."""
    latest: float
    mean: float
    minimum: float
    maximum: float
    p50: float
    p95: float
    p99: float


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the samples lies, interpolated linearly between neighbours.

    Args:
        ordered: Ascending, not empty.
        share: In [0, 1].

    Source: Hyndman & Fan (1996), The American Statistician 50(4), definition 7.
    """
    position = (len(ordered) - 1) * share
    below = math.floor(position)
    low = ordered[below]
    if below + 1 == len(ordered):
        return low
    # Weights rather than low + share * (high - low): the difference of two extremes overflows.
    part = position - below
    return low * (1 - part) + ordered[below + 1] * part if part else low


def mean(samples: Sequence[float]) -> float:
    """The arithmetic mean, also of samples whose sum no float holds."""
    try:
        return math.fsum(samples) / len(samples)
    except OverflowError:
        from fractions import Fraction  # here: nobody measures such figures but a fault

        return float(sum(map(Fraction, samples)) / len(samples))


def summarise(samples: Sequence[float], *, latest: float, total: int, age_s: float) -> Summary:
    """The summary of a window; of the latest sample alone when the window is empty."""
    ordered = sorted(samples) if len(samples) else [latest]
    return Summary(
        count=len(samples),
        total=total,
        age_s=max(0.0, age_s),
        latest=latest,
        mean=mean(ordered),
        minimum=ordered[0],
        maximum=ordered[-1],
        p50=percentile(ordered, 0.50),
        p95=percentile(ordered, 0.95),
        p99=percentile(ordered, 0.99),
    )
