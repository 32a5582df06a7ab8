"""`SparseLogisticThompson`: learning, ranking, keeping, refusing; its kernel and the twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7core.errors import ComputeError, InvalidValue
from v7thompson._kernels.csr import NumbaRows
from v7thompson._plain.csr import PlainRows
from v7thompson.bandits.sparse import SparseLogisticThompson
from v7thompson.contract import Rows

NAN = float("nan")


def rows_of(rng, count, dim, most=12):
    """A random matrix: indptr, indices, values; some rows may be empty."""
    lengths = rng.integers(0, most, count)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    indices = np.concatenate([rng.choice(dim, size, replace=False) for size in lengths] or [np.zeros(0, dtype=int)])
    return indptr, indices.astype(np.int64), rng.normal(size=indptr[-1])


def dense(indptr, indices, values, dim):
    """The same matrix with its zeros."""
    x = np.zeros((len(indptr) - 1, dim))
    for row in range(len(x)):
        part = slice(indptr[row], indptr[row + 1])
        x[row, indices[part]] = values[part]
    return x


def mode(x, y, variance, base=(-2.0, 1.0), mean=0.0):
    """Newton's method on the exact posterior, slowly: weights, intercept and their precisions."""
    design = np.column_stack([x, np.ones(len(x))])
    prior = np.append(np.full(x.shape[1], 1.0 / variance), 1.0 / base[1])
    centre = np.append(np.full(x.shape[1], mean), base[0])
    w = centre.copy()
    for _ in range(200):
        p = 1 / (1 + np.exp(-design @ w))
        gradient = design.T @ (y - p) - prior * (w - centre)
        hessian = (design * (p * (1 - p))[:, None]).T @ design + np.diag(prior)
        w = w + 0.5 * np.linalg.solve(hessian, gradient)
    return w, np.diag(hessian)


def test_a_refit_finds_the_mode():
    """Weights, intercept and widths of the exact posterior, against Newton's method on a dense matrix."""
    rng = np.random.default_rng(0)
    matrix = rows_of(rng, 60, 20)
    y = (rng.random(60) < 0.4).astype(float)
    bandit = SparseLogisticThompson(20, prior_variance=3.0)
    bandit.update_batch(*matrix, y)
    bandit.refit()
    w, precision = mode(dense(*matrix, 20), y, 3.0)
    posterior = bandit.posterior

    assert posterior.mean == pytest.approx(w[:-1], abs=1e-3)
    assert posterior.intercept[0] == pytest.approx(w[-1], abs=1e-3)
    assert posterior.sd**-2.0 == pytest.approx(precision[:-1], rel=1e-3)
    assert posterior.intercept[1] ** -2.0 == pytest.approx(precision[-1], rel=1e-3)


def test_what_is_known_before():
    """A prior mean is where an unmet weight stays, and what a few rewards are weighed against."""
    known = np.array([1.0, -1.0, 0.0])
    bandit = SparseLogisticThompson(3, prior_mean=known, intercept=(-1.0, 0.5))
    mean, sd = bandit.predict([0, 1, 3], [0, 0, 1], [1.0, 1.0, 0.5])

    assert mean == pytest.approx([0.0, -0.5])
    assert sd == pytest.approx(np.sqrt([6.5, 6 + 1.5 + 0.5]))


def test_one_reward_moves_its_own_features():
    """In one step, towards the reward, before any refit."""
    bandit = SparseLogisticThompson(10)
    bandit.update([2, 7], [0.6, 0.8], 1.0)
    posterior = bandit.posterior

    assert [2, 7] == np.flatnonzero(posterior.mean > 0).tolist()
    assert [2, 7] == np.flatnonzero(posterior.sd < 6**0.5 - 1e-6).tolist()
    assert posterior.mean[7] / posterior.mean[2] == pytest.approx(0.8 / 0.6, rel=1e-5)


