"""Preallocated rings: the only memory a measurement ever takes."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from operator import length_hint
from typing import Final

_NEVER: Final = float("-inf")


def _writer(
    values: "array[float]", times: "array[float]", tickets: Iterator[int], monotonic: Callable[[], float]
) -> Callable[[float], None]:
    # A closure because a method that reads the same four things from `self` takes twice as long: benchmarks/monitoring.
    capacity = len(values)
    ticket = tickets.__next__

    def append(value: float) -> None:
        slot = ticket() % capacity
        values[slot] = value
        times[slot] = monotonic()

    return append


class Ring:
    """The last `capacity` samples and when each was taken, in two flat arrays.

    Safe from any number of threads without a lock: a slot is handed out by `next` on a range iterator, which is one
    step of the interpreter, so no two writers ever share a slot and none is lost. The value is stored before its time
    and times are copied before values, so a reader never pairs a time with a value older than it.

    Args:
        capacity: Samples kept, at least 1.
        monotonic: Seconds that never go back.
    """

    __slots__ = ("_tickets", "_times", "_values", "append", "capacity")

    def __init__(self, capacity: int, monotonic: Callable[[], float]) -> None:
        self.capacity = capacity
        self._values = array("d", bytes(8 * capacity))
        self._times = array("d", [_NEVER]) * capacity
        self._tickets = iter(range(sys.maxsize))
        self.append = _writer(self._values, self._times, self._tickets, monotonic)
        """Overwrites the oldest slot with a finite value and the time it is now."""

    @property
    def written(self) -> int:
        """Samples ever appended."""
        return sys.maxsize - length_hint(self._tickets)

    @property
    def nbytes(self) -> int:
        """Bytes of both arrays; constant."""
        return len(self._values) * self._values.itemsize + len(self._times) * self._times.itemsize

    def since(self, moment: float) -> "array[float]":
        """float64 (samples,), oldest first: those taken at `moment` or later, among the last `capacity`."""
        times, values = self._ordered()
        return values[bisect_left(times, moment) :]

    def latest(self) -> tuple[float, float] | None:
        """The newest sample and its time; None before the first."""
        times, values = self._ordered()
        for at, value in zip(reversed(times), reversed(values), strict=True):
            if at != _NEVER:  # a writer that holds a ticket and has not stored yet leaves a gap
                return value, at
        return None

    def _ordered(self) -> "tuple[array[float], array[float]]":
        written = self.written
        if written <= self.capacity:
            return self._times[:written], self._values[:written]
        head = written % self.capacity
        times = self._times[:]
        values = self._values[:]
        return times[head:] + times[:head], values[head:] + values[:head]
