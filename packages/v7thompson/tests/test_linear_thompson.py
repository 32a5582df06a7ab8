"""`DenseLinearThompson`: exact regression, joint draws, refusals."""

import numpy as np
import pytest

from v7core.errors import ComputeError, InvalidValue
from v7thompson._kernels import draws
from v7thompson._plain.draws import standard_normals
from v7thompson.bandits.linear import DenseLinearThompson


def state(bandit):
    """Everything learning changes."""
    return bandit.to_bytes()


def test_a_posterior_by_hand():
    """Prior N(0, 4), noise sd 2, rewards 3 and 5 at x = 1 and 2: precision 1/4 + 5/4, mean 13/4 over it."""
    bandit = DenseLinearThompson(1, prior_sd=2, noise_sd=2)
    bandit.update([1.0], 3.0)
    bandit.update([2.0], 5.0)

    assert bandit.posterior.covariance == pytest.approx(np.array([[1 / 1.5]]))
    assert bandit.posterior.mean == pytest.approx([3.25 / 1.5])


def test_the_posterior_is_ridge_regression():
    """Mean and covariance against the normal equations, with correlated features."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 5)) @ rng.normal(size=(5, 5))
    y = x @ rng.normal(size=5) + rng.normal(size=40)
    bandit = DenseLinearThompson(5, prior_sd=3, noise_sd=0.5)
    bandit.update_batch(x, y)
    covariance = np.linalg.inv(x.T @ x / 0.25 + np.eye(5) / 9)

    assert bandit.posterior.covariance == pytest.approx(covariance, rel=1e-8)
    assert bandit.posterior.mean == pytest.approx(covariance @ (x.T @ y / 0.25), rel=1e-8)


def test_one_by_one_equals_in_batch():
    """Bit for bit."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(30, 4)), rng.normal(size=30)
    one, many = DenseLinearThompson(4), DenseLinearThompson(4)
    for row, reward in zip(x, y, strict=True):
        one.update(row, reward)
    many.update_batch(x, y)

    assert state(one) == state(many)


def test_draws_are_joint():
    """Over many rounds the drawn weights have the posterior's mean and covariance, correlations included."""
    rng = np.random.default_rng(2)
    bandit = DenseLinearThompson(3, seed=4)
    bandit.update_batch(rng.normal(size=(6, 3)) @ np.array([[1, 0.9, 0], [0, 0.4, 0], [0, 0, 1]]), rng.normal(size=6))
    drawn = np.array([bandit.weights(number) for number in range(20_000)])
    posterior = bandit.posterior

    assert drawn.mean(axis=0) == pytest.approx(posterior.mean, abs=4 * np.sqrt(posterior.covariance.max() / 20_000))
    assert np.cov(drawn.T) == pytest.approx(posterior.covariance, abs=0.05 * posterior.covariance.max())


def test_the_normals_are_those_of_the_kernel():
    """One stream of numbers, wherever it is drawn."""
    from v7thompson._kernels.backend import address

    words, out = np.zeros(draws.RANK_WORDS, dtype=np.uint64), np.zeros(100, dtype=np.float32)
    words[draws.SCORE] = address(out)
    draws.normals(address(words), 100, np.uint64(99))

    assert out.astype(np.float64).tolist() == standard_normals(99, 100).tolist()


def test_a_slate_is_the_best_of_one_draw():
    """Ties by row; a told round repeats itself and leaves the counter alone."""
    x = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    bandit = DenseLinearThompson(2, seed=3)
    slate = bandit.rank(x, 3)
    weights = bandit.weights(slate.round)

    assert slate.draws == pytest.approx(np.sort(x @ weights)[::-1][:3])
    assert slate.items.tolist() == np.argsort(-(x @ weights), kind="stable")[:3].tolist()
    assert slate.items.tolist() == bandit.rank(x, 3, round_=slate.round).items.tolist()
    assert 1 == bandit.round
    assert len(bandit.rank(x, 10)) == 4
    assert len(bandit.rank(np.zeros((0, 2)), 10)) == 0


