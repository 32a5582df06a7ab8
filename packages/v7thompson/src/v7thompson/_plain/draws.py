"""Gaussian draws by counter and the best k, in NumPy. Twin of `v7thompson._kernels.draws`, bit for bit."""

import math

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_F = np.float32


def mix64(x: U64) -> U64:
    """SplitMix64's finaliser."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def log32(x: F32) -> F32:
    """Natural logarithm of normal numbers > 0."""
    bits = x.view(np.int32)
    k = (bits - np.int32(0x3F3504F3)) >> np.int32(23)
    f = (bits - (k << np.int32(23))).view(np.float32) - _F(1)
    s = f / (_F(2) + f)
    z = s * s
    w = z * z
    r = z * (_F(0.66666662693) + w * _F(0.28498786688)) + w * (_F(0.40000972152) + w * _F(0.24279078841))
    half = _F(0.5) * f * f
    e = k.astype(np.float32)
    result: F32 = e * _F(6.9313812256e-01) - ((half - (s * (half + r) + e * _F(9.0580006145e-06))) - f)
    return result


def radius32(high: I32) -> F32:
    """Length of a two-dimensional standard normal, from 31 random bits."""
    u = (high.astype(np.float32) + _F(0.5)) * _F(2.0**-31)
    length: F32 = np.sqrt(_F(-2) * log32(u))
    return length


def cos_sin32(low: I32) -> tuple[F32, F32]:
    """Cosine and sine of an angle uniform on the circle, from 32 random bits."""
    x = (low << np.int32(2)).astype(np.float32) * _F(math.pi / 2 * 2.0**-32)
    quarter = (low >> np.int32(30)) & np.int32(3)
    z = x * x
    s = x + x * z * (_F(-1.6666654611e-1) + z * (_F(8.3321608736e-3) + z * _F(-1.9515295891e-4)))
    c = (
        _F(1)
        - _F(0.5) * z
        + z * z * (_F(4.166664568298827e-2) + z * (_F(-1.388731625493765e-3) + z * _F(2.443315711809948e-5)))
    )
    swapped = (quarter & 1) != 0
    first, second = np.where(swapped, s, c), np.where(swapped, c, s)
    return (
        np.where((quarter + 1) & 2, -first, first).astype(np.float32),
        np.where(quarter & 2, -second, second).astype(np.float32),
    )


def blended(
    keys: U64, mean: F32, sd: F32, mean_2: F32, sd_2: F32, *, key: int, width: float, share: float, share_2: float
) -> tuple[F32, F32, F32]:
    """Score, Match draw and Manifest draw of every job."""
    bits = mix64(np.uint64(key & (2**64 - 1)) ^ keys)
    cos, sin = cos_sin32((bits & np.uint64(0xFFFFFFFF)).astype(np.uint32).view(np.int32))
    radius = _F(width) * radius32((bits >> np.uint64(33)).astype(np.int32))
    match = mean + sd * (radius * cos)
    manifest = mean_2 + sd_2 * (radius * sin)
    return _F(share) * match + _F(share_2) * manifest, match, manifest


def best(score: F32, keys: U64, k: int, eligible: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Slots of the best k: score descending, then key ascending."""
    slots = np.flatnonzero(eligible & (score > -np.inf))
    order = np.lexsort((keys[slots], -score[slots]))
    return slots[order[:k]].astype(np.int64)


def standard_normals(key: int, count: int) -> npt.NDArray[np.float64]:
    """float64 (count,): element i of the stream `key`, as `v7thompson._kernels.draws.normals` gives them."""
    with np.errstate(over="ignore"):
        bits = mix64(np.uint64(key) + np.arange(count, dtype=np.uint64) * GOLDEN)
    cos, _ = cos_sin32((bits & np.uint64(0xFFFFFFFF)).astype(np.uint32).view(np.int32))
    return (radius32((bits >> np.uint64(33)).astype(np.int32)) * cos).astype(np.float64)
