"""Lines of an export, taken in. The same lines twice change nothing."""

import sqlite3
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from v7core.document import document_digest
from v7core.errors import InvalidValue, V7Error
from v7core.models.jobs import job_id
from v7core.models.person import ApplicationStage
from v7core.models.sources import SourceKey
from v7services.storage import events, files, stages
from v7services.storage.database import Database
from v7services.storage.encoding import encode, posting_of
from v7services.storage.events import event_of
from v7services.storage.exporting import FORMAT
from v7services.storage.head import note_head
from v7services.storage.plain import canonical, load, without_nul
from v7services.storage.polls import board_n, insert_job
from v7services.storage.preferences import settings_in, write_settings
from v7services.storage.reaction_log import last_sequence, write_row
from v7services.storage.searches import query_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import added; what was there already is not counted."""

    postings: int = 0
    events: int = 0
    documents: int = 0
    sources: int = 0
    others: int = 0


async def import_lines(database: Database, lines: Iterable[Mapping[str, Any]]) -> Imported:
    """Take what `export_lines` gave, whole or not at all. What is here already stays as it is; events are added in
    their order at the end of the log, under their own keys.

    Args:
        lines: Read in the writer's thread, so they may come from a file.

    Raises:
        InvalidValue: a line is not one of ours, with its number; nothing was changed.
        StorageError: nothing was changed.
    """

    def work(connection: sqlite3.Connection) -> tuple[Imported, int]:
        counts: dict[str, int] = {}
        for number, line in enumerate(lines, 1):
            kind = line.get("v7") if isinstance(line, Mapping) else None
            taker = _TAKERS.get(kind) if isinstance(kind, str) else None
            if taker is None or (number == 1) != (kind == "export"):
                raise InvalidValue(f"line {number} is no line of an export")
            try:
                added = taker(connection, line)
            except (V7Error, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
                raise InvalidValue(f"line {number} cannot be taken in: {error}") from error
            name = _COUNTED.get(str(kind), "others")
            counts[name] = counts.get(name, 0) + int(added)
        connection.execute(
            "update board set open_jobs = (select count(*) from job where board_n = board.n and closed_at is null)"
        )
        return Imported(**counts), last_sequence(connection)

    head = files.beside(database.path, "-head")
    done, _ = await database.write(work, after=lambda result: note_head(head, result[1]))
    return done


def _take_header(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    if line["format"] != FORMAT:
        raise InvalidValue(f"format {line['format']!r}, this version reads {FORMAT}")
    return False


def _take_setting(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    if line["name"] != "settings":
        return False
    settings_in(line["value"])
    if connection.execute("select 1 from setting where name = 'settings'").fetchone():
        return False
    write_settings(connection, without_nul(canonical(line["value"]).decode()))
    return True


def _take_source(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    board = board_n(connection, SourceKey(source=_text(line["source"]), board=_text(line["board"])))
    return _added(
        connection,
        "insert into source(board_n, place, name, paused) values (?, (select coalesce(max(place), 0) + 1 from source), "
        "?, ?) on conflict do nothing",
        (board, _text(line["name"]), int(bool(line["paused"]))),
    )


def _take_posting(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    id_ = bytes.fromhex(line["id"])
    posting = posting_of(
        (id_, line["source"], line["board"], line["title"], line["company"], canonical(line["facts"]), line["text"])
    )
    if posting.id != job_id(posting.source, posting.board, posting.external_id):
        raise InvalidValue("its id is not its own")
    if connection.execute("select 1 from job where id = ?", (id_,)).fetchone():
        return False
    seen, changed, closed = int(line["first_seen"]), int(line["changed_at"]), line["closed_at"]
    board = board_n(connection, SourceKey(source=posting.source, board=posting.board))
    insert_job(connection, board, encode(posting, seen), seen, changed, None if closed is None else int(closed))
    connection.execute("update job set version = ? where id = ?", (int(line["version"]), id_))
    return True


def _take_version(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    id_, facts = bytes.fromhex(line["id"]), canonical(line["facts"]).decode()
    posting_of((id_, "any", "any", line["title"], line["company"], facts, line["text"]))
    return _added(
        connection,
        "insert into old_version(job_n, version, until, title, company, facts, body) "
        "select n, ?2, ?3, ?4, ?5, ?6, ?7 from job where id = ?1 and version > ?2 on conflict do nothing",
        (id_, int(line["version"]), int(line["until"]), line["title"], line["company"], facts, line["text"]),
    )


def _take_document(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    body = b64decode(line["body"], validate=True)
    if document_digest(body) != line["id"]:
        raise InvalidValue("the document is not what its id says")
    digest = bytes.fromhex(line["id"])
    return _added(connection, "insert into document(digest, body) values (?, ?) on conflict do nothing", (digest, body))


def _take_event(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    body = line["body"].encode()
    facts = load(body)
    if canonical(facts) != body:
        raise InvalidValue("the event is not written as V7 writes it")
    return take_event(connection, body, facts)


def take_event(connection: sqlite3.Connection, body: bytes, facts: Mapping[str, Any]) -> bool:
    """Append an event as it was written elsewhere, unless its key is here; unknown kinds are kept as they are.

    Raises:
        StorageError: CORRUPT, it claims to be of a kind we know and is not.
        InvalidValue: it takes back an event that is not here.
    """
    event = event_of(1, body)
    key = _text(facts["key"])
    if connection.execute("select 1 from event where key = ?", (key,)).fetchone():
        return False
    if event is not None:
        row = events.row_of(event)
        if (
            row.retracts is not None
            and not connection.execute("select 1 from event where key = ?", (row.retracts,)).fetchone()
        ):
            raise InvalidValue(f"it takes back {row.retracts!r}, which is not here")
    else:
        row = events.Row(key, _text(facts["kind"]), int(facts["v"]), None, None, body)
    write_row(connection, row)
    return True


def _take_stage(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    stage, key = line["stage"], line["event_key"]
    if stage != stages.OUT:
        ApplicationStage(stage)
    values = (bytes.fromhex(line["job"]), stage, without_nul(_text(line["note"])), int(line["at"]), key)
    if connection.execute(
        "select 1 from stage where job_id = ? and stage = ? and note = ? and at = ? and event_key is ?", values
    ).fetchone():
        return False
    return _added(connection, "insert into stage(job_id, stage, note, at, event_key) values (?, ?, ?, ?, ?)", values)


def _take_group(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    jobs = [bytes.fromhex(job) for job in line["jobs"]]
    (number,) = connection.execute("select coalesce(max(group_n), 0) + 1 from grouped").fetchone()
    known = connection.execute(
        f"select count(*) from grouped where job_id in ({', '.join('?' * len(jobs))})", jobs
    ).fetchone()[0]
    if known or len(jobs) < 2:
        return False
    connection.executemany("insert into grouped(job_id, group_n) values (?, ?)", [(job, number) for job in jobs])
    return True


def _take_apart(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    one, other = (bytes.fromhex(job) for job in line["jobs"])
    statement = "insert into apart(job_id, other_id) values (?, ?) on conflict do nothing"
    added = [_added(connection, statement, pair) for pair in ((one, other), (other, one))]
    return all(added)


def _take_search(connection: sqlite3.Connection, line: Mapping[str, Any]) -> bool:
    kept = canonical(line["query"]).decode()
    query_in(kept)
    return _added(
        connection,
        "insert into saved_search(text, query, kept_at, looked_at, seen) "
        "values (?, ?, ?, ?, (select coalesce(max(n), 0) from job)) on conflict do nothing",
        (_text(line["text"]), kept, int(line["kept_at"]), int(line["looked_at"])),
    )


def _added(connection: sqlite3.Connection, statement: str, values: tuple[Any, ...]) -> bool:
    return connection.execute(statement, values).rowcount > 0


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValue(f"text expected, not {type(value).__name__}")
    return value


_TAKERS: Final[dict[str, Callable[[sqlite3.Connection, Mapping[str, Any]], bool]]] = {
    "export": _take_header, "setting": _take_setting, "source": _take_source, "posting": _take_posting,
    "version": _take_version,
    "document": _take_document, "event": _take_event, "stage": _take_stage, "group": _take_group,
    "apart": _take_apart, "search": _take_search,
}  # fmt: skip
_COUNTED: Final = {"posting": "postings", "event": "events", "document": "documents", "source": "sources"}
