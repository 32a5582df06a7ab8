"""The outbox: a person's own file is the truth for them, and what the server does not have is sent when it is there.

Reactions are acknowledged by the file, server or not. There is no queue that could be lost: what is "not yet shared" is
what stands in the log above the number the server has noted for this machine. Everything is sent by its event key, so a
reply that was lost is answered by sending again. Postings come the other way: boards that changed on the server are
committed into the file like polls.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from v7core.clock import SystemClock
from v7core.errors import NotFound, StorageError
from v7core.models.feed import LogEvent, Reaction
from v7core.models.sources import Harvest, PollOutcome, PollReport
from v7core.protocols import Clock
from v7services.postgres.store import PostgresStorage
from v7services.storage import Storage

BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What one round of sharing did."""

    sent: int = 0
    """Events the server did not have."""
    not_yet_shared: int | None = None
    """Events the server does not have still; None when it could not be asked."""
    boards: int = 0
    """Boards that were brought up to date here."""
    postings: int = 0
    """Postings that are new or changed here."""
    problem: str = ""
    """Why it ended early; empty when all went through."""


class Sharing:
    """Between one person's file and the server.

    Args:
        device: Names this machine among the person's; the same at every start.
    """

    def __init__(self, local: Storage, remote: PostgresStorage, device: str, *, clock: Clock | None = None) -> None:
        self._local = local
        self._remote = remote
        self._device = device
        self._clock = clock or SystemClock()
        self._revision = 0

    async def not_yet_shared(self) -> int:
        """Events of the file that the server does not have.

        Raises:
            StorageError: the server cannot be asked.
        """
        return await self._local.log.last_sequence() - await self._remote.log.shared(self._device)

    async def share(self) -> Shared:
        """Send what the server does not have, and bring boards that changed there up to date here.

        Never raises for a server that is away: the next round goes on where this one ended.
        """
        sent = boards = postings = 0
        try:
            sent = await self._send()
            boards, postings = await self._fetch()
            left = await self.not_yet_shared()
        except StorageError as error:
            return Shared(sent=sent, boards=boards, postings=postings, problem=str(error))
        return Shared(sent=sent, not_yet_shared=left, boards=boards, postings=postings)

    async def _send(self) -> int:
        sent, after = 0, await self._remote.log.shared(self._device)
        while events := (await self._local.log.read(after=after))[:BATCH]:
            sent += await self._remote.log.take(
                self._device, [(event, await self._document(event)) for event in events]
            )
            after = events[-1].sequence or after
        return sent

    async def _document(self, event: LogEvent) -> bytes | None:
        if not isinstance(event, Reaction):
            return None
        try:
            return await self._local.log.document(event.document_id)
        except NotFound:
            return None

    async def _fetch(self) -> tuple[int, int]:
        last, keys = await self._remote.jobs.boards_since(self._revision)
        touched = 0
        for key in keys:
            found = await self._remote.jobs.on_board(key)
            now = self._clock.now()
            report = PollReport(
                key=key, outcome=PollOutcome.OK if found else PollOutcome.EMPTY, started_at=now, duration_ms=0.0,
                reason="from the shared catalogue", next_try=now + timedelta(hours=6),
            )  # fmt: skip
            kept = await self._local.jobs.commit_poll(report, Harvest(postings=found))
            touched += kept.new + kept.changed
        self._revision = last
        return len(keys), touched
