"""The evidence for a model of the latest events, in NumPy. Twin of `v7thompson._kernels.change`, bit for bit."""

import numpy as np

from v7thompson._plain.fit import LARGEST_MOVE, Matrix
from v7thompson._plain.scalar import F64, log64, sigmoid64, softplus64, total
from v7thompson.contract import Design

TOLERANCE = 1e-6
MOST_STEPS = 30


def _factor(a: F64) -> None:
    for j in range(len(a)):
        a[j, j:] /= np.sqrt(a[j, j])
        for i in range(j + 1, len(a)):
            a[i, i:] -= a[j, i] * a[j, i:]


def _solve(a: F64, b: F64) -> None:
    for j in range(len(b)):
        b[j] /= a[j, j]
        b[j + 1 :] -= a[j, j + 1 :] * b[j]
    for j in reversed(range(len(b))):
        b[j] /= a[j, j]
        b[:j] -= a[:j, j] * b[j]


def _times(gram: F64, v: F64, start: float = 0.0) -> F64:
    out = np.full(len(v), start)
    for j in range(len(v)):
        out += gram[j] * v[j]
    return out


def suffix_evidence(
    design: Design, variance: F64, intercept: tuple[float, float], *, most: int, block: int, least: int
) -> F64:
    """As the kernel's `suffix_evidence`; elements before least - 1 are NaN."""
    first = int(design.indptr[-1 - most])
    tail = Design(
        indptr=(design.indptr[-1 - most :] - design.indptr[-1 - most]).astype(np.uint64),
        indices=design.indices[first : int(design.indptr[-1])],
        values=design.values[first : int(design.indptr[-1])],
        rewards=design.rewards[-most:],
    )
    matrix, rewards = Matrix(tail, variance.size), tail.rewards[::-1]
    gram = np.zeros((most, most))
    for i in range(most):
        only = np.zeros(most)
        only[most - 1 - i] = 1.0
        row = matrix.rows_of(matrix.spread(only) * variance)[::-1] + intercept[1]
        gram[i, : i + 1] = gram[: i + 1, i] = row[: i + 1]
    dual, out = np.zeros(most), np.full(most // block, np.nan)
    for suffix in range(least, most // block + 1):
        size = suffix * block
        inner, a, y = gram[:size, :size], dual[:size], rewards[:size]
        eta, taken = _times(inner, a, intercept[0]), 0
        while True:
            p = sigmoid64(eta)
            gap, root = (y - p) - a, np.sqrt(p * (1.0 - p))
            upper = root[:, None] * inner * root[None, :]
            upper[np.arange(size), np.arange(size)] += 1.0
            _factor(upper)
            if np.abs(gap).max() <= TOLERANCE or taken == MOST_STEPS:
                break
            taken += 1
            solution = root * _times(inner, gap)
            _solve(upper, solution)
            solution = gap - root * solution
            moved = _times(inner, solution)
            far = float(np.abs(moved).max())
            share = LARGEST_MOVE / far if far > LARGEST_MOVE else 1.0
            a += share * solution
            eta += share * moved
        out[suffix - 1] = total(
            y * eta - softplus64(eta) - 0.5 * (a * (eta - intercept[0])) - log64(np.diagonal(upper).copy())
        )
    return out
