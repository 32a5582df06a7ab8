"""Mean and variance of sparse rows under a posterior. Twin: `v7thompson._plain.rows`.

Mean and variance of a weight lie side by side, so a gather touches one cache line. Four chains of additions (element i
goes to chain i mod 4) hide the latency of adding; the order is part of the result, and the twin keeps it.
"""

import math

import numpy as np

from v7thompson._kernels.base import (
    Array,
    Real,
    Truth,
    Whole,
    float32_at,
    kernel,
    paired_kernel,
    uint8_at,
    uint32_at,
    uint64_at,
)
from v7thompson.layout import DIM

# The row arena's words (uint64), one arena a profile: addresses, given by `v7thompson._kernels.backend`.
(
    START, LENGTH, INDICES, VALUES, TABLE, TOUCHED, STALE, ROW_MEAN, ROW_VARIANCE, MEAN, SD, FEATURES, ROW_WORDS,
) = range(13)  # fmt: skip
# FEATURES is not an address: how many elements INDICES and VALUES have.

_ONE = np.uintp(1)
_FOUR = np.uintp(4)


@kernel
def moments(indices: Array, values: Array, table: Array, start: Whole, length: Whole) -> tuple[Real, Real]:
    """Mean and variance of one row's sum of value * weight, weights independent; float64.

        mean = sum of value * table[2 * index],  variance = sum of value**2 * table[2 * index + 1]

    Cost: O(length); no heap allocation.
    """
    m0 = m1 = m2 = m3 = 0.0
    v0 = v1 = v2 = v3 = 0.0
    at = np.uintp(start)
    end = at + np.uintp(length)
    while at + _FOUR <= end:
        i0 = np.uintp(indices[at]) << _ONE
        i1 = np.uintp(indices[at + _ONE]) << _ONE
        i2 = np.uintp(indices[at + np.uintp(2)]) << _ONE
        i3 = np.uintp(indices[at + np.uintp(3)]) << _ONE
        x0 = np.float64(values[at])
        x1 = np.float64(values[at + _ONE])
        x2 = np.float64(values[at + np.uintp(2)])
        x3 = np.float64(values[at + np.uintp(3)])
        m0 += x0 * np.float64(table[i0])
        v0 += x0 * x0 * np.float64(table[i0 + _ONE])
        m1 += x1 * np.float64(table[i1])
        v1 += x1 * x1 * np.float64(table[i1 + _ONE])
        m2 += x2 * np.float64(table[i2])
        v2 += x2 * x2 * np.float64(table[i2 + _ONE])
        m3 += x3 * np.float64(table[i3])
        v3 += x3 * x3 * np.float64(table[i3 + _ONE])
        at += _FOUR
    if at < end:
        i0 = np.uintp(indices[at]) << _ONE
        x0 = np.float64(values[at])
        m0 += x0 * np.float64(table[i0])
        v0 += x0 * x0 * np.float64(table[i0 + _ONE])
        at += _ONE
    if at < end:
        i0 = np.uintp(indices[at]) << _ONE
        x0 = np.float64(values[at])
        m1 += x0 * np.float64(table[i0])
        v1 += x0 * x0 * np.float64(table[i0 + _ONE])
        at += _ONE
    if at < end:
        i0 = np.uintp(indices[at]) << _ONE
        x0 = np.float64(values[at])
        m2 += x0 * np.float64(table[i0])
        v2 += x0 * x0 * np.float64(table[i0 + _ONE])
    return (m0 + m1) + (m2 + m3), (v0 + v1) + (v2 + v3)


@kernel
def is_touched(indices: Array, touched: Array, start: Whole, length: Whole) -> Truth:
    """Whether any bucket of a row is marked."""
    for at in range(np.uintp(start), np.uintp(start) + np.uintp(length)):
        bucket = indices[at]
        if touched[np.uintp(bucket >> np.uint32(6))] >> np.uint64(bucket & np.uint32(63)) & np.uint64(1):
            return True
    return False


@paired_kernel
def refresh(arena: Whole, jobs: Whole, which: Whole, intercept_mean: Real, intercept_variance: Real) -> Whole:
    """Bring the cached mean and standard deviation of every job up to date.

    Args:
        arena: Address of the row arena of one profile. ROW_MEAN and ROW_VARIANCE of the rows concerned, and all of MEAN
            and SD (jobs,), are **overwritten**; STALE is cleared.
        jobs: Jobs in the pool.
        which: 0 to compute only stale rows, 1 those with a marked bucket as well, 2 all of them.
        intercept_mean: Logits; part of every job's mean.
        intercept_variance: Logits squared, >= 0; part of every job's variance.

    Returns:
        How many rows were computed.

    Cost: O(jobs + features of the rows computed, and with 1 of the others up to their first marked bucket); no heap
    allocation.
    """
    words = uint64_at(arena, ROW_WORDS)
    start = uint64_at(words[START], jobs)
    length = uint32_at(words[LENGTH], jobs)
    features = np.int64(words[FEATURES])
    indices = uint32_at(words[INDICES], features)
    values = float32_at(words[VALUES], features)
    table = float32_at(words[TABLE], 2 * DIM)
    touched = uint64_at(words[TOUCHED], DIM // 64)
    stale = uint8_at(words[STALE], jobs)
    row_mean = float32_at(words[ROW_MEAN], jobs)
    row_variance = float32_at(words[ROW_VARIANCE], jobs)
    mean = float32_at(words[MEAN], jobs)
    sd = float32_at(words[SD], jobs)

    computed = 0
    for i in range(np.uintp(jobs)):
        if stale[i] != np.uint8(0) or which == 2 or (which == 1 and is_touched(indices, touched, start[i], length[i])):
            m, v = moments(indices, values, table, start[i], length[i])
            row_mean[i] = np.float32(m)
            row_variance[i] = np.float32(v)
            stale[i] = np.uint8(0)
            computed += 1
    base = np.float32(intercept_mean)
    width = np.float32(intercept_variance)
    for i in range(np.uintp(jobs)):
        mean[i] = row_mean[i] + base
        sd[i] = np.float32(math.sqrt(row_variance[i] + width))
    return computed
