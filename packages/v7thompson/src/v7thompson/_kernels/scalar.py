"""Elementary functions and counter-based random numbers, owned so that the bits depend on no C library.

Everything is +, -, *, / and sqrt of IEEE numbers in the order written, and integer arithmetic, hence equal on every
CPU; `v7thompson._plain.scalar` is the same in NumPy, bit for bit. Arguments are np.float64/np.uint64 scalars or what
numba makes of them.
"""

import math

import numpy as np

from v7thompson._kernels.base import Real, Whole, kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)

_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10


@kernel
def mix64(x: Whole) -> Whole:
    """A bijection of 64 bits whose outputs for a counter pass for random.

    Source: Steele, Lea & Flood (2014), OOPSLA, SplitMix64's finaliser (Stafford's variant 13).
    """
    x = np.uint64(x)
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))


@kernel
def uniform64(bits: Whole) -> Real:
    """A float64 in (0, 1), never either end, from 52 of 64 random bits."""
    return (np.float64(np.int64(bits >> np.uint64(12))) + 0.5) * (1.0 / 4503599627370496.0)


@kernel
def exp64(x: Real) -> Real:
    """e**x in float64: within 1 ulp; 0 below -708, the value at 709 above it, NaN for NaN.

    Without branches, and the polynomial in pairs of pairs, so that a loop of it vectorises and a single one waits less.
    Source: reduction by ln 2 in two parts (Cody & Waite 1980), Taylor polynomial of degree 13 on |r| <= 0.3466.
    """
    bounded = min(max(x, -708.0), 709.0)
    k = math.floor(bounded * _LOG2E + 0.5)
    r = (bounded - k * _LN2_HIGH) - k * _LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0))
    middle = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362880.0))
    high = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + r2 * (1.0 / 479001600.0 + r * (1.0 / 6227020800.0))
    p = ((low + r4 * (middle + r4 * high)) * r2 + r) + 1.0
    value = p * np.int64((np.int64(k) + np.int64(1023)) << np.int64(52)).view(np.float64)
    value = 0.0 if x < -708.0 else value
    return x if x != x else value


@kernel
def log64(x: Real) -> Real:
    """Natural logarithm in float64 of a normal number > 0: within 1 ulp.

    Source: fdlibm e_log.c (Sun Microsystems 1993), the polynomial of the general case.
    """
    bits = np.float64(x).view(np.int64)
    # Shift the cut from 1 to sqrt(1/2), so that the mantissa lies in [sqrt(1/2), sqrt(2)).
    shifted = bits - np.int64(0x3FE6A09E667F3BCD)
    k = shifted >> np.int64(52)
    f = np.int64(bits - (k << np.int64(52))).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = z * (
        6.666666666666735130e-01
        + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    )
    half = 0.5 * f * f
    e = np.float64(k)
    return e * _LN2_HIGH - ((half - (s * (half + (even + odd)) + e * _LN2_LOW)) - f)


@kernel
def sigmoid64(x: Real) -> Real:
    """1 / (1 + e**-x), in [0, 1], without overflow."""
    e = exp64(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


@kernel
def softplus64(x: Real) -> Real:
    """log(1 + e**x) without overflow."""
    e = exp64(-abs(x))
    tail = e if e < 1e-8 else log64(1.0 + e)  # below that, 1 + e would lose e
    return tail + max(x, 0.0)


@kernel
def normal64(bits: Whole) -> Real:
    """A standard normal in float64 from 64 random bits: one of Box and Muller's pair, |z| <= 8.6.

    Source: Box & Muller (1958); the second uniform comes from mixing the bits again.
    """
    radius = math.sqrt(-2.0 * log64(uniform64(bits)))
    turn = uniform64(mix64(bits + GOLDEN))
    return radius * cos_turn64(turn)


@kernel
def cos_turn64(turn: Real) -> Real:
    """cos(2 pi turn) for turn in [0, 1], error below 1e-15.

    Folded to [-1/8, 1/8] of a turn, where Taylor polynomials of degree 16 and 17 serve.
    """
    quarter = math.floor(4.0 * turn + 0.5)
    a = (turn - 0.25 * quarter) * 6.283185307179586
    b = a * a
    c = 1.0 / 20922789888000.0
    c = c * b - 1.0 / 87178291200.0
    c = c * b + 1.0 / 479001600.0
    c = c * b - 1.0 / 3628800.0
    c = c * b + 1.0 / 40320.0
    c = c * b - 1.0 / 720.0
    c = c * b + 1.0 / 24.0
    c = c * b - 0.5
    c = c * b + 1.0
    s = 1.0 / 355687428096000.0
    s = s * b - 1.0 / 1307674368000.0
    s = s * b + 1.0 / 6227020800.0
    s = s * b - 1.0 / 39916800.0
    s = s * b + 1.0 / 362880.0
    s = s * b - 1.0 / 5040.0
    s = s * b + 1.0 / 120.0
    s = s * b - 1.0 / 6.0
    s = s * b + 1.0
    s = s * a
    q = np.int64(quarter) & np.int64(3)
    if q == 0:
        return c
    if q == 1:
        return -s
    if q == 2:
        return -c
    return s
