"""One 64-bit key a round: with a job's own key it decides that job's draw, whatever else is in the pool."""

from typing import Final

from v7thompson.text_rules import MASK, mix64

_GOLDEN: Final = 0x9E3779B97F4A7C15


def round_key(seed: int, round_: int) -> int:
    """The key of a round, in [0, 2^64).

    Args:
        seed: In [0, 2^63).
        round_: In [0, 2^63).

    Source: SplitMix64's finaliser; Steele, Lea & Flood (2014), OOPSLA.
    """
    return mix64((mix64((seed + _GOLDEN) & MASK) + round_ * _GOLDEN) & MASK)
