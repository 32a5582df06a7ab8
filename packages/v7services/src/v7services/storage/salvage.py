"""A damaged store: set aside unchanged, read as far as it can be, and begun anew when the person says so."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from v7core.document import document_digest
from v7core.errors import StorageError, V7Error
from v7services.storage import events, files
from v7services.storage.connecting import connect
from v7services.storage.events import link
from v7services.storage.faults import storage_errors
from v7services.storage.head import note_head, read_head
from v7services.storage.importing import take_event
from v7services.storage.maintenance import in_use_by_nobody, set_aside
from v7services.storage.migrations import APPLICATION, CURRENT
from v7services.storage.opening import open_database
from v7services.storage.plain import load
from v7services.storage.reaction_log import last_sequence

_MAGIC: Final = b"SQLite format 3\x00"
_PAGE_SIZE: Final = 4096
_TABLES: Final = {
    "setting": "name, value",
    "board": "n, source, board",
    "source": "board_n, place, name, paused",
    "stage": "n, job_id, stage, note, at, event_key",
    "grouped": "job_id, group_n",
    "apart": "job_id, other_id",
    "saved_search": "n, text, query, kept_at, looked_at, 0",
}
"""What the person did, besides the log. Postings are not carried over: the next refresh brings them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRemains:
    """What can be read of a log."""

    bodies: tuple[bytes, ...]
    """Canonical event bodies, in order: those whose chain holds, then those behind a break that can be read."""
    sound: int
    """So many of them stand in an unbroken chain from the start."""
    lost: tuple[int, ...]
    """Sequence numbers that cannot be read, as far as it is known that they were there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """A store begun anew."""

    aside: Path
    """The damaged one, unchanged."""
    events: int
    lost: tuple[int, ...]
    """Sequence numbers, as they were, of events that are not in the new log."""


def readable_log(path: Path) -> LogRemains:
    """Look what a damaged store still says; works on a copy and changes nothing."""
    with _copy(path) as connection:
        return _remains(connection, read_head(files.beside(path, "-head")))


def begin_anew(path: Path, *, beyond_damage: bool = False) -> Salvaged:
    """Set the damaged store aside, unchanged, and make a new one from what can be read.

    Args:
        beyond_damage: Also take events that can be read behind a break of the chain. Without them the new log is the
            unbroken beginning of the old one.

    Raises:
        StorageError: BUSY, somebody has it open; FULL, IO: nothing was changed.
    """
    files.refuse_links(path)
    with storage_errors(), in_use_by_nobody(path):
        head = files.beside(path, "-head")
        noted = read_head(head)
        with _copy(path) as old:
            remains = _remains(old, noted)
            chosen = remains.bodies if beyond_damage else remains.bodies[: remains.sound]
            draft = path.with_name(f".{path.name}.anew")
            for leftover in files.present(draft):
                leftover.unlink()
            kept = _write(draft, chosen, old)
        aside = set_aside(path, ".damaged-")
        draft.replace(path)
        head.unlink(missing_ok=True)
        note_head(head, len(kept))
        files.sync_folder(path.parent)
    known = set(range(1, max(noted, len(remains.bodies) + len(remains.lost)) + 1))
    lost = remains.lost if beyond_damage else tuple(sorted(known - set(range(1, len(kept) + 1))))
    return Salvaged(aside=aside, events=len(kept), lost=lost)


def _write(draft: Path, bodies: tuple[bytes, ...], old: sqlite3.Connection | None) -> list[bytes]:
    """A new, closed database with these events, their documents, and what else can be carried over."""
    opened = open_database(draft)
    kept = []
    with closing(opened.connection) as connection:
        connection.execute("begin immediate")
        for body in bodies:
            with suppress(V7Error, KeyError, TypeError, ValueError):
                if take_event(connection, body, load(body)):
                    kept.append(body)
        if old is not None:
            _carry_documents(old, connection)
            for table, columns in _TABLES.items():
                _carry(old, connection, table, columns)
        connection.execute("commit")
        connection.execute("pragma wal_checkpoint(truncate)")
    for lock in (opened.turns, opened.use):
        if lock is not None:
            lock.close()
    for ending in files.BESIDE:
        files.beside(draft, ending).unlink(missing_ok=True)
    return kept


def _carry_documents(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    for digest, body in _rows(old, "document", "digest, body"):
        if isinstance(body, bytes) and isinstance(digest, bytes) and document_digest(body) == digest.hex():
            new.execute("insert or ignore into document(digest, body) values (?, ?)", (digest, body))


def _carry(old: sqlite3.Connection, new: sqlite3.Connection, table: str, columns: str) -> None:
    names = columns.replace(" 0", " seen")
    marks = ", ".join("?" * (columns.count(",") + 1))
    for row in _rows(old, table, columns):
        with suppress(sqlite3.Error):
            new.execute(f"insert or ignore into {table}({names}) values ({marks})", row)


def _rows(connection: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """As many rows as can be read before the first damage."""
    with suppress(sqlite3.Error):
        yield from connection.execute(f"select {columns} from {table}")


def _remains(connection: sqlite3.Connection | None, noted: int) -> LogRemains:
    bodies: list[bytes] = []
    lost: list[int] = []
    sound, before = 0, events.START
    last = 0 if connection is None else _last(connection)
    for sequence in range(1, max(last, noted) + 1):
        row = None if connection is None else _event(connection, sequence)
        if row is None:
            lost.append(sequence)
            continue
        body, kept = row
        if sound == sequence - 1 and kept == link(before, sequence, body):
            sound, before = sequence, kept
        elif not _reads(body):
            lost.append(sequence)
            continue
        bodies.append(body)
    return LogRemains(bodies=tuple(bodies), sound=sound, lost=tuple(lost))


def _last(connection: sqlite3.Connection) -> int:
    try:
        return last_sequence(connection)
    except sqlite3.Error:
        return 0


def _event(connection: sqlite3.Connection, sequence: int) -> tuple[bytes, bytes] | None:
    try:
        row = connection.execute("select body, hash from event where sequence = ?", (sequence,)).fetchone()
    except sqlite3.Error:
        return None
    return row if row is not None and isinstance(row[0], bytes) else None


def _reads(body: bytes) -> bool:
    try:
        return isinstance(load(body), dict)
    except StorageError:
        return False


@contextmanager
def _copy(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection to a private copy, its header put right when only that is gone; None when nothing helps."""
    with tempfile.TemporaryDirectory(prefix=".v7-salvage-", dir=path.parent) as folder:
        copy = Path(folder) / path.name
        if not path.exists():
            yield None
            return
        for ending in ("", "-wal"):
            if files.beside(path, ending).exists():
                shutil.copyfile(files.beside(path, ending), files.beside(copy, ending))
                files.beside(copy, ending).chmod(files.PRIVATE_FILE)
        _mend_header(copy)
        try:
            connection = connect(copy)
            connection.execute("pragma quick_check(1)").fetchall()
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                connection = connect(copy)
                connection.execute("select count(*) from sqlite_schema").fetchone()
                with closing(connection):
                    yield connection
                return
            yield None
            return
        with closing(connection):
            yield connection


def _mend_header(copy: Path) -> None:
    """Write the header every database of ours has over one that is no header at all."""
    with copy.open("r+b") as file:
        head = file.read(100)
        if len(head) == 100 and not head.startswith(_MAGIC):
            pages = copy.stat().st_size // _PAGE_SIZE
            file.seek(0)
            file.write(
                _MAGIC + _PAGE_SIZE.to_bytes(2, "big") + bytes((2, 2, 0, 64, 32, 32)) + (1).to_bytes(4, "big")
                + pages.to_bytes(4, "big") + bytes(8) + (1).to_bytes(4, "big") + (4).to_bytes(4, "big") + bytes(8)
                + (1).to_bytes(4, "big") + CURRENT.to_bytes(4, "big") + bytes(4) + APPLICATION.to_bytes(4, "big")
                + bytes(20) + (1).to_bytes(4, "big") + bytes(4)
            )  # fmt: skip
