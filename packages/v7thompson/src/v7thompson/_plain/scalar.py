"""Elementary functions over arrays, in NumPy. Twin of `v7thompson._kernels.scalar`, bit for bit."""

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


def exp64(x: F64) -> F64:
    """e**x; 0 below -708, the value at 709 above it, NaN for NaN."""
    bounded = np.minimum(np.maximum(x, -708.0), 709.0)
    bounded = np.where(np.isnan(x), 0.0, bounded)  # put back below
    k = np.floor(bounded * 1.4426950408889634 + 0.5)
    r = (bounded - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    r2 = r * r
    r4 = r2 * r2
    low = (0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0))
    middle = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362880.0))
    high = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + r2 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    p = ((low + r4 * (middle + r4 * high)) * r2 + r) + 1.0
    scaled: F64 = p * ((k.astype(np.int64) + 1023) << 52).view(np.float64)
    result: F64 = np.where(np.isnan(x), x, np.where(x < -708.0, 0.0, scaled))
    return result


def log64(x: F64) -> F64:
    """Natural logarithm of normal numbers > 0."""
    bits = x.view(np.int64)
    k = (bits - np.int64(0x3FE6A09E667F3BCD)) >> np.int64(52)
    f = (bits - (k << np.int64(52))).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = z * (
        6.666666666666735130e-01
        + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    e = k.astype(np.float64)
    result: F64 = e * 6.93147180369123816490e-01 - (
        (half - (s * (half + (even + odd)) + e * 1.90821492927058770002e-10)) - f
    )
    return result


def sigmoid64(x: F64) -> F64:
    """1 / (1 + e**-x), in [0, 1], without overflow."""
    e = exp64(-np.abs(x))
    result: F64 = np.where(x >= 0.0, 1.0, e) / (1.0 + e)
    return result


def softplus64(x: F64) -> F64:
    """log(1 + e**x) without overflow."""
    e = exp64(-np.abs(x))
    result: F64 = np.where(e < 1e-8, e, log64(1.0 + e)) + np.maximum(x, 0.0)
    return result


def total(products: F64) -> float:
    """The sum from 0, element after element: `numpy.sum` adds in an order that depends on the CPU."""
    return 0.0 + float(np.add.accumulate(products)[-1]) if products.size else 0.0
