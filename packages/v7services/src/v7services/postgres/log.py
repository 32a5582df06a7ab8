"""Each person's log on the server: append-only, numbered without gaps, each event tied to the one before it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from v7core.document import document_digest
from v7core.errors import InvalidValue, NotFound, StorageError, StorageFault
from v7core.models.feed import Acknowledgement, LogEvent, Reaction
from v7services.postgres.server import Server
from v7services.storage.events import START, Row, event_of, link, row_of


class PersonLog:
    """A `ReactionLog` of one person."""

    def __init__(self, server: Server, person: int) -> None:
        self._server = server
        self._person = person

    async def append(self, event: LogEvent, *, document: bytes | None = None) -> Acknowledgement:
        """Keep an event; durable when it returns. A connection lost at the commit is answered by sending it again.

        Raises:
            StorageError: it is not kept, or (AWAY) the server cannot be asked whether it is: the same key may be sent
                again.
            InvalidValue: it retracts an event that is not in the log, or the document is another one than it says.
        """
        row = row_of(event)
        if document is not None and (not isinstance(event, Reaction) or document_digest(document) != event.document_id):
            raise InvalidValue("the document is not the one the event names")

        async def work(cursor: Any) -> Acknowledgement:
            await self._lock(cursor)
            return await append_row(cursor, self._person, row, document)

        try:
            return await self._server.write(work)
        except StorageError as error:
            if error.kind is not StorageFault.AWAY:
                raise
        return await self._server.write(work)

    async def read(self, after: int = 0) -> tuple[LogEvent, ...]:
        """Events with a sequence above `after`, in order; those of a kind this version does not know are left out."""

        async def work(cursor: Any) -> tuple[LogEvent, ...]:
            await cursor.execute(
                "select sequence, body from event where person_n = %s and sequence > %s order by sequence",
                (self._person, after),
            )
            found = [event_of(sequence, body) for sequence, body in await cursor.fetchall()]
            return tuple(event for event in found if event is not None)

        return await self._server.read(work)

    async def last_sequence(self) -> int:
        """0 for an empty log."""

        async def work(cursor: Any) -> int:
            return (await _last(cursor, self._person))[0]

        return await self._server.read(work)

    async def document(self, digest: str) -> bytes:
        """The document of this id, as it was reacted to; raises `NotFound`."""

        async def work(cursor: Any) -> bytes | None:
            await cursor.execute("select body from document where digest = decode(%s, 'hex')", (digest,))
            found = await cursor.fetchone()
            return None if found is None else found[0]

        body = await self._server.read(work)
        if body is None:
            raise NotFound(f"no document {digest[:40]!r}")
        return body

    async def verify(self) -> int | None:
        """Follow the chain from the start; returns the first sequence number that does not hold, None when all do."""

        async def work(cursor: Any) -> int | None:
            await cursor.execute(
                "select sequence, body, hash from event where person_n = %s order by sequence", (self._person,)
            )
            before, expected = START, 1
            for sequence, body, kept in await cursor.fetchall():
                if sequence != expected or kept != link(before, sequence, body):
                    return expected
                before, expected = kept, sequence + 1
            return None

        return await self._server.read(work)

    # --- what other machines of the person send ---------------------------------------------------------------------

    async def shared(self, device: str) -> int:
        """Up to which of its own numbers a machine has shared its log; 0 for none."""

        async def work(cursor: Any) -> int:
            await cursor.execute(
                "select sequence from shared where person_n = %s and device = %s", (self._person, device)
            )
            found = await cursor.fetchone()
            return 0 if found is None else found[0]

        return await self._server.read(work)

    async def take(self, device: str, events: Sequence[tuple[LogEvent, bytes | None]]) -> int:
        """Keep a machine's events, each once by its key, and note how far it is; returns how many were new.

        Raises:
            StorageError: none of them is kept, or (AWAY) nobody knows: sending them again adds nothing.
        """
        rows = [(row_of(event), document, event.sequence or 0) for event, document in events]
        if not rows:
            return 0

        async def work(cursor: Any) -> int:
            await self._lock(cursor)
            done = [await append_row(cursor, self._person, row, document) for row, document, _ in rows]
            await cursor.execute(
                "insert into shared(person_n, device, sequence) values (%s, %s, %s) on conflict (person_n, device) "
                "do update set sequence = greatest(shared.sequence, excluded.sequence)",
                (self._person, device, max(sequence for _, _, sequence in rows)),
            )
            return sum(each.new for each in done)

        return await self._server.write(work)

    async def _lock(self, cursor: Any) -> None:
        # One writer a person: numbers have no gaps, and the chain has no fork.
        await cursor.execute("select n from person where n = %s for update", (self._person,))


async def _last(cursor: Any, person: int) -> tuple[int, bytes]:
    await cursor.execute(
        "select sequence, hash from event where person_n = %s order by sequence desc limit 1", (person,)
    )
    return await cursor.fetchone() or (0, START)


async def append_row(cursor: Any, person: int, row: Row, document: bytes | None) -> Acknowledgement:
    """Inside a transaction that holds the person's lock."""
    await cursor.execute("select sequence from event where person_n = %s and key = %s", (person, row.key))
    known = await cursor.fetchone()
    if known is not None:
        return Acknowledgement(event_key=row.key, sequence=known[0], new=False)
    if row.retracts is not None:
        await cursor.execute("select 1 from event where person_n = %s and key = %s", (person, row.retracts))
        if await cursor.fetchone() is None:
            raise InvalidValue(f"no event {row.retracts!r} to take back")
    last, before = await _last(cursor, person)
    await cursor.execute(
        "insert into event(person_n, sequence, key, kind, version, retracts, job_id, body, hash) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            person, last + 1, row.key, row.kind, row.version, row.retracts,
            None if row.job_id is None else UUID(bytes=row.job_id), row.body, link(before, last + 1, row.body),
        ),
    )  # fmt: skip
    if document is not None:
        await cursor.execute(
            "insert into document(digest, body) values (decode(%s, 'hex'), %s) on conflict do nothing",
            (document_digest(document), document),
        )
    return Acknowledgement(event_key=row.key, sequence=last + 1, new=True)
