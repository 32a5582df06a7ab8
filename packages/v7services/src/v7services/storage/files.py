"""The files of a store: made readable by their owner only, from the first instant, and never through a link."""

import os
import stat
from pathlib import Path
from typing import Final

from v7core.errors import ConfigError, StorageError, StorageFault

PRIVATE_DIR: Final = 0o700
PRIVATE_FILE: Final = 0o600

SQLITE: Final = ("-wal", "-shm", "-journal")
"""What SQLite itself puts beside a database: without them it may not be whole."""
BESIDE: Final = (*SQLITE, "-turn", "-use", "-head", "-poller")
"""Everything that stands beside ours: then whose turn it is, who uses it, how far the log had come, who polls."""


def beside(path: Path, ending: str) -> Path:
    """A file that belongs to the database."""
    return path.with_name(path.name + ending)


def present(path: Path) -> tuple[Path, ...]:
    """The database and what stands beside it, as far as it is there."""
    return tuple(each for each in (path, *(beside(path, ending) for ending in BESIDE)) if each.exists())


def prepare_folder(folder: Path) -> None:
    """Make the home, private, or take the one that is there.

    Raises:
        ConfigError: it cannot be made or is no folder.
    """
    try:
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=PRIVATE_DIR, exist_ok=True)
    except OSError as error:
        raise ConfigError("home", f"{folder}: {error.strerror or error}") from error


def create_private(path: Path) -> bool:
    """Make an empty file that only its owner may read; False when something is there already.

    SQLite gives its WAL and shared memory the mode of the database, so they are private too. An existing file is not
    opened: closing it would drop the locks this process holds on it.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        os.close(os.open(path, flags, PRIVATE_FILE))
    except FileExistsError:
        return False
    sync_folder(path.parent)
    return True


def refuse_links(path: Path) -> None:
    """Look at the database and its neighbours before anybody opens them.

    Raises:
        StorageError: INVALID, one of them is a link, no plain file, or another user's.
    """
    for each in (path, *(beside(path, ending) for ending in BESIDE)):
        try:
            facts = each.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(facts.st_mode):
            raise StorageError(StorageFault.INVALID, f"{each} is a link or no plain file; nothing was opened")
        if facts.st_uid != os.geteuid() and os.geteuid() != 0 and facts.st_mode & 0o022:
            raise StorageError(StorageFault.INVALID, f"{each} can be written by another user; nothing was opened")


def tighten(path: Path) -> bool:
    """Take what others may do with our files away; returns whether there was something to take."""
    changed = False
    for each in (path, *(beside(path, ending) for ending in BESIDE)):
        try:
            if each.lstat().st_mode & 0o077:
                each.chmod(PRIVATE_FILE)
                changed = True
        except OSError:
            continue
    return changed


def draft_of(target: Path) -> Path:
    """Where this process writes what becomes `target` once it is whole."""
    return target.with_name(f"{_drafts(target)}{os.getpid()}")


def left_drafts(target: Path) -> tuple[Path, ...]:
    """Drafts of `target`, and what SQLite put beside them, that nobody writes any more: their process was killed."""
    left = []
    for each in target.parent.iterdir():
        pid = each.name.removeprefix(_drafts(target)).partition("-")[0]
        if each.name.startswith(_drafts(target)) and pid.isdecimal() and not _others(int(pid)):
            left.append(each)
    return tuple(left)


def _drafts(target: Path) -> str:
    return f".{target.name.removeprefix('.')}."


def _others(pid: int) -> bool:
    """Whether another process of that number runs."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
