"""Everything out, as lines of JSON that `importing` takes in again, or as rows of a spreadsheet."""

import asyncio
import sqlite3
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

from v7core.models.feed import ReactionKind
from v7core.models.jobs import JobPosting
from v7core.models.person import ApplicationStage
from v7services.storage import stages
from v7services.storage.connecting import connect_reader
from v7services.storage.database import Database
from v7services.storage.encoding import SUMMARY, posting_of
from v7services.storage.faults import storage_errors
from v7services.storage.plain import load
from v7services.storage.reaction_log import last_sequence

Line: TypeAlias = dict[str, Any]
"""One JSON object; its member "v7" says what it is."""

FORMAT: Final = 1
_PAGE: Final = 200


async def export_lines(database: Database) -> AsyncIterator[Line]:
    """Everything of one moment, a line at a time, in an order `import_lines` can take."""
    connection = await asyncio.to_thread(_snapshot, database)
    try:
        lines = _lines(connection)
        while page := await asyncio.to_thread(_page, lines):
            for line in page:
                yield line
    finally:
        await asyncio.to_thread(connection.close)


def _snapshot(database: Database) -> sqlite3.Connection:
    with storage_errors():
        connection = connect_reader(database.path, read_only=database.read_only, immutable=database.immutable)
        connection.execute("begin")
        return connection


def _page(lines: Iterator[Line]) -> list[Line]:
    with storage_errors():
        return list(islice(lines, _PAGE))


def _lines(connection: sqlite3.Connection) -> Iterator[Line]:
    rows = connection.execute
    yield {"v7": "export", "format": FORMAT, "events": last_sequence(connection)}
    for name, value in rows("select name, value from setting"):
        yield {"v7": "setting", "name": name, "value": load(value)}
    query = "select source, board, name, paused from source join board on board.n = board_n order by place"
    for source, board, name, paused in rows(query):
        yield {"v7": "source", "source": source, "board": board, "name": name, "paused": bool(paused)}
    query = (
        f"select {SUMMARY}, job.first_seen, job.changed_at, job.closed_at, job.version, words.body from job "
        "join board on board.n = job.board_n join words on words.n = job.n order by job.n"
    )
    for id_, source, board, title, company, facts, first_seen, changed_at, closed_at, version, body in rows(query):
        yield {
            "v7": "posting", "id": id_.hex(), "source": source, "board": board, "title": title, "company": company,
            "facts": load(facts), "text": body, "first_seen": first_seen, "changed_at": changed_at,
            "closed_at": closed_at, "version": version,
        }  # fmt: skip
    query = (
        "select job.id, old_version.version, until, old_version.title, old_version.company, old_version.facts, body "
        "from old_version join job on job.n = job_n order by job_n, old_version.version"
    )
    for id_, version, until, title, company, facts, body in rows(query):
        yield {
            "v7": "version", "id": id_.hex(), "version": version, "until": until, "title": title, "company": company,
            "facts": load(facts), "text": body,
        }  # fmt: skip
    for digest, body in rows("select digest, body from document"):
        yield {"v7": "document", "id": digest.hex(), "body": b64encode(body).decode()}
    for sequence, body in rows("select sequence, body from event order by sequence"):
        yield {"v7": "event", "sequence": sequence, "body": body.decode()}
    for job, stage, note, at, key in rows("select job_id, stage, note, at, event_key from stage order by n"):
        yield {"v7": "stage", "job": job.hex(), "stage": stage, "note": note, "at": at, "event_key": key}
    groups: dict[int, list[str]] = {}
    for job, number in rows("select job_id, group_n from grouped order by group_n, job_id"):
        groups.setdefault(number, []).append(job.hex())
    for jobs in groups.values():
        yield {"v7": "group", "jobs": jobs}
    for job, other in rows("select job_id, other_id from apart where job_id < other_id"):
        yield {"v7": "apart", "jobs": [job.hex(), other.hex()]}
    for text, kept, kept_at, looked_at in rows("select text, query, kept_at, looked_at from saved_search order by n"):
        yield {"v7": "search", "text": text, "query": load(kept), "kept_at": kept_at, "looked_at": looked_at}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRow:
    """One posting with what the person said to it: a row of a spreadsheet."""

    posting: JobPosting
    is_open: bool
    said: ReactionKind | None
    """The latest reaction that was not taken back."""
    stage: ApplicationStage | None
    note: str


async def export_rows(database: Database) -> AsyncIterator[PostingRow]:
    """Every posting of one moment, in the order they arrived."""
    connection = await asyncio.to_thread(_snapshot, database)
    try:
        rows = _rows(connection)
        while page := await asyncio.to_thread(lambda: list(islice(rows, _PAGE))):
            for row in page:
                yield row
    finally:
        await asyncio.to_thread(connection.close)


def _rows(connection: sqlite3.Connection) -> Iterator[PostingRow]:
    query = (
        f"select {SUMMARY}, words.body, job.closed_at is null from job "
        "join board on board.n = job.board_n join words on words.n = job.n order by job.n"
    )
    with closing(connection.cursor()) as cursor:
        for *row, is_open in cursor.execute(query):
            stage = stages.current(connection, row[0])
            yield PostingRow(
                posting=posting_of(row), is_open=bool(is_open), said=stages.last_said(connection, row[0]),
                stage=None if stage is None else ApplicationStage(stage[0]), note="" if stage is None else stage[1],
            )  # fmt: skip
