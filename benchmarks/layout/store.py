"""SQLite with a full-text index, as one writer and one reader connection."""

import sqlite3
from pathlib import Path

from benchmarks.layout.parsing import Posting

_SCHEMA = """
create table posting(key text primary key, title text, company text, location text, url text, text text);
create virtual table found using fts5(title, text, content='posting', content_rowid='rowid');
"""


def connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    database.executescript("pragma journal_mode=wal; pragma synchronous=full; pragma trusted_schema=off;")
    return database


def create(path: Path) -> sqlite3.Connection:
    database = connect(path)
    database.executescript(_SCHEMA)
    return database


def insert(database: sqlite3.Connection, rows: list[tuple[str, Posting]]) -> None:
    """Write one batch of new postings, durably."""
    database.execute("begin immediate")
    for key, posting in rows:
        values = (key, posting.title, posting.company, posting.location, posting.url, posting.text)
        row = database.execute("insert into posting values(?,?,?,?,?,?)", values).lastrowid
        database.execute("insert into found(rowid, title, text) values(?,?,?)", (row, posting.title, posting.text))
    database.execute("commit")


def cards(database: sqlite3.Connection, keys: list[str]) -> dict[str, tuple[str, str, str, str]]:
    """Title, company, location and address of each key."""
    marks = ",".join("?" * len(keys))
    found = database.execute(f"select key, title, company, location, url from posting where key in ({marks})", keys)
    return {row[0]: row[1:] for row in found}
