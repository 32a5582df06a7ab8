"""Gaussian draws by counter, and the best k of them. Twin: `v7thompson._plain.draws`.

Blocks of 512: random bits in one loop (64-bit lanes), draws and scores in the next (32-bit lanes), a count of scores
that reach the worst of the best, and only where there is one a scalar insertion. Two normals come from one counter
(Box and Muller's pair), one for each profile. Tried and slower: mutating generator state, signed indices (a wrap-around
select stops vectorising), one loop for both lane widths.
"""

import math

import numpy as np

from v7thompson._kernels.base import Array, Real, Whole, float32_at, int32_at, int64_at, kernel, uint8_at, uint64_at
from v7thompson._kernels.scalar import GOLDEN, mix64

# The ranking arena's words (uint64): addresses, given by `v7thompson._kernels.backend`.
(
    KEYS, MATCH_MEAN, MATCH_SD, MANIFEST_MEAN, MANIFEST_SD, MASK,
    HIGH, LOW, SCORE, TOP_SLOT, TOP_SCORE, TOP_MATCH, TOP_MANIFEST, RANK_WORDS,
) = range(14)  # fmt: skip

BLOCK = 512
_BLOCK = np.uintp(BLOCK)
_ONE = np.uintp(1)

_LG1 = np.float32(0.66666662693)
_LG2 = np.float32(0.40000972152)
_LG3 = np.float32(0.28498786688)
_LG4 = np.float32(0.24279078841)
_LN2_HIGH = np.float32(6.9313812256e-01)
_LN2_LOW = np.float32(9.0580006145e-06)
_HALF = np.float32(0.5)
_1 = np.float32(1.0)
_2 = np.float32(2.0)
_UNIT31 = np.float32(2.0**-31)
_QUARTER_TURN = np.float32(math.pi / 2 * 2.0**-32)
_S1 = np.float32(-1.6666654611e-1)
_S2 = np.float32(8.3321608736e-3)
_S3 = np.float32(-1.9515295891e-4)
_C1 = np.float32(4.166664568298827e-2)
_C2 = np.float32(-1.388731625493765e-3)
_C3 = np.float32(2.443315711809948e-5)
_NOTHING = np.float32(-np.inf)


@kernel
def log32(x: Real) -> Real:
    """Natural logarithm in float32 of a normal number > 0: within 1 ulp.

    Source: FreeBSD e_logf.c (Sun Microsystems 1993, Ian Lance Taylor).
    """
    bits = np.int32(np.float32(x).view(np.int32))
    k = np.int32(np.int32(bits - np.int32(0x3F3504F3)) >> np.int32(23))
    f = np.int32(bits - np.int32(k << np.int32(23))).view(np.float32) - _1
    s = f / (_2 + f)
    z = s * s
    w = z * z
    r = z * (_LG1 + w * _LG3) + w * (_LG2 + w * _LG4)
    half = _HALF * f * f
    e = np.float32(k)
    return e * _LN2_HIGH - ((half - (s * (half + r) + e * _LN2_LOW)) - f)


@kernel
def radius32(high: Whole) -> Real:
    """Length of a two-dimensional standard normal, from 31 random bits; at most 6.7."""
    u = (np.float32(high) + _HALF) * _UNIT31
    return np.float32(math.sqrt(-_2 * log32(u)))


@kernel
def cos_sin32(low: Whole) -> tuple[Real, Real]:
    """Cosine and sine of an angle uniform on the circle, from 32 random bits.

    Two bits turn by quarters, thirty choose the angle in [-45, 45) degrees. Polynomials: Cephes sinf, cosf (Moshier).
    """
    x = np.float32(np.int32(low << np.int32(2))) * _QUARTER_TURN
    quarter = np.int32(np.int32(low >> np.int32(30)) & np.int32(3))
    z = x * x
    s = x + x * z * (_S1 + z * (_S2 + z * _S3))
    c = _1 - _HALF * z + z * z * (_C1 + z * (_C2 + z * _C3))
    sine = np.int32(np.float32(s).view(np.int32))
    cosine = np.int32(np.float32(c).view(np.int32))
    swapped = np.int32(quarter & np.int32(1)) != np.int32(0)
    first = sine if swapped else cosine
    second = cosine if swapped else sine
    first_sign = np.int32(np.int32(np.int32(quarter + np.int32(1)) & np.int32(2)) << np.int32(30))
    second_sign = np.int32(np.int32(quarter & np.int32(2)) << np.int32(30))
    return np.int32(first ^ first_sign).view(np.float32), np.int32(second ^ second_sign).view(np.float32)


@kernel
def split_bits(bits: Whole) -> tuple[Whole, Whole]:
    """31 bits for a radius, 32 for an angle."""
    return np.int32(bits >> np.uint64(33)), np.int32(bits & np.uint64(0xFFFFFFFF))


@kernel
def reaching(score: Array, size: Whole, worst: Real) -> Whole:
    """How many scores of a block are at least `worst`."""
    hits = np.int32(0)
    for j in range(size):
        hits = np.int32(hits + np.int32(score[j] >= worst))
    return hits


