"""The ranking kernels and their twins, on pools of every shape."""

import uuid
from pathlib import Path
from tempfile import gettempdir

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7core.models.feed import ProfileKind
from v7thompson._kernels.backend import NumbaRanker, address
from v7thompson._plain.backend import PlainRanker
from v7thompson._plain.draws import standard_normals
from v7thompson.layout import DIM
from v7thompson.pool import PROFILES, CandidatePool
from v7thompson.rows import FeatureRow

KEYS = st.integers(0, 2**64 - 1)


def table_of(random):
    """Means and variances of all weights."""
    return np.stack([random.normal(0, 1, DIM), random.uniform(0.0, 6.0, DIM)], axis=1).astype(np.float32)


TABLES = [table_of(np.random.default_rng(seed)) for seed in (1, 2)]
INTERCEPTS = [(-2.0, 1.0), (0.5, 0.25)]
JOINT = list(zip(TABLES, INTERCEPTS, strict=True))


def pool_of(jobs, random, longest=20, equal=False):
    """So many jobs; `equal` gives all the same row, so that only keys tell them apart."""
    pool = CandidatePool(10_000)
    admitted = []
    row = None
    for number in range(jobs):
        if row is None or not equal:
            length = int(random.integers(0, longest + 1))
            indices = np.sort(random.choice(DIM, length, replace=False)).astype(np.uint32)
            row = FeatureRow(indices, random.random(length).astype(np.float32))
        admitted.append((uuid.UUID(int=number * 7919 + 1), row))
    pool.admit(admitted)
    return pool


def both(seed, jobs, **shape):
    """The same pool twice, ranked by either implementation."""
    pools = [pool_of(jobs, np.random.default_rng(seed), **shape) for _ in range(2)]
    rankers = NumbaRanker(pools[0]), PlainRanker(pools[1])
    for ranker in rankers:
        for profile, table, intercept in zip(PROFILES, TABLES, INTERCEPTS, strict=True):
            ranker.refresh(profile, table, intercept)
    return pools, rankers


def same(left, right):
    """Every array of two rankings, bit for bit."""
    for name in ("slots", "score", "match", "manifest"):
        assert getattr(left, name).tobytes() == getattr(right, name).tobytes()


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2, 3, 511, 512, 513, 1100]), st.integers(1, 1200), KEYS,
    st.sampled_from([0.0, 0.05, 1.0]), st.sampled_from([0.0, 0.3, 1.0]), st.booleans(), st.booleans(),
)  # fmt: skip
def test_rankings_equal_their_twin(seed, jobs, limit, key, width, blend, masked, joint):
    """Order, scores and both draws."""
    pools, rankers = both(seed, jobs)
    for pool in pools:
        pool.mask[:jobs] = np.random.default_rng(seed).integers(0, 2, jobs)
    options = {"key": key, "width": width, "blend": blend, "masked": masked, "joint": JOINT if joint else None}
    left, right = (ranker.rank(limit, **options) for ranker in rankers)

    same(left, right)
    assert min(limit, int(pools[0].mask[:jobs].sum()) if masked else jobs) == left.slots.size


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 700), st.integers(1, 50), KEYS)
def test_equal_scores_are_ordered_by_key(jobs, limit, key):
    """Whatever slot a job stands in."""
    pools, rankers = both(3, jobs, equal=True)
    left, right = (ranker.rank(limit, key=key, width=0.0, blend=0.5, masked=False, joint=None) for ranker in rankers)

    same(left, right)
    assert np.sort(pools[0].keys[:jobs])[:limit].tolist() == pools[0].keys[left.slots].tolist()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(0, 40))
