"""Learning: one-step updates of the weights, and the full fit. Twin: `v7thompson._plain.fit`, bit for bit.

Every sum runs in a stated order (one chain over events, four over a row's features) and uses this package's own
exponential, so the bits depend on no library, CPU or thread count. No BLAS.
"""

import math

import numpy as np

from v7thompson._kernels.base import Array, Real, Whole, float32_at, float64_at, kernel, uint32_at, uint64_at
from v7thompson._kernels.rows import moments
from v7thompson._kernels.scalar import sigmoid64, softplus64

# Words (uint64) of the arena of one-step updates: addresses, but for ELEMENTS and BUCKETS, which are counts.
INDPTR, INDICES, VALUES, REWARDS, TABLE, MARGINS, SPREADS, ELEMENTS, BUCKETS, STEP_WORDS = range(10)

# Words of the arena of a fit, likewise; INDPTR, INDICES, VALUES and REWARDS stand in the same places.
(
    PRIOR_MEAN, PRIOR_VARIANCE, DUAL, MEAN, PRECISION, INTERCEPT, WORK, FIT_ELEMENTS, FEATURES, FIT_WORDS,
) = range(4, 14)  # fmt: skip

WORK_VECTORS = 10
"""WORK has this many vectors of one number an event, then one of one number a feature."""

STEP_TOLERANCE = 1e-2
"""Logits the latent moves last while its root is sought; Halley's method cubes the error that is left."""
FIT_TOLERANCE = 1e-4
"""The largest |reward - p - dual| of a finished fit."""
FORCING = 0.05
"""A Newton step's equations are solved to this share of their right side, or to the largest gap where that is less."""
LARGEST_MOVE = 4.0
"""Logits a latent moves in one Newton step: without the limit it diverges."""
SLACK = 1e-9
"""Share of the objective that a step may make it worse by: rounding."""
MOST_HALVINGS = 30
MOST_STEPS = 200
MOST_DIRECTIONS = 60

_ONE = np.uintp(1)
_FOUR = np.uintp(4)


@kernel
def step_dual(mean: Real, variance: Real, reward: Real) -> Real:
    """The root of a = reward - sigmoid(mean + variance * a): how far one event pulls its latent.

    Halley's method from 0, and halving of the bracket where it does not settle: the root lies between 0 and the pull
    at no move at all.
    """
    p = sigmoid64(mean)
    pull = reward - p
    low = min(pull, 0.0)
    high = max(pull, 0.0)
    a = 0.0
    moved = 2.0  # more than any first move
    for _ in range(60):
        wrong = a - reward + p
        if wrong > 0.0:
            high = a
        else:
            low = a
        bend = variance * (p * (1.0 - p))
        slope = 1.0 + bend
        b = a - (2.0 * wrong * slope) / (2.0 * slope * slope - wrong * (variance * bend * (1.0 - 2.0 * p)))
        if not (low <= b <= high) or abs(b - a) > 0.5 * moved:
            b = 0.5 * (low + high)
        moved = abs(b - a)
        a = b
        if moved * (1.0 + variance) <= STEP_TOLERANCE:
            break
        p = sigmoid64(mean + variance * a)
    return a


@kernel
def steps(arena: Whole, first: Whole, last: Whole, intercept: Real) -> None:
    """Update the weights by events one after the other, each in one step; the intercept is held.

    The exact posterior mode for one event under independent weights, then the curvature there:

        a = reward - p,  mean[f] += variance[f] * x[f] * a,  variance[f] /= 1 + p (1 - p) x[f]**2 * variance[f]

    A reaction hence moves weights of its own features only, all in the direction of `a`.

    Args:
        arena: Address of the step arena. TABLE float32 (BUCKETS, 2), mean and variance of each weight, is
            **overwritten**, and so are MARGINS and SPREADS (last - first,): mean (with the intercept) and variance
            (without) of each event's latent before its update.
        first: The first event.
        last: Behind the last one.
        intercept: Logits.

    Cost: O(features of the events); no heap allocation.
    """
    words = uint64_at(arena, STEP_WORDS)
    indptr = uint64_at(words[INDPTR], last + 1)
    indices = uint32_at(words[INDICES], words[ELEMENTS])
    values = float32_at(words[VALUES], words[ELEMENTS])
    rewards = float64_at(words[REWARDS], last)
    table = float32_at(words[TABLE], np.uint64(2) * words[BUCKETS])
    margins = float64_at(words[MARGINS], last - first)
    spreads = float64_at(words[SPREADS], last - first)
    for event in range(np.uintp(first), np.uintp(last)):
        start = indptr[event]
        end = indptr[event + _ONE]
        row_mean, variance = moments(indices, values, table, start, end - start)
        mean = row_mean + intercept
        margins[event - np.uintp(first)] = mean
        spreads[event - np.uintp(first)] = variance
        a = step_dual(mean, variance, rewards[event])
        p = min(max(rewards[event] - a, 0.0), 1.0)
        curvature = p * (1.0 - p)
        for at in range(np.uintp(start), np.uintp(end)):
            i = np.uintp(indices[at]) << _ONE
            x = np.float64(values[at])
            was = np.float64(table[i + _ONE])
            table[i] = np.float32(np.float64(table[i]) + was * x * a)
            table[i + _ONE] = np.float32(was / (1.0 + curvature * (x * x) * was))


