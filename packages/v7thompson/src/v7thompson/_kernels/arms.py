"""The arena of a table of arms."""

from typing import Any

import numpy as np
import numpy.typing as npt

from v7thompson._kernels import beta
from v7thompson._kernels.memory import address
from v7thompson.arms import ArmTable
from v7thompson.contract import BestArms

_SCRATCH = (
    (beta.HIGH, np.int32), (beta.LOW, np.int32), (beta.CHANCE, np.int32), (beta.SCORE, np.float32),
    (beta.LANE, np.int32), (beta.STATE, np.uint64), (beta.NORMAL, np.float32), (beta.NORMAL_2, np.float32),
    (beta.VALUE, np.float32), (beta.NEAR_A, np.float64), (beta.NEAR_B, np.float64),
)  # fmt: skip
_DERIVED = (beta.COEFFICIENT_A, beta.COEFFICIENT_B, beta.LEVEL, beta.POWER_A, beta.POWER_B)


class NumbaArms:
    """Draws from one table through one arena. Not for two threads at once."""

    def __init__(self, table: ArmTable) -> None:
        self._table = table
        self._known = -1
        self._words = np.zeros(beta.BETA_WORDS, dtype=np.uint64)
        self._where = address(self._words)
        self._held: dict[int, npt.NDArray[Any]] = {}
        for word, kind in _SCRATCH:
            self._hold(word, np.zeros(beta.BLOCK + 1, dtype=kind))
        self._reserve(16)

    def _hold(self, word: int, array: npt.NDArray[Any]) -> None:
        self._held[word] = array  # keeps it alive as long as its address is in the arena
        self._words[word] = address(array)

    def _reserve(self, k: int) -> None:
        self._hold(beta.TOP_ARM, np.zeros(k, dtype=np.int64))
        self._hold(beta.TOP_SCORE, np.zeros(k, dtype=np.float32))
        self._hold(beta.TOP_DRAW, np.zeros(k))

    def _locate(self) -> None:
        table = self._table
        if self._known == table.version:
            return
        for word in _DERIVED:
            self._hold(word, np.zeros(table.a.size, dtype=np.float32))
        self._hold(beta.BOOSTED, np.zeros(table.stale.size, dtype=np.uint8))
        for word, array in (
            (beta.SHAPE_A, table.a),
            (beta.SHAPE_B, table.b),
            (beta.MASK, table.mask),
            (beta.STALE, table.stale),
        ):
            self._hold(word, array)
        table.touch_all()
        self._known = table.version

    def best(self, k: int, *, key: int, masked: bool) -> BestArms:
        """As `contract.ArmSampler` says."""
        self._locate()
        if k > self._held[beta.TOP_ARM].size:
            self._reserve(k)
        held = beta.best(self._where, self._table.count, k, np.uint64(key), int(masked))
        return BestArms(self._held[beta.TOP_ARM][:held].copy(), self._held[beta.TOP_DRAW][:held].copy())

    def scores(self, *, key: int) -> npt.NDArray[np.float32]:
        """As `contract.ArmSampler` says."""
        self._locate()
        drawn = np.zeros(self._table.count, dtype=np.float32)
        beta.scores(self._where, self._table.count, np.uint64(key), address(drawn))
        return drawn