def test_only_rows_with_changed_weights_are_computed_again(seed, jobs, changed):
    """And the cache then equals one made from nothing, in both implementations."""
    pools, rankers = both(seed, jobs)
    random = np.random.default_rng(seed)
    table = TABLES[0].copy()
    touched = np.unique(pools[0].indices)[:changed]
    table[touched] = random.normal(0, 1, (touched.size, 2)) ** 2
    concerned = sum(bool(np.isin(pools[0].row(job).indices, touched).any()) for job in pools[0].jobs)
    for pool, ranker in zip(pools, rankers, strict=True):
        pool.columns[ProfileKind.MATCH].mark(touched)
        assert concerned == ranker.refresh(ProfileKind.MATCH, table, (1.0, 2.0))
    fresh = pool_of(jobs, np.random.default_rng(seed))
    NumbaRanker(fresh).refresh(ProfileKind.MATCH, table, (1.0, 2.0))

    for name in ("mean", "sd"):
        columns = [getattr(pool.columns[ProfileKind.MATCH], name)[:jobs].tobytes() for pool in (*pools, fresh)]
        assert columns[0] == columns[1] == columns[2]


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=60),
    st.sampled_from([None, Path(gettempdir())]),
)  # fmt: skip
def test_jobs_come_and_go(seed, moves, rows_in):
    """After any admissions, replacements and retirements the pool ranks as one that was filled at once."""
    random = np.random.default_rng(seed)
    pool, known = CandidatePool(100, rows_in), {}
    ranker = NumbaRanker(pool)
    for add, number in moves:
        job = uuid.UUID(int=number + 1)
        if add:
            length = int(random.integers(0, 9))
            indices = np.sort(random.choice(DIM, length, replace=False)).astype(np.uint32)
            known[job] = FeatureRow(indices, random.random(length).astype(np.float32))
            pool.admit([(job, known[job])])
        else:
            assert int(known.pop(job, None) is not None) == pool.retire([job])
        ranker.refresh(ProfileKind.MATCH, TABLES[0], INTERCEPTS[0])
    fresh = CandidatePool(100)
    fresh.admit(list(known.items()))
    again = NumbaRanker(fresh)
    options = {"key": 5, "width": 0.5, "blend": 0.0, "masked": False}
    for each, where in ((ranker, pool), (again, fresh)):
        for profile, table, intercept in zip(PROFILES, TABLES, INTERCEPTS, strict=True):
            each.refresh(profile, table, intercept)
        assert len(known) == len(where)
    left, right = ranker.rank(100, **options), again.rank(100, **options)

    assert [pool.jobs[slot] for slot in left.slots] == [fresh.jobs[slot] for slot in right.slots]
    assert left.score.tobytes() == right.score.tobytes()


def test_draws_are_standard_normals():
    """Kolmogorov and Smirnov, Anderson's weights on the tails left out: 200,000 draws of one stream."""
    from v7thompson._kernels import draws

    ranker = NumbaRanker(CandidatePool(1))
    out = np.zeros(200_000, dtype=np.float32)
    words = ranker._draws.copy()
    words[draws.SCORE] = address(out)
    draws.normals(address(words), out.size, np.uint64(99))
    from math import erf

    expected = 0.5 * (1 + np.array([erf(x / 2**0.5) for x in np.sort(out.astype(float))]))
    steps = np.arange(out.size + 1) / out.size

    assert max(np.abs(expected - steps[1:]).max(), np.abs(expected - steps[:-1]).max()) < 1.63 / out.size**0.5
    assert out.astype(np.float64).tolist()[:1000] == standard_normals(99, 1000).tolist()


@pytest.mark.parametrize("rounds", [300])
def test_a_jobs_draws_over_rounds_are_normal_and_independent(rounds):
    """Its own mean and deviation, round by round; two jobs and two profiles have nothing to do with each other."""
    from v7thompson.rounds import round_key

    pools, (ranker, _) = both(11, 3)
    seen = []
    for round_ in range(rounds):
        best = ranker.rank(3, key=round_key(1, round_), width=1.0, blend=0.5, masked=False)
        order = np.argsort(best.slots)
        seen.append(np.concatenate([best.match[order], best.manifest[order]]))
    drawn = np.array(seen, dtype=np.float64)
    columns = [pools[0].columns[profile] for profile in PROFILES]
    mean = np.concatenate([c.mean[:3] for c in columns])
    sd = np.concatenate([c.sd[:3] for c in columns])
    z = (drawn - mean) / sd

    assert np.all(np.abs(z.mean(axis=0)) < 4 / rounds**0.5)
    assert np.all(np.abs(z.std(axis=0) - 1) < 0.2)
    assert np.all(np.abs(np.corrcoef(z.T) - np.eye(6)) < 4.5 / rounds**0.5)
