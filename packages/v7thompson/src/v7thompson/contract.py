"""What the faces may ask of either implementation, compiled or plain. Arguments are checked before they get here."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from v7core.models.feed import ProfileKind
from v7thompson.arms import ArmTable
from v7thompson.pool import CandidatePool

Weights: TypeAlias = tuple[npt.NDArray[np.float32], tuple[float, float]]
"""float32 (DIM, 2), mean and variance of each weight; and the intercept's."""
Row: TypeAlias = tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]


F32: TypeAlias = npt.NDArray[np.float32]
F64: TypeAlias = npt.NDArray[np.float64]


@attrs.frozen(eq=False)
class Design:
    """Events as a sparse matrix X of one row an event, and what came of them. Contiguous arrays, not checked again."""

    indptr: npt.NDArray[np.uint64]
    """uint64 (events + 1,), from 0: row i holds the elements indptr[i] to indptr[i + 1]."""
    indices: npt.NDArray[np.uint32]
    """uint32 (elements,): features, each once a row, below the number of features."""
    values: npt.NDArray[np.float32]
    """float32 (elements,)."""
    rewards: F64
    """float64 (events,), in [0, 1]."""


@attrs.frozen(eq=False)
class Prior:
    """Independent normal distributions of the weights and the intercept, before the events."""

    mean: F64
    """float64 (features,), logits."""
    variance: F64
    """float64 (features,), > 0."""
    intercept: tuple[float, float]
    """Mean and variance."""


@attrs.frozen(eq=False)
class Fit:
    """The mode of the posterior and the diagonal of its curvature."""

    dual: F64
    """float64 (events,): reward - p at the mode; mean = prior mean + prior variance * X' dual."""
    mean: F64
    """float64 (features,), logits."""
    precision: F64
    """float64 (features,): 1 / prior variance + sum of p (1 - p) x**2."""
    intercept: tuple[float, float]
    """Mean and precision."""
    steps: int
    """Newton steps taken."""


class Fitter(Protocol):
    """Learns from events. Not for two threads at once."""

    def steps(
        self, design: Design, first: int, last: int, table: npt.NDArray[np.float32], intercept: float
    ) -> tuple[F64, F64]:
        """Update float32 (buckets, 2), mean and variance of each weight, by events `first` to `last`, one by one.

        Returns:
            Mean, and variance without the intercept's, of each event's latent right before its update: float64.
        """
        ...

    def fit(self, design: Design, prior: Prior, start: F64) -> Fit:
        """The mode, from a start of the dual, float64 (events,): zeros, or an earlier fit's."""
        ...

    def suffix_evidence(
        self, design: Design, variance: F64, intercept: tuple[float, float], *, most: int, block: int, least: int
    ) -> F64:
        """Log evidence of a fresh model on the last i * block events, at i - 1; only from i = least on.

        Args:
            variance: float64 (features,) of the weights; their means are 0.
            intercept: Mean and variance.
            most: Events of the longest suffix, a multiple of `block`, <= events.
        """
        ...


class Featuriser(Protocol):
    """One reusable workspace."""

    def __call__(self, document: bytes) -> Row:
        """Buckets, ascending, and values of a valid UTF-8 document, freshly allocated."""
        ...


@attrs.frozen(eq=False)
class Best:
    """The best jobs of a round, best first."""

    slots: npt.NDArray[np.int64]
    """int64 (k,): places in the pool."""
    score: npt.NDArray[np.float32]
    """float32 (k,): blended draws, logits."""
    match: npt.NDArray[np.float32]
    """float32 (k,): draws under Match."""
    manifest: npt.NDArray[np.float32]
    """float32 (k,): draws under Manifest."""


class Ranker(Protocol):
    """Works on one pool. Not for two threads at once."""

    def refresh(self, profile: ProfileKind, table: npt.NDArray[np.float32], intercept: tuple[float, float]) -> int:
        """Bring a profile's cached means and deviations up to date; returns how many rows were computed.

        Args:
            table: float32 (DIM, 2), contiguous: mean and variance of each weight.
            intercept: Mean and variance, logits.
        """
        ...

    def rank(
        self, limit: int, *, key: int, width: float, blend: float, masked: bool, joint: Sequence[Weights] | None = None
    ) -> Best:
        """Draw every job and take the best; ties by key.

        Args:
            masked: Take only jobs the pool's mask lets through.
            joint: Both profiles' weights, to draw them once for all jobs; None draws each job from its own mean and
                deviation as last refreshed.
        """
        ...


@attrs.frozen(eq=False)
class BestArms:
    """The best arms of a round, best first."""

    arms: npt.NDArray[np.int64]
    """int64 (k,)."""
    draws: npt.NDArray[np.float64]
    """float64 (k,): probabilities drawn."""


class ArmSampler(Protocol):
    """Draws from the posteriors of one table. Not for two threads at once."""

    def best(self, k: int, *, key: int, masked: bool) -> BestArms:
        """Draw every arm and take the best k; ties by number. `masked` takes only arms the mask lets through."""
        ...

    def scores(self, *, key: int) -> npt.NDArray[np.float32]:
        """float32 (count,): the log-odds drawn for every arm; -inf for removed ones."""
        ...


@attrs.frozen(eq=False)
class Rows:
    """A sparse matrix by rows. Contiguous arrays, not checked again."""

    indptr: npt.NDArray[np.uint64]
    """uint64 (rows + 1,), from 0."""
    indices: npt.NDArray[np.uint32]
    """uint32 (elements,), below the number of features."""
    values: npt.NDArray[np.float32]
    """float32 (elements,)."""


@attrs.frozen(eq=False)
class BestRows:
    """The best rows of a round, best first."""

    rows: npt.NDArray[np.int64]
    """int64 (k,)."""
    draws: npt.NDArray[np.float32]
    """float32 (k,): logits."""


class RowRanker(Protocol):
    """Ranks the rows of any sparse matrix. Not for two threads at once."""

    def predict(self, rows: Rows, table: F32, intercept: tuple[float, float]) -> tuple[F32, F32]:
        """Mean and standard deviation of every row, float32 (rows,), logits; the table is float32 (features, 2)."""
        ...

    def best(
        self,
        mean: F32,
        sd: F32,
        keys: npt.NDArray[np.uint64],
        k: int,
        *,
        key: int,
        width: float,
        mask: npt.NDArray[np.uint8] | None,
    ) -> BestRows:
        """Draw every row by its key and take the best k that the mask lets through; ties by key."""
        ...


class Backend(Protocol):
    """One implementation."""

    @property
    def name(self) -> str:
        """ "numba" or "numpy"."""
        ...

    def featuriser(self) -> Featuriser: ...

    def ranker(self, pool: CandidatePool) -> Ranker: ...

    def fitter(self) -> Fitter: ...

    def arms(self, table: ArmTable) -> ArmSampler: ...

    def rows(self) -> RowRanker: ...
