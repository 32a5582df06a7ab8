"""The jobs that can be ranked: their rows, and each profile's cached mean and standard deviation of them."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault
from v7core.models.feed import ProfileKind
from v7core.models.jobs import JobId
from v7thompson.job_index import JobIndex
from v7thompson.layout import DIM
from v7thompson.row_arena import RowArena
from v7thompson.rows import FeatureRow, sealed

PROFILES: Final = (ProfileKind.MATCH, ProfileKind.MANIFEST)
_FIRST_JOBS: Final = 256
_WORTH_MOVING: Final = 65_536
"""Elements: a smaller arena is not compacted."""


@attrs.define(eq=False)
class ProfileColumns:
    """What one profile's posterior says of each job, by slot."""

    row_mean: npt.NDArray[np.float32]
    """Without the intercept, logits."""
    row_variance: npt.NDArray[np.float32]
    mean: npt.NDArray[np.float32]
    """With the intercept, logits."""
    sd: npt.NDArray[np.float32]
    drawn: npt.NDArray[np.float32]
    """Scores of the latest joint draw, logits; of no use after the ranking that made them."""
    stale: npt.NDArray[np.uint8]
    """1 where the row's part was never computed."""
    touched: npt.NDArray[np.uint64]
    """uint64 (DIM // 64,): bitmap of the weights that changed since the cache was brought up to date."""
    every: bool = True
    """All weights may have changed."""
    some: bool = False
    """Those weights changed that are marked."""
    new: bool = True
    """Some row was never computed."""
    intercept: tuple[float, float] | None = None
    """Mean and variance of the intercept the cache was made with."""

    @classmethod
    def of(cls, jobs: int) -> "ProfileColumns":
        """Room for so many jobs."""
        a, b, c, d, e = (np.zeros(jobs, dtype=np.float32) for _ in range(5))
        return cls(a, b, c, d, e, np.ones(jobs, dtype=np.uint8), np.zeros(DIM // 64, dtype=np.uint64))

    def mark(self, indices: npt.NDArray[np.uint32]) -> None:
        """Note that these weights changed."""
        bits = np.uint64(1) << (indices & np.uint32(63)).astype(np.uint64)
        np.bitwise_or.at(self.touched, indices >> np.uint32(6), bits)
        self.some = True

    def take(self, was: "ProfileColumns", jobs: int) -> None:
        """Take over what is known of the first jobs, and what is not."""
        for name in ("row_mean", "row_variance", "mean", "sd", "stale"):
            getattr(self, name)[:jobs] = getattr(was, name)[:jobs]
        self.touched[:] = was.touched
        self.every, self.some, self.new, self.intercept = was.every, was.some, was.new, was.intercept

    def is_settled(self, intercept: tuple[float, float]) -> bool:
        """Whether the cache is up to date, given the intercept."""
        return not (self.every or self.some or self.new) and self.intercept == intercept

    def settled(self, intercept: tuple[float, float]) -> None:
        """Note that the cache is up to date."""
        if self.some:
            self.touched[:] = 0
        self.every, self.some, self.new, self.intercept = False, False, False, intercept


class CandidatePool:
    """Rows in flat arrays, jobs in dense slots.

    A retired job's slot goes to the last job, so slots carry no meaning: a job's draw and its place among equals come
    from its key. Rows are appended to one arena, which is compacted when more than half of it is dead.

    Args:
        capacity: Most jobs.
        rows_in: Folder on whose disk the rows are kept; None keeps them in memory.

    Raises:
        ComputeError: CAPACITY: nothing can be kept in that folder.
    """

    keys: npt.NDArray[np.uint64]
    """By slot: what stands for the job in draws and ties."""
    start: npt.NDArray[np.uint64]
    """By slot: where its row begins."""
    length: npt.NDArray[np.uint32]
    """By slot: elements of its row."""
    mask: npt.NDArray[np.uint8]
    """By slot: 1 for a job that may be ranked; see `choose`."""
    columns: dict[ProfileKind, ProfileColumns]

    def __init__(self, capacity: int, rows_in: Path | None = None) -> None:
        self.capacity: Final = capacity
        self._rows_in: Final = rows_in
        self.jobs: Final = JobIndex()
        self.version = 0
        """Raised whenever an array was replaced: addresses must be read again."""
        self._reserve_jobs(min(capacity, _FIRST_JOBS))
        self._rows = RowArena(rows_in)
        self._live = 0
        """Elements of rows that belong to a job."""

    def __len__(self) -> int:
        return len(self.jobs)

    @property
    def indices(self) -> npt.NDArray[np.uint32]:
        """uint32: buckets of all rows; a job's are `length` ones from `start`."""
        return self._rows.indices

    @property
    def values(self) -> npt.NDArray[np.float32]:
        """float32: their values."""
        return self._rows.values

    def _reserve_jobs(self, jobs: int) -> None:
        before = len(self.jobs)
        keys, start = np.zeros(jobs, dtype=np.uint64), np.zeros(jobs, dtype=np.uint64)
        length, mask = np.zeros(jobs, dtype=np.uint32), np.zeros(jobs, dtype=np.uint8)
        columns = {profile: ProfileColumns.of(jobs) for profile in PROFILES}
        if before:
            keys[:before], start[:before] = self.keys[:before], self.start[:before]
            length[:before] = self.length[:before]
            for profile in PROFILES:
                columns[profile].take(self.columns[profile], before)
        self.keys, self.start, self.length, self.mask, self.columns = keys, start, length, mask, columns
        self.version += 1

    def admit(self, jobs: Sequence[tuple[JobId, FeatureRow]]) -> tuple[int, int]:
        """Add jobs; one that is there gets the new row. Of several rows for one job the last stands.

        Returns:
            How many were new, and how many replaced.

        Raises:
            ComputeError: CAPACITY or MEMORY, and nothing was admitted.
        """
        wanted = dict(jobs)
        slots = {job: self.jobs.find(job) for job in wanted}
        new = sum(slot is None for slot in slots.values())
        total = len(self.jobs) + new
        if total > self.capacity:
            raise ComputeError(ComputeFault.CAPACITY, f"{total} jobs, room for {self.capacity}")
        try:
            if total > self.keys.size:
                self._reserve_jobs(min(self.capacity, max(total, 2 * self.keys.size)))
            self.jobs.reserve(new)
            self._reserve_features(sum(len(row) for row in wanted.values()))
        except MemoryError as error:
            raise ComputeError(ComputeFault.MEMORY, f"no room for {total} jobs") from error
        for job, row in wanted.items():
            slot = slots[job]
            if slot is None:
                slot = self.jobs.append(job)
                self.keys[slot] = job_key(job)
            else:
                self._live -= int(self.length[slot])
            self.start[slot], self.length[slot] = self._rows.append(row), len(row)
            self._live += len(row)
            for columns in self.columns.values():
                columns.stale[slot] = 1
                columns.new = True
        return new, len(wanted) - new

    def _reserve_features(self, more: int) -> None:
        if self._is_half_dead() and self._rows.used + more > self.indices.size:
            self._compact()
        if self._rows.reserve(more):
            self.version += 1

    def _is_half_dead(self) -> bool:
        return self._rows.used > _WORTH_MOVING and self._rows.used > 2 * self._live

    def _compact(self) -> None:
        rows = RowArena(self._rows_in, self._live + self._live // 2)
        starts = self.start[: len(self.jobs)].copy()
        for slot, (start, length) in enumerate(zip(starts.tolist(), self.length[: starts.size].tolist(), strict=True)):
            starts[slot] = rows.extend(self.indices[start : start + length], self.values[start : start + length])
        self._rows, self.start[: len(self.jobs)] = rows, starts
        self.version += 1

    def retire(self, ids: Iterable[JobId]) -> int:
        """Remove jobs; unknown ones are not an error. Returns how many were removed."""
        gone = 0
        for job in ids:
            removed = self.jobs.remove(job)
            if removed is None:
                continue
            slot, last = removed
            gone += 1
            self._live -= int(self.length[slot])
            if slot != last:
                for array in (self.keys, self.start, self.length):
                    array[slot] = array[last]
                for columns in self.columns.values():
                    for column in (
                        columns.row_mean, columns.row_variance, columns.mean, columns.sd, columns.stale,
                    ):  # fmt: skip
                        column[slot] = column[last]
            for columns in self.columns.values():
                columns.stale[last] = 1
        if self._is_half_dead():
            with suppress(ComputeError, MemoryError):  # no room beside the old one: that goes on serving
                self._compact()
        return gone

    def row(self, job: JobId) -> FeatureRow:
        """A copy of a job's row.

        Raises:
            ComputeError: UNKNOWN_JOB.
        """
        slot = self.slot(job)
        start, end = int(self.start[slot]), int(self.start[slot]) + int(self.length[slot])
        return sealed(self.indices[start:end].copy(), self.values[start:end].copy())

    def slot(self, job: JobId) -> int:
        """Where a job stands now.

        Raises:
            ComputeError: UNKNOWN_JOB.
        """
        slot = self.jobs.find(job)
        if slot is None:
            raise ComputeError(ComputeFault.UNKNOWN_JOB, str(job))
        return slot

    def choose(self, eligible: Collection[JobId]) -> int:
        """Mark the jobs that may be ranked; unknown ones are passed over. Returns how many there are."""
        self.mask[: len(self.jobs)] = 0
        self.mask[self.jobs.find_all(eligible)] = 1
        return int(np.count_nonzero(self.mask[: len(self.jobs)]))


def job_key(job: JobId) -> int:
    """64 bits that stand for a job in draws and ties."""
    return (job.int >> 64) ^ (job.int & (2**64 - 1))