def test_it_learns():
    """After 200 rounds of ten random items each, the item shown is nearly the best one."""
    rng, truth = np.random.default_rng(5), np.array([1.0, -2.0, 0.5, 0.0])
    bandit, lost = DenseLinearThompson(4, noise_sd=0.5, seed=1), []
    for _ in range(200):
        x = rng.normal(size=(10, 4))
        (item,) = bandit.rank(x, 1)
        lost.append(float((x @ truth).max() - x[item] @ truth))
        bandit.update(x[item], float(x[item] @ truth) + 0.5 * rng.normal())

    assert sum(lost[100:]) < 0.2 * sum(lost[:10]) * 10


def test_discount_returns_to_the_prior():
    """Half the evidence, then none."""
    bandit = DenseLinearThompson(2, prior_sd=2)
    bandit.update_batch([[1, 1], [1, 1]], [2, 2])
    bandit.discount(0.5)
    once = DenseLinearThompson(2, prior_sd=2)
    once.update([1, 1], 2)
    assert bandit.posterior.mean == pytest.approx(once.posterior.mean)
    bandit.discount(0)

    assert bandit.posterior.covariance == pytest.approx(4 * np.eye(2))


def test_propensity_of_a_slate():
    """By symmetry: two opposite items are each shown half of the time; everything is shown always."""
    bandit = DenseLinearThompson(1)
    half = bandit.log_propensity([[1.0], [-1.0]], [0], samples=4000)

    assert np.exp(half.value) == pytest.approx(0.5, abs=4 * 0.5 * half.standard_error)
    assert half.standard_error == pytest.approx(1 / np.sqrt(4000), rel=0.05)
    assert np.exp(bandit.log_propensity([[1.0], [-1.0]], [0, 1], samples=100).value) > 0.99


def test_kept_and_read_back():
    """It goes on as if nothing had happened."""
    bandit = DenseLinearThompson(3, prior_sd=2, noise_sd=0.3, width=0.5, seed=9)
    bandit.update([1, 2, 3], 4)
    bandit.rank(np.eye(3), 1)
    other = DenseLinearThompson.from_bytes(bandit.to_bytes())

    assert bandit.rank(np.eye(3), 3).draws.tolist() == other.rank(np.eye(3), 3).draws.tolist()
    assert state(bandit) == state(other)
    with pytest.raises(ComputeError):
        DenseLinearThompson.from_bytes(b"V7" + bandit.to_bytes())


NAN = float("nan")
REFUSED = [
    lambda b: b.update([1, 2, 3], 1),
    lambda b: b.update([[1, 2]], 1),
    lambda b: b.update(1, 1),
    lambda b: b.update([1, NAN], 1),
    lambda b: b.update([1, 1e7], 1),
    lambda b: b.update(["1", "2"], 1),
    lambda b: b.update([1, 2], NAN),
    lambda b: b.update([1, 2], 1e7),
    lambda b: b.update_batch([[1, 2]], [1, 2]),
    lambda b: b.update_batch([[1, 2], [1, NAN]], [1, 2]),
    lambda b: b.update_batch([1, 2], [1, 2]),
    lambda b: b.discount(-0.1),
    lambda b: b.rank([[1, 2]], 0),
    lambda b: b.rank([[1, 2, 3]], 1),
    lambda b: b.rank([[NAN, 2]], 1),
    lambda b: b.rank([[1, 2]], 1, round_=-1),
    lambda b: b.log_propensity([[1, 2]], [1]),
    lambda b: b.log_propensity([[1, 2], [3, 4]], [0, 0]),
    lambda b: b.log_propensity([[1, 2]], [0], samples=0),
    lambda b: b.weights(-1),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_a_wrong_argument_changes_nothing(number):
    """A typed error, and the state is what it was."""
    bandit = DenseLinearThompson(2, seed=1)
    bandit.update([1, 2], 1)
    before = state(bandit)
    with pytest.raises((ComputeError, InvalidValue)):
        REFUSED[number](bandit)
    assert before == state(bandit)


@pytest.mark.parametrize(
    "wrong", [{"d": 0}, {"d": 2, "prior_sd": 0}, {"d": 2, "noise_sd": NAN}, {"d": 2, "width": -1}, {"d": 2, "seed": -1}]
)
def test_no_bandit_of_wrong_arguments(wrong):
    """Refused at the door."""
    with pytest.raises(InvalidValue):
        DenseLinearThompson(**wrong)
