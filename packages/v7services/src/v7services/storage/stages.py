"""What the log does to the application pipeline, in the log's own transaction."""

import sqlite3
from typing import Final

from v7core.models.feed import Reaction, ReactionKind, Retraction
from v7core.models.person import ApplicationStage
from v7services.storage.events import event_of
from v7services.storage.plain import micros

_STAGES: Final = {ReactionKind.SAVE: ApplicationStage.SAVED, ReactionKind.APPLIED: ApplicationStage.APPLIED}
OUT: Final = ""
"""The stage of a job that was taken out again."""
_ORDER: Final = tuple(ApplicationStage)


def reacted(connection: sqlite3.Connection, event: Reaction) -> None:
    """Save and applied put a job into the pipeline; neither moves it back."""
    stage = _STAGES.get(event.kind)
    if stage is None:
        return
    now = current(connection, event.job_id.bytes)
    if now is not None and _ORDER.index(ApplicationStage(now[0])) >= _ORDER.index(stage):
        return
    put(connection, event.job_id.bytes, stage, "" if now is None else now[1], micros(event.at), event.event_key)


def retracted(connection: sqlite3.Connection, event: Retraction) -> None:
    """Bring the job to what the reactions that stand say, unless the person has moved it since."""
    reaction = _reacted_to(connection, event.retracts)
    if reaction is None or reaction.kind not in _STAGES:
        return
    job = reaction.job_id.bytes
    latest = "select n, event_key from stage where job_id = ? order by n desc limit 1"
    while (row := connection.execute(latest, (job,)).fetchone()) and row[1] and not stands(connection, row[1]):
        connection.execute("delete from stage where n = ?", (row[0],))
    query = "select sequence, key, body from event where job_id = ? order by sequence"
    for sequence, key, body in connection.execute(query, (job,)).fetchall():
        known = connection.execute("select 1 from stage where event_key = ?", (key,)).fetchone()
        said = event_of(sequence, body)
        if not known and isinstance(said, Reaction) and stands(connection, key):
            reacted(connection, said)


def _reacted_to(connection: sqlite3.Connection, key: str) -> Reaction | None:
    """The reaction at the end of a row of retractions; None when something else stands there."""
    while True:
        row = connection.execute("select sequence, retracts, body from event where key = ?", (key,)).fetchone()
        if row is None:
            return None
        if row[1] is None:
            event = event_of(row[0], row[2])
            return event if isinstance(event, Reaction) else None
        key = row[1]


def stands(connection: sqlite3.Connection, key: str) -> bool:
    """Whether an event was not taken back; a retraction can itself be retracted."""
    takers: list[tuple[int, str, str]] = []
    asked = [key]
    while asked:
        found = connection.execute("select sequence, key, retracts from event where retracts = ?", (asked.pop(),))
        for sequence, taker, target in found.fetchall():
            takers.append((sequence, taker, target))
            asked.append(taker)
    undone: set[str] = set()
    for _, taker, target in sorted(takers, reverse=True):
        if taker not in undone:
            undone.add(target)
    return key not in undone


def current(connection: sqlite3.Connection, job: bytes) -> tuple[str, str, int] | None:
    """(stage, note, microseconds) of a job; None when it is not in the pipeline."""
    row: tuple[str, str, int] | None = connection.execute(
        "select stage, note, at from stage where job_id = ? order by n desc limit 1", (job,)
    ).fetchone()
    return row if row is not None and row[0] != OUT else None


def last_said(connection: sqlite3.Connection, job: bytes) -> ReactionKind | None:
    """The latest reaction to a job that was not taken back."""
    query = "select sequence, key, body from event where job_id = ? order by sequence desc"
    for sequence, key, body in connection.execute(query, (job,)).fetchall():
        if stands(connection, key):
            event = event_of(sequence, body)
            return event.kind if isinstance(event, Reaction) else None
    return None


def put(
    connection: sqlite3.Connection,
    job: bytes,
    stage: ApplicationStage | None,
    note: str,
    at: int,
    event_key: str | None,
) -> None:
    """One more change; the latest counts. A stage of None takes the job out."""
    connection.execute(
        "insert into stage(job_id, stage, note, at, event_key) values (?, ?, ?, ?, ?)",
        (job, OUT if stage is None else stage.value, note, at, event_key),
    )
