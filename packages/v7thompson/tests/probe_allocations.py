"""Calls every kernel many times and prints what was allocated meanwhile, as JSON. Run by `test_zero_allocation.py`.

NUMBA_NRT_STATS=1 counts numba's own heap; with the library of `count_mallocs.c` preloaded, the C library's as well.
"""

import ctypes
import json
import sys
import uuid

import numba
import numpy as np
from numba.core.runtime import rtsys

from v7core.models.feed import ProfileKind
from v7thompson import text_rules
from v7thompson._kernels import beta, change, draws, featurise, fit, joint, rows
from v7thompson._kernels.arms import NumbaArms
from v7thompson._kernels.backend import NumbaFeaturiser, NumbaFitter, NumbaRanker, address
from v7thompson.arms import ArmTable
from v7thompson.contract import Design, Prior
from v7thompson.layout import DIM
from v7thompson.pool import PROFILES, CandidatePool
from v7thompson.rows import FeatureRow


@numba.njit
def leaky(address, count):
    """The control: one array a call."""
    made = np.empty(count)
    made[0] = address
    return made[0]


def pool_of(jobs):
    random = np.random.default_rng(1)
    pool = CandidatePool(jobs)
    pool.admit(
        [
            (
                uuid.UUID(int=number + 1),
                FeatureRow(
                    np.sort(random.choice(DIM, 30, replace=False)).astype(np.uint32), np.full(30, 0.18, np.float32)
                ),
            )
            for number in range(jobs)
        ]
    )
    return pool


def design_of(events):
    random = np.random.default_rng(2)
    indices = np.concatenate([np.sort(random.choice(200, 20, replace=False)) for _ in range(events)])
    return Design(
        np.arange(0, 20 * events + 1, 20, dtype=np.uint64), indices.astype(np.uint32),
        np.full(indices.size, 0.22, dtype=np.float32), (random.random(events) < 0.3).astype(float),
    )  # fmt: skip


def kernels_of(jobs):
    """By name: a call of a kernel with arenas made beforehand; the objects are kept alive by the closures."""
    pool, design = pool_of(jobs), design_of(jobs)
    ranker, fitter, featuriser = NumbaRanker(pool), NumbaFitter(), NumbaFeaturiser()
    tables = [np.full((DIM, 2), 0.5, dtype=np.float32) for _ in PROFILES]
    for profile, table in zip(PROFILES, tables, strict=True):
        ranker.refresh(profile, table, (-2.0, 1.0))
    weights = [(table, (-2.0, 1.0)) for table in tables]
    ranker.rank(10, key=1, width=0.1, blend=0.5, masked=False, joint=weights)
    blocks = min(jobs // 10, 10) * 10
    prior = Prior(np.zeros(200), np.full(200, 6.0), (-2.0, 1.0))
    fitter.fit(design, prior, np.zeros(jobs))
    fitter.suffix_evidence(design, prior.variance, (-2.0, 1.0), most=blocks, block=10, least=1)
    predicted = np.zeros((2, jobs))
    fitter.steps(design, 0, jobs, tables[0], -2.0)
    fitter._step[fit.MARGINS], fitter._step[fit.SPREADS] = address(predicted[0]), address(predicted[1])
    # The faces free what they handed to their last call: give the arenas arrays that live.
    base, out = np.array([-2.0, 1.0, 0.0, 0.0]), np.zeros(10)
    dual, mean, precision = np.zeros(jobs), np.zeros(200), np.zeros(200)
    for word, array in ((fit.DUAL, dual), (fit.MEAN, mean), (fit.PRECISION, precision), (fit.INTERCEPT, base)):
        fitter._fit[word] = address(array)
    fitter._change[change.OUT], fitter._change[change.INTERCEPT] = address(out), address(base)
    document = " ".join(f"word{number}" for number in range(jobs)).encode()
    featuriser(document)
    table = ArmTable()
    table.extend(np.ones(jobs), np.ones(jobs))
    arms = NumbaArms(table)
    arms.best(5, key=1, masked=False)
    where = {
        "rank": address(ranker._draws), "rows": address(ranker._rows[ProfileKind.MATCH]),
        "joint": address(ranker._joint), "steps": address(fitter._step), "fit": address(fitter._fit),
        "change": address(fitter._change), "featurise": featuriser._where,
    }  # fmt: skip
    alive = (pool, design, ranker, fitter, featuriser, tables, predicted, prior, arms, table, text_rules)
    alive = (*alive, base, out, dual, mean, precision)
    key, length = np.uint64(7), len(document)
    return alive, {
        "rank": lambda: draws.rank(where["rank"], jobs, 10, key, 0.05, 0.5, 0.5, 0),
        "refresh": lambda: rows.refresh(where["rows"], jobs, 2, -2.0, 1.0),
        "joint": lambda: joint.draw(where["joint"], jobs, key, 0.05, -2.0, 1.0, -2.0, 1.0),
        "steps": lambda: fit.steps(where["steps"], 0, jobs, -2.0),
        "fit": lambda: fit.fit(where["fit"], jobs),
        "change": lambda: change.suffix_evidence(where["change"], jobs, blocks, 10, 1),
        "featurise": lambda: featurise.featurise(where["featurise"], length),
        "beta": lambda: beta.best(arms._where, jobs, 5, key, 0),
        "leaky": lambda: leaky(jobs, 64),
    }


def main():
    preloaded = ctypes.CDLL(None) if len(sys.argv) > 1 else None
    counts = {}
    for jobs in (20, 2000):
        alive, kernels = kernels_of(jobs)
        for name, call in kernels.items():
            call()
            before = rtsys.get_allocation_stats()
            if preloaded:
                preloaded.count_mallocs(1)
            for _ in range(10):
                call()
            mallocs = preloaded.count_mallocs(0) if preloaded else None
            after = rtsys.get_allocation_stats()
            counts[f"{name} {jobs}"] = [after.alloc - before.alloc, after.mi_alloc - before.mi_alloc, mallocs]
        del alive
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
