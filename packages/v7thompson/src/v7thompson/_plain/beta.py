"""Beta draws by counter and the best k, in NumPy. Twin of `v7thompson._kernels.beta`, bit for bit."""

import numpy as np
import numpy.typing as npt

from v7thompson._plain.draws import GOLDEN, cos_sin32, log32, mix64, radius32
from v7thompson._plain.scalar import log64

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]

HUGE = 2.0**24
_BOOST = np.uint64(0xA0761D6478BD642F)
_F = np.float32


def _low(bits: U64, mask: int) -> I32:
    return (bits & np.uint64(mask)).astype(np.uint32).view(np.int32)


def _chance(bits: U64) -> I32:
    return (((bits ^ (bits >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)) >> np.uint64(33)).astype(np.int32)


def _unit32(bits: I32) -> F32:
    unit: F32 = (bits.astype(np.float32) + _F(0.5)) * _F(2.0**-31)
    return unit


def _normals(bits: U64) -> tuple[F32, F32]:
    radius = radius32((bits >> np.uint64(33)).astype(np.int32))
    cosine, sine = cos_sin32(_low(bits, 0xFFFFFFFF))
    return radius * cosine, radius * sine


def _gamma_shape(shape: F64) -> F64:
    return np.where(shape >= 1.0, shape - 1.0 / 3.0, shape + 2.0 / 3.0)


def _excess(x: F64, z: F64, t: F64, log_t: F64, d: F64) -> F64:
    series = 0.25 + x * (-0.2 + x * (1.0 / 6.0 + x * (-1.0 / 7.0 + x * (0.125 + x * (-1.0 / 9.0 + x * 0.1)))))
    far = -(0.5 * z * z + d * (1.0 - t * t * t + 3.0 * log_t))
    return np.where(np.abs(x) < 0.05, x * x * z * z * series / 3.0, far)


def _exactly(bits: U64, a: F64, b: F64, level: F32) -> F32:
    """Log-odds without the powers, attempt after attempt, float64 and the exact test."""
    score = np.zeros(bits.size, dtype=np.float32)
    lanes = np.arange(bits.size)
    while lanes.size:
        d, e = _gamma_shape(a[lanes]), _gamma_shape(b[lanes])
        z, y = (normal.astype(np.float64) for normal in _normals(bits))
        x, v = z / np.sqrt(9.0 * d), y / np.sqrt(9.0 * e)
        inside = (1.0 + x > 0.0) & (1.0 + v > 0.0)
        t, u = np.where(inside, 1.0 + x, 1.0), np.where(inside, 1.0 + v, 1.0)
        log_t, log_u = log64(t), log64(u)
        limit = np.where(inside, -(_excess(x, z, t, log_t, d) + _excess(v, y, u, log_u, e)), -1e9)
        missed = 1.0 - (_chance(bits).astype(np.float64) + 0.5) * 2.0**-31
        score[lanes] = (level[lanes].astype(np.float64) + 3.0 * (log_t - log_u)).astype(np.float32)
        refused = ~(log64(missed) < limit)
        lanes, bits = lanes[refused], mix64(bits + GOLDEN)[refused]
    return score


def scores(a: F64, b: F64, key: int) -> F32:
    """The log-odds drawn for every arm; -inf where the shapes are 0 (an arm that was removed)."""
    with np.errstate(all="ignore"):  # lanes that are drawn again may have been infinite, and counters wrap around
        return _scores(a, b, key)


def _scores(a: F64, b: F64, key: int) -> F32:
    bits = mix64(np.uint64(key) + np.arange(a.size, dtype=np.uint64) * GOLDEN)
    gone, huge = a == 0.0, np.maximum(a, b) >= HUGE
    d, e = _gamma_shape(a), _gamma_shape(b)
    level = np.where(gone, -np.inf, log64(d / e)).astype(np.float32)
    first, second = (
        np.where(gone, 0.0, np.where(huge, np.nan, 1.0 / np.sqrt(9.0 * shape))).astype(np.float32) for shape in (d, e)
    )
    z, y = _normals(bits)
    x, v = first * z, second * y
    t, u = _F(1) + x, _F(1) + v
    t, u = np.where(t > 0, t, _F(0)), np.where(u > 0, u, _F(0))
    p, q = x * z, v * y
    limit = p * p * (_F(5) + x) * u + q * q * (_F(5) + v) * t
    score: F32 = level + _F(3) * log32(t / u)
    again = np.flatnonzero(~(_F(60) * _unit32(_chance(bits)) * (t * u) > limit))
    score[again] = _exactly(bits[again], a[again], b[again], level[again])

    more = mix64(bits ^ _BOOST)
    below_a, below_b = (~gone & (shape < 1.0) for shape in (a, b))
    power_a = np.where(below_a, 1.0 / np.where(below_a, a, 1.0), 0.0).astype(np.float32)
    power_b = np.where(below_b, 1.0 / np.where(below_b, b, 1.0), 0.0).astype(np.float32)
    change = power_a * log32(_unit32((more >> np.uint64(33)).astype(np.int32))) - power_b * log32(
        _unit32(_low(more, 0x7FFFFFFF))
    )
    score += change
    return score


def best(score: F32, k: int) -> npt.NDArray[np.int64]:
    """Arms of the best k: score descending, then arm ascending; those of -inf are left out."""
    arms = np.flatnonzero(score > -np.inf)
    return arms[np.argsort(-score[arms], kind="stable")[:k]].astype(np.int64)
