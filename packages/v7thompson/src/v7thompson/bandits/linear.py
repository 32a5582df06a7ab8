"""Thompson sampling for rewards that are linear in a few dense features."""

import threading
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault
from v7thompson._plain.draws import standard_normals
from v7thompson.bandits import checks, saving
from v7thompson.bandits.propensities import LogPropensity, counted
from v7thompson.bandits.slates import Slate, sealed
from v7thompson.rounds import round_key

F64 = npt.NDArray[np.float64]

_LARGEST: Final = 1e6
_ROUNDS: Final = 2**63 - 1
_VERSION: Final = 1
_STREAM: Final = 0x6C696E656172  # of propensities: other draws than any round's


@attrs.frozen(eq=False)
class LinearPosterior:
    """The weights' joint normal distribution, a copy."""

    mean: F64
    """float64 (d,)."""
    covariance: F64
    """float64 (d, d)."""


class DenseLinearThompson:
    """Exact Bayesian linear regression, and a joint draw of all weights a round.

        reward = x . w + noise,  w ~ N(0, prior_sd^2 I),  noise ~ N(0, noise_sd^2)

    All items of a round are scored by one draw of w, so items that share features rise and fall together. A draw is a
    function of (seed, round) and the posterior; matrices are factored by NumPy's LAPACK, so the last bits are those of
    one machine, not of all. May be called from any thread; calls take turns.

    Args:
        d: Features, in [1, 10,000]; add a column of ones for an intercept. Memory and time grow with d^2 and d^3.
        prior_sd: Of every weight before any reward, in [1e-6, 1e6].
        noise_sd: Of a reward around its expectation, in [1e-6, 1e6].
        width: Factor of the posterior's width, in [0, 10]: 1 is Thompson sampling, 0 is greedy.
        seed: In [0, 2^63).

    Raises:
        InvalidValue: an argument is outside its range.

    Source: Agrawal & Goyal (2013), ICML, algorithm 1.
    """

    def __init__(
        self, d: int, *, prior_sd: float = 1.0, noise_sd: float = 1.0, width: float = 1.0, seed: int = 0
    ) -> None:
        self.d: Final = checks.whole(d, 1, 10_000, "a number of features")
        self.seed: Final = checks.whole(seed, 0, _ROUNDS, "a seed")
        self.width: Final = checks.real(width, 0.0, 10.0, "a width")
        self.prior_sd: Final = checks.real(prior_sd, 1e-6, 1e6, "a prior's deviation")
        self.noise_sd: Final = checks.real(noise_sd, 1e-6, 1e6, "a noise")
        self._turn = threading.Lock()
        self._round = 0
        self._precision = np.eye(self.d) / self.prior_sd**2
        self._pull = np.zeros(self.d)
        self._factored: tuple[F64, F64] | None = None

    @property
    def round(self) -> int:
        """The round `rank` plays next."""
        return self._round

    @property
    def posterior(self) -> LinearPosterior:
        """What is known of the weights."""
        with self._turn:
            mean, root = self._factor()
            return LinearPosterior(mean.copy(), root @ root.T)

    def _factor(self) -> tuple[F64, F64]:
        """Mean, and a root R of the covariance R R'."""
        if self._factored is None:
            lower = np.linalg.cholesky(self._precision)
            root = np.linalg.inv(lower).T
            self._factored = root @ (root.T @ self._pull), root
        return self._factored

    def weights(self, round_: int) -> F64:
        """float64 (d,): the weights a round draws.

        Raises:
            InvalidValue: no such round.
        """
        number = checks.whole(round_, 0, _ROUNDS, "a round")
        with self._turn:
            return self._drawn(round_key(self.seed, number))

    def _drawn(self, key: int) -> F64:
        mean, root = self._factor()
        return mean + self.width * (root @ standard_normals(key, self.d))

    def rank(self, x: npt.ArrayLike, k: int, *, round_: int | None = None) -> Slate:
        """The best k items of a round, best first, ties by row; fewer where there are not so many.

        Args:
            x: float (items, d), within 1e6 of 0.
            k: >= 1.
            round_: Play this round and leave the counter alone; without it the counter moves on by one.

        Raises:
            InvalidValue, ComputeError: an argument is no such thing; nothing changed.
        """
        items, limit = self._rows(x), checks.whole(k, 1, _ROUNDS, "a slate")
        number = None if round_ is None else checks.whole(round_, 0, _ROUNDS, "a round")
        with self._turn:
            played = self._round if number is None else number
            scores = items @ self._drawn(round_key(self.seed, played))
            if number is None:
                self._round += 1
        chosen = np.argsort(-scores, kind="stable")[:limit].astype(np.int64)
        return sealed(played, chosen, scores[chosen])

    def update(self, x: npt.ArrayLike, reward: float) -> None:
        """Learn one reward, whenever it comes.

        Args:
            x: float (d,): the item's features.
            reward: Within 1e6 of 0.

        Raises:
            InvalidValue, ComputeError: an argument is no such thing; nothing changed.
        """
        given = np.asarray(x)
        if given.ndim != 1:
            raise ComputeError(ComputeFault.SHAPE, f"x: {given.shape}, not ({self.d},)")
        self._learn(self._rows(given[None, :]), np.array([checks.real(reward, -_LARGEST, _LARGEST, "a reward")]))

    def update_batch(self, x: npt.ArrayLike, rewards: npt.ArrayLike) -> None:
        """Learn many rewards: the same bits as one by one.

        Args:
            x: float (n, d).
            rewards: float (n,).

        Raises:
            InvalidValue, ComputeError: as `update`; nothing changed.
        """
        rows = self._rows(x)
        self._learn(rows, checks.vector(rewards, len(rows), -_LARGEST, _LARGEST, "rewards"))

    def _rows(self, x: npt.ArrayLike) -> F64:
        rows = checks.matrix(x, self.d, "x")
        if rows.size:
            checks.real(np.abs(rows).max(), 0.0, _LARGEST, "an element of x")
        return rows

    def _learn(self, rows: F64, rewards: F64) -> None:
        weight = 1.0 / self.noise_sd**2
        with self._turn:
            for row, reward in zip(rows, rewards.tolist(), strict=True):  # one matrix product would add otherwise
                self._precision += np.multiply.outer(row, weight * row)
                self._pull += weight * reward * row
            self._factored = None

    def discount(self, factor: float) -> None:
        """Let all evidence count `factor` times as much, in [0, 1]: the posterior moves back to the prior.

        Raises:
            InvalidValue: it is outside.
        """
        share = checks.real(factor, 0.0, 1.0, "a factor")
        with self._turn:
            prior = np.eye(self.d) / self.prior_sd**2
            self._precision = prior + share * (self._precision - prior)
            self._pull *= share
            self._factored = None

    def log_propensity(self, x: npt.ArrayLike, items: npt.ArrayLike, *, samples: int = 1000) -> LogPropensity:
        """How likely a ranking of x shows these items, in whatever order, by counting joint draws.

        Args:
            x: float (n, d): everything that is ranked.
            items: int (k,): rows of x, each once.
            samples: Draws, in [1, 10^6].

        Raises:
            InvalidValue, ComputeError: an argument is no such thing.
        """
        rows, shown = self._rows(x), checks.numbers(items, "items")
        checks.slate_of(shown, len(rows))
        count = checks.whole(samples, 1, 10**6, "samples")
        inside, hits = np.zeros(len(rows), dtype=np.bool_), 0
        inside[shown] = True
        with self._turn:
            for sample in range(count):
                scores = rows @ self._drawn(round_key(self.seed ^ _STREAM, sample))
                rest = scores[~inside]
                hits += bool(rest.size == 0 or scores[inside].min() > rest.max())
        return counted(hits, count)

    def to_bytes(self) -> bytes:
        """Everything, for `from_bytes`."""
        with self._turn:
            facts = {
                "d": self.d, "seed": self.seed, "round": self._round,
                "width": self.width, "prior_sd": self.prior_sd, "noise_sd": self.noise_sd,
            }  # fmt: skip
            return saving.pack("DenseLinearThompson", _VERSION, facts, [self._precision.ravel(), self._pull])

    @classmethod
    def from_bytes(cls, state: bytes) -> "DenseLinearThompson":
        """A bandit that goes on where `to_bytes` was called.

        Raises:
            ComputeError: SNAPSHOT: cut, altered, something else.
        """
        facts, (precision, pull) = saving.unpack("DenseLinearThompson", _VERSION, state)
        played = facts.pop("round")
        bandit = cls(**facts)
        bandit._round, bandit._pull = played, pull
        bandit._precision = precision.reshape(bandit.d, bandit.d)
        return bandit