@kernel
def insert(score: Real, slot: Whole, keys: Array, top_score: Array, top_slot: Array, held: Whole) -> None:
    """Put a job among the best so far, sorted by score descending, then key ascending; `held` of them are kept."""
    at = np.uintp(held)
    key = keys[slot]
    while at > np.uintp(0) and (
        top_score[at - _ONE] < score or (top_score[at - _ONE] == score and keys[top_slot[at - _ONE]] > key)
    ):
        top_score[at] = top_score[at - _ONE]
        top_slot[at] = top_slot[at - _ONE]
        at -= _ONE
    top_score[at] = score
    top_slot[at] = slot


@kernel
def take_block(
    score: Array,
    start: Whole,
    size: Whole,
    keys: Array,
    k: Whole,
    held: Whole,
    top_score: Array,
    top_slot: Array,
) -> Whole:
    """Keep what a block adds to the best k; returns how many are held now."""
    full = np.uintp(k)
    worst = top_score[full - _ONE] if held == full else _NOTHING
    if reaching(score, size, worst) == np.int32(0):
        return held
    for j in range(np.uintp(size)):
        value = score[j]
        if value == _NOTHING:
            continue
        slot = np.uintp(start) + j
        if held < full:
            insert(value, slot, keys, top_score, top_slot, held)
            held += _ONE
        elif value > top_score[full - _ONE] or (
            value == top_score[full - _ONE] and keys[slot] < keys[top_slot[full - _ONE]]
        ):
            insert(value, slot, keys, top_score, top_slot, full - _ONE)
    return held


@kernel
def rank(
    arena: Whole, jobs: Whole, k: Whole, key: Whole, width: Real, match_share: Real, manifest_share: Real, masked: Whole
) -> Whole:
    """The best k jobs of a round, both profiles blended in one pass.

        score = match_share * (mean + width * sd * z) + manifest_share * (mean' + width * sd' * z')

    Args:
        arena: Address of the ranking arena. TOP_SLOT, TOP_SCORE, TOP_MATCH and TOP_MANIFEST (k,) are **overwritten**.
        jobs: Jobs in the pool.
        k: Most jobs taken, >= 1.
        key: Mixed from (seed, round); a job's draw depends on this and its own key, on nothing else.
        width: Share of the posterior's width that is explored, >= 0.
        match_share: 1 - blend.
        manifest_share: blend, in [0, 1].
        masked: 1 to take only jobs whose MASK byte is not 0.

    Returns:
        How many were taken.

    Cost: O(jobs), plus O(k) an improvement; no heap allocation.
    Source: Chapelle & Li (2011), NeurIPS 24, algorithm 3, with independent draws for jobs and the width as a factor.
    """
    words = uint64_at(arena, RANK_WORDS)
    keys = uint64_at(words[KEYS], jobs)
    mean = float32_at(words[MATCH_MEAN], jobs)
    sd = float32_at(words[MATCH_SD], jobs)
    mean_2 = float32_at(words[MANIFEST_MEAN], jobs)
    sd_2 = float32_at(words[MANIFEST_SD], jobs)
    mask = uint8_at(words[MASK], jobs)
    high = int32_at(words[HIGH], BLOCK)
    low = int32_at(words[LOW], BLOCK)
    score = float32_at(words[SCORE], BLOCK)
    top_slot = int64_at(words[TOP_SLOT], k)
    top_score = float32_at(words[TOP_SCORE], k)
    top_match = float32_at(words[TOP_MATCH], k)
    top_manifest = float32_at(words[TOP_MANIFEST], k)

    base = np.uint64(key)
    spread = np.float32(width)
    share = np.float32(match_share)
    share_2 = np.float32(manifest_share)
    n = np.uintp(jobs)
    held = np.uintp(0)
    start = np.uintp(0)
    while start < n:
        size = min(_BLOCK, n - start)
        for j in range(size):
            bits = mix64(base ^ keys[start + j])
            high[j] = np.int32(bits >> np.uint64(33))
            low[j] = np.int32(bits & np.uint64(0xFFFFFFFF))
        for j in range(size):
            i = start + j
            radius = spread * radius32(high[j])
            c, s = cos_sin32(low[j])
            score[j] = share * (mean[i] + sd[i] * (radius * c)) + share_2 * (mean_2[i] + sd_2[i] * (radius * s))
        if masked != 0:
            for j in range(size):
                if mask[start + j] == np.uint8(0):
                    score[j] = _NOTHING
        held = take_block(score, start, size, keys, k, held, top_score, top_slot)
        start += _BLOCK

    for place in range(held):
        i = np.uintp(top_slot[place])
        h, l = split_bits(mix64(base ^ keys[i]))  # noqa: E741 - low beside high
        radius = spread * radius32(h)
        c, s = cos_sin32(l)
        top_match[place] = mean[i] + sd[i] * (radius * c)
        top_manifest[place] = mean_2[i] + sd_2[i] * (radius * s)
    return np.int64(held)


@kernel
def normals(arena: Whole, count: Whole, key: Whole) -> None:
    """Standard normals by counter: SCORE (count,) is **overwritten** with element i of the stream `key`.

    For tests of the distribution, and for whoever needs the same numbers elsewhere.
    """
    words = uint64_at(arena, RANK_WORDS)
    out = float32_at(words[SCORE], count)
    for i in range(np.uintp(count)):
        h, l = split_bits(mix64(np.uint64(key) + np.uint64(i) * GOLDEN))  # noqa: E741 - low beside high
        c, _ = cos_sin32(l)
        out[i] = radius32(h) * c
