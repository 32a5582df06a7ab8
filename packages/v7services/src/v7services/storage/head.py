"""How far the log had come, written beside the database: so that a lost tail is noticed and named.

The file is a note, not a promise: it is not synced and may lag. What it can show is that the log was once longer than
it is now, when a WAL was deleted, a disk lied, or the database itself is gone.
"""

import os
from pathlib import Path
from typing import Final

from v7services.storage.files import PRIVATE_FILE

_WIDTH: Final = 24


def read_head(path: Path) -> int:
    """The sequence number noted; 0 when there is none to read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        noted = os.read(handle, _WIDTH).strip()
    finally:
        os.close(handle)
    return int(noted) if noted.isdigit() else 0


def note_head(path: Path, sequence: int) -> None:
    """Note a sequence number. Failing is of no consequence: the event itself is durable by now."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError:
        return
    try:
        os.pwrite(handle, f"{sequence:>{_WIDTH - 1}}\n".encode(), 0)
    except OSError:
        pass
    finally:
        os.close(handle)
