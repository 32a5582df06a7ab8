"""What is believed of one profile's weights: the table every ranking reads."""

from types import MappingProxyType
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from v7core.document import DocumentField
from v7thompson.contract import F64
from v7thompson.features import FieldHasher
from v7thompson.layout import DIM, FIELDS, OFFSET, SIZE

FIRST_SCALE: Final = 6.0
"""Prior variance of a weight, before the scales of fields are learned."""
INTERCEPT: Final = (-2.0, 1.0)
"""Prior mean and variance of the intercept."""
NAMED_MEAN: Final = 3.0
"""Prior mean of the weight of a word the profile names, in a field that says what the job is."""
NAMED_MEAN_ELSEWHERE: Final = 1.5
"""The same in other fields of words, where a match says less."""
NAMED_ALONE: Final = 32
"""Words of a profile that count in full; of more, each counts less: by the root of this share."""
MOST_NAMED: Final = 1_000
"""Distinct words of a profile that count at all, the first ones."""
NAMED_FIELDS: Final = MappingProxyType(
    {
        DocumentField.TITLE: NAMED_MEAN,
        DocumentField.TAGS: NAMED_MEAN,
        DocumentField.DEPARTMENT: NAMED_MEAN,
        DocumentField.LOCATION: NAMED_MEAN_ELSEWHERE,
        DocumentField.SENIORITY: NAMED_MEAN_ELSEWHERE,
        DocumentField.EMPLOYMENT: NAMED_MEAN_ELSEWHERE,
        DocumentField.DESCRIPTION: NAMED_MEAN_ELSEWHERE,
    }
)
"""A profile says nothing of company, source and pay: a CV names past employers, not wanted ones."""

OFFSETS: Final = np.array([OFFSET[field] for field in FIELDS], dtype=np.int64)


def groups_of(features: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """int64 (n,): the place in `layout.FIELDS` of each bucket's field."""
    return np.searchsorted(OFFSETS, features, side="right") - 1


@attrs.frozen(eq=False)
class Named:
    """The features a profile text names, and the prior means of their weights."""

    features: npt.NDArray[np.uint32]
    """uint32 (n,), ascending: buckets."""
    means: F64
    """float64 (n,), logits."""

    @classmethod
    def nothing(cls) -> "Named":
        """No text."""
        return cls(np.zeros(0, dtype=np.uint32), np.zeros(0))

    @classmethod
    def of(cls, text: str) -> "Named":
        """Every bucket that a word of a text may have."""
        words = FieldHasher.words(text)[:MOST_NAMED]
        share = (NAMED_ALONE / max(NAMED_ALONE, len(words))) ** 0.5
        means = {FieldHasher.index(field, word): share * mean for word in words for field, mean in NAMED_FIELDS.items()}
        features = sorted(means)
        return cls(np.array(features, dtype=np.uint32), np.array([means[each] for each in features], dtype=np.float64))

    def mean_of(self, features: npt.NDArray[np.uint32]) -> F64:
        """float64 (n,): prior means of any buckets; 0 where the text does not name them."""
        if not self.features.size:
            return np.zeros(features.size)
        place = np.minimum(np.searchsorted(self.features, features), self.features.size - 1)
        return np.where(self.features[place] == features, self.means[place], 0.0)


@attrs.define(eq=False)
class Posterior:
    """Independent normal distributions of all weights; the intercept is held apart."""

    table: npt.NDArray[np.float32] = attrs.field(factory=lambda: np.zeros((DIM, 2), dtype=np.float32))
    """float32 (DIM, 2): mean and variance of each weight, logits."""
    intercept: tuple[float, float] = INTERCEPT
    """Mean and variance, logits."""

    def reset(self, scales: F64, named: Named) -> None:
        """Back to the prior: variance by field, means as the profile names them."""
        self.table[:, 0] = 0.0
        self.table[named.features, 0] = named.means
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
