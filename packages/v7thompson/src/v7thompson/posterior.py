"""What is believed of one profile's weights: the table every ranking reads."""

from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from v7thompson.contract import F64
from v7thompson.features import FieldHasher
from v7thompson.layout import DIM, FIELDS, OFFSET, SIZE

FIRST_SCALE: Final = 6.0
"""Prior variance of a weight, before the scales of fields are learned."""
INTERCEPT: Final = (-2.0, 1.0)
"""Prior mean and variance of the intercept."""
NAMED_MEAN: Final = 1.0
"""Prior mean of the weight of a word the profile names."""
NAMED_FIELDS: Final = tuple(FIELDS)
MOST_NAMED: Final = 1_000
"""Distinct words of a profile that count, the first ones."""

OFFSETS: Final = np.array([OFFSET[field] for field in FIELDS], dtype=np.int64)


def groups_of(features: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """int64 (n,): the place in `layout.FIELDS` of each bucket's field."""
    return np.searchsorted(OFFSETS, features, side="right") - 1


def named_features(text: str) -> npt.NDArray[np.uint32]:
    """uint32, ascending: every bucket that a word of a profile text may have."""
    words = FieldHasher.words(text)[:MOST_NAMED]
    found = {FieldHasher.index(field, word) for word in words for field in NAMED_FIELDS}
    return np.array(sorted(found), dtype=np.uint32)


@attrs.define(eq=False)
class Posterior:
    """Independent normal distributions of all weights; the intercept is held apart."""

    table: npt.NDArray[np.float32] = attrs.field(factory=lambda: np.zeros((DIM, 2), dtype=np.float32))
    """float32 (DIM, 2): mean and variance of each weight, logits."""
    intercept: tuple[float, float] = INTERCEPT
    """Mean and variance, logits."""

    def reset(self, scales: F64, named: npt.NDArray[np.uint32]) -> None:
        """Back to the prior: variance by field, mean NAMED_MEAN for named features."""
        self.table[:, 0] = 0.0
        self.table[named, 0] = NAMED_MEAN
        for field, scale in zip(FIELDS, scales.tolist(), strict=True):
            self.table[OFFSET[field] : OFFSET[field] + SIZE[field], 1] = scale
        self.intercept = INTERCEPT

    def put(self, features: npt.NDArray[np.uint32], mean: F64, precision: F64, intercept: tuple[float, float]) -> None:
        """Take over a fit of some features.

        Args:
            features: uint32 (n,): buckets.
            mean: float64 (n,).
            precision: float64 (n,), > 0.
            intercept: Mean and precision.
        """
        self.table[features, 0] = mean
        self.table[features, 1] = 1.0 / precision
        self.intercept = intercept[0], 1.0 / intercept[1]
