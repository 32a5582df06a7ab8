"""What the faces may ask of either implementation, compiled or plain. Arguments are checked before they get here."""

from typing import Protocol, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from v7core.models.feed import ProfileKind
from v7thompson.pool import CandidatePool

Row: TypeAlias = tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]


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

    def rank(self, limit: int, *, key: int, width: float, blend: float, masked: bool) -> Best:
        """Draw every job and take the best; ties by key. `masked` takes only jobs the pool's mask lets through."""
        ...


class Backend(Protocol):
    """One implementation."""

    @property
    def name(self) -> str:
        """ "numba" or "numpy"."""
        ...

    def featuriser(self) -> Featuriser: ...

    def ranker(self, pool: CandidatePool) -> Ranker: ...
