"""Mean and variance of the rows of any sparse matrix, and the best of them. Twin of `v7thompson._kernels.csr`."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from v7thompson._plain import draws
from v7thompson._plain.rows import moments
from v7thompson.contract import F32, BestRows, Rows


class PlainRows:
    """Row after row."""

    def predict(self, rows: Rows, table: F32, intercept: tuple[float, float]) -> tuple[F32, F32]:
        """As `contract.RowRanker` says."""
        bounds = rows.indptr.tolist()
        found = [moments(rows.indices[start:end], rows.values[start:end], table) for start, end in pairwise(bounds)]
        mean, variance = np.array(found, dtype=np.float64).reshape(-1, 2).astype(np.float32).T
        return mean + np.float32(intercept[0]), np.sqrt(variance + np.float32(intercept[1]))

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
        score, drawn, _ = draws.blended(keys, mean, sd, mean, sd, key=key, width=width, share=1.0, share_2=0.0)
        eligible = np.ones(mean.size, dtype=np.bool_) if mask is None else mask != 0
        chosen = draws.best(score, keys, k, eligible)
        return BestRows(chosen, drawn[chosen])
