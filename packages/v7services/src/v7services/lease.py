"""One poller among the processes of one person: a lock that the system takes back when its holder dies."""

import fcntl
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from v7core.clock import SystemClock
from v7core.protocols import Clock
from v7services.storage.faults import storage_errors
from v7services.storage.files import PRIVATE_FILE

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who polls."""

    pid: int
    since: datetime | None
    """None when the note cannot be read."""


class Lease:
    """The right to poll. The lock is the truth; the pid and the time in the file are for people.

    A holder that was killed holds nothing any more, so a stale lease is simply taken over.

    Args:
        path: Beside the database (`lease_path`). Its folder exists.
    """

    def __init__(self, path: Path, *, clock: Clock | None = None) -> None:
        self._path = path
        self._clock = clock or SystemClock()
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether it is ours."""
        return self._handle is not None

    def acquire(self) -> bool:
        """Take it; False while another process has it. Taking what is ours already is a no-op.

        Raises:
            StorageError: the file cannot be made.
        """
        if self._handle is not None:
            return True
        with storage_errors():
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                note = json.dumps({"pid": os.getpid(), "since": self._clock.now().isoformat()})
                os.ftruncate(handle, 0)
                os.pwrite(handle, note.encode(), 0)
            except BlockingIOError:
                os.close(handle)
                return False
            except BaseException:
                os.close(handle)
                raise
        self._handle = handle
        return True

    def release(self) -> None:
        """Give it back. A second call is a no-op."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            os.close(handle)

    def holder(self) -> Holder | None:
        """Who has it now; None when nobody has.

        Raises:
            StorageError: the file cannot be read.
        """
        with storage_errors():
            try:
                handle = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            except FileNotFoundError:
                return None
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _holder(os.pread(handle, _LONGEST, 0))
            finally:
                os.close(handle)
        return None


def lease_path(database: Path) -> Path:
    """Where the lease of a store's poller lies."""
    return database.with_name(database.name + "-poller")


def _holder(note: bytes) -> Holder:
    try:
        facts = json.loads(note)
        return Holder(pid=int(facts["pid"]), since=datetime.fromisoformat(facts["since"]))
    except (ValueError, TypeError, KeyError):
        return Holder(pid=0, since=None)
