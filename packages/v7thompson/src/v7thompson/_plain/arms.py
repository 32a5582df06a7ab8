"""A table of arms, drawn from with whole-array operations."""

import numpy as np
import numpy.typing as npt

from v7thompson._plain import beta
from v7thompson._plain.scalar import sigmoid64
from v7thompson.arms import ArmTable
from v7thompson.contract import BestArms


class PlainArms:
    """Draws from one table with whole-array operations."""

    def __init__(self, table: ArmTable) -> None:
        self._table = table

    def scores(self, *, key: int) -> npt.NDArray[np.float32]:
        """As `contract.ArmSampler` says."""
        count = self._table.count
        return beta.scores(self._table.a[:count], self._table.b[:count], key)

    def best(self, k: int, *, key: int, masked: bool) -> BestArms:
        """As `contract.ArmSampler` says."""
        score = self.scores(key=key)
        if masked:
            score[self._table.mask[: score.size] == 0] = -np.inf
        arms = beta.best(score, k)
        return BestArms(arms, sigmoid64(score[arms].astype(np.float64)))
