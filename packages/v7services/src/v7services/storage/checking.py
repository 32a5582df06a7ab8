"""What is wrong with a store, and what to do about it: one finding a question asked."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from v7core.errors import StorageError
from v7services.storage import files, migrations
from v7services.storage.database import Database
from v7services.storage.faults import fault_of
from v7services.storage.head import read_head
from v7services.storage.reaction_log import UNKNOWN, first_broken, last_sequence

FIXED_SQLITE: Final = (3, 51, 3)
LEAST_FREE: Final = 200_000_000
"""Bytes; less than this on the disk is worth a word."""
_FAR: Final = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "davfs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One answer."""

    name: str
    """What was looked at, such as "log chain"."""
    sound: bool
    said: str
    """What was found, one sentence."""
    fix: str = ""
    """What to do, one sentence; empty when there is nothing to do."""


async def check(database: Database, *, thorough: bool = True) -> tuple[Finding, ...]:
    """Look at everything that can be looked at.

    Args:
        thorough: Read the whole file; otherwise only what is quick whatever its size.
    """
    findings = [_schema(await database.read(migrations.version_of)), _sqlite(), _modes(database.path)]
    findings += [_disk(database.path), _place(database.path), await database.read(lambda c: _head(c, database.path))]
    if thorough:
        for question in (_pages, _chain, _unknown, _index, _counts):
            findings.append(await _asked(database, question))
    return tuple(findings)


Question: TypeAlias = Callable[[sqlite3.Connection], Finding]


async def _asked(database: Database, question: Question) -> Finding:
    try:
        return await database.read(question)
    except StorageError as error:
        return Finding(name=getattr(question, "__name__", "").strip("_"), sound=False, said=str(error), fix=RECOVER)


RECOVER: Final = "restore a backup, or let V7 set the file aside and rebuild it from what can be read of the log"


def _pages(connection: sqlite3.Connection) -> Finding:
    found = [row[0] for row in connection.execute("pragma quick_check(5)")]
    orphans = connection.execute("pragma foreign_key_check").fetchmany(5)
    if found == ["ok"] and not orphans:
        return Finding(name="pages", sound=True, said="every page of the database is as it should be")
    said = "; ".join(found) if found != ["ok"] else f"rows of {orphans[0][0]} belong to nothing"
    return Finding(name="pages", sound=False, said=f"the database is damaged: {said}"[:400], fix=RECOVER)


def _chain(connection: sqlite3.Connection) -> Finding:
    broken, last = first_broken(connection), last_sequence(connection)
    if broken is None:
        return Finding(name="log chain", sound=True, said=f"all {last} events are as they were written")
    return Finding(
        name="log chain", sound=False, said=f"events {broken} to {max(broken, last)} cannot be trusted",
        fix="restore a backup, or rebuild from the events before them",
    )  # fmt: skip


def _unknown(connection: sqlite3.Connection) -> Finding:
    (count,) = connection.execute(UNKNOWN).fetchone()
    if not count:
        return Finding(name="log kinds", sound=True, said="every event is of a kind this version knows")
    return Finding(
        name="log kinds", sound=False, said=f"{count} events are of a kind this version does not know and are left out",
        fix="use the newer V7 that wrote them; they are kept",
    )  # fmt: skip


def _index(connection: sqlite3.Connection) -> Finding:
    (jobs,), (words,) = (
        connection.execute("select count(*) from job").fetchone(),
        connection.execute("select count(*) from words").fetchone(),
    )
    (indexed,) = connection.execute("select count(*) from found_docsize").fetchone()
    if jobs == words == indexed:
        return Finding(name="search index", sound=True, said=f"all {jobs} postings are in the search index")
    return Finding(
        name="search index", sound=False, said=f"{jobs} postings, {words} texts, {indexed} in the search index",
        fix="`v7 rebuild` makes the index anew",
    )  # fmt: skip


def _counts(connection: sqlite3.Connection) -> Finding:
    wrong = connection.execute(
        "select count(*) from board where open_jobs is not "
        "(select count(*) from job where board_n = board.n and closed_at is null)"
    ).fetchone()[0]
    if not wrong:
        return Finding(name="counts", sound=True, said="the count of open postings of every source is right")
    return Finding(
        name="counts", sound=False, said=f"the count of {wrong} sources is off", fix="`v7 rebuild` counts anew"
    )


def _head(connection: sqlite3.Connection, path: Path) -> Finding:
    noted, last = read_head(files.beside(path, "-head")), last_sequence(connection)
    if noted <= last:
        return Finding(name="log length", sound=True, said=f"the log ends at event {last}, as it should")
    return Finding(
        name="log length", sound=False,
        said=f"the log ends at event {last} and had come to {noted}: events {last + 1} to {noted} are gone",
        fix="restore a newer backup, or go on with what is there",
    )  # fmt: skip


def _schema(version: int) -> Finding:
    return Finding(name="schema", sound=True, said=f"schema {version}, the one this version writes")


def _sqlite() -> Finding:
    version = sqlite3.sqlite_version_info
    said = f"SQLite {sqlite3.sqlite_version}"
    if version >= FIXED_SQLITE:
        return Finding(name="sqlite", sound=True, said=said)
    return Finding(
        name="sqlite", sound=True,
        said=f"{said} has the WAL-reset fault; V7 avoids it: no commit runs beside a checkpoint",
        fix="let no other program write to the file while V7 runs; SQLite 3.51.3 or later needs no such care",
    )  # fmt: skip


def _modes(path: Path) -> Finding:
    loose = []
    for each, allowed in ((path.parent, 0o700), *((file, 0o600) for file in files.present(path))):
        mode = stat.S_IMODE(each.stat().st_mode)
        if mode & ~allowed & 0o077:
            loose.append(f"{each.name} is {mode:o}")
    if not loose:
        return Finding(name="modes", sound=True, said="only you can read what V7 keeps")
    return Finding(
        name="modes", sound=False, said=f"others can get at it: {', '.join(loose)}", fix=f"chmod -R go= '{path.parent}'"
    )


def _disk(path: Path) -> Finding:
    free, size = shutil.disk_usage(path.parent).free, sum(file.stat().st_size for file in files.present(path))
    said = f"the store takes {size / 1e6:,.0f} MB, {free / 1e6:,.0f} MB are free"
    if free >= LEAST_FREE:
        return Finding(name="disk", sound=True, said=said)
    return Finding(name="disk", sound=False, said=said, fix="make room: a full disk means that nothing new is kept")


def _place(path: Path) -> Finding:
    kind = filesystem(path.parent)
    if not kind.startswith(_FAR):
        return Finding(name="place", sound=True, said=f"the file lies on a local disk ({kind or 'unknown kind'})")
    return Finding(
        name="place", sound=False, said=f"the file lies on {kind}, where SQLite's shared memory does not work safely",
        fix="move the home to a local disk (V7_HOME)",
    )  # fmt: skip


def filesystem(folder: Path) -> str:
    """The kind of file system a folder lies on; empty where the system does not say."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
        here = os.path.realpath(folder)
    except OSError:
        return ""
    best, kind = "", ""
    for line in mounts:
        parts = line.split(" ")
        if len(parts) > 2 and len(parts[1]) >= len(best) and (here + "/").startswith(parts[1].rstrip("/") + "/"):
            best, kind = parts[1], parts[2]
    return kind


def could_not_open(error: Exception) -> Finding:
    """The finding for a store that does not open at all."""
    fault = fault_of(error) or error
    return Finding(name="opening", sound=False, said=str(fault), fix=RECOVER)
