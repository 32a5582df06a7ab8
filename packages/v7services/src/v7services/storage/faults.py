"""From what SQLite and the system report to the one error callers know."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from v7core.errors import InvalidValue, StorageError, StorageFault

_KINDS: Final = {
    sqlite3.SQLITE_FULL: StorageFault.FULL,
    sqlite3.SQLITE_BUSY: StorageFault.BUSY,
    sqlite3.SQLITE_LOCKED: StorageFault.BUSY,
    sqlite3.SQLITE_READONLY: StorageFault.READ_ONLY,
    sqlite3.SQLITE_PERM: StorageFault.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: StorageFault.CORRUPT,
    sqlite3.SQLITE_NOTADB: StorageFault.CORRUPT,
    sqlite3.SQLITE_IOERR: StorageFault.IO,
    sqlite3.SQLITE_CANTOPEN: StorageFault.IO,
    sqlite3.SQLITE_PROTOCOL: StorageFault.IO,
    sqlite3.SQLITE_NOMEM: StorageFault.IO,
    sqlite3.SQLITE_CONSTRAINT: StorageFault.CONFLICT,
    sqlite3.SQLITE_TOOBIG: StorageFault.INVALID,
    sqlite3.SQLITE_MISMATCH: StorageFault.INVALID,
}

_SYSTEM: Final = {
    errno.ENOSPC: StorageFault.FULL,
    errno.EDQUOT: StorageFault.FULL,
    errno.EFBIG: StorageFault.FULL,
    errno.EROFS: StorageFault.READ_ONLY,
    errno.EACCES: StorageFault.READ_ONLY,
    errno.EPERM: StorageFault.READ_ONLY,
}

_SAID: Final = {
    StorageFault.FULL: "the disk is full",
    StorageFault.BUSY: "another process is writing; try again",
    StorageFault.READ_ONLY: "the file cannot be written",
    StorageFault.CORRUPT: "the file is damaged; `v7 doctor` says what can be saved",
    StorageFault.IO: "the disk failed",
}


def fault_of(error: Exception) -> StorageError | InvalidValue | None:
    """The error of ours that says what this one means; None for what is a bug."""
    if isinstance(error, UnicodeEncodeError):
        return InvalidValue("text that is not valid Unicode cannot be kept")
    if isinstance(error, OverflowError):
        return InvalidValue("a number that needs more than 64 bits cannot be kept")
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            closed = "closed" in str(error)
            return StorageError(StorageFault.CLOSED, "the store is closed") if closed else None
        kind = _KINDS.get(code & 0xFF)
        if kind is None and (code & 0xFF) == sqlite3.SQLITE_ERROR:
            return None  # wrong SQL: ours
        kind = kind or StorageFault.IO
        name = getattr(error, "sqlite_errorname", "")
        return StorageError(kind, f"{_SAID.get(kind, str(error))} ({name})")
    if isinstance(error, OSError):
        kind = _SYSTEM.get(error.errno or 0, StorageFault.IO)
        return StorageError(kind, f"{_SAID[kind]} ({error.strerror or error})")
    return None


@contextmanager
def storage_errors() -> Iterator[None]:
    """Whatever SQLite or the system raises inside comes out as `StorageError` or `InvalidValue`."""
    try:
        yield
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        raise fault from error
