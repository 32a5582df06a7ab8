"""The log: append-only, in order, without gaps, each event tied to the one before it."""

import sqlite3
from collections.abc import Iterable
from typing import Final

from v7core.document import canonical_document, document_digest
from v7core.errors import InvalidValue, NotFound, StorageError, StorageFault
from v7core.models.feed import Acknowledgement, LogEvent, Reaction, Retraction
from v7services.storage import events, files, stages
from v7services.storage.database import Database
from v7services.storage.events import Row, event_of, link, row_of
from v7services.storage.head import note_head
from v7services.storage.plain import load
from v7services.storage.polls import by_ids
from v7services.storage.postings import read_posting

_PAGE: Final = 5_000
_RECHECKED: Final = 32
"""Events at the end of the log that are checked whenever it is opened."""


UNKNOWN: Final = (
    f"select count(*) from event where version is not {events.VERSION}"
    f" or kind not in ({', '.join(repr(kind) for kind in events.KNOWN)})"
)


class EventLog:
    """A `ReactionLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, event: LogEvent, *, document: bytes | None = None) -> Acknowledgement:
        """Keep an event, and with a reaction the document it is about; durable when it returns.

        Args:
            document: The canonical document of the posting as it was shown. Left out, the store's own copy is kept when
                it is still the one the reaction names.

        Raises:
            StorageError: it is not kept.
            InvalidValue: it retracts an event that is not in the log, or the document is another one than it says.
        """
        row = row_of(event)
        if document is not None and (not isinstance(event, Reaction) or document_digest(document) != event.document_id):
            raise InvalidValue("the document is not the one the event names")
        head = files.beside(self._database.path, "-head")
        return await self._database.write(
            lambda c: append_event(c, event, row, document),
            after=lambda done: note_head(head, done.sequence) if done.new else None,
        )

    async def read(self, after: int = 0) -> tuple[LogEvent, ...]:
        """Events with a sequence above `after`, in order; those of a kind this version does not know are left out.

        Raises:
            StorageError: CORRUPT, one of them cannot be read.
        """

        def work(connection: sqlite3.Connection) -> tuple[LogEvent, ...]:
            query = "select sequence, body from event where sequence > ? order by sequence"
            found = (event_of(sequence, body) for sequence, body in connection.execute(query, (after,)))
            return tuple(event for event in found if event is not None)

        return await self._database.read(work)

    async def find(self, event_key: str) -> LogEvent | None:
        """The event of this key; None when there is none, or none this version can read."""
        query = "select sequence, body from event where key = ?"
        found = await self._database.read(lambda c: c.execute(query, (event_key,)).fetchone())
        return None if found is None else event_of(*found)

    async def last_sequence(self) -> int:
        """0 for an empty log."""
        return await self._database.read(last_sequence)

    async def unknown(self) -> int:
        """Events kept here whose kind or version this version does not know: `read` leaves them out."""
        return int((await self._database.read(lambda c: c.execute(UNKNOWN).fetchone()))[0])

    async def document(self, digest: str) -> bytes:
        """The document of this id, as it was reacted to.

        Raises:
            NotFound: no reaction kept it.
            StorageError: CORRUPT, it is not what its digest says.
        """
        query = "select body from document where digest = ?"
        found = await self._database.read(lambda c: c.execute(query, (_digest(digest),)).fetchone())
        if found is None:
            raise NotFound(f"no document {digest[:40]!r}")
        body: bytes = found[0]
        if document_digest(body) != digest:
            raise StorageError(StorageFault.CORRUPT, f"document {digest} is damaged")
        return body

    async def documents(self, digests: Iterable[str]) -> dict[str, bytes]:
        """The documents of these ids; those no reaction kept are left out.

        Raises:
            StorageError: CORRUPT, one is not what its digest says.
        """
        wanted = [_digest(digest) for digest in dict.fromkeys(digests)]

        def work(connection: sqlite3.Connection) -> dict[str, bytes]:
            select = "select digest, body from document where digest in"
            return {digest.hex(): body for digest, body in by_ids(connection, select, wanted)}

        found = await self._database.read(work)
        for digest, body in found.items():
            if document_digest(body) != digest:
                raise StorageError(StorageFault.CORRUPT, f"document {digest} is damaged")
        return found

    async def verify(self) -> int | None:
        """Follow the chain from the start; returns the first sequence number that does not hold, None when all do."""
        return await self._database.read(first_broken)


def _digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def last_sequence(connection: sqlite3.Connection) -> int:
    """0 for an empty log."""
    return int(connection.execute("select coalesce(max(sequence), 0) from event").fetchone()[0])


def append_event(connection: sqlite3.Connection, event: LogEvent, row: Row, document: bytes | None) -> Acknowledgement:
    """Inside a write transaction."""
    known = connection.execute("select sequence from event where key = ?", (row.key,)).fetchone()
    if known is not None:
        return Acknowledgement(event_key=row.key, sequence=known[0], new=False)
    if (
        row.retracts is not None
        and not connection.execute("select 1 from event where key = ?", (row.retracts,)).fetchone()
    ):
        raise InvalidValue(f"no event {row.retracts!r} to take back")
    sequence = write_row(connection, row)
    if isinstance(event, Reaction):
        _keep_document(connection, event, document)
        stages.reacted(connection, event)
    elif isinstance(event, Retraction):
        stages.retracted(connection, event)
    return Acknowledgement(event_key=row.key, sequence=sequence, new=True)


def write_row(connection: sqlite3.Connection, row: Row) -> int:
    """Tie an event to the end of the chain; returns its sequence."""
    last = connection.execute("select sequence, hash from event order by sequence desc limit 1").fetchone()
    before, sequence = (events.START, 1) if last is None else (last[1], last[0] + 1)
    connection.execute(
        "insert into event(sequence, key, kind, version, retracts, job_id, body, hash) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            sequence, row.key, row.kind, row.version, row.retracts, row.job_id, row.body,
            link(before, sequence, row.body),
        ),
    )  # fmt: skip
    return sequence


def _keep_document(connection: sqlite3.Connection, event: Reaction, document: bytes | None) -> None:
    digest = _digest(event.document_id)
    if connection.execute("select 1 from document where digest = ?", (digest,)).fetchone():
        return
    if document is None:
        if not connection.execute(
            "select 1 from job where id = ? and document_id = ?", (event.job_id.bytes, digest)
        ).fetchone():
            return
        document = canonical_document(read_posting(connection, event.job_id))
        if document_digest(document) != event.document_id:
            return
    connection.execute("insert into document(digest, body) values (?, ?)", (digest, document))


def first_broken(connection: sqlite3.Connection, *, after: int | None = None) -> int | None:
    """The first sequence number whose number, columns or hash do not hold.

    Args:
        after: Trust the chain up to here; None for nothing.
    """
    before, expected = events.START, 1
    if after:
        row = connection.execute("select hash from event where sequence = ?", (after,)).fetchone()
        if row is None:
            return after
        before, expected = row[0], after + 1
    rows = connection.execute(
        "select sequence, key, kind, version, retracts, job_id, body, hash from event "
        "where sequence >= ? order by sequence",
        (expected,),
    )
    for sequence, key, kind, version, retracts, job, body, kept in rows:
        if sequence != expected or kept != link(before, sequence, body):
            return expected
        if not _columns_hold(body, key, kind, version, retracts, job):
            return expected
        before, expected = kept, sequence + 1
    return None


def _columns_hold(body: bytes, key: str, kind: str, version: int, retracts: str | None, job: bytes | None) -> bool:
    try:
        facts = load(body)
        named = (facts["key"], facts["kind"], facts["v"])
    except (StorageError, KeyError, TypeError):
        return False
    if named != (key, kind, version):
        return False
    return kind not in events.KNOWN or (facts.get("retracts"), facts.get("job")) == (
        retracts,
        None if job is None else job.hex(),
    )


def tail_broken(connection: sqlite3.Connection) -> int | None:
    """`first_broken` over the last events only: what can be afforded at every start."""
    return first_broken(connection, after=max(0, last_sequence(connection) - _RECHECKED))
