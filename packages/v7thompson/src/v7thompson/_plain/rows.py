"""Mean and variance of sparse rows, in NumPy. Twin of `v7thompson._kernels.rows`."""

import numpy as np
import numpy.typing as npt

from v7thompson._plain.scalar import total
from v7thompson.layout import DIM

F32 = npt.NDArray[np.float32]


def chained(products: npt.NDArray[np.float64]) -> float:
    """Four sequential sums, element i in chain i mod 4: the order is part of the result."""
    chains = [total(products[j::4]) for j in range(4)]
    return (chains[0] + chains[1]) + (chains[2] + chains[3])


def moments(indices: npt.NDArray[np.uint32], values: F32, table: F32) -> tuple[float, float]:
    """Mean and variance of one row; table is float32 (DIM, 2)."""
    x = values.astype(np.float64)
    weights = table[indices].astype(np.float64)
    return chained(x * weights[:, 0]), chained(x * x * weights[:, 1])


def marked(touched: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """bool (DIM,) of a bitmap uint64 (DIM // 64,)."""
    bits = (touched[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    return bits.reshape(DIM).astype(np.bool_)
