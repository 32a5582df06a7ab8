"""Looking after a store: backup, restore, rebuild, and taking everything away. All of it only on request."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from v7core.errors import InvalidValue, StorageError, StorageFault
from v7services.storage import files, migrations
from v7services.storage.connecting import connect
from v7services.storage.database import Database
from v7services.storage.faults import storage_errors
from v7services.storage.head import note_head
from v7services.storage.opening import copy_to
from v7services.storage.reaction_log import first_broken, last_sequence
from v7services.storage.turns import Turns

ASIDE: Final = (".before-restore-", ".damaged-", ".schema-")
"""What follows the database's name in files that were set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy that was read again and found whole."""

    path: Path
    postings: int
    events: int
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild found."""

    index_was_sound: bool
    counts_were_sound: bool


async def backup(database: Database, to: Path) -> Backup:
    """Write everything into one file that can be carried away, and read it again.

    Raises:
        InvalidValue: there is something at `to` already.
        StorageError: no backup was made; what lay at `to` is as it was.
    """

    def work(connection: sqlite3.Connection) -> Backup:
        if to.exists() or to.is_symlink():
            raise InvalidValue(f"{to} is there already")
        copy_to(connection, to)
        return looked_at(to)

    return await database.read(work)


def looked_at(path: Path) -> Backup:
    """Read a backup from end to end.

    Raises:
        StorageError: CORRUPT, INVALID or NEWER; it cannot be restored.
    """
    with storage_errors():
        if not path.is_file():
            raise StorageError(StorageFault.INVALID, f"there is no file {path}")
        with closing(connect(path, mode="ro")) as connection:
            version = migrations.version_of(connection)
            found = connection.execute("pragma quick_check(1)").fetchone()[0]
            broken = first_broken(connection) if found == "ok" and version else None
            if found != "ok" or not version or broken is not None:
                said = f"its log is broken at event {broken}" if broken is not None else found if version else "empty"
                raise StorageError(StorageFault.CORRUPT, f"{path.name} is no sound backup: {said}")
            (postings,) = connection.execute("select count(*) from job").fetchone()
            return Backup(path=path, postings=postings, events=last_sequence(connection), size=path.stat().st_size)


def restore(path: Path, source: Path) -> Path | None:
    """Put a backup in the place of the store; returns where the old one was set aside, None when there was none.

    No process may have the store open. The backup is checked and copied first; the old store is replaced in one rename.

    Raises:
        StorageError: BUSY, somebody has it open; CORRUPT, INVALID or NEWER, the backup cannot be used. Nothing changed.
    """
    looked_at(source)
    files.prepare_folder(path.parent)
    files.refuse_links(path)
    draft = path.with_name(f".{path.name}.restoring")
    with storage_errors(), in_use_by_nobody(path):
        with closing(connect(source, mode="ro")) as connection:
            copy_to(connection, draft)
            events = last_sequence(connection)
        try:
            _empty_wal(path)
            old = set_aside(path, ".before-restore-") if path.exists() else None
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        files.sync_folder(path.parent)
        note_head(files.beside(path, "-head"), events)
    return old


def _empty_wal(path: Path) -> None:
    """Bring the WAL into the database if that can be done, so that what is set aside is one whole file."""
    with suppress(sqlite3.Error), closing(connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")


def set_aside(path: Path, ending: str) -> Path:
    """Move the database and SQLite's files beside it away, unchanged; returns the name they have now."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    target = path.with_name(f"{path.name}{ending}{stamp}")
    while target.exists():
        target = target.with_name(target.name + "x")
    # The WAL first: the database without it is old, but it never meets a WAL that is not its own.
    for each in (*files.SQLITE, ""):
        part = files.beside(path, each)
        if part.exists():
            part.rename(files.beside(target, each))
    files.sync_folder(path.parent)
    return target


@contextmanager
def in_use_by_nobody(path: Path) -> Iterator[None]:
    """No process has the store open, and none opens it meanwhile.

    Raises:
        StorageError: BUSY.
    """
    use = Turns(files.beside(path, "-use"))
    try:
        with use.alone() as alone:
            if not alone:
                raise StorageError(StorageFault.BUSY, "another V7 has the store open: end it first")
            yield
    finally:
        use.close()


async def rebuild(database: Database) -> Rebuilt:
    """Make the search index and the counts anew from the postings, and say whether they were right."""

    def work(connection: sqlite3.Connection) -> Rebuilt:
        try:
            # rank 1: compared with the texts themselves
            connection.execute("insert into found(found, rank) values ('integrity-check', 1)")
            index_was_sound = True
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
                raise
            index_was_sound = False
            connection.execute("insert into found(found) values ('rebuild')")
        counted = connection.execute(
            "update board set open_jobs = counted.jobs from (select board.n as n, count(job.n) as jobs from board "
            "left join job on job.board_n = board.n and job.closed_at is null group by board.n) as counted "
            "where counted.n = board.n and counted.jobs is not board.open_jobs"
        )
        return Rebuilt(index_was_sound=index_was_sound, counts_were_sound=counted.rowcount == 0)

    return await database.write(work)


def delete_everything(path: Path) -> tuple[str, ...]:
    """Remove the store and every copy V7 set aside beside it; returns their names. Nothing else is touched.

    Raises:
        StorageError: BUSY, somebody has it open; nothing was removed.
    """
    if not path.parent.is_dir():
        return ()
    with storage_errors(), in_use_by_nobody(path):
        names = {path.name, *(path.name + ending for ending in files.BESIDE)}
        gone = [
            each for each in sorted(path.parent.iterdir())
            if each.name in names or any(each.name.startswith(path.name + ending) for ending in ASIDE)
            or each.name.startswith(f".{path.name}.")
        ]  # fmt: skip
        for each in gone:
            each.unlink()
        files.sync_folder(path.parent)
    return tuple(each.name for each in gone)
