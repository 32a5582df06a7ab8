"""Mean and variance of the rows of any sparse matrix. Twin: `v7thompson._plain.csr`."""

import math

import numpy as np
import numpy.typing as npt

from v7thompson._kernels import draws
from v7thompson._kernels.base import Real, Whole, float32_at, paired_kernel, uint32_at, uint64_at
from v7thompson._kernels.memory import address
from v7thompson._kernels.rows import moments
from v7thompson.contract import F32, BestRows, Rows

# The arena's words (uint64): addresses, but for ELEMENTS and FEATURES, which are counts.
INDPTR, INDICES, VALUES, TABLE, MEAN, SD, ELEMENTS, FEATURES, CSR_WORDS = range(9)


@paired_kernel
def predict(arena: Whole, rows: Whole, intercept_mean: Real, intercept_variance: Real) -> None:
    """Mean and standard deviation of every row under independent weights.

    Args:
        arena: Address. MEAN and SD float32 (rows,) are **overwritten**; TABLE float32 (FEATURES, 2) holds mean and
            variance of each weight.
        rows: How many.
        intercept_mean: Logits; part of every row's mean.
        intercept_variance: Logits squared, >= 0; part of every row's variance.

    Cost: O(elements); no heap allocation.
    """
    words = uint64_at(arena, CSR_WORDS)
    indptr = uint64_at(words[INDPTR], rows + 1)
    indices = uint32_at(words[INDICES], words[ELEMENTS])
    values = float32_at(words[VALUES], words[ELEMENTS])
    table = float32_at(words[TABLE], np.uint64(2) * words[FEATURES])
    mean = float32_at(words[MEAN], rows)
    sd = float32_at(words[SD], rows)
    base = np.float32(intercept_mean)
    width = np.float32(intercept_variance)
    for i in range(np.uintp(rows)):
        start = indptr[i]
        m, v = moments(indices, values, table, start, indptr[i + np.uintp(1)] - start)
        mean[i] = np.float32(m) + base
        sd[i] = np.float32(math.sqrt(np.float32(v) + width))


class NumbaRows:
    """The arenas of ranking rows. Not for two threads at once."""

    def __init__(self) -> None:
        self._csr = np.zeros(CSR_WORDS, dtype=np.uint64)
        self._draws = np.zeros(draws.RANK_WORDS, dtype=np.uint64)
        self._block = [np.zeros(draws.BLOCK, dtype=kind) for kind in (np.int32, np.int32, np.float32)]
        for word, array in zip((draws.HIGH, draws.LOW, draws.SCORE), self._block, strict=True):
            self._draws[word] = address(array)

    def predict(self, rows: Rows, table: F32, intercept: tuple[float, float]) -> tuple[F32, F32]:
        """As `contract.RowRanker` says."""
        count = rows.indptr.size - 1
        mean, sd = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.float32)
        words = self._csr
        words[ELEMENTS], words[FEATURES] = rows.indices.size, len(table)
        for word, array in (
            (INDPTR, rows.indptr), (INDICES, rows.indices), (VALUES, rows.values),
            (TABLE, table), (MEAN, mean), (SD, sd),
        ):  # fmt: skip
            words[word] = address(array)
        predict(address(words), count, *map(float, intercept))
        return mean, sd

    def best(
        self,
        mean: F32,
        sd: F32,
        keys: npt.NDArray[np.uint64],
        k: int,
        *,
        key: int,
        width: float,
        mask: npt.NDArray[np.uint8] | None,
    ) -> BestRows:
        """As `contract.RowRanker` says."""
        limit = min(k, mean.size)
        if not limit:
            return BestRows(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        words = self._draws
        slots = np.zeros(limit, dtype=np.int64)
        scores, first, second = (np.zeros(limit, dtype=np.float32) for _ in range(3))
        eligible = np.zeros(1, dtype=np.uint8) if mask is None else mask
        for word, array in (
            (draws.KEYS, keys), (draws.MASK, eligible), (draws.MATCH_MEAN, mean), (draws.MATCH_SD, sd),
            (draws.MANIFEST_MEAN, mean), (draws.MANIFEST_SD, sd), (draws.TOP_SLOT, slots), (draws.TOP_SCORE, scores),
            (draws.TOP_MATCH, first), (draws.TOP_MANIFEST, second),
        ):  # fmt: skip
            words[word] = address(array)
        held = draws.rank(address(words), mean.size, limit, np.uint64(key), width, 1.0, 0.0, int(mask is not None))
        return BestRows(slots[:held], first[:held])
