"""The elements of rows, one row after another: in memory, or on disk in files without a name."""

import mmap
import os
import weakref
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault
from v7thompson.rows import FeatureRow

_FIRST: Final = 65_536
_PIECE: Final = 1 << 20


class RowArena:
    """Two arrays of the same size that grow at their end.

    On disk they are mapped, so whoever reads an address need not know: what was used lately stands in the system's
    cache of files, which any program's need for memory takes back, and the process owns none of it. The files have no
    name: nothing is left of them when the process ends, however it ends.

    Args:
        folder: Where the files are; None keeps the elements in memory.
        elements: Room at first.

    Raises:
        ComputeError: CAPACITY: no room on the disk, or no file can be made there.
    """

    def __init__(self, folder: Path | None = None, elements: int = 0) -> None:
        self._files: Final = None if folder is None else (_OnDisk(folder, np.uint32), _OnDisk(folder, np.float32))
        self.indices: npt.NDArray[np.uint32] = np.zeros(0, dtype=np.uint32)
        self.values: npt.NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self.used = 0
        """Elements that are taken."""
        self._resize(max(elements, _FIRST))

    def reserve(self, more: int) -> bool:
        """See to room for so many more; returns whether the arrays are others now.

        Raises:
            ComputeError: CAPACITY; nothing changed.
        """
        wanted = self.used + more
        if wanted <= self.indices.size:
            return False
        # Growing in memory copies everything, so it is done seldom; a file is made longer where it is.
        self._resize(2 * wanted if self._files is None else wanted + wanted // 4)
        return True

    def append(self, row: FeatureRow) -> int:
        """Where the row begins; there is room for it."""
        return self.extend(row.indices, row.values)

    def extend(self, indices: npt.NDArray[np.uint32], values: npt.NDArray[np.float32]) -> int:
        """As `append`, of a row's arrays, or of several rows' in a line."""
        start, end = self.used, self.used + indices.size
        self.indices[start:end] = indices
        self.values[start:end] = values
        self.used = end
        return start

    def _resize(self, size: int) -> None:
        if self._files is None:
            indices, values = np.zeros(size, dtype=np.uint32), np.zeros(size, dtype=np.float32)
            indices[: self.used], values[: self.used] = self.indices[: self.used], self.values[: self.used]
        else:
            indices, values = (file.mapped(size) for file in self._files)
        self.indices, self.values = indices, values


class _OnDisk:
    """One array, in a file without a name."""

    def __init__(self, folder: Path, kind: type[Any]) -> None:
        self._kind = np.dtype(kind)
        try:
            with TemporaryFile(dir=folder, buffering=0) as file:
                self._handle = os.dup(file.fileno())
        except OSError as error:
            raise ComputeError(ComputeFault.CAPACITY, f"no file for rows in {folder}: {error.strerror}") from error
        weakref.finalize(self, os.close, self._handle)

    def mapped(self, size: int) -> npt.NDArray[Any]:
        """The array with this many elements; what was there before stays, and the new ones are 0."""
        length = size * self._kind.itemsize
        try:
            _allocate(self._handle, length)
            return np.frombuffer(mmap.mmap(self._handle, length), dtype=self._kind)
        except OSError as error:
            raise ComputeError(ComputeFault.CAPACITY, f"no room for {length} bytes: {error.strerror}") from error


def _allocate(handle: int, length: int) -> None:
    """Make the file this long, its blocks included: writing to a mapped page that has none ends the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, length)
        return
    at = os.fstat(handle).st_size
    while at < length:  # macOS
        at += os.pwrite(handle, bytes(min(_PIECE, length - at)), at)
