"""The arms of a Bernoulli bandit: their counts, by number."""

import numpy as np
import numpy.typing as npt

BLOCK = 512
"""Arms that are drawn together; what is derived from the counts is kept up to date by blocks."""


class ArmTable:
    """Beta posteriors and priors by arm. Arms are numbered from 0 and numbers are never used again.

    A removed arm has the shapes 0, which every reader passes over. A table has one sampler: the marks of what changed
    are cleared as it reads them.
    """

    def __init__(self) -> None:
        self.count = 0
        self.version = 0
        """Changes when the arrays were made anew."""
        self.a = np.zeros(0)
        """float64 (count or more,): 1 + successes, say; > 0."""
        self.b = np.zeros(0)
        self.prior_a = np.zeros(0)
        """float64 (count or more,): what discounting returns to."""
        self.prior_b = np.zeros(0)
        self.mask = np.zeros(0, dtype=np.uint8)
        """uint8 (count or more,): 1 where an arm may be chosen, for rounds that choose from some."""
        self.stale = np.zeros(0, dtype=np.uint8)
        """uint8, one a block: 1 where counts changed since the last draw."""

    def extend(self, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> None:
        """Add arms with these priors."""
        first, self.count = self.count, self.count + a.size
        if self.count > self.a.size:
            room = max(self.count, 2 * self.a.size, 64)
            for name in ("a", "b", "prior_a", "prior_b", "mask"):
                old = getattr(self, name)
                grown = np.zeros(room, dtype=old.dtype)
                grown[:first] = old[:first]
                setattr(self, name, grown)
            self.stale = np.ones(-(-room // BLOCK), dtype=np.uint8)
            self.version += 1
        for column, values in ((self.a, a), (self.prior_a, a), (self.b, b), (self.prior_b, b)):
            column[first : self.count] = values
        self.touch(np.arange(first, self.count))

    def touch(self, arms: npt.NDArray[np.int64]) -> None:
        """Note that the counts of these arms changed."""
        self.stale[arms // BLOCK] = 1

    def touch_all(self) -> None:
        """Note that all counts changed."""
        self.stale[:] = 1
