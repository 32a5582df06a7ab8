"""Learning, in NumPy. Twin of `v7thompson._kernels.fit`, bit for bit.

`numpy.bincount` adds its weights one after the other, and `numpy.add.accumulate` too: unlike `sum` and `@`, whose order
depends on the CPU.
"""

import numpy as np
import numpy.typing as npt

from v7thompson._plain.rows import moments
from v7thompson._plain.scalar import F64, sigmoid64, softplus64, total
from v7thompson.contract import Design, Fit, Prior

STEP_TOLERANCE = 1e-2
FIT_TOLERANCE = 1e-4
FORCING = 0.05
LARGEST_MOVE = 4.0
SLACK = 1e-9
MOST_HALVINGS = 30
MOST_STEPS = 200
MOST_DIRECTIONS = 60


def _sigmoid(x: float) -> float:
    return float(sigmoid64(np.array([x]))[0])


def step_dual(mean: float, variance: float, reward: float) -> float:
    """The root of a = reward - sigmoid(mean + variance * a)."""
    p = _sigmoid(mean)
    pull = reward - p
    low, high, a, moved = min(pull, 0.0), max(pull, 0.0), 0.0, 2.0
    for _ in range(60):
        wrong = a - reward + p
        low, high = (low, a) if wrong > 0.0 else (a, high)
        bend = variance * (p * (1.0 - p))
        slope = 1.0 + bend
        b = a - (2.0 * wrong * slope) / (2.0 * slope * slope - wrong * (variance * bend * (1.0 - 2.0 * p)))
        if not low <= b <= high or abs(b - a) > 0.5 * moved:
            b = 0.5 * (low + high)
        moved, a = abs(b - a), b
        if moved * (1.0 + variance) <= STEP_TOLERANCE:
            break
        p = _sigmoid(mean + variance * a)
    return a


def step(
    indices: npt.NDArray[np.uint32], values: npt.NDArray[np.float32], reward: float,
    table: npt.NDArray[np.float32], intercept: float,
) -> tuple[float, float]:  # fmt: skip
    """Update a table by one event; returns mean and variance of its latent before."""
    row_mean, variance = moments(indices, values, table)
    mean = row_mean + intercept
    a = step_dual(mean, variance, reward)
    p = min(max(reward - a, 0.0), 1.0)
    x, was = values.astype(np.float64), table[indices, 1].astype(np.float64)
    table[indices, 0] = (table[indices, 0].astype(np.float64) + was * x * a).astype(np.float32)
    table[indices, 1] = (was / (1.0 + p * (1.0 - p) * (x * x) * was)).astype(np.float32)
    return mean, variance


def added(places: npt.NDArray[np.int64], parts: F64, size: int) -> F64:
    """float64 (size,): the parts added at their places, one after the other, from 0."""
    return np.bincount(places, parts, size).astype(np.float64, copy=False)


class Matrix:
    """X of a design, as products."""

    def __init__(self, design: Design, features: int) -> None:
        self.events, self.features = design.rewards.size, features
        lengths = np.diff(design.indptr).astype(np.int64)
        self.rows = np.repeat(np.arange(self.events), lengths)
        self.indices = design.indices.astype(np.int64)
        self.values = design.values.astype(np.float64)
        place = np.arange(self.indices.size) - np.repeat(design.indptr[:-1].astype(np.int64), lengths)
        self._chains = 4 * self.rows + place % 4

    def spread(self, v: F64) -> F64:
        """X' v, events in order."""
        return added(self.indices, self.values * v[self.rows], self.features)

    def rows_of(self, weights: F64) -> F64:
        """X w: four chains a row."""
        chains = added(self._chains, self.values * weights[self.indices], 4 * self.events).reshape(-1, 4)
        result: F64 = (chains[:, 0] + chains[:, 1]) + (chains[:, 2] + chains[:, 3])
        return result


def fit(design: Design, prior: Prior, start: F64) -> Fit:
    """As the kernel's `fit`."""
    matrix, rewards, dual = Matrix(design, prior.mean.size), design.rewards, start.copy()
    constant = prior.intercept[1]

    def product(v: F64) -> F64:
        result: F64 = matrix.rows_of(matrix.spread(v) * prior.variance) + constant * total(v)
        return result

    def objective(a: F64, latent: F64) -> float:
        return total(0.5 * (a * (latent - offset)) - (rewards * latent - softplus64(latent)))

    offset = matrix.rows_of(prior.mean) + prior.intercept[0]
    eta = product(dual) + offset
    value, taken = objective(dual, eta), 0
    while taken < MOST_STEPS and dual.size:
        p = sigmoid64(eta)
        gap, root = (rewards - p) - dual, np.sqrt(p * (1.0 - p))
        widest = float(np.abs(gap).max())
        if widest <= FIT_TOLERANCE:
            break
        taken += 1
        pull = product(gap)
        residual = root * pull
        direction, solution, moved = residual.copy(), np.zeros_like(dual), np.zeros_like(dual)
        size = total(residual * residual)
        forcing = min(FORCING, widest)
        enough, turns = size * (forcing * forcing), 0
        while size > enough and turns < MOST_DIRECTIONS:
            turns += 1
            image = product(root * direction)
            curved = direction + root * image
            length = size / total(direction * curved)
            solution += length * direction
            moved += length * image
            residual -= length * curved
            before, size = size, total(residual * residual)
            direction = residual + (size / before) * direction
        moved, change = pull - moved, gap - root * solution
        far = float(np.abs(moved).max())
        share, halvings = LARGEST_MOVE / far if far > LARGEST_MOVE else 1.0, 0
        after = objective(dual + share * change, eta + share * moved)
        while after > value + SLACK * (1.0 + abs(value)) and halvings < MOST_HALVINGS:
            halvings, share = halvings + 1, share * 0.5
            after = objective(dual + share * change, eta + share * moved)
        value, dual, eta = after, dual + share * change, eta + share * moved

    p = sigmoid64(eta)
    weight = p * (1.0 - p)
    # Prior precision first, then the events in order: bincount starts at 0, so it is put in front of them.
    order = np.concatenate([np.arange(matrix.features), matrix.indices])
    parts = np.concatenate([1.0 / prior.variance, weight[matrix.rows] * (matrix.values * matrix.values)])
    return Fit(
        dual=dual,
        mean=prior.mean + prior.variance * matrix.spread(dual),
        precision=added(order, parts, matrix.features),
        intercept=(prior.intercept[0] + constant * total(dual), 1.0 / constant + total(weight)),
        steps=taken,
    )
