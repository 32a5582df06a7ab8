"""Thompson sampling for arms that are liked or not."""

import threading
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from v7core.errors import InvalidValue, NotFound
from v7thompson import backend
from v7thompson.arms import ArmTable
from v7thompson.bandits import checks, saving
from v7thompson.bandits.propensities import LogPropensity, conditional, log_beta_tail
from v7thompson.bandits.slates import Slate, sealed
from v7thompson.contract import ArmSampler
from v7thompson.rounds import round_key

_LEAST: Final = 1e-30
_MOST: Final = 1e15
_ARMS: Final = 2**31
_ROUNDS: Final = 2**63 - 1
_VERSION: Final = 1
_STREAM: Final = 0x62657461  # of propensities: other draws than any round's


@attrs.frozen(eq=False)
class BetaPosterior:
    """Beta(a, b) of every arm, a copy; NaN for removed arms."""

    a: npt.NDArray[np.float64]
    """float64 (n_arms,)."""
    b: npt.NDArray[np.float64]

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """float64 (n_arms,): expected like rates."""
        return self.a / (self.a + self.b)

    @property
    def sd(self) -> npt.NDArray[np.float64]:
        """float64 (n_arms,): standard deviations of the like rates."""
        total = self.a + self.b
        return np.sqrt(self.a / total * (self.b / total) / (total + 1.0))