def test_one_by_one_equals_in_batch():
    """Bit for bit, refits included, whatever the order of features within a row."""
    rng = np.random.default_rng(3)
    indptr, indices, values = rows_of(rng, 40, 30)
    y = rng.random(40)
    one, many = SparseLogisticThompson(30), SparseLogisticThompson(30)
    many.update_batch(indptr, indices, values, y)
    for row in range(40):
        part = slice(indptr[row], indptr[row + 1])
        one.update(indices[part][::-1], values[part][::-1], y[row])
    assert one.to_bytes() == many.to_bytes()
    one.end_round()
    many.end_round()

    assert one.to_bytes() == many.to_bytes()
    assert 40 == one.events


def test_rewards_may_come_late():
    """The mode does not depend on the order in which rewards came."""
    rng = np.random.default_rng(4)
    indptr, indices, values = rows_of(rng, 30, 20)
    y = (rng.random(30) < 0.5).astype(float)
    bandits = []
    for order in (range(30), reversed(range(30))):
        bandit = SparseLogisticThompson(20)
        for row in order:
            part = slice(indptr[row], indptr[row + 1])
            bandit.update(indices[part], values[part], y[row])
        bandit.end_round()
        bandits.append(bandit.posterior.mean)

    assert bandits[0] == pytest.approx(bandits[1], abs=1e-3)


def test_ranking_is_repeatable():
    """A round ranks alike until something is learned; another round draws otherwise; keys go with the rows."""
    rng = np.random.default_rng(5)
    indptr, indices, values = rows_of(rng, 200, 50)
    bandit = SparseLogisticThompson(50, seed=1, width=1.0)
    first = bandit.rank(indptr, indices, values, 10)
    assert first.items.tolist() == bandit.rank(indptr, indices, values, 10).items.tolist()
    half = indptr[:101], indices[: indptr[100]], values[: indptr[100]]
    keys = np.arange(200, dtype=np.uint64)
    upper = np.concatenate([[0], indptr[101:] - indptr[100]]), indices[indptr[100] :], values[indptr[100] :]
    parts = bandit.rank(*half, 100, keys=keys[:100]), bandit.rank(*upper, 100, keys=keys[100:])
    merged = sorted([(-d, i) for d, i in zip(parts[0].draws, parts[0].items, strict=True)]
                    + [(-d, i + 100) for d, i in zip(parts[1].draws, parts[1].items, strict=True)])  # fmt: skip

    assert first.items.tolist() == [item for _, item in merged[:10]]
    bandit.end_round()
    assert (0, 1) == (first.round, bandit.round)
    assert first.items.tolist() != bandit.rank(indptr, indices, values, 10).items.tolist()
    assert first.items.tolist() == bandit.rank(indptr, indices, values, 10, round_=0).items.tolist()


def test_a_draw_has_the_posteriors_mean_and_width():
    """Over many keys; width 0 is the mean itself."""
    bandit = SparseLogisticThompson(4, seed=2, width=0.5)
    n = 20_000
    indptr, indices, values = np.arange(n + 1), np.full(n, 1), np.full(n, 2.0)
    draws = bandit.rank(indptr, indices, values, n).draws
    sd = 0.5 * (6 * 4 + 1) ** 0.5

    assert draws.mean() == pytest.approx(-2, abs=4 * sd / n**0.5)
    assert draws.std() == pytest.approx(sd, rel=0.03)
    greedy = SparseLogisticThompson(4, width=0.0)
    assert {-2.0} == set(greedy.rank(indptr, indices, values, 5).draws.tolist())


def test_eligible_rows_only():
    """And no more than there are."""
    bandit = SparseLogisticThompson(3)
    matrix = [0, 1, 2, 3], [0, 1, 2], [1.0, 1.0, 1.0]
    assert {0, 2} == set(bandit.rank(*matrix, 9, eligible=np.array([True, False, True])))
    assert {0, 1, 2} == set(bandit.rank(*matrix, 9))
    assert 0 == len(bandit.rank([0], [], [], 9))


