"""The events a fit reads, in flat growing arrays."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from v7thompson.contract import F64, Design
from v7thompson.layout import DIM

_FIRST_EVENTS: Final = 64
_FIRST_ELEMENTS: Final = 8_192


class Window:
    """Rows, rewards and predictions of the latest events, and the features ever met, numbered as they came.

    A number is never taken away, so a feature keeps what the folded past said of it.
    """

    def __init__(self, dim: int = DIM) -> None:
        self.events = 0
        self.features = np.zeros(_FIRST_ELEMENTS, dtype=np.uint32)
        """uint32: bucket of each numbered feature; the first `met` count."""
        self.met = 0
        self._numbers = np.full(dim, -1, dtype=np.int32)
        self._indptr = np.zeros(_FIRST_EVENTS + 1, dtype=np.uint64)
        self._buckets = np.zeros(_FIRST_ELEMENTS, dtype=np.uint32)
        self._ids = np.zeros(_FIRST_ELEMENTS, dtype=np.uint32)
        self._values = np.zeros(_FIRST_ELEMENTS, dtype=np.float32)
        self._facts = np.zeros((4, _FIRST_EVENTS))
        self.sequences: list[int] = []

    @property
    def elements(self) -> int:
        """Of all rows."""
        return int(self._indptr[self.events])

    @property
    def rewards(self) -> F64:
        """float64 (events,)."""
        return self._facts[0, : self.events]

    @property
    def margins(self) -> F64:
        """float64 (events,): predicted mean of each latent, with the intercept."""
        return self._facts[1, : self.events]

    @property
    def spreads(self) -> F64:
        """float64 (events,): predicted variance of each latent."""
        return self._facts[2, : self.events]

    def design(self, *, buckets: bool = False) -> Design:
        """Views of the events; features by their numbers, or by their buckets."""
        indices = self._buckets if buckets else self._ids
        return Design(
            self._indptr[: self.events + 1], indices[: self.elements], self._values[: self.elements], self.rewards
        )

    def known(self) -> npt.NDArray[np.uint32]:
        """uint32 (met,): buckets of the features met, by number."""
        return self.features[: self.met]

    def append(
        self, sequence: int, indices: npt.NDArray[np.uint32], values: npt.NDArray[np.float32], reward: float
    ) -> None:
        """Add an event; its prediction is set later."""
        self._number(indices)
        start, end = self.elements, self.elements + indices.size
        self._buckets, self._ids, self._values = (_grown(a, end) for a in (self._buckets, self._ids, self._values))
        if self.events + 1 >= self._indptr.size:
            self._indptr = _grown(self._indptr, self.events + 2)
            wider = np.zeros((4, self._indptr.size - 1))
            wider[:, : self.events] = self._facts[:, : self.events]
            self._facts = wider
        self._buckets[start:end] = indices
        self._ids[start:end] = self._numbers[indices]
        self._values[start:end] = values
        self._facts[0, self.events] = reward
        self.events += 1
        self._indptr[self.events] = end
        self.sequences.append(sequence)

    def _number(self, indices: npt.NDArray[np.uint32]) -> None:
        fresh = indices[self._numbers[indices] < 0]
        if fresh.size:
            self.features = _grown(self.features, self.met + fresh.size)
            self.features[self.met : self.met + fresh.size] = fresh
            self._numbers[fresh] = np.arange(self.met, self.met + fresh.size, dtype=np.int32)
            self.met += fresh.size

    def meet(self, features: npt.NDArray[np.uint32]) -> None:
        """Number features before any event has them: restoring does."""
        self._number(features)

    def predict(self, event: int, margin: float, spread: float) -> None:
        """Note what was predicted of an event: mean and variance of its latent."""
        self._facts[1, event], self._facts[2, event] = margin, spread

    def drop(self, count: int) -> None:
        """Take the oldest events away."""
        cut, end = int(self._indptr[count]), self.elements
        for array in (self._buckets, self._ids, self._values):
            array[: end - cut] = array[cut:end].copy()
        left = self.events - count
        self._indptr[: left + 1] = self._indptr[count : self.events + 1] - np.uint64(cut)
        self._facts[:, :left] = self._facts[:, count : self.events].copy()
        self.events = left
        del self.sequences[:count]

    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """Everything, for a snapshot: the arguments of `of`."""
        return (
            self.known(), self._indptr[: self.events + 1], self._buckets[: self.elements],
            self._values[: self.elements], self._facts[:3, : self.events].ravel(),
            np.array(self.sequences, dtype=np.int64),
        )  # fmt: skip

    @classmethod
    def of(cls, arrays: Sequence[npt.NDArray[Any]], dim: int = DIM) -> "Window":
        """A window from `arrays`, checked.

        Raises:
            ValueError: they do not fit together.
        """
        features, indptr, buckets, values, facts, sequences = arrays
        events = sequences.size
        if indptr.size != events + 1 or facts.size != 3 * events or values.size != buckets.size:
            raise ValueError("arrays of different lengths")
        if indptr[0] != 0 or indptr[-1] != buckets.size or (indptr[1:] < indptr[:-1]).any():
            raise ValueError("rows that do not follow one another")
        if max(features.max(initial=0), buckets.max(initial=0)) >= dim or np.unique(features).size != features.size:
            raise ValueError("features outside the space")
        window, predicted = cls(dim), facts.reshape(3, events)
        window.meet(features)
        for event in range(events):
            row = slice(int(indptr[event]), int(indptr[event + 1]))
            window.append(int(sequences[event]), buckets[row], values[row], float(predicted[0, event]))
            window.predict(event, float(predicted[1, event]), float(predicted[2, event]))
        if window.met != features.size:
            raise ValueError("events of features that were never met")
        return window


def _grown(array: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    if size <= array.size:
        return array
    wider = np.zeros(max(size, 2 * array.size), dtype=array.dtype)
    wider[: array.size] = array
    return wider
