"""Learning's kernels and their twins, and what a fit is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7thompson._kernels.backend import NumbaFitter
from v7thompson._plain.backend import PlainFitter
from v7thompson.contract import Design, Prior

FEATURES = 40


@st.composite
def designs(draw, least=0, most=40, scales=(0.01, 0.2, 1.0, 30.0)):
    """Events over few features, so that rows share them; odd sizes, empty rows, soft, hard and one-sided labels."""
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    events = draw(st.integers(least, most))
    longest = draw(st.sampled_from([0, 1, 3, 8, 30]))
    scale = draw(st.sampled_from(scales))
    kind = draw(st.sampled_from(["hard", "soft", "ones", "zeros"]))
    lengths = random.integers(0, longest + 1, events)
    indices = [np.sort(random.choice(FEATURES, length, replace=False)) for length in lengths]
    rewards = {
        "hard": (random.random(events) < 0.3).astype(float),
        "soft": random.random(events),
        "ones": np.ones(events),
        "zeros": np.zeros(events),
    }[kind]
    return Design(
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint64),
        np.concatenate([np.zeros(0), *indices]).astype(np.uint32),
        (scale * random.random(int(lengths.sum()))).astype(np.float32),
        rewards,
    )


def priors(seed=0):
    random = np.random.default_rng(seed)
    return Prior(random.normal(0, 1, FEATURES), random.uniform(0.1, 6, FEATURES), (-2.0, 1.0))


def dense(design):
    """X as a matrix."""
    x = np.zeros((design.rewards.size, FEATURES))
    for i in range(design.rewards.size):
        row = slice(int(design.indptr[i]), int(design.indptr[i + 1]))
        x[i, design.indices[row]] = design.values[row]
    return x


def same(left, right):
    """Bit for bit."""
    assert np.asarray(left).tobytes() == np.asarray(right).tobytes()


@settings(max_examples=150, deadline=None)
@given(designs())
def test_one_step_updates_equal_their_twin(design):
    """Table, margins and spreads, whatever the events."""
    tables = [np.tile(np.array([0.0, 6.0], dtype=np.float32), (FEATURES, 1)) for _ in range(2)]
    results = [
        fitter.steps(design, 0, design.rewards.size, table, -2.0)
        for fitter, table in zip((NumbaFitter(), PlainFitter()), tables, strict=True)
    ]

    same(*tables)
    same(results[0][0], results[1][0])
    same(results[0][1], results[1][1])


@settings(max_examples=100, deadline=None)
@given(designs(), st.integers(0, 40))
def test_updates_one_by_one_equal_updates_at_once(design, cut):
    """A batch is its events."""
    events = design.rewards.size
    cut = min(cut, events)
    once, split = (np.tile(np.array([0.0, 6.0], dtype=np.float32), (FEATURES, 1)) for _ in range(2))
    fitter = NumbaFitter()
    fitter.steps(design, 0, events, once, -2.0)
    fitter.steps(design, 0, cut, split, -2.0)
    for event in range(cut, events):
        fitter.steps(design, event, event + 1, split, -2.0)

    same(once, split)


@settings(max_examples=150, deadline=None)
@given(designs(least=1), st.integers(0, 99))
def test_a_step_pulls_its_own_features_toward_the_reward(design, seed):
    """All in one direction, no other feature at all, and never wider."""
    table = np.random.default_rng(seed).uniform(0.1, 6, (FEATURES, 2)).astype(np.float32)
    before = table.copy()
    margins, _ = NumbaFitter().steps(design, 0, 1, table, -2.0)
    own = design.indices[: int(design.indptr[1])]
    moved = np.delete(np.arange(FEATURES), own)
    toward = np.sign(design.rewards[0] - 1 / (1 + np.exp(-margins[0])))

    same(before[moved], table[moved])
    assert np.all(toward * (table[own, 0] - before[own, 0]) >= 0)
    assert np.all(table[own, 1] <= before[own, 1])


@settings(max_examples=100, deadline=None)
@given(designs(), st.integers(0, 99), st.booleans())
def test_fits_equal_their_twin(design, seed, warm):
    """From zeros and from somewhere else, to the same bits."""
    events = design.rewards.size
    start = np.random.default_rng(seed).uniform(-0.5, 0.5, events) if warm else np.zeros(events)
    left, right = (fitter.fit(design, priors(seed), start) for fitter in (NumbaFitter(), PlainFitter()))

    assert right.steps == left.steps
    same(left.dual, right.dual)
    same(left.mean, right.mean)
    same(left.precision, right.precision)
    same(left.intercept, right.intercept)


@settings(max_examples=150, deadline=None)
@given(designs(scales=(0.01, 0.2, 1.0, 5.0)), st.integers(0, 99))
def test_a_fit_is_the_mode(design, seed):
    """The gradient of the posterior vanishes there, and the precision is its curvature's diagonal."""
    prior = priors(seed)
    found = NumbaFitter().fit(design, prior, np.zeros(design.rewards.size))
    x = dense(design)
    p = 1 / (1 + np.exp(-(x @ found.mean + found.intercept[0])))
    pull = design.rewards - p

    assert found.steps < 200
    assert np.allclose(found.dual, pull, atol=2e-4)
    assert np.allclose((found.mean - prior.mean) / prior.variance, x.T @ found.dual, atol=1e-9)
    assert found.intercept[0] == pytest.approx(-2.0 + found.dual.sum(), abs=1e-9)
    assert np.allclose(found.precision, 1 / prior.variance + (x**2).T @ (p * (1 - p)))
    assert found.intercept[1] == pytest.approx(1.0 + (p * (1 - p)).sum())


@settings(max_examples=60, deadline=None)
@given(designs(least=30, most=60), st.integers(1, 3))
def test_suffix_evidence_equals_its_twin(design, least):
    """Of every suffix that is wanted."""
    variance = priors().variance
    left, right = (
        fitter.suffix_evidence(design, variance, (-2.0, 1.0), most=30, block=10, least=least)
        for fitter in (NumbaFitter(), PlainFitter())
    )

    same(left[least - 1 :], right[least - 1 :])


@settings(max_examples=60, deadline=None)
@given(designs(least=20, most=40, scales=(0.01, 0.2, 1.0)))
def test_suffix_evidence_is_laplaces(design):
    """By the textbook's formula with dense matrices, from the mode the fit finds."""
    variance = priors().variance
    found = NumbaFitter().suffix_evidence(design, variance, (-2.0, 1.0), most=20, block=10, least=1)
    for blocks in (1, 2):
        x, rewards = dense(design)[-10 * blocks :], design.rewards[-10 * blocks :]
        k = x @ np.diag(variance) @ x.T + 1.0
        a = np.zeros(len(rewards))
        for _ in range(200):
            p = 1 / (1 + np.exp(2.0 - k @ a))
            w = p * (1 - p)
            move = np.linalg.solve(np.eye(len(a)) + w[:, None] * k, (rewards - p) - a)
            a = a + move * min(1.0, 4 / max(1e-300, np.abs(k @ move).max()))
        eta = k @ a - 2.0
        root = np.sqrt(w)
        _, volume = np.linalg.slogdet(np.eye(len(a)) + root[:, None] * k * root)
        expected = -0.5 * a @ (k @ a) + (rewards * eta - np.logaddexp(0, eta)).sum() - 0.5 * volume

        assert found[blocks - 1] == pytest.approx(expected, rel=1e-6, abs=1e-4)