@kernel
def row_dot(indices: Array, values: Array, start: Whole, end: Whole, weights: Array) -> Real:
    """Sum of value * weight over a row: element i goes to chain i mod 4."""
    s0 = s1 = s2 = s3 = 0.0
    at = np.uintp(start)
    stop = np.uintp(end)
    while at + _FOUR <= stop:
        s0 += np.float64(values[at]) * weights[indices[at]]
        s1 += np.float64(values[at + _ONE]) * weights[indices[at + _ONE]]
        s2 += np.float64(values[at + np.uintp(2)]) * weights[indices[at + np.uintp(2)]]
        s3 += np.float64(values[at + np.uintp(3)]) * weights[indices[at + np.uintp(3)]]
        at += _FOUR
    if at < stop:
        s0 += np.float64(values[at]) * weights[indices[at]]
        at += _ONE
    if at < stop:
        s1 += np.float64(values[at]) * weights[indices[at]]
        at += _ONE
    if at < stop:
        s2 += np.float64(values[at]) * weights[indices[at]]
    return (s0 + s1) + (s2 + s3)


@kernel
def dot(u: Array, v: Array, n: Whole) -> Real:
    """Sum of u * v, in order."""
    total = 0.0
    for i in range(n):
        total += u[i] * v[i]
    return total


@kernel
def largest(u: Array, n: Whole) -> Real:
    """Largest absolute value."""
    most = 0.0
    for i in range(n):
        most = max(most, abs(u[i]))
    return most


@kernel
def spread(indptr: Array, indices: Array, values: Array, v: Array, n: Whole, out: Array, features: Whole) -> None:
    """out = X' v, events in order; out (features,) is **overwritten**."""
    for f in range(features):
        out[f] = 0.0
    for i in range(n):
        weight = v[i]
        for at in range(np.uintp(indptr[i]), np.uintp(indptr[i + _ONE])):
            out[indices[at]] += np.float64(values[at]) * weight


@kernel
def product(
    indptr: Array, indices: Array, values: Array, variance: Array, constant: Real, v: Array, n: Whole,
    work: Array, features: Whole, out: Array,
) -> None:  # fmt: skip
    """out = K v with K = X diag(variance) X' + constant; out (n,) and work (features,) are **overwritten**."""
    spread(indptr, indices, values, v, n, work, features)
    total = 0.0
    for i in range(n):
        total += v[i]
    for f in range(features):
        work[f] *= variance[f]
    for i in range(n):
        out[i] = row_dot(indices, values, indptr[i], indptr[i + _ONE], work) + constant * total


@kernel
def objective(
    dual: Array, change: Array, eta: Array, moved: Array, offset: Array, rewards: Array, share: Real, n: Whole
) -> Real:
    """a' K a / 2 - sum of reward * eta - log(1 + exp(eta)), at a share of a step."""
    total = 0.0
    for i in range(n):
        latent = eta[i] + share * moved[i]
        a = dual[i] + share * change[i]
        total += 0.5 * (a * (latent - offset[i])) - (rewards[i] * latent - softplus64(latent))
    return total


