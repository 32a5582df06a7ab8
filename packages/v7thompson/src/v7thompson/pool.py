"""The jobs that can be ranked: their rows, and each profile's cached mean and standard deviation of them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault
from v7core.models.feed import ProfileKind
from v7core.models.jobs import JobId
from v7thompson.layout import DIM
from v7thompson.rows import FeatureRow, sealed

PROFILES: Final = (ProfileKind.MATCH, ProfileKind.MANIFEST)
_FIRST_JOBS: Final = 256
_FIRST_FEATURES: Final = 65_536


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
    dirty: bool = True
    """Some weight changed, or some row was never computed."""
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
        self.dirty = True

    def is_settled(self, intercept: tuple[float, float]) -> bool:
        """Whether the cache is up to date, given the intercept."""
        return not self.every and not self.dirty and self.intercept == intercept

    def settled(self, intercept: tuple[float, float]) -> None:
        """Note that the cache is up to date."""
        if self.dirty:
            self.touched[:] = 0
        self.every, self.dirty, self.intercept = False, False, intercept


class CandidatePool:
    """Rows in flat arrays, jobs in dense slots.

    A retired job's slot goes to the last job, so slots carry no meaning: a job's draw and its place among equals come
    from its key. Rows are appended to one arena, which is compacted when more than half of it is dead.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity: Final = capacity
        self.ids: list[JobId] = []
        self.slots: dict[JobId, int] = {}
        self.version = 0
        """Raised whenever an array was replaced: addresses must be read again."""
        self._reserve_jobs(min(capacity, _FIRST_JOBS))
        self.indices = np.zeros(_FIRST_FEATURES, dtype=np.uint32)
        self.values = np.zeros(_FIRST_FEATURES, dtype=np.float32)
        self.used = 0
        """Elements of the row arena that are taken, dead ones included."""
        self.live = 0
        """Elements that belong to a job."""

    def __len__(self) -> int:
        return len(self.ids)

    def _reserve_jobs(self, jobs: int) -> None:
        before = len(self.ids)
        old: dict[str, Any] = dict(self.__dict__) if before else {}
        self.keys = np.zeros(jobs, dtype=np.uint64)
        self.start = np.zeros(jobs, dtype=np.uint64)
        self.length = np.zeros(jobs, dtype=np.uint32)
        self.mask = np.zeros(jobs, dtype=np.uint8)
        self.columns = {profile: ProfileColumns.of(jobs) for profile in PROFILES}
        self.version += 1
        if old:
            for name in ("keys", "start", "length"):
                getattr(self, name)[:before] = old[name][:before]
            for profile in PROFILES:
                was: ProfileColumns = old["columns"][profile]
                now = self.columns[profile]
                for name in ("row_mean", "row_variance", "mean", "sd", "stale"):
                    getattr(now, name)[:before] = getattr(was, name)[:before]
                now.touched[:] = was.touched
                now.every, now.dirty, now.intercept = was.every, was.dirty, was.intercept

    def admit(self, jobs: Sequence[tuple[JobId, FeatureRow]]) -> tuple[int, int]:
        """Add jobs; one that is there gets the new row. Of several rows for one job the last stands.

        Returns:
            How many were new, and how many replaced.

        Raises:
            ComputeError: CAPACITY, and nothing was admitted.
        """
        wanted = dict(jobs)
        new = sum(job not in self.slots for job in wanted)
        total = len(self.ids) + new
        if total > self.capacity:
            raise ComputeError(ComputeFault.CAPACITY, f"{total} jobs, room for {self.capacity}")
        if total > self.keys.size:
            self._reserve_jobs(min(self.capacity, max(total, 2 * self.keys.size)))
        self._reserve_features(sum(len(row) for row in wanted.values()))
        for job, row in wanted.items():
            slot = self.slots.get(job)
            if slot is None:
                slot = len(self.ids)
                self.ids.append(job)
                self.slots[job] = slot
                self.keys[slot] = job_key(job)
            else:
                self.live -= int(self.length[slot])
            end = self.used + len(row)
            self.indices[self.used : end] = row.indices
            self.values[self.used : end] = row.values
            self.start[slot], self.length[slot] = self.used, len(row)
            self.used, self.live = end, self.live + len(row)
            for columns in self.columns.values():
                columns.stale[slot] = 1
                columns.dirty = True
        return new, len(wanted) - new

    def _reserve_features(self, more: int) -> None:
        if self.used + more <= self.indices.size:
            return
        self._move_rows(max(2 * (self.live + more), _FIRST_FEATURES))

    def _move_rows(self, size: int) -> None:
        indices, values, used = np.zeros(size, dtype=np.uint32), np.zeros(size, dtype=np.float32), 0
        if self.used == self.live:  # nothing between them to leave out
            used = self.used
            indices[:used], values[:used] = self.indices[:used], self.values[:used]
        else:
            for slot in range(len(self.ids)):
                start, length = int(self.start[slot]), int(self.length[slot])
                indices[used : used + length] = self.indices[start : start + length]
                values[used : used + length] = self.values[start : start + length]
                self.start[slot] = used
                used += length
        self.indices, self.values, self.used = indices, values, used
        self.version += 1

    def retire(self, ids: Iterable[JobId]) -> int:
        """Remove jobs; unknown ones are not an error. Returns how many were removed."""
        gone = 0
        for job in ids:
            slot = self.slots.pop(job, None)
            if slot is None:
                continue
            gone += 1
            self.live -= int(self.length[slot])
            last = len(self.ids) - 1
            moved = self.ids.pop()
            if slot != last:
                self.ids[slot] = moved
                self.slots[moved] = slot
                for array in (self.keys, self.start, self.length):
                    array[slot] = array[last]
                for columns in self.columns.values():
                    for column in (
                        columns.row_mean, columns.row_variance, columns.mean, columns.sd, columns.stale,
                    ):  # fmt: skip
                        column[slot] = column[last]
            for columns in self.columns.values():
                columns.stale[last] = 1
        if self.used > _FIRST_FEATURES and self.used > 2 * self.live:
            self._move_rows(max(2 * self.live, _FIRST_FEATURES))
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
        slot = self.slots.get(job)
        if slot is None:
            raise ComputeError(ComputeFault.UNKNOWN_JOB, str(job))
        return slot

    def choose(self, eligible: Collection[JobId]) -> int:
        """Mark the jobs that may be ranked; unknown ones are passed over. Returns how many there are."""
        self.mask[: len(self.ids)] = 0
        found = [slot for slot in map(self.slots.get, eligible) if slot is not None]
        self.mask[found] = 1
        return int(np.count_nonzero(self.mask[: len(self.ids)]))


def job_key(job: JobId) -> int:
    """64 bits that stand for a job in draws and ties."""
    return (job.int >> 64) ^ (job.int & (2**64 - 1))
