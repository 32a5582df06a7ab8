"""Beta draws by counter, and the best k of them. Twin: `v7thompson._plain.beta`.

A Beta draw is a ratio of two Gamma draws, each by Marsaglia and Tsang's cubed normal; scores are log-odds, in which
draws next to 0 and next to 1 are told apart alike:

    log-odds = log(d / d') + 3 log(t / t') + log(u) / a - log(u') / b,
    d = a - 1/3, t = 1 + x, x = z / sqrt(9 d); the powers of u only for shapes below 1, where d = a + 2/3

The pair (z, z') is accepted with probability exp(-(s + s')), where s = x^2 z^2 h(x) / 3, h(x) = integral of
v^3 / (1 + x v) over v in [0, 1]: the usual acceptance, with the terms that cancel taken out. As h is below its chord,
1/20 + 1/(5 t), lanes with w > s + s' under the chord are accepted in the vectorised loop without a logarithm; the few
others, and counts too large for float32, are drawn one by one in float64 with the exact test.
"""

import math

import numpy as np

from v7thompson._kernels.base import (
    Array,
    Real,
    Whole,
    float32_at,
    float64_at,
    int32_at,
    int64_at,
    kernel,
    uint8_at,
    uint64_at,
)
from v7thompson._kernels.draws import cos_sin32, log32, radius32, reaching
from v7thompson._kernels.scalar import GOLDEN, log64, mix64, sigmoid64

# The arena's words (uint64): addresses, given by `v7thompson._kernels.arms`.
(
    SHAPE_A, SHAPE_B, COEFFICIENT_A, COEFFICIENT_B, LEVEL, POWER_A, POWER_B, STALE, BOOSTED, MASK,
    HIGH, LOW, CHANCE, SCORE, LANE, STATE, NORMAL, NORMAL_2, VALUE, NEAR_A, NEAR_B, TOP_ARM,
    TOP_SCORE, TOP_DRAW, BETA_WORDS,
) = range(25)  # fmt: skip

BLOCK = 512
HUGE = 2.0**24
"""From this count on, float32 would round a draw to a noticeable part of its spread."""

_BLOCK = np.uintp(BLOCK)
_ONE = np.uintp(1)
_CHANCE = np.uint64(0xD6E8FEB86659FD93)
_BOOST = np.uint64(0xA0761D6478BD642F)
_0 = np.float32(0.0)
_1 = np.float32(1.0)
_3 = np.float32(3.0)
_5 = np.float32(5.0)
_60 = np.float32(60.0)
_HALF = np.float32(0.5)
_UNIT31 = np.float32(2.0**-31)
_UNIT31_64 = 2.0**-31
_NOTHING = np.float32(-np.inf)
_NEVER = np.float32(np.nan)
_FAR = 1e9
_ATTEMPTS = 200


@kernel
def chance_bits(bits: Whole) -> Whole:
    """31 more bits from those that made the normals."""
    return np.int32(np.uint64((bits ^ (bits >> np.uint64(32))) * _CHANCE) >> np.uint64(33))


@kernel
def unit32(bits: Whole) -> Real:
    """A float32 in (0, 1] from 31 bits."""
    return (np.float32(bits) + _HALF) * _UNIT31


@kernel
def gamma_shape(shape: Real) -> Real:
    """d of the Gamma draw: of the shape itself, or of the shape above 1 that a power of a uniform brings down."""
    return shape - 1.0 / 3.0 if shape >= 1.0 else shape + 2.0 / 3.0


@kernel
def excess(x: Real, z: Real, t: Real, log_t: Real, d: Real) -> Real:
    """s of the acceptance exp(-s), float64."""
    series = 0.25 + x * (-0.2 + x * (1.0 / 6.0 + x * (-1.0 / 7.0 + x * (0.125 + x * (-1.0 / 9.0 + x * 0.1)))))
    near = x * x * z * z * series / 3.0
    far = -(0.5 * z * z + d * (1.0 - t * t * t + 3.0 * log_t))
    return near if abs(x) < 0.05 else far


