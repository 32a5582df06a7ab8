"""What is learned from reactions: a deterministic fold of (evidence, profile texts), one track a profile."""

from collections.abc import Collection
from hashlib import sha256
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault, InvalidValue
from v7core.models.feed import ProfileKind
from v7thompson import posterior, track
from v7thompson._plain import fit
from v7thompson.evidence import Evidence
from v7thompson.packing import pack, unpack
from v7thompson.posterior import Named, Posterior
from v7thompson.track import SNAPSHOT_ARRAYS, TasteChange, Track

RULES: Final = 1
"""Raised by hand when the same events would teach something else and no constant below changed."""


def _version() -> str:
    constants = [
        f"{module.__name__}.{name}={getattr(module, name)}"
        for module in (fit, posterior, track)
        for name in sorted(vars(module))
        if name.isupper() and isinstance(getattr(module, name), int | float | tuple)
    ]
    return sha256("\n".join([str(RULES), *constants]).encode()).hexdigest()[:12]


class Learner:
    """Not for two threads at once.

    Args:
        match_text: Who the person is.
        manifest_text: Where the person wants to go.
        refused: Changes of taste that the person took back, by profile and sequence number.
    """

    version: Final = _version()
    """Twelve hex digits that change when the same events would teach something else."""

    def __init__(
        self, match_text: str = "", manifest_text: str = "", *, refused: Collection[tuple[ProfileKind, int]] = ()
    ) -> None:
        texts = {ProfileKind.MATCH: match_text, ProfileKind.MANIFEST: manifest_text}
        self._tracks = {
            profile: Track(profile, Named.of(text), frozenset(at for whose, at in refused if whose is profile))
            for profile, text in texts.items()
        }
        self.sequence = 0
        """Of the last event; 0 before the first."""
        self.events = 0
        """Learned from."""

    @property
    def posteriors(self) -> dict[ProfileKind, Posterior]:
        """By profile; they change as events are learned."""
        return {profile: each.posterior for profile, each in self._tracks.items()}

    @property
    def changes(self) -> tuple[TasteChange, ...]:
        """Every change of taste that was decided, oldest first."""
        found = [change for each in self._tracks.values() for change in each.changes]
        return tuple(sorted(found, key=lambda change: change.sequence))

    def learn(self, evidence: Evidence) -> dict[ProfileKind, npt.NDArray[np.uint32] | None]:
        """Learn from one event.

        Returns:
            By profile whose posterior changed: the features whose weights changed, None where all may have.

        Raises:
            InvalidValue: it is not after the last one; nothing changed.
        """
        if evidence.sequence <= self.sequence:
            raise InvalidValue(f"event {evidence.sequence} after event {self.sequence}")
        touched = self._tracks[evidence.profile].learn(evidence)
        self.sequence, self.events = evidence.sequence, self.events + 1
        return {evidence.profile: touched}

    def snapshot(self) -> bytes:
        """Everything, for `restore`."""
        arrays: list[npt.NDArray[Any]] = [np.array([self.sequence, self.events], dtype=np.int64)]
        for each in self._tracks.values():
            arrays += each.arrays()
        return pack(arrays)

    @classmethod
    def restore(
        cls,
        snapshot: bytes,
        match_text: str = "",
        manifest_text: str = "",
        *,
        refused: Collection[tuple[ProfileKind, int]] = (),
    ) -> "Learner":
        """A learner as it was; the texts must be those it was made with.

        Raises:
            ComputeError: SNAPSHOT: these are not the bytes of one.
        """
        learner = cls(match_text, manifest_text, refused=refused)
        try:
            counts, *arrays = unpack(snapshot)
            learner.sequence, learner.events = counts.tolist()
            if len(arrays) != SNAPSHOT_ARRAYS * len(learner._tracks):
                raise ValueError(f"{len(arrays)} arrays")
            for place, each in enumerate(learner._tracks.values()):
                each.restore(arrays[place * SNAPSHOT_ARRAYS : (place + 1) * SNAPSHOT_ARRAYS])
        except (ValueError, IndexError) as error:
            raise ComputeError(ComputeFault.SNAPSHOT, f"not a learner's: {error}") from error
        return learner
