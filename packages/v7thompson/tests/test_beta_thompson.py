"""`BetaThompson`: learning, choosing, keeping, refusing."""

from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7core.errors import ComputeError, ComputeFault, InvalidValue, NotFound
from v7thompson.bandits.beta import BetaThompson


def counts(bandit):
    """Everything that learning changes."""
    return bandit.posterior.a.tobytes(), bandit.posterior.b.tobytes(), bandit.round


def test_a_posterior_by_hand():
    """Prior (2, 3), two likes and half a one: Beta(4.5, 3.5)."""
    bandit = BetaThompson(3, prior=(2, 3))
    for reward in (1, 1, 0.5):
        bandit.update(1, reward)
    posterior = bandit.posterior

    assert [2.0, 4.5, 2.0] == posterior.a.tolist()
    assert [3.0, 3.5, 3.0] == posterior.b.tolist()
    assert posterior.mean[1] == pytest.approx(4.5 / 8)
    assert posterior.sd[1] == pytest.approx((4.5 * 3.5 / (64 * 9)) ** 0.5)


events = st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([1.0, 2.5])))


@settings(max_examples=50, deadline=None)
@given(events)
def test_one_by_one_equals_in_batch(rewards):
    """The same bits, with arms that occur more than once."""
    one, many = BetaThompson(5), BetaThompson(5)
    for arm, reward, weight in rewards:
        one.update(arm, reward, weight=weight)
    arms, liked, weights = zip(*rewards, strict=True) if rewards else ((), (), ())
    many.update_batch(np.array(arms, dtype=np.int64), np.array(liked, dtype=float), np.array(weights, dtype=float))

    assert counts(one) == counts(many)
    assert one.select(5).draws.tobytes() == many.select(5).draws.tobytes()


def test_rewards_may_come_late_and_in_any_order():
    """Whole counts do not care when they were counted."""
    one, other = BetaThompson(4, seed=1), BetaThompson(4, seed=1)
    shown = [one.select(2) for _ in range(5)]
    assert [slate.items.tolist() for slate in shown] == [other.select(2).items.tolist() for _ in range(5)]
    for slate in shown:
        for arm in slate:
            one.update(arm, 1)
    for slate in reversed(shown):
        for arm in slate:
            other.update(arm, 1)

    assert counts(one) == counts(other)


def test_a_round_can_be_played_again():
    """A round told is repeated bit for bit and leaves the counter alone; other rounds and seeds draw otherwise."""
    bandit = BetaThompson(100, seed=5)
    first = bandit.select(10)
    again = bandit.select(10, round_=first.round)

    assert (0, 1) == (first.round, bandit.round)
    assert first.draws.tobytes() == again.draws.tobytes()
    assert first.items.tolist() == again.items.tolist()
    assert first.items.tolist() != bandit.select(10).items.tolist()
    assert first.items.tolist() != BetaThompson(100, seed=6).select(10).items.tolist()
    scores = bandit.log_odds(0)
    assert np.argsort(-scores, kind="stable")[:10].tolist() == first.items.tolist()
    assert first.draws == pytest.approx(1 / (1 + np.exp(-scores[first.items].astype(float))))


def test_it_learns_which_arm_is_best():
    """After a thousand rounds nearly all plays go to the better arm."""
    rng, rates = np.random.default_rng(0), np.array([0.2, 0.5, 0.3])
    bandit, plays = BetaThompson(3, seed=2), []
    for _ in range(1000):
        (arm,) = bandit.select()
        bandit.update(arm, float(rng.random() < rates[arm]))
        plays.append(arm)

    assert plays[-300:].count(1) > 270


def test_eligible_arms_only():
    """A mask is for one round."""
    bandit = BetaThompson(50, seed=1)
    mask = np.zeros(50, dtype=bool)
    mask[[3, 7]] = True

    assert {3, 7} == set(bandit.select(10, eligible=mask))
    assert len(bandit.select(10, eligible=~mask)) == 10
    assert {3, 7}.isdisjoint(bandit.select(48, eligible=~mask))
    assert len(bandit.select(50)) == 50
    assert len(bandit.select(3, eligible=np.zeros(50, dtype=bool))) == 0


def test_arms_come_and_go():
    """Numbers stay, draws of the others stay, a removed arm is unknown."""
    bandit = BetaThompson(1000, seed=4)
    before = bandit.log_odds(9)
    assert [1000, 1001] == bandit.add_arms(2, prior=(5, 1)).tolist()
    bandit.remove_arms([3, 500])
    after = bandit.log_odds(9)

    assert 1002 == bandit.n_arms
    assert 1000 == bandit.arms.size
    kept = np.setdiff1d(np.arange(1000), [3, 500])
    assert before[kept].tobytes() == after[kept].tobytes()
    assert np.isneginf(after[[3, 500]]).all()
    assert np.isnan(bandit.posterior.mean[3])
    assert {3, 500}.isdisjoint(bandit.select(1002))
    with pytest.raises(NotFound):
        bandit.update(3, 1)
    assert [1002] == bandit.add_arms(1).tolist()
    assert 1.0 == bandit.posterior.a[1002]


def test_discount_returns_to_the_prior():
    """Evidence fades by the factor, each arm to its own prior."""
    bandit = BetaThompson(1, prior=(1, 2))
    bandit.add_arms(1, prior=(3, 4))
    bandit.update_batch([0, 1], 1.0, 10.0)
    bandit.discount(0.5)
    assert [6.0, 8.0] == bandit.posterior.a.tolist()
    assert [2.0, 4.0] == bandit.posterior.b.tolist()
    before = bandit.log_odds(0)
    bandit.discount(0.0)

    assert [1.0, 3.0] == bandit.posterior.a.tolist()
    assert before.tobytes() != bandit.log_odds(0).tobytes()