@kernel
def settle(words: Array, count: Whole, start: Whole, held: Whole, key: Whole) -> None:
    """Draw the lanes named in LANE (held,) with the exact test, in float64; those it refuses are drawn again.

    The first attempt has the bits the vectorised loop had.
    """
    high = int32_at(words[HIGH], BLOCK)
    low = int32_at(words[LOW], BLOCK)
    chance = int32_at(words[CHANCE], BLOCK)
    score = float32_at(words[SCORE], BLOCK)
    lane = int32_at(words[LANE], BLOCK + 1)
    state = uint64_at(words[STATE], BLOCK)
    first = float32_at(words[NORMAL], BLOCK)
    second = float32_at(words[NORMAL_2], BLOCK)
    value = float32_at(words[VALUE], BLOCK)
    level = float32_at(words[LEVEL], count)
    near_a = float64_at(words[NEAR_A], BLOCK)
    near_b = float64_at(words[NEAR_B], BLOCK)
    shape_a = float64_at(words[SHAPE_A], count)
    shape_b = float64_at(words[SHAPE_B], count)
    for p in range(held):
        state[p] = mix64(key + np.uint64(start + np.uintp(lane[p])) * GOLDEN)
    attempt = 0
    while held > np.uintp(0) and attempt < _ATTEMPTS:
        attempt += 1
        for p in range(held):
            high[p] = np.int32(state[p] >> np.uint64(33))
            low[p] = np.int32(state[p] & np.uint64(0xFFFFFFFF))
            chance[p] = chance_bits(state[p])
            state[p] = mix64(state[p] + GOLDEN)
        for p in range(held):
            radius = radius32(high[p])
            cosine, sine = cos_sin32(low[p])
            first[p] = radius * cosine
            second[p] = radius * sine
        for p in range(held):  # by itself: a gather in the next loop would keep it from vectorising
            i = start + np.uintp(lane[p])
            near_a[p] = shape_a[i]
            near_b[p] = shape_b[i]
            value[p] = level[i]
        for p in range(held):
            d = gamma_shape(near_a[p])
            e = gamma_shape(near_b[p])
            z = np.float64(first[p])
            y = np.float64(second[p])
            x = z / math.sqrt(9.0 * d)
            v = y / math.sqrt(9.0 * e)
            inside = min(1.0 + x, 1.0 + v) > 0.0
            t = 1.0 + x if inside else 1.0
            u = 1.0 + v if inside else 1.0
            missed = 1.0 - (np.float64(chance[p]) + 0.5) * _UNIT31_64
            log_t = log64(t)
            log_u = log64(u)
            limit = -(excess(x, z, t, log_t, d) + excess(v, y, u, log_u, e))
            limit = limit if inside else -_FAR
            value[p] = np.float32(np.float64(value[p]) + 3.0 * (log_t - log_u))
            chance[p] = np.int32(0) if log64(missed) < limit else np.int32(1)
        kept = np.uintp(0)
        for p in range(held):
            j = lane[p]
            score[np.uintp(j)] = value[p]
            lane[kept] = j
            state[kept] = state[p]
            kept += np.uintp(chance[p])
        held = kept


@kernel
def prepare_block(words: Array, count: Whole, start: Whole, size: Whole) -> None:
    """What the vectorised loop reads of each arm, from the shapes; a shape of 0 is an arm that was removed."""
    shape_a = float64_at(words[SHAPE_A], count)
    shape_b = float64_at(words[SHAPE_B], count)
    coefficient_a = float32_at(words[COEFFICIENT_A], count)
    coefficient_b = float32_at(words[COEFFICIENT_B], count)
    level = float32_at(words[LEVEL], count)
    power_a = float32_at(words[POWER_A], count)
    power_b = float32_at(words[POWER_B], count)
    below = np.int32(0)
    for j in range(size):
        i = start + j
        a = shape_a[i]
        b = shape_b[i]
        d = gamma_shape(a)
        e = gamma_shape(b)
        huge = max(a, b) >= HUGE
        coefficient_a[i] = _NEVER if huge else np.float32(1.0 / math.sqrt(9.0 * d))
        coefficient_b[i] = _NEVER if huge else np.float32(1.0 / math.sqrt(9.0 * e))
        level[i] = np.float32(log64(d / e))
        power_a[i] = _0
        power_b[i] = _0
        if a == 0.0:
            coefficient_a[i] = _0
            coefficient_b[i] = _0
            level[i] = _NOTHING
        else:
            if a < 1.0:
                power_a[i] = np.float32(1.0 / a)
                below = np.int32(1)
            if b < 1.0:
                power_b[i] = np.float32(1.0 / b)
                below = np.int32(1)
    block = start // _BLOCK
    uint8_at(words[BOOSTED], block + _ONE)[block] = np.uint8(below)
    uint8_at(words[STALE], block + _ONE)[block] = np.uint8(0)