@kernel
def fit(arena: Whole, events: Whole) -> Whole:
    """The mode of the posterior over weights and intercept, by damped Newton steps in the dual, and its curvature.

        minimise  sum of (w - mean)**2 / (2 variance), intercept included, - sum of reward * eta - log(1 + exp(eta)),
        eta = intercept + X w;  at the mode  w = mean + variance * X' a,  a = reward - sigmoid(eta)

    Each step solves (I + W K) d = (reward - p) - a with W = p (1 - p) by conjugate gradients on the symmetric form
    I + sqrt(W) K sqrt(W), whose eigenvalues are at least 1, moves no latent by more than LARGEST_MOVE, and is halved
    until the objective does not grow.

    Args:
        arena: Address of the fit arena. DUAL (events,) is the start (zeros, or an earlier fit's) and is **overwritten**
            with `a`; so are MEAN and PRECISION (features,), the mode and the diagonal of the curvature, and of
            INTERCEPT, which holds prior mean and variance, the third and fourth number: mode and precision.
        events: How many, >= 0.

    Returns:
        Newton steps taken; MOST_STEPS when the tolerance was not reached.

    Cost: O(features of the events) a direction; no heap allocation.
    Source: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, algorithm 3.1 and section 3.4.3.
    """
    words = uint64_at(arena, FIT_WORDS)
    n = np.uintp(events)
    features = np.uintp(words[FEATURES])
    indptr = uint64_at(words[INDPTR], events + 1)
    indices = uint32_at(words[INDICES], words[FIT_ELEMENTS])
    values = float32_at(words[VALUES], words[FIT_ELEMENTS])
    rewards = float64_at(words[REWARDS], events)
    prior_mean = float64_at(words[PRIOR_MEAN], features)
    variance = float64_at(words[PRIOR_VARIANCE], features)
    dual = float64_at(words[DUAL], events)
    mean = float64_at(words[MEAN], features)
    precision = float64_at(words[PRECISION], features)
    intercept = float64_at(words[INTERCEPT], 4)
    stride = np.uint64(8) * np.uint64(events)
    eta = float64_at(words[WORK], events)
    gap = float64_at(words[WORK] + stride, events)
    root = float64_at(words[WORK] + np.uint64(2) * stride, events)
    pull = float64_at(words[WORK] + np.uint64(3) * stride, events)
    solution = float64_at(words[WORK] + np.uint64(4) * stride, events)
    moved = float64_at(words[WORK] + np.uint64(5) * stride, events)
    residual = float64_at(words[WORK] + np.uint64(6) * stride, events)
    direction = float64_at(words[WORK] + np.uint64(7) * stride, events)
    image = float64_at(words[WORK] + np.uint64(8) * stride, events)
    offset = float64_at(words[WORK] + np.uint64(9) * stride, events)
    work = float64_at(words[WORK] + np.uint64(10) * stride, features)
    constant = intercept[1]

    product(indptr, indices, values, variance, constant, dual, n, work, features, eta)
    for i in range(n):
        offset[i] = row_dot(indices, values, indptr[i], indptr[i + _ONE], prior_mean) + intercept[0]
        eta[i] += offset[i]
    for i in range(n):
        gap[i] = 0.0
    value = objective(dual, gap, eta, gap, offset, rewards, 0.0, n)
    taken = 0
    while taken < MOST_STEPS:
        for i in range(n):
            p = sigmoid64(eta[i])
            gap[i] = (rewards[i] - p) - dual[i]
            root[i] = math.sqrt(p * (1.0 - p))
        widest = largest(gap, n)
        if widest <= FIT_TOLERANCE:
            break
        taken += 1
        product(indptr, indices, values, variance, constant, gap, n, work, features, pull)
        for i in range(n):
            residual[i] = root[i] * pull[i]
            direction[i] = residual[i]
            solution[i] = 0.0
            moved[i] = 0.0
        size = dot(residual, residual, n)
        forcing = min(FORCING, widest)
        enough = size * (forcing * forcing)
        turns = 0
        while size > enough and turns < MOST_DIRECTIONS:
            turns += 1
            for i in range(n):
                image[i] = root[i] * direction[i]
            # `image` is read before it is written: product() is done with v when it starts on out.
            product(indptr, indices, values, variance, constant, image, n, work, features, image)
            curvature = 0.0
            for i in range(n):
                curvature += direction[i] * (direction[i] + root[i] * image[i])
            length = size / curvature
            for i in range(n):
                solution[i] += length * direction[i]
                moved[i] += length * image[i]
                residual[i] -= length * (direction[i] + root[i] * image[i])
            before = size
            size = dot(residual, residual, n)
            ratio = size / before
            for i in range(n):
                direction[i] = residual[i] + ratio * direction[i]
        for i in range(n):
            moved[i] = pull[i] - moved[i]
            solution[i] = gap[i] - root[i] * solution[i]
        far = largest(moved, n)
        share = LARGEST_MOVE / far if far > LARGEST_MOVE else 1.0
        after = objective(dual, solution, eta, moved, offset, rewards, share, n)
        halvings = 0
        while after > value + SLACK * (1.0 + abs(value)) and halvings < MOST_HALVINGS:
            halvings += 1
            share *= 0.5
            after = objective(dual, solution, eta, moved, offset, rewards, share, n)
        value = after
        for i in range(n):
            dual[i] += share * solution[i]
            eta[i] += share * moved[i]

    spread(indptr, indices, values, dual, n, work, features)
    for f in range(features):
        mean[f] = prior_mean[f] + variance[f] * work[f]
        precision[f] = 1.0 / variance[f]
    total = 0.0
    width = 0.0
    for i in range(n):
        p = sigmoid64(eta[i])
        weight = p * (1.0 - p)
        total += dual[i]
        width += weight
        for at in range(np.uintp(indptr[i]), np.uintp(indptr[i + _ONE])):
            x = np.float64(values[at])
            precision[indices[at]] += weight * (x * x)
    intercept[2] = intercept[0] + constant * total
    intercept[3] = 1.0 / constant + width
    return np.int64(taken)
