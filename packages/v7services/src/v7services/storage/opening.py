"""Opening a database: private, of our schema, or refused in one line. Never a new one in the place of a broken one."""

import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from v7core.errors import ConfigError, StorageError, StorageFault
from v7services.storage import files, migrations
from v7services.storage.connecting import WAIT_S, connect
from v7services.storage.faults import storage_errors
from v7services.storage.head import read_head
from v7services.storage.turns import Turns

MIGRATION_WAIT_S: Final = 30.0


@dataclass(slots=True)
class Opened:
    """A database that may be used."""

    connection: sqlite3.Connection
    turns: Turns | None
    """To commit and to checkpoint; None when it is read only."""
    use: Turns | None = None
    """Held while the file is open, so that nobody puts another one in its place."""
    read_only: bool = False
    immutable: bool = False
    """The file lies where nothing can be written: it is read without its WAL."""
    notices: list[str] = field(default_factory=list)
    """What the person should be told, one line each."""


def open_database(path: Path, *, read_only: bool = False, sql: migrations.Migrations | None = None) -> Opened:
    """Open, or make, the database and bring it to the newest schema.

    Args:
        sql: Other migrations than the shipped ones.

    Raises:
        ConfigError: the folder cannot be made.
        StorageError: NEWER, CORRUPT, INVALID, BUSY, IO, FULL; nothing was changed.
    """
    files.prepare_folder(path.parent)
    files.refuse_links(path)
    with storage_errors():
        if read_only or not _writable(path):
            opened = _open_read_only(path)
            if not read_only:
                opened.notices.append(f"{path.parent} cannot be written: opened read-only, nothing new is kept")
            return opened
        return _open(path, sql)


def _writable(path: Path) -> bool:
    if not os.access(path.parent, os.W_OK | os.X_OK):
        if not path.exists():
            raise ConfigError("home", f"{path.parent} cannot be written")
        return False
    return not path.exists() or os.access(path, os.W_OK)


def _open(path: Path, sql: migrations.Migrations | None) -> Opened:
    newest = migrations.CURRENT if sql is None else len(sql)
    notices = []
    turns, use = Turns(files.beside(path, "-turn")), Turns(files.beside(path, "-use"))
    try:
        use.hold(WAIT_S)
        if not path.exists():
            _refuse_if_lost(path)
            files.create_private(path)
        elif files.tighten(path):
            notices.append("files of the store could be read by others; that was taken away")
        connection = connect(path)
        try:
            if migrations.version_of(connection, newest) < newest:
                with turns.alone(MIGRATION_WAIT_S) as alone:
                    if not alone:
                        raise StorageError(StorageFault.BUSY, "another process is using the store; it has to end first")
                    _bring_up(connection, path, migrations.shipped() if sql is None else sql)
        except BaseException:
            connection.close()
            raise
    except BaseException:
        use.close()
        turns.close()
        raise
    return Opened(connection=connection, turns=turns, use=use, notices=notices)


def _bring_up(connection: sqlite3.Connection, path: Path, sql: migrations.Migrations) -> None:
    version = migrations.version_of(connection, len(sql))
    if version == len(sql):
        return  # another process was first
    if version == 0:
        _refuse_if_lost(path)
        connection.execute("pragma journal_mode = wal")
    else:
        copy_to(connection, path.with_name(f"{path.name}.schema-{version}"))
    migrations.migrate(connection, sql)


def _refuse_if_lost(path: Path) -> None:
    noted = read_head(files.beside(path, "-head"))
    if noted:
        raise StorageError(
            StorageFault.CORRUPT,
            f"{path.name} is gone or empty, and its log had {noted} events: restore a backup, or move "
            f"{files.beside(path, '-head').name} away to start anew",
        )


def _open_read_only(path: Path) -> Opened:
    if not path.exists():
        raise StorageError(StorageFault.READ_ONLY, f"there is no {path.name} to read, and none may be made")
    notices = []
    immutable = False
    try:
        connection = _checked(connect(path, mode="ro"))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        # Where not even the shared memory of a WAL can be made, nobody can be writing.
        connection = _checked(connect(path, mode="ro", immutable=True))
        immutable = True
        wal = files.beside(path, "-wal")
        if wal.exists() and wal.stat().st_size:
            notices.append("the latest changes stand in a WAL that cannot be read here and are not shown")
    return Opened(connection=connection, turns=None, read_only=True, immutable=immutable, notices=notices)


def _checked(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        version = migrations.version_of(connection)
        if version < migrations.CURRENT:
            raise StorageError(
                StorageFault.READ_ONLY, f"schema {version} has to be brought up to date, which cannot be done read-only"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def copy_to(connection: sqlite3.Connection, target: Path) -> None:
    """A whole, private, durable copy of the database, in the place of `target` only once it is complete.

    Drafts of `target` that a process left which was killed are removed.

    Raises:
        sqlite3.Error, OSError: `target` is as it was.
    """
    draft = files.draft_of(target)
    for leftover in files.left_drafts(target):
        leftover.unlink(missing_ok=True)
    files.create_private(draft)
    try:
        copy = sqlite3.connect(draft, isolation_level=None)
        try:
            connection.backup(copy)
            # One file that can be carried away: no WAL beside it.
            copy.execute("pragma journal_mode = delete")
        finally:
            copy.close()
        handle = os.open(draft, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    files.sync_folder(target.parent)
