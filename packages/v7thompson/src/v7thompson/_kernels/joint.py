"""One draw of all weights, and what every job scores under it. Twin: `v7thompson._plain.joint`.

Jobs that share features share their luck, where `v7thompson._kernels.draws` gives each job its own.
"""

import math

import numpy as np

from v7thompson._kernels.base import Array, Real, Whole, float32_at, kernel, uint32_at, uint64_at
from v7thompson._kernels.draws import cos_sin32, radius32, split_bits
from v7thompson._kernels.scalar import GOLDEN, mix64
from v7thompson.layout import DIM

# The arena's words (uint64): addresses, but for FEATURES, how many elements INDICES and VALUES have.
(
    START, LENGTH, INDICES, VALUES, MATCH_TABLE, MANIFEST_TABLE, MATCH_WEIGHTS, MANIFEST_WEIGHTS, MATCH_DRAWN,
    MANIFEST_DRAWN, FEATURES, JOINT_WORDS,
) = range(12)  # fmt: skip

_ONE = np.uintp(1)
_FOUR = np.uintp(4)


@kernel
def row_sum(indices: Array, values: Array, weights: Array, start: Whole, length: Whole) -> Real:
    """Sum of value * weight in float64: element i goes to chain i mod 4."""
    s0 = s1 = s2 = s3 = 0.0
    at = np.uintp(start)
    end = at + np.uintp(length)
    while at + _FOUR <= end:
        s0 += np.float64(values[at]) * np.float64(weights[indices[at]])
        s1 += np.float64(values[at + _ONE]) * np.float64(weights[indices[at + _ONE]])
        s2 += np.float64(values[at + np.uintp(2)]) * np.float64(weights[indices[at + np.uintp(2)]])
        s3 += np.float64(values[at + np.uintp(3)]) * np.float64(weights[indices[at + np.uintp(3)]])
        at += _FOUR
    if at < end:
        s0 += np.float64(values[at]) * np.float64(weights[indices[at]])
        at += _ONE
    if at < end:
        s1 += np.float64(values[at]) * np.float64(weights[indices[at]])
        at += _ONE
    if at < end:
        s2 += np.float64(values[at]) * np.float64(weights[indices[at]])
    return (s0 + s1) + (s2 + s3)


@kernel
def draw(
    arena: Whole, jobs: Whole, key: Whole, width: Real, match_mean: Real, match_variance: Real,
    manifest_mean: Real, manifest_variance: Real,
) -> None:  # fmt: skip
    """Draw every weight and both intercepts once, and score every job by them.

        weight = mean + width * sqrt(variance) * z,  z by counter (key, bucket); one pair of normals for both profiles

    Args:
        arena: Address. MATCH_WEIGHTS, MANIFEST_WEIGHTS float32 (DIM,) and MATCH_DRAWN, MANIFEST_DRAWN float32 (jobs,)
            are **overwritten**.
        jobs: Jobs in the pool.
        key: Mixed from (seed, round).
        width: Share of the posterior's width that is explored, >= 0.
        match_mean: Of the intercept, and so on; logits and logits squared.

    Cost: O(DIM + features of the jobs); no heap allocation.
    Source: Thompson sampling proper: Chapelle & Li (2011), NeurIPS 24, algorithm 3, one draw of w a round.
    """
    words = uint64_at(arena, JOINT_WORDS)
    start = uint64_at(words[START], jobs)
    length = uint32_at(words[LENGTH], jobs)
    indices = uint32_at(words[INDICES], words[FEATURES])
    values = float32_at(words[VALUES], words[FEATURES])
    table = float32_at(words[MATCH_TABLE], 2 * DIM)
    table_2 = float32_at(words[MANIFEST_TABLE], 2 * DIM)
    weights = float32_at(words[MATCH_WEIGHTS], DIM)
    weights_2 = float32_at(words[MANIFEST_WEIGHTS], DIM)
    drawn = float32_at(words[MATCH_DRAWN], jobs)
    drawn_2 = float32_at(words[MANIFEST_DRAWN], jobs)
    spread = np.float32(width)
    base = np.uint64(key)

    for f in range(np.uintp(DIM)):
        h, l = split_bits(mix64(base + np.uint64(f) * GOLDEN))  # noqa: E741 - low beside high
        radius = spread * radius32(h)
        c, s = cos_sin32(l)
        at = f << _ONE
        weights[f] = table[at] + np.float32(math.sqrt(table[at + _ONE])) * (radius * c)
        weights_2[f] = table_2[at] + np.float32(math.sqrt(table_2[at + _ONE])) * (radius * s)
    h, l = split_bits(mix64(base + np.uint64(DIM) * GOLDEN))  # noqa: E741
    radius = spread * radius32(h)
    c, s = cos_sin32(l)
    first = np.float32(match_mean) + np.float32(math.sqrt(np.float32(match_variance))) * (radius * c)
    second = np.float32(manifest_mean) + np.float32(math.sqrt(np.float32(manifest_variance))) * (radius * s)
    for i in range(np.uintp(jobs)):
        drawn[i] = np.float32(row_sum(indices, values, weights, start[i], length[i])) + first
        drawn_2[i] = np.float32(row_sum(indices, values, weights_2, start[i], length[i])) + second
