"""One draw of all weights, in NumPy. Twin of `v7thompson._kernels.joint`, bit for bit."""

import numpy as np
import numpy.typing as npt

from v7thompson._plain.draws import GOLDEN, cos_sin32, mix64, radius32
from v7thompson._plain.rows import chained
from v7thompson.layout import DIM

F32 = npt.NDArray[np.float32]
_F = np.float32


def _offsets(buckets: npt.NDArray[np.integer], key: int, width: float) -> tuple[F32, F32]:
    bits = mix64(np.uint64(key) + buckets.astype(np.uint64) * GOLDEN)
    cos, sin = cos_sin32((bits & np.uint64(0xFFFFFFFF)).astype(np.uint32).view(np.int32))
    radius = _F(width) * radius32((bits >> np.uint64(33)).astype(np.int32))
    return radius * cos, radius * sin


def drawn(
    indices: npt.NDArray[np.uint32], values: F32, table: F32, intercept: tuple[float, float],
    *, key: int, width: float, second: bool,
) -> np.float32:  # fmt: skip
    """What one row scores under the draw of a round.

    Args:
        second: The other one of each pair of normals: Manifest's.
    """
    offsets = _offsets(np.append(indices.astype(np.int64), DIM), key, width)[second]
    weights = table[indices, 0] + np.sqrt(table[indices, 1]) * offsets[:-1]
    row = _F(chained(values.astype(np.float64) * weights.astype(np.float64)))
    score: np.float32 = row + (_F(intercept[0]) + np.sqrt(_F(intercept[1])) * offsets[-1])
    return score
