"""Which slot a job stands in, at some thirty bytes a job: a dictionary of UUIDs takes eight times as much."""

from collections.abc import Iterable, Iterator
from secrets import randbits
from typing import Final
from uuid import UUID, SafeUUID

import numpy as np
import numpy.typing as npt

from v7core.models.jobs import JobId

_HALF: Final = 2**64 - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
_FIRST: Final = 512
_new: Final = object.__new__
_int, _is_safe = (getattr(UUID, name).__set__ for name in ("int", "is_safe"))
_SPARE: Final = 64
"""Places behind the last home: a run of neighbours that reaches their end makes the table grow."""


class JobIndex:
    """Jobs in dense slots, found by an open table with linear probing.

    A place of the table holds a slot + 1, or 0. A job's *home* follows from its id; between its home and its place no
    place is empty. Homes are salted: nobody who chooses ids knows which of them collide. Source: Knuth, The Art of
    Computer Programming, volume 3, 6.4, algorithms L and R.
    """

    def __init__(self) -> None:
        self._count = 0
        self._salt = randbits(64)
        self._high = np.zeros(_FIRST // 2, dtype=np.uint64)
        self._low = np.zeros(_FIRST // 2, dtype=np.uint64)
        self._bits = 0
        self._table: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._resize(_FIRST)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, job: object) -> bool:
        return isinstance(job, UUID) and self.find(job) is not None

    def __iter__(self) -> Iterator[JobId]:
        """In the order of their slots."""
        return iter(self.at(np.arange(self._count)))

    def __getitem__(self, slot: int) -> JobId:
        """The job of a slot."""
        return _uuid(int(self._high[slot]) << 64 | int(self._low[slot]))

    def at(self, slots: npt.NDArray[np.int64]) -> list[JobId]:
        """The jobs of these slots."""
        high, low = self._high[slots].tolist(), self._low[slots].tolist()
        return [_uuid(upper << 64 | lower) for upper, lower in zip(high, low, strict=True)]

    def find(self, job: JobId) -> int | None:
        """The slot of a job; None when it is not there."""
        place = self._place(job.int >> 64, job.int & _HALF)
        held = int(self._table[place]) - 1
        return held if held >= 0 else None

    def find_all(self, jobs: Iterable[JobId]) -> npt.NDArray[np.int64]:
        """int64: the slots of those that are there, in their order."""
        halves = np.frombuffer(b"".join([job.bytes for job in jobs]), dtype=">u8").astype(np.uint64).reshape(-1, 2)
        high, low = halves[:, 0], halves[:, 1]
        places = self._homes(high, low, self._bits)
        found = np.full(places.size, -1, dtype=np.int64)
        looking = np.arange(places.size)
        while looking.size:
            held = self._table[places[looking]].astype(np.int64) - 1
            looking, held = looking[held >= 0], held[held >= 0]
            hit = (self._low[held] == low[looking]) & (self._high[held] == high[looking])
            found[looking[hit]] = held[hit]
            looking = looking[~hit]
            places[looking] += 1
        return found[found >= 0]

    def reserve(self, more: int) -> None:
        """See to room for so many more jobs.

        Raises:
            MemoryError: nothing changed.
        """
        wanted, bits = 2 * (self._count + more), self._bits
        if wanted > 1 << bits:
            self._resize(max(4 << bits, 1 << (wanted - 1).bit_length()))

    def append(self, job: JobId) -> int:
        """Give a job that is not there the next slot; returns it."""
        self.reserve(1)
        high, low = job.int >> 64, job.int & _HALF
        place = self._place(high, low)
        while place >= self._table.size - 1:  # the last place stays empty, for whoever looks that far
            self._resize(2 << self._bits)
            place = self._place(high, low)
        slot = self._count
        self._high[slot], self._low[slot] = high, low
        self._table[place] = slot + 1
        self._count += 1
        return slot

    def remove(self, job: JobId) -> tuple[int, int] | None:
        """Take a job out; the last one takes its slot.

        Returns:
            Its slot and the last one's, None when it is not there.
        """
        place = self._place(job.int >> 64, job.int & _HALF)
        slot = int(self._table[place]) - 1
        if slot < 0:
            return None
        last = self._count - 1
        if slot != last:
            high, low = int(self._high[last]), int(self._low[last])
            self._table[self._place(high, low)] = slot + 1
            self._high[slot], self._low[slot] = high, low
        self._close_up(place)
        self._count = last
        return slot, last

    def _home(self, high: int, low: int) -> int:
        return ((high ^ low ^ self._salt) * _GOLDEN & _HALF) >> (64 - self._bits)

    def _homes(self, high: npt.NDArray[np.uint64], low: npt.NDArray[np.uint64], bits: int) -> npt.NDArray[np.int64]:
        """As `_home`, of many, in a table of 2**bits homes."""
        with np.errstate(over="ignore"):
            keys = (high ^ low ^ np.uint64(self._salt)) * np.uint64(_GOLDEN)
        return (keys >> np.uint64(64 - bits)).astype(np.int64)

    def _place(self, high: int, low: int) -> int:
        """Where a job is, or where it would be put."""
        place = self._home(high, low)
        while held := int(self._table[place]):
            if self._low[held - 1] == low and self._high[held - 1] == high:
                break
            place += 1
        return place

    def _close_up(self, hole: int) -> None:
        """Empty a place, and move up whoever would not be found behind an empty one."""
        place = hole
        while held := int(self._table[place + 1]):
            place += 1
            if self._home(int(self._high[held - 1]), int(self._low[held - 1])) <= hole:
                self._table[hole] = held
                hole = place
        self._table[hole] = 0

    def _resize(self, homes: int) -> None:
        """Make the table anew for so many homes, a power of two, and room for half as many jobs; or change nothing."""
        bits, count = homes.bit_length() - 1, self._count
        high, low = self._high, self._low
        if more := max(0, homes // 2 - high.size):
            high, low = (np.concatenate([half, np.zeros(more, dtype=np.uint64)]) for half in (high, low))
        home = self._homes(high[:count], low[:count], bits)
        order = np.argsort(home, kind="stable")
        # Each at its home, or right behind the one before it.
        steps = np.arange(count)
        places = np.maximum.accumulate(home[order] - steps) + steps
        end = int(places[-1]) + 2 if count else 0
        table = np.zeros(max(homes + _SPARE, end), dtype=np.int32)
        table[places] = order + 1
        self._bits, self._high, self._low, self._table = bits, high, low, table


def _uuid(number: int) -> UUID:
    """As `UUID(int=number)`, of a number that was one: without its checks, a third of the time."""
    made = _new(UUID)
    _int(made, number)
    _is_safe(made, SafeUUID.unknown)
    return made
