"""Polling as one of several V7s on one home: at most one polls at a time, by a lease."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from v7core.errors import StorageError, StorageFault
from v7core.models.sources import PollReport, Recognised, SourceKey, SourceState
from v7core.protocols import SourceDirectory
from v7services.lease import Lease

EVERY_S: Final = 60.0
"""How often it is asked what is due."""


class DueSources(SourceDirectory, Protocol):
    """A directory that knows which of its sources are due."""

    async def due(self) -> tuple[SourceKey, ...]: ...


class LeasedSources:
    """A `SourceDirectory` that polls under the home's lease.

    Args:
        lease: Held while a refresh runs.
        before: Called when a refresh begins: the demo's replay moves on.
    """

    def __init__(self, sources: DueSources, lease: Lease, *, before: Callable[[], None] | None = None) -> None:
        self._sources = sources
        self._lease = lease
        self._before = before
        self._turn = asyncio.Lock()

    async def list(self) -> tuple[SourceState, ...]:
        return await self._sources.list()

    async def recognise(self, address: str) -> Recognised:
        return await self._sources.recognise(address)

    async def add(self, key: SourceKey) -> SourceState:
        return await self._sources.add(key)

    async def remove(self, key: SourceKey) -> None:
        await self._sources.remove(key)

    async def pause(self, key: SourceKey, *, paused: bool = True) -> SourceState:
        return await self._sources.pause(key, paused=paused)

    async def due(self) -> tuple[SourceKey, ...]:
        """Sources whose next try has come."""
        return await self._sources.due()

    async def refresh(self, keys: Iterable[SourceKey] | None = None) -> tuple[PollReport, ...]:
        """As `SourceDirectory.refresh`.

        Raises:
            StorageError: BUSY: another V7 polls this home right now; nothing was polled.
        """
        async with self._turn:
            if not self._lease.acquire():
                holder = self._lease.holder()
                who = f" (process {holder.pid})" if holder is not None and holder.pid else ""
                raise StorageError(StorageFault.BUSY, f"another V7{who} is polling this home; try again in a moment")
            try:
                if self._before is not None:
                    self._before()
                return await self._sources.refresh(keys)
            finally:
                self._lease.release()

    async def refresh_due(self) -> tuple[PollReport, ...]:
        """Poll what is due; nothing when another V7 polls already."""
        keys = await self.due()
        if not keys:
            return ()
        try:
            return await self.refresh(keys)
        except StorageError as error:
            if error.kind is StorageFault.BUSY:
                return ()
            raise
