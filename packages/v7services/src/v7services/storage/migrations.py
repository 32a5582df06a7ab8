"""Numbered SQL, applied once each, whole or not at all; the number reached stands in the file itself."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from v7core.errors import StorageError, StorageFault

APPLICATION: Final = 0x56374A42
""""V7JB": marks the file as ours."""

Migrations: TypeAlias = tuple[str, ...]
"""SQL by number: the first brings an empty file to 1."""

CURRENT: Final = 2
"""The schema this version reads and writes."""

_FOLDER: Final = Path(__file__).parent / "schema"


def shipped() -> Migrations:
    """The SQL of this version."""
    return tuple(path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("[0-9]*.sql")))


def version_of(connection: sqlite3.Connection, newest: int = CURRENT) -> int:
    """The number the file has reached; 0 for an empty one.

    Raises:
        StorageError: NEWER, a later version of V7 wrote it; INVALID, it is somebody else's.
    """
    (version,) = connection.execute("pragma user_version").fetchone()
    (application,) = connection.execute("pragma application_id").fetchone()
    (tables,) = connection.execute("select count(*) from sqlite_schema").fetchone()
    if not version and not application and not tables:
        return 0
    if application != APPLICATION:
        raise StorageError(StorageFault.INVALID, "this is a database of another program; nothing was changed")
    if version > newest:
        raise StorageError(
            StorageFault.NEWER,
            f"a newer V7 wrote this (schema {version}, this version knows {newest}): install that one; "
            "nothing was changed",
        )
    return int(version)


def migrate(connection: sqlite3.Connection, migrations: Migrations) -> None:
    """Bring the file to the newest schema in one transaction.

    Raises:
        sqlite3.Error: nothing was changed.
    """
    connection.execute("begin immediate")
    try:
        start = version_of(connection, len(migrations))
        for script in migrations[start:]:
            for statement in statements(script):
                connection.execute(statement)
        connection.execute(f"pragma application_id = {APPLICATION}")
        connection.execute(f"pragma user_version = {len(migrations)}")
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: `executescript` would commit before the first of them."""
    waiting = ""
    for line in script.splitlines(keepends=True):
        waiting += line
        if sqlite3.complete_statement(waiting):
            yield waiting
            waiting = ""
    if waiting.strip() and not all(line.startswith("--") for line in waiting.strip().splitlines()):
        yield waiting
