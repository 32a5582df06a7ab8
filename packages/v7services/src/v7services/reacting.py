"""Reactions, kept: the one path into the log. No engine and no numbers: a command that only reacts starts quickly."""

from typing import TYPE_CHECKING, Final
from uuid import uuid4

from v7core.clock import SystemClock
from v7core.document import document_digest
from v7core.errors import NotFound
from v7core.models.feed import (
    Acknowledgement,
    Forgetting,
    LogEvent,
    ProfileKind,
    Reaction,
    ReactionKind,
    Retraction,
)
from v7core.models.jobs import JobId
from v7core.protocols import Clock
from v7services.standing import standing, taken_back

if TYPE_CHECKING:
    from v7services.storage import Storage

_FIRST_LOOK: Final = 32
"""Events at the end of the log that are looked at first: what is taken back is mostly recent."""


class Reactor:
    """Appends to the log what the person said, with the document it was said of, and takes it back.

    The store puts saved and applied jobs into the pipeline, and takes them out again, in the same transaction.
    """

    def __init__(self, storage: "Storage", clock: Clock | None = None) -> None:
        self._storage = storage
        self._clock = clock or SystemClock()

    async def react(self, job: JobId | str, kind: ReactionKind, *, event_key: str | None = None) -> Acknowledgement:
        """Durable when it returns. The profile, and what the card said, are those the job was last shown with.

        Args:
            job: Its id, or the first digits of one.
            event_key: Makes it idempotent; without one a new key is made.

        Raises:
            NotFound: no such job.
            InvalidValue: the key cannot be one.
            StorageError: it is not kept.
        """
        found = await self._storage.jobs.resolve(job) if isinstance(job, str) else job
        document = (await self._storage.jobs.documents((found,))).get(found)
        if document is None:
            raise NotFound(f"no job {found}")
        last = await self._storage.decks.shown(found)
        profile, shown = (ProfileKind.MATCH, None) if last is None else last
        event = Reaction(
            event_key=_new_key() if event_key is None else event_key, job_id=found, kind=kind, profile=profile,
            at=self._clock.now(), document_id=document_digest(document), shown=shown,
        )  # fmt: skip
        return await self._storage.log.append(event, document=document)

    async def undo(self, event_key: str | None = None) -> Acknowledgement:
        """Take an event back, the latest reaction or forgetting that stands unless told otherwise.

        Args:
            event_key: Of any event that stands; taking a retraction back restores what it took.

        Raises:
            NotFound: there is nothing to take back.
            StorageError: it still stands.
        """
        target = await self._latest() if event_key is None else await self._standing(event_key)
        return await self._storage.log.append(
            Retraction(event_key=_new_key(), retracts=target.event_key, at=self._clock.now())
        )

    async def forget(self, *, event_key: str | None = None) -> Acknowledgement:
        """Learning starts anew; the log keeps what was said, and this can be taken back like anything else.

        Raises:
            InvalidValue: the key cannot be one.
            StorageError: it is not kept.
        """
        key = _new_key() if event_key is None else event_key
        return await self._storage.log.append(Forgetting(event_key=key, at=self._clock.now()))

    async def _latest(self) -> LogEvent:
        """From the end, in steps that double: what comes later decides what stands, never what came before."""
        last, look = await self._storage.log.last_sequence(), _FIRST_LOOK
        while True:
            found = standing(await self._storage.log.read(after=max(0, last - look)))
            if found:
                return found[-1]
            if look >= last:
                raise NotFound("nothing to take back")
            look *= 4

    async def _standing(self, key: str) -> LogEvent:
        event = await self._storage.log.find(key)
        if event is None or key in taken_back(await self._storage.log.read(after=event.sequence or 0)):
            raise NotFound(f"no event {key[:40]!r} to take back" if event is None else "it is taken back already")
        return event


def _new_key() -> str:
    return uuid4().hex