@kernel
def score_block(words: Array, count: Whole, start: Whole, size: Whole, key: Whole) -> None:
    """Draw a block: SCORE (size,) is **overwritten** with log-odds, -inf for arms that were removed."""
    block = start // _BLOCK
    if uint8_at(words[STALE], block + _ONE)[block] != np.uint8(0):
        prepare_block(words, count, start, size)
    high = int32_at(words[HIGH], BLOCK)
    low = int32_at(words[LOW], BLOCK)
    chance = int32_at(words[CHANCE], BLOCK)
    score = float32_at(words[SCORE], BLOCK)
    lane = int32_at(words[LANE], BLOCK + 1)
    coefficient_a = float32_at(words[COEFFICIENT_A], count)
    coefficient_b = float32_at(words[COEFFICIENT_B], count)
    level = float32_at(words[LEVEL], count)

    for j in range(size):
        bits = mix64(key + np.uint64(start + j) * GOLDEN)
        high[j] = np.int32(bits >> np.uint64(33))
        low[j] = np.int32(bits & np.uint64(0xFFFFFFFF))
        chance[j] = chance_bits(bits)
    for j in range(size):
        i = start + j
        radius = radius32(high[j])
        cosine, sine = cos_sin32(low[j])
        z = radius * cosine
        y = radius * sine
        x = coefficient_a[i] * z
        v = coefficient_b[i] * y
        t = _1 + x
        u = _1 + v
        t = max(_0, t)  # both below 0 would look accepted
        u = max(_0, u)
        p = x * z
        q = v * y
        limit = p * p * (_5 + x) * u + q * q * (_5 + v) * t
        score[j] = level[i] + _3 * log32(t / u)
        chance[j] = np.int32(0) if _60 * unit32(chance[j]) * (t * u) > limit else np.int32(1)
    held = np.uintp(0)
    for j in range(size):
        lane[held] = np.int32(j)
        held += np.uintp(chance[j])
    settle(words, count, start, held, key)

    if uint8_at(words[BOOSTED], block + _ONE)[block] != np.uint8(0):
        power_a = float32_at(words[POWER_A], count)
        power_b = float32_at(words[POWER_B], count)
        for j in range(size):
            more = mix64(mix64(key + np.uint64(start + j) * GOLDEN) ^ _BOOST)
            high[j] = np.int32(more >> np.uint64(33))
            low[j] = np.int32(more & np.uint64(0x7FFFFFFF))
        for j in range(size):
            i = start + j
            score[j] += power_a[i] * log32(unit32(high[j])) - power_b[i] * log32(unit32(low[j]))


@kernel
def best(arena: Whole, count: Whole, k: Whole, key: Whole, masked: Whole) -> Whole:
    """The best k arms of a round.

    Args:
        arena: Address of the arena. TOP_ARM, TOP_SCORE (log-odds) and TOP_DRAW (probabilities) (k,) are
            **overwritten**, best first, ties by arm; what STALE marks of the derived columns is brought up to date.
        count: Arms, removed ones included.
        k: Most arms taken, >= 1.
        key: Mixed from (seed, round); an arm's draw depends on this and its number, on nothing else.
        masked: 1 to take only arms whose MASK byte is not 0.

    Returns:
        How many were taken.

    Cost: O(arms), plus O(k) an improvement; no heap allocation.
    Source: Thompson (1933); Marsaglia & Tsang (2000), ACM TOMS 26(3); Chapelle & Li (2011), NeurIPS 24, algorithm 2.
    """
    words = uint64_at(arena, BETA_WORDS)
    score = float32_at(words[SCORE], BLOCK)
    top_arm = int64_at(words[TOP_ARM], k)
    top_score = float32_at(words[TOP_SCORE], k)
    top_draw = float64_at(words[TOP_DRAW], k)
    mask = uint8_at(words[MASK], count)
    n = np.uintp(count)
    full = np.uintp(k)
    held = np.uintp(0)
    start = np.uintp(0)
    while start < n:
        size = min(_BLOCK, n - start)
        score_block(words, count, start, size, np.uint64(key))
        if masked != 0:
            for j in range(size):
                if mask[start + j] == np.uint8(0):
                    score[j] = _NOTHING
        worst = top_score[full - _ONE] if held == full else _NOTHING
        if reaching(score, size, worst) != np.int32(0):
            for j in range(size):
                value = score[j]
                if value > worst:
                    held = min(held + _ONE, full)
                    at = held - _ONE
                    while at > np.uintp(0) and top_score[at - _ONE] < value:
                        top_score[at] = top_score[at - _ONE]
                        top_arm[at] = top_arm[at - _ONE]
                        at -= _ONE
                    top_score[at] = value
                    top_arm[at] = np.int64(start + j)
                    worst = top_score[full - _ONE] if held == full else _NOTHING
        start += _BLOCK
    for place in range(held):
        top_draw[place] = sigmoid64(np.float64(top_score[place]))
    return np.int64(held)


@kernel
def scores(arena: Whole, count: Whole, key: Whole, out: Whole) -> None:
    """The log-odds drawn for every arm: float32 (count,) at the address `out` is **overwritten**."""
    words = uint64_at(arena, BETA_WORDS)
    score = float32_at(words[SCORE], BLOCK)
    drawn = float32_at(out, count)
    n = np.uintp(count)
    start = np.uintp(0)
    while start < n:
        size = min(_BLOCK, n - start)
        score_block(words, count, start, size, np.uint64(key))
        for j in range(size):
            drawn[start + j] = score[j]
        start += _BLOCK