class BetaThompson:
    """A Beta-Bernoulli bandit over numbered arms.

    Each round draws a like rate for every arm from its posterior and takes the best. Draws are exact, rounded to
    float32 of the log-odds, for all shapes in [1e-30, 1e15], below 1 too. A draw is a function of (seed, round, arm)
    and the arm's counts alone: the same on every machine, however many arms, threads or processes there are.

    May be called from any thread; calls take turns. Two bandits share nothing.

    Args:
        n_arms: Arms 0 to n_arms - 1, >= 0.
        prior: Beta(a, b) before any reward.
        seed: In [0, 2^63).

    Raises:
        InvalidValue: an argument is outside its range.
    """

    def __init__(self, n_arms: int, *, prior: tuple[float, float] = (1.0, 1.0), seed: int = 0) -> None:
        self.seed: Final = checks.whole(seed, 0, _ROUNDS, "a seed")
        self._turn = threading.Lock()
        self._prior = _prior(prior)
        self._round = 0
        self._table = ArmTable()
        self._extend(checks.whole(n_arms, 0, _ARMS, "a number of arms"), self._prior)
        self._sampler: ArmSampler | None = None

    def _extend(self, count: int, prior: tuple[float, float]) -> None:
        self._table.extend(np.full(count, prior[0]), np.full(count, prior[1]))

    @property
    def n_arms(self) -> int:
        """Numbers given to arms so far, removed ones included."""
        return self._table.count

    @property
    def arms(self) -> npt.NDArray[np.int64]:
        """int64 (n,): the arms that were not removed."""
        with self._turn:
            return np.flatnonzero(self._table.a[: self._table.count] > 0.0).astype(np.int64)

    @property
    def round(self) -> int:
        """The round `select` plays next."""
        return self._round

    @property
    def posterior(self) -> BetaPosterior:
        """What is known of every arm."""
        with self._turn:
            a, b = self._table.a[: self._table.count].copy(), self._table.b[: self._table.count].copy()
        gone = a == 0.0
        a[gone] = b[gone] = np.nan
        return BetaPosterior(a, b)

    # --- choosing ---------------------------------------------------------------------------------------------------

    def select(self, k: int = 1, *, eligible: npt.NDArray[np.bool_] | None = None, round_: int | None = None) -> Slate:
        """The best k arms of a round, best first; fewer where there are not so many.

        Args:
            k: In [1, 2^31].
            eligible: bool (n_arms,): the arms to choose from; all that were not removed unless told.
            round_: Play this round and leave the counter alone; without it the counter moves on by one.

        Raises:
            InvalidValue, ComputeError: an argument is no such thing; nothing changed.

        Cost: about 4 ns an arm.
        """
        limit = checks.whole(k, 1, _ARMS, "a slate")
        number = None if round_ is None else checks.whole(round_, 0, _ROUNDS, "a round")
        with self._turn:
            table = self._table
            if eligible is not None:
                table.mask[: table.count] = checks.mask(eligible, table.count, "eligible")
            played = self._round if number is None else number
            best = self._ready().best(
                max(1, min(limit, table.count)), key=round_key(self.seed, played), masked=eligible is not None
            )
            if number is None:
                self._round += 1
        return sealed(played, best.arms, best.draws)

    def log_odds(self, round_: int) -> npt.NDArray[np.float32]:
        """float32 (n_arms,): what a round draws for every arm, as log(p / (1 - p)); -inf for removed arms.

        Raises:
            InvalidValue: no such round.
        """
        key = round_key(self.seed, checks.whole(round_, 0, _ROUNDS, "a round"))
        with self._turn:
            return self._ready().scores(key=key)

    def log_propensity(self, items: npt.ArrayLike, *, samples: int = 1000) -> LogPropensity:
        """How likely a round shows just these arms, in whatever order, by Monte Carlo.

        Each sample draws the arms that are not shown; given the best of them, the chance that all shown ones are better
        is exact. Take it before learning from what was shown: it is of the posterior as it stands.

        Args:
            items: int (k,): arms, each once.
            samples: In [1, 10^6].

        Raises:
            InvalidValue, ComputeError, NotFound: an argument is no such thing.
        """
        shown = checks.numbers(items, "items")
        count = checks.whole(samples, 1, 10**6, "samples")
        with self._turn:
            self._known(shown)
            checks.slate_of(shown, self._table.count)
            best = np.empty(count)
            for sample in range(count):
                scores = self._ready().scores(key=round_key(self.seed ^ _STREAM, sample))
                scores[shown] = -np.inf
                best[sample] = scores.max()
            shapes = [(float(self._table.a[arm]), float(self._table.b[arm])) for arm in shown]
        if bool(np.isneginf(best).all()):  # there is no other arm
            return LogPropensity(0.0, 0.0, count)
        return conditional(np.sum([log_beta_tail(best, a, b) for a, b in shapes], axis=0))

    def _ready(self) -> ArmSampler:
        if self._sampler is None:
            self._sampler = backend.current().arms(self._table)
        return self._sampler

    # --- learning ---------------------------------------------------------------------------------------------------

    def update(self, arm: int, reward: float, *, weight: float = 1.0) -> None:
        """Learn one reward, whenever it comes.

        Args:
            arm: One that was not removed.
            reward: In [0, 1]; between them it counts in part for both.
            weight: Counts it so many times, in [0, 1e9].

        Raises:
            InvalidValue: reward or weight is outside; NotFound: no such arm. Nothing changed.
        """
        number = checks.whole(arm, -_ROUNDS, _ROUNDS, "an arm")
        liked, times = checks.real(reward, 0.0, 1.0, "a reward"), checks.real(weight, 0.0, 1e9, "a weight")
        with self._turn:
            table = self._table
            if not 0 <= number < table.count or table.a[number] == 0.0:
                raise NotFound(f"arm {number}")
            table.a[number] = _within(table.a[number] + times * liked)
            table.b[number] = _within(table.b[number] + times * (1.0 - liked))
            table.stale[number >> 9] = 1

    def update_batch(self, arms: npt.ArrayLike, rewards: npt.ArrayLike, weights: npt.ArrayLike = 1.0) -> None:
        """Learn many rewards; the same as one by one, and an arm may occur more than once.

        Args:
            arms: int (n,).
            rewards: float (n,), or one for all.
            weights: float (n,), or one for all.

        Raises:
            ComputeError: dtypes or shapes, NaN; InvalidValue, NotFound: as `update`. Nothing changed.
        """
        which = checks.numbers(arms, "arms")
        liked = checks.vector(rewards, which.size, 0.0, 1.0, "rewards")
        times = checks.vector(weights, which.size, 0.0, 1e9, "weights")
        with self._turn:
            self._known(which)
            table = self._table
            # `add.at` adds one after the other, in the order given: the bits of one by one.
            np.add.at(table.a, which, times * liked)
            np.add.at(table.b, which, times * (1.0 - liked))
            table.a[which] = np.minimum(table.a[which], _MOST)
            table.b[which] = np.minimum(table.b[which], _MOST)
            table.touch(which)

    def warm_start(self, arms: npt.ArrayLike, successes: npt.ArrayLike, failures: npt.ArrayLike) -> None:
        """Add what is known of arms from before, as counts; `discount` forgets it like any other evidence.

        Args:
            arms: int (n,).
            successes: float (n,), whole or not, in [0, 1e15]; or one for all.
            failures: Likewise.

        Raises:
            ComputeError, InvalidValue, NotFound: as `update_batch`. Nothing changed.
        """
        which = checks.numbers(arms, "arms")
        liked = checks.vector(successes, which.size, 0.0, _MOST, "successes")
        missed = checks.vector(failures, which.size, 0.0, _MOST, "failures")
        with self._turn:
            self._known(which)
            table = self._table
            np.add.at(table.a, which, liked)
            np.add.at(table.b, which, missed)
            table.a[which] = np.minimum(table.a[which], _MOST)
            table.b[which] = np.minimum(table.b[which], _MOST)
            table.touch(which)

    def discount(self, factor: float) -> None:
        """Let all evidence count `factor` times as much, in [0, 1]: posteriors move back to their priors.

        Raises:
            InvalidValue: it is outside.
        """
        share = checks.real(factor, 0.0, 1.0, "a factor")
        with self._turn:
            table = self._table
            for counts, prior in ((table.a, table.prior_a), (table.b, table.prior_b)):
                counts[:] = prior + share * (counts - prior)
            table.touch_all()

    def _known(self, arms: checks.I64) -> None:
        table = self._table
        outside = (arms < 0) | (arms >= table.count)
        unknown = outside | (table.a[np.where(outside, 0, arms)] == 0.0) if table.count else outside
        if bool(unknown.any()):
            raise NotFound(f"arm {int(arms[unknown][0])}")

    # --- arms that come and go --------------------------------------------------------------------------------------

    def add_arms(self, count: int, *, prior: tuple[float, float] | None = None) -> npt.NDArray[np.int64]:
        """New arms; returns their numbers, int64 (count,). The draws of the others stay what they are.

        Raises:
            InvalidValue: an argument is outside its range.
        """
        own = self._prior if prior is None else _prior(prior)
        with self._turn:
            first = self._table.count
            more = checks.whole(count, 0, _ARMS - first, "a number of arms")
            self._extend(more, own)
            return np.arange(first, first + more)

    def remove_arms(self, arms: npt.ArrayLike) -> None:
        """Arms that are never chosen again; their numbers are not used again.

        Raises:
            ComputeError: not whole numbers; NotFound: no such arm. Nothing changed.
        """
        which = checks.numbers(arms, "arms")
        with self._turn:
            self._known(which)
            table = self._table
            for column in (table.a, table.b, table.prior_a, table.prior_b):
                column[which] = 0.0
            table.touch(which)

    # --- keeping ----------------------------------------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        """Everything, for `from_bytes`."""
        with self._turn:
            table = self._table
            arrays = [column[: table.count] for column in (table.a, table.b, table.prior_a, table.prior_b)]
            facts = {"seed": self.seed, "round": self._round, "prior": self._prior}
            return saving.pack("BetaThompson", _VERSION, facts, arrays)

    @classmethod
    def from_bytes(cls, state: bytes) -> "BetaThompson":
        """A bandit that goes on where `to_bytes` was called.

        Raises:
            ComputeError: SNAPSHOT: cut, altered, something else.
        """
        facts, arrays = saving.unpack("BetaThompson", _VERSION, state)
        bandit = cls(0, prior=tuple(facts["prior"]), seed=facts["seed"])
        table = bandit._table
        a, b, prior_a, prior_b = arrays
        table.extend(prior_a, prior_b)
        table.a[: table.count], table.b[: table.count] = a, b
        bandit._round = facts["round"]
        return bandit


def _prior(prior: Any) -> tuple[float, float]:
    try:
        a, b = prior
    except (TypeError, ValueError) as error:
        raise InvalidValue(f"a prior of {prior!r}: not a pair") from error
    return checks.real(a, _LEAST, _MOST, "a prior's a"), checks.real(b, _LEAST, _MOST, "a prior's b")


def _within(count: float) -> float:
    return min(count, _MOST)
