"""Beta draws and the best ten: the kernel, its face, C, NumPy, and other libraries."""

import itertools

import numpy as np
from benchmarks.speed import others
from benchmarks.speed.timing import interleaved, report

from v7thompson import BetaThompson
from v7thompson._kernels import beta
from v7thompson._kernels.arms import NumbaArms
from v7thompson._kernels.backend import address
from v7thompson.arms import ArmTable


def counts(kind, n):
    """Shapes: never played; up to 200 plays, a fifth of them liked; so with Jeffreys' prior; 150 plays and more."""
    rng = np.random.default_rng(1)
    plays = rng.integers(0, 200, n)
    likes = rng.binomial(plays, rng.beta(2, 8, n))
    a, b = {"fresh": (1, 1), "played": (1 + likes, 1 + plays - likes), "jeffreys": (0.5 + likes, 0.5 + plays - likes),
            "known": (50 + likes, 100 + plays - likes)}[kind]  # fmt: skip
    return np.full(n, a, dtype=float), np.full(n, b, dtype=float)


def numpy_best(generator, a, b):
    """What people write."""
    draws = generator.beta(a, b)
    top = np.argpartition(-draws, 10)[:10] if draws.size > 10 else np.arange(draws.size)
    return top[np.argsort(-draws[top])]


def contenders(kind, n, library):
    """Calls of the same work."""
    a, b = counts(kind, n)
    table = ArmTable()
    table.extend(a, b)
    sampler = NumbaArms(table)
    sampler.best(10, key=0, masked=False)
    keys, generator = itertools.count(1), np.random.default_rng(2)
    prior = 0.5 if kind == "jeffreys" else 1.0
    bandit = BetaThompson(n, prior=(prior, prior), seed=1)
    bandit.warm_start(np.arange(n), a - prior, b - prior)
    calls = {
        "kernel": lambda: beta.best(sampler._where, n, 10, np.uint64(next(keys)), 0),
        "BetaThompson.select(10)": lambda: bandit.select(10),
        "numpy beta + argpartition": lambda: numpy_best(generator, a, b),
    }
    if not isinstance(library, str) and kind != "jeffreys":  # the reference has no shapes below 1
        held = sampler._held
        columns = [address(held[w]) for w in (beta.SHAPE_A, beta.SHAPE_B, beta.COEFFICIENT_A, beta.COEFFICIENT_B,
                                              beta.LEVEL)]  # fmt: skip
        top, score = np.zeros(10, dtype=np.int64), np.zeros(10, dtype=np.float32)
        places = address(top), address(score)
        calls["C"] = lambda: library.beta_best(n, *columns, next(keys), 10, *places)
        library.beta_best(n, *columns, 7, 10, *places)
        assert top.tolist()[:1] == sampler.best(10, key=7, masked=False).arms.tolist()[:1], "C draws something else"
    return calls


def main(sizes, library):
    """All sizes."""
    for n in sizes:
        for kind in ("fresh", "played", "jeffreys", "known"):
            calls = contenders(kind, n, library)
            if kind == "played" and n <= 1_000:
                calls |= others.arms(n)
            report(
                f"Beta + top 10, N = {n:,}, {kind}: ns an arm",
                interleaved(calls, rounds=15 if n < 1_000_000 else 9),
                per=n,
                against="C" if "C" in calls else "numpy beta + argpartition",
            )
