"""One connection, set up the way every connection of ours is."""

import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

WAIT_S: Final = 10.0
"""How long a writer waits for another process before it says busy: longer than the largest poll takes to commit."""

_ALWAYS: Final = (
    "pragma trusted_schema = off",
    "pragma foreign_keys = on",
    "pragma recursive_triggers = on",
    "pragma cell_size_check = on",
    "pragma temp_store = memory",
    # Only the writer thread checkpoints, when it has the turn: see `turns`.
    "pragma wal_autocheckpoint = 0",
)
_WRITER: Final = (
    "pragma synchronous = full",
    # On macOS a plain fsync leaves the data in the drive.
    "pragma fullfsync = on",
    "pragma checkpoint_fullfsync = on",
    "pragma secure_delete = off",
    "pragma journal_size_limit = 8000000",
    "pragma cache_size = -8000",
)
_READER: Final = ("pragma query_only = on", "pragma cache_size = -8000")


def connect(path: Path, *, mode: str = "rw", immutable: bool = False) -> sqlite3.Connection:
    """A connection without implicit transactions; usable from any thread, by one at a time.

    Args:
        mode: "rw" for the file that is there, "ro" to read it only.
        immutable: Nobody can write the file: read it without locks and without its WAL.

    Raises:
        sqlite3.Error
    """
    target = f"file:{quote(str(path.absolute()))}?mode={mode}{'&immutable=1' if immutable else ''}"
    connection = sqlite3.connect(
        target, uri=True, timeout=WAIT_S, isolation_level=None, check_same_thread=False, cached_statements=200
    )
    try:
        for statement in (*_ALWAYS, *(_WRITER if mode == "rw" else ())):
            connection.execute(statement).close()
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path, *, read_only: bool, immutable: bool = False) -> sqlite3.Connection:
    """A connection that only reads; it may still make the shared memory of the WAL unless `read_only`."""
    connection = connect(path, mode="ro" if read_only else "rw", immutable=immutable)
    try:
        for statement in _READER:
            connection.execute(statement).close()
    except BaseException:
        connection.close()
        raise
    return connection
