"""Has the taste changed? The evidence for a model that knows only the latest events. Twin: `v7thompson._plain.change`.

Dense: at most a hundred events. Events are taken newest first, so that a longer suffix only adds rows to the Gram
matrix. Loops update whole rows element by element, which vectorises without reordering any sum.
"""

import math

import numpy as np

from v7thompson._kernels.base import Array, Whole, float32_at, float64_at, kernel, uint32_at, uint64_at
from v7thompson._kernels.fit import LARGEST_MOVE, row_dot
from v7thompson._kernels.scalar import log64, sigmoid64, softplus64

# The arena's words (uint64): addresses, but for ELEMENTS and FEATURES, which are counts.
INDPTR, INDICES, VALUES, REWARDS, VARIANCE, INTERCEPT, OUT, WORK, ELEMENTS, FEATURES, CHANGE_WORDS = range(11)

WORK_VECTORS = 6
"""WORK has two square matrices of the most events, this many vectors of them, and one number a feature."""
TOLERANCE = 1e-6
MOST_STEPS = 30

_ONE = np.uintp(1)


@kernel
def factor(a: Array, size: Whole, stride: Whole) -> None:
    """Upper Cholesky factor of a symmetric positive definite matrix, in place of its upper triangle, row by row."""
    for j in range(size):
        row = j * stride
        diagonal = math.sqrt(a[row + j])
        for i in range(j, size):
            a[row + i] /= diagonal
        for i in range(j + _ONE, size):
            factor_ = a[row + i]
            target = i * stride
            for c in range(i, size):
                a[target + c] -= factor_ * a[row + c]


@kernel
def solve(a: Array, b: Array, size: Whole, stride: Whole) -> None:
    """Solve U' U x = b for the upper factor U; b is **overwritten** with x."""
    for j in range(size):
        row = j * stride
        b[j] /= a[row + j]
        for i in range(j + _ONE, size):
            b[i] -= a[row + i] * b[j]
    for back in range(size):
        j = size - _ONE - back
        b[j] /= a[j * stride + j]
        for i in range(j):
            b[i] -= a[i * stride + j] * b[j]


@kernel
def suffix_evidence(arena: Whole, events: Whole, most: Whole, block: Whole, least: Whole) -> None:
    """Log evidence, by Laplace's method, of a fresh model on the last `block`, 2 `block`, … events.

        log Z = - a' K a / 2 + sum of reward * eta - log(1 + exp(eta)) - log det(I + sqrt(W) K sqrt(W)) / 2

    Args:
        arena: Address. OUT (most // block,) is **overwritten** from element least - 1 on. VARIANCE (features,) of the
            weights, whose prior means are 0; INTERCEPT: prior mean and variance.
        events: All events; only the last ones are read.
        most: Events of the longest suffix, <= events, a multiple of `block`.
        block: Events of the shortest.
        least: Blocks of the first suffix that is wanted, >= 1.

    Cost: O(most**3); no heap allocation.
    Source: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, equation 3.32.
    """
    words = uint64_at(arena, CHANGE_WORDS)
    indptr = uint64_at(words[INDPTR], events + 1)
    indices = uint32_at(words[INDICES], words[ELEMENTS])
    values = float32_at(words[VALUES], words[ELEMENTS])
    rewards = float64_at(words[REWARDS], events)
    features = np.uintp(words[FEATURES])
    variance = float64_at(words[VARIANCE], features)
    intercept = float64_at(words[INTERCEPT], 2)
    out = float64_at(words[OUT], most // block)
    n = np.uintp(most)
    matrix = np.uint64(8) * np.uint64(most) * np.uint64(most)
    vector = np.uint64(8) * np.uint64(most)
    gram = float64_at(words[WORK], most * most)
    upper = float64_at(words[WORK] + matrix, most * most)
    vectors = words[WORK] + matrix + matrix
    dual = float64_at(vectors, most)
    eta = float64_at(vectors + vector, most)
    gap = float64_at(vectors + np.uint64(2) * vector, most)
    root = float64_at(vectors + np.uint64(3) * vector, most)
    pull = float64_at(vectors + np.uint64(4) * vector, most)
    solution = float64_at(vectors + np.uint64(5) * vector, most)
    work = float64_at(vectors + np.uint64(6) * vector, features)

    last = np.uintp(events) - _ONE
    for f in range(features):
        work[f] = 0.0
    for i in range(n):
        start = np.uintp(indptr[last - i])
        end = np.uintp(indptr[last - i + _ONE])
        for at in range(start, end):
            work[indices[at]] = np.float64(values[at]) * variance[indices[at]]
        for j in range(i + _ONE):
            common = row_dot(indices, values, indptr[last - j], indptr[last - j + _ONE], work) + intercept[1]
            gram[i * n + j] = common
            gram[j * n + i] = common
        for at in range(start, end):
            work[indices[at]] = 0.0
    for i in range(n):
        dual[i] = 0.0
    for suffix in range(np.uintp(least), np.uintp(most // block) + _ONE):
        size = suffix * np.uintp(block)
        for i in range(size):
            eta[i] = intercept[0]
        for j in range(size):
            for i in range(size):
                eta[i] += gram[j * n + i] * dual[j]
        taken = 0
        while True:
            most_gap = 0.0
            for i in range(size):
                p = sigmoid64(eta[i])
                gap[i] = (rewards[last - i] - p) - dual[i]
                root[i] = math.sqrt(p * (1.0 - p))
                most_gap = max(most_gap, abs(gap[i]))
            for i in range(size):
                for j in range(i, size):
                    upper[i * n + j] = root[i] * gram[i * n + j] * root[j]
                upper[i * n + i] += 1.0
            factor(upper, size, n)
            if most_gap <= TOLERANCE or taken == MOST_STEPS:
                break
            taken += 1
            for i in range(size):
                pull[i] = 0.0
            for j in range(size):
                for i in range(size):
                    pull[i] += gram[j * n + i] * gap[j]
            for i in range(size):
                solution[i] = root[i] * pull[i]
            solve(upper, solution, size, n)
            for i in range(size):
                solution[i] = gap[i] - root[i] * solution[i]
                pull[i] = 0.0
            for j in range(size):
                for i in range(size):
                    pull[i] += gram[j * n + i] * solution[j]
            far = 0.0
            for i in range(size):
                far = max(far, abs(pull[i]))
            share = LARGEST_MOVE / far if far > LARGEST_MOVE else 1.0
            for i in range(size):
                dual[i] += share * solution[i]
                eta[i] += share * pull[i]
        total = 0.0
        for i in range(size):
            total += (
                rewards[last - i] * eta[i]
                - softplus64(eta[i])
                - 0.5 * (dual[i] * (eta[i] - intercept[0]))
                - log64(upper[i * n + i])
            )
        out[suffix - _ONE] = total