def test_warm_start():
    """What was counted elsewhere, by number of arm."""
    bandit = BetaThompson(3)
    bandit.warm_start([0, 2], [10, 0.5], [2, 3.5])

    assert [11.0, 1.0, 1.5] == bandit.posterior.a.tolist()
    assert [3.0, 1.0, 4.5] == bandit.posterior.b.tolist()


def test_kept_and_read_back():
    """It goes on as if nothing had happened, removed arms included."""
    bandit = BetaThompson(700, prior=(0.5, 0.5), seed=8)
    bandit.update_batch(np.arange(700), 1.0)
    bandit.remove_arms([5])
    bandit.select(3)
    other = BetaThompson.from_bytes(bandit.to_bytes())

    assert counts(bandit) == counts(other)
    assert bandit.select(20).items.tolist() == other.select(20).items.tolist()
    assert bandit.add_arms(1).tolist() == other.add_arms(1).tolist()
    assert counts(bandit) == counts(other)


@pytest.mark.parametrize(
    "damage", [lambda s: s[:-1], lambda s: s[:20], lambda s: b"", lambda s: s[:60] + b"x" + s[61:]]
)
def test_a_damaged_state_is_refused(damage):
    """By its digest."""
    with pytest.raises(ComputeError) as refused:
        BetaThompson.from_bytes(damage(BetaThompson(3).to_bytes()))
    assert ComputeFault.SNAPSHOT is refused.value.kind


REFUSED = [
    (lambda b: b.update(5, 1), NotFound),
    (lambda b: b.update(-1, 1), NotFound),
    (lambda b: b.update(1.5, 1), InvalidValue),
    (lambda b: b.update("1", 1), InvalidValue),
    (lambda b: b.update(0, float("nan")), InvalidValue),
    (lambda b: b.update(0, 1.1), InvalidValue),
    (lambda b: b.update(0, None), InvalidValue),
    (lambda b: b.update(0, 1, weight=-1), InvalidValue),
    (lambda b: b.update(0, 1, weight=float("inf")), InvalidValue),
    (lambda b: b.update_batch([0, 5], [1, 1]), NotFound),
    (lambda b: b.update_batch([0, 1], [1, float("nan")]), ComputeError),
    (lambda b: b.update_batch([0, 1], [1, 2]), InvalidValue),
    (lambda b: b.update_batch([0, 1], [1, 1, 1]), ComputeError),
    (lambda b: b.update_batch([0.0, 1.0], [1, 1]), ComputeError),
    (lambda b: b.update_batch([[0, 1]], [1, 1]), ComputeError),
    (lambda b: b.update_batch([0], ["1"]), ComputeError),
    (lambda b: b.update_batch(np.array([2**63], dtype=np.uint64), 1), ComputeError),
    (lambda b: b.warm_start([0], [-1], [0]), InvalidValue),
    (lambda b: b.discount(1.5), InvalidValue),
    (lambda b: b.discount(float("nan")), InvalidValue),
    (lambda b: b.select(0), InvalidValue),
    (lambda b: b.select(2.0), InvalidValue),
    (lambda b: b.select(1, eligible=np.ones(4, dtype=bool)), ComputeError),
    (lambda b: b.select(1, eligible=np.ones(5)), ComputeError),
    (lambda b: b.select(1, round_=-1), InvalidValue),
    (lambda b: b.log_odds(-1), InvalidValue),
    (lambda b: b.add_arms(-1), InvalidValue),
    (lambda b: b.add_arms(1, prior=(0, 1)), InvalidValue),
    (lambda b: b.add_arms(1, prior=3), InvalidValue),
    (lambda b: b.remove_arms([0, 9]), NotFound),
    (lambda b: b.remove_arms("0"), ComputeError),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_a_wrong_argument_changes_nothing(number):
    """A typed error, and the state is what it was."""
    act, error = REFUSED[number]
    bandit = BetaThompson(5, seed=1)
    bandit.update(0, 1)
    before = counts(bandit)
    with pytest.raises(error):
        act(bandit)
    assert before == counts(bandit)


@pytest.mark.parametrize(
    "arguments", [{"n_arms": -1}, {"n_arms": 1, "seed": -1}, {"n_arms": 1, "prior": (1, float("nan"))}, {"n_arms": 2.5}]
)
def test_no_bandit_of_wrong_arguments(arguments):
    """Refused at the door."""
    with pytest.raises(InvalidValue):
        BetaThompson(**arguments)


def test_no_arms():
    """An empty bandit chooses nothing, and takes arms later."""
    bandit = BetaThompson(0)
    assert len(bandit.select(5)) == 0
    bandit.update_batch(np.zeros(0, dtype=np.int64), 1.0)
    bandit.add_arms(2)
    assert {0, 1} == set(bandit.select(5))


def test_threads_take_turns():
    """No reward is lost, and every round is played once."""
    bandit, rounds = BetaThompson(2000, seed=1), []

    def work():
        for _ in range(200):
            rounds.append(bandit.select(3).round)
            bandit.update(7, 1)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 801.0 == bandit.posterior.a[7]
    assert sorted(rounds) == list(range(800))
