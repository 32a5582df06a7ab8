"""Who writes and who checkpoints, across processes.

SQLite before 3.51.3 can lose pages when a commit resets the WAL while another connection checkpoints. So a commit holds
this file's lock together with other commits, and a checkpoint (like a migration) holds it alone.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from v7core.errors import StorageError, StorageFault
from v7services.storage.files import PRIVATE_FILE

_PAUSE_S: Final = 0.005


class Turns:
    """One handle on the lock file. Not for two threads at once."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)

    def close(self) -> None:
        """Give the handle back, and any turn with it."""
        os.close(self._handle)

    def hold(self, wait_s: float) -> None:
        """Together with others, until `close`.

        Raises:
            StorageError: BUSY, somebody was alone for longer than `wait_s`.
        """
        if not self._take(fcntl.LOCK_SH, wait_s):
            raise StorageError(StorageFault.BUSY, "the store is being replaced or removed; try again")

    @contextmanager
    def shared(self, wait_s: float) -> Iterator[None]:
        """To commit.

        Raises:
            StorageError: BUSY, somebody was alone for longer than `wait_s`.
        """
        if not self._take(fcntl.LOCK_SH, wait_s):
            raise StorageError(StorageFault.BUSY, "another process keeps the store to itself; try again")
        try:
            yield
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    @contextmanager
    def alone(self, wait_s: float = 0.0) -> Iterator[bool]:
        """To checkpoint or to migrate; yields False when others did not end within `wait_s`."""
        taken = self._take(fcntl.LOCK_EX, wait_s)
        try:
            yield taken
        finally:
            if taken:
                fcntl.flock(self._handle, fcntl.LOCK_UN)

    def _take(self, how: int, wait_s: float) -> bool:
        end = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(self._handle, how | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    return False
                time.sleep(_PAUSE_S)
            else:
                return True