def test_it_learns_a_taste():
    """Of forty words three are liked: after 20 rounds the slates are nearly all liked."""
    rng = np.random.default_rng(6)
    bandit, liked = SparseLogisticThompson(40, seed=3, groups=np.arange(40) // 20), []
    for _ in range(20):
        words = np.array([rng.choice(40, 4, replace=False) for _ in range(100)])
        matrix = np.arange(0, 401, 4), words.ravel(), np.full(400, 0.5)
        slate = bandit.rank(*matrix, 10)
        likes = np.isin(words[slate.items], [1, 2, 3]).any(axis=1)
        liked.append(int(likes.sum()))
        for item, like in zip(slate, likes, strict=True):
            bandit.update(words[item], np.full(4, 0.5), float(like))
        bandit.end_round()

    assert sum(liked[-5:]) >= 48
    assert bandit.posterior.scales[0] > bandit.posterior.scales[1]  # the second group has no liked word


def test_events_beyond_the_window_are_not_forgotten():
    """What they said stays as a factor: the fit is near that of all events, and far from that of the window's."""
    rng = np.random.default_rng(7)
    matrices = [rows_of(rng, 10, 30) for _ in range(30)]
    truth = rng.normal(size=30) * 2
    all_, windowed = SparseLogisticThompson(30), SparseLogisticThompson(30, window=100)
    for matrix in matrices:
        y = (rng.random(10) < 1 / (1 + np.exp(-dense(*matrix, 30) @ truth))).astype(float)
        for bandit in (all_, windowed):
            bandit.update_batch(*matrix, y)
            bandit.end_round()

    def distance(a, b):
        return float(np.linalg.norm(a.posterior.mean - b.posterior.mean))

    nothing = SparseLogisticThompson(30)
    assert distance(all_, windowed) < 0.2 * distance(all_, nothing)


@pytest.mark.parametrize("extra", [0, 7])
def test_kept_and_read_back(extra):
    """It goes on as if nothing had happened, after a refit and between two."""
    rng = np.random.default_rng(8)
    bandit = SparseLogisticThompson(
        30, seed=5, width=0.3, groups=np.arange(30) % 3, prior_mean=np.linspace(-1, 1, 30), window=50
    )
    for _ in range(15):
        bandit.update_batch(*rows_of(rng, 10, 30), rng.random(10))
        bandit.end_round()
    bandit.update_batch(*rows_of(rng, extra, 30), rng.random(extra))
    other = SparseLogisticThompson.from_bytes(bandit.to_bytes())
    assert bandit.to_bytes() == other.to_bytes()
    matrix, more = rows_of(rng, 20, 30), rows_of(rng, 20, 30)
    for each in (bandit, other):
        each.update_batch(*more, np.ones(20))
        each.end_round()

    assert bandit.rank(*matrix, 20).draws.tolist() == other.rank(*matrix, 20).draws.tolist()
    assert bandit.to_bytes() == other.to_bytes()
    with pytest.raises(ComputeError):
        SparseLogisticThompson.from_bytes(bandit.to_bytes()[:-8])


def test_propensities_by_counting():
    """Exact tails given the best of the rest, against a count of rounds."""
    rng = np.random.default_rng(9)
    matrix = rows_of(rng, 5, 10, most=8)
    bandit = SparseLogisticThompson(10, seed=1, width=1.0)
    rounds = [frozenset(bandit.rank(*matrix, 2, round_=number)) for number in range(20_000)]
    for slate in ({0, 1}, {2, 4}, {1, 3}):
        share = rounds.count(frozenset(slate)) / len(rounds)
        exact = bandit.log_propensity(*matrix, sorted(slate), samples=4000)
        error = np.hypot(np.sqrt(share * (1 - share) / len(rounds)), exact.standard_error * share)
        assert abs(np.exp(exact.value) - share) < 4 * error
    assert 0.0 == bandit.log_propensity(*matrix, range(5)).value


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 1100), st.integers(1, 30), st.integers(1, 20), st.booleans())
def test_kernel_equals_twin(seed, count, dim, k, masked):
    """The same bits and the same ranking, empty rows and ties included."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, dim + 1, count)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint64)
    rows = Rows(
        indptr, rng.integers(0, dim, int(indptr[-1])).astype(np.uint32), rng.normal(size=int(indptr[-1])).astype("f4")
    )
    table = np.column_stack([rng.normal(size=dim), rng.random(dim)]).astype(np.float32)
    mask = (rng.random(count) < 0.5).astype(np.uint8) if masked else None
    keys = rng.permutation(count).astype(np.uint64)
    results = []
    for ranker in (PlainRows(), NumbaRows()):
        mean, sd = ranker.predict(rows, table, (-1.5, 0.25))
        best = ranker.best(mean, sd, keys, k, key=seed, width=0.7, mask=mask)
        results.append((mean.tobytes(), sd.tobytes(), best.rows.tolist(), best.draws.tobytes()))

    assert results[0] == results[1]


ROW = [0, 2], [1, 3], [0.5, 0.5]
REFUSED = [
    lambda b: b.update([1, 5], [1, 1], 1),
    lambda b: b.update([-1], [1], 1),
    lambda b: b.update([1, 1], [1, 1], 1),
    lambda b: b.update([1.0], [1], 1),
    lambda b: b.update([1], [NAN], 1),
    lambda b: b.update([1], [float("inf")], 1),
    lambda b: b.update([1], [1e7], 1),
    lambda b: b.update([1], ["1"], 1),
    lambda b: b.update([1], [1, 2], 1),
    lambda b: b.update([1], [1], 1.5),
    lambda b: b.update([1], [1], NAN),
    lambda b: b.update([[1]], [[1]], 1),
    lambda b: b.update_batch([0, 1, 2], [1, 2], [1, 1], [1]),
    lambda b: b.update_batch([0, 1, 3], [1, 2], [1, 1], [1, 0]),
    lambda b: b.update_batch([1, 2], [1, 2], [1, 1], [1]),
    lambda b: b.update_batch([0, 2, 1, 2], [1, 2], [1, 1], [1, 1, 1]),
    lambda b: b.update_batch([0, 1, 3], [1, 2, 2], [1, 1, 1], [1, 1]),
    lambda b: b.update_batch([], [], [], []),
    lambda b: b.predict([0.0, 2.0], [1, 3], [1, 1]),
    lambda b: b.predict([0, 1], [5], [1.0]),
    lambda b: b.rank(*ROW, 0),
    lambda b: b.rank(*ROW, 1, keys=[1, 2]),
    lambda b: b.rank([0, 1, 2], [1, 2], [1, 1], 1, keys=[1, 1]),
    lambda b: b.rank(*ROW, 1, eligible=[1]),
    lambda b: b.rank(*ROW, 1, round_=-1),
    lambda b: b.log_propensity(*ROW, [1]),
    lambda b: b.log_propensity(*ROW, [0], samples=0),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_a_wrong_argument_changes_nothing(number):
    """A typed error, and the state is what it was."""
    bandit = SparseLogisticThompson(5, seed=1)
    bandit.update([1, 2], [0.6, 0.8], 1)
    before = bandit.to_bytes()
    with pytest.raises((ComputeError, InvalidValue)):
        REFUSED[number](bandit)
    assert before == bandit.to_bytes()


@pytest.mark.parametrize(
    "wrong",
    [
        {"dim": 0},
        {"dim": 2, "prior_variance": 0},
        {"dim": 2, "prior_mean": [1]},
        {"dim": 2, "prior_mean": [NAN, 1]},
        {"dim": 2, "groups": [0]},
        {"dim": 2, "groups": [0, -1]},
        {"dim": 2, "groups": [0.5, 1]},
        {"dim": 2, "intercept": (0, 0)},
        {"dim": 2, "width": NAN},
        {"dim": 2, "window": 0},
        {"dim": 2, "seed": 2**63},
    ],
)
def test_no_bandit_of_wrong_arguments(wrong):
    """Refused at the door."""
    with pytest.raises((ComputeError, InvalidValue)):
        SparseLogisticThompson(**wrong)


def test_a_greedy_policy_has_no_propensities():
    """It shows one slate for certain."""
    with pytest.raises(InvalidValue):
        SparseLogisticThompson(5, width=0).log_propensity(*ROW, [0])
