"""The background process, kept alive: started, watched, restarted up to a limit, stopped within two seconds."""

import asyncio
import os
import socket
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec

from v7core.errors import ComputeError, V7Error
from v7core.protocols import Clock
from v7terminal.rpc.client import REPEATABLE, Connection, gone

MAX_RESTARTS: Final = 3
RESTART_WINDOW_S: Final = 60.0
STOP_S: Final = 2.0

Tell = Callable[[str], None]


class BackendProcess:
    """One child, and the calls to it.

    A call that is in flight when the child dies ends in `ComputeError(UNAVAILABLE)`, unless running it twice is the
    same as running it once: then it is run again, once, on the next child.

    Args:
        command: Program and arguments; the number of the socket's file descriptor is appended.
        clock: Measures the window of the restart limit.
        log: Where the child's own output goes; nowhere when None.
        on_note: Takes what the child tells.
        on_event: Takes a sentence each time the child ends unasked.
    """

    def __init__(
        self,
        command: Sequence[str],
        clock: Clock,
        *,
        log: Path | None = None,
        on_note: Callable[[str, msgspec.Raw], None] | None = None,
        on_event: Tell | None = None,
    ) -> None:
        self._command = tuple(command)
        self._clock = clock
        self._log = log
        self._on_note = on_note
        self._on_event = on_event or (lambda _: None)
        self._ended: deque[float] = deque(maxlen=MAX_RESTARTS + 1)
        self._child: asyncio.subprocess.Process | None = None
        self._connection: Connection | None = None
        self._changed = asyncio.Condition()
        self._failed: V7Error | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the child; None when there is none."""
        return self._child.pid if self._child is not None and self._child.returncode is None else None

    @property
    def restarts(self) -> int:
        """How often a child ended unasked within the window."""
        return len(self._ended)

    async def start(self) -> None:
        """Start the child; calls may be made at once."""
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep())

    async def call(self, port: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run a method of a port over there.

        Raises:
            V7Error: what it ended in; `ComputeError` of kind unavailable when there is no child any more.
        """
        if (port, name) == ("feed", "react") and kwargs.get("event_key") is None:
            kwargs = kwargs | {"event_key": uuid4().hex}  # made on this side, so that a second try is the same event
        connection = await self._connected()
        try:
            return await connection.call(port, name, args, kwargs)
        except ComputeError:
            if not connection.closed or name not in REPEATABLE or self._failed is not None:
                raise
        return await (await self._connected()).call(port, name, args, kwargs)

    def tell(self, topic: str, value: object) -> None:
        """Send a note; dropped while there is no child."""
        if self._connection is not None:
            self._connection.tell(topic, value)

    async def stop(self) -> None:
        """Hang up and wait; end the child after two seconds if it has not ended itself."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self._failed = self._failed or gone("closed")
        if self._connection is not None:
            await self._connection.close()
        if self._child is not None:
            await self._ended_with(self._child)

    @staticmethod
    async def _ended_with(child: asyncio.subprocess.Process) -> int:
        """The status of a child that has been hung up on; one that does not end by itself is ended."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(child.wait(), STOP_S)
        with suppress(ProcessLookupError):
            child.kill()  # what it acknowledged is on disk
        return await child.wait()

    async def _connected(self) -> Connection:
        async with self._changed:
            await self._changed.wait_for(
                lambda: self._failed is not None or (self._connection is not None and not self._connection.closed)
            )
            if self._failed is not None or self._connection is None:
                raise self._failed or gone()
            return self._connection

    async def _spawn(self) -> None:
        ours, theirs = socket.socketpair()
        output: Any = asyncio.subprocess.DEVNULL
        if self._log is not None:
            output = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            self._child = await asyncio.create_subprocess_exec(
                *self._command,
                str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(theirs.fileno(),),
            )
        except OSError as error:
            ours.close()
            raise gone(f"the background process does not start: {error.strerror}") from error
        finally:
            theirs.close()
            if self._log is not None:
                os.close(output)
        reader, writer = await asyncio.open_connection(sock=ours)
        async with self._changed:
            self._connection = Connection(reader, writer, on_note=self._on_note)
            self._changed.notify_all()

    async def _keep(self) -> None:
        while self._failed is None and self._child is not None and self._connection is not None:
            await self._connection.wait_closed()
            code = await self._ended_with(self._child)
            now = self._clock.monotonic()
            self._ended.append(now)
            while now - self._ended[0] > RESTART_WINDOW_S:
                self._ended.popleft()
            how = f"signal {-code}" if code < 0 else f"status {code}"
            if len(self._ended) > MAX_RESTARTS:
                await self._give_up(gone(f"the background process ended {len(self._ended)} times ({how})"))
                return
            self._on_event(f"background process ended ({how}), restarted")
            try:
                await self._spawn()
            except V7Error as error:
                await self._give_up(error)

    async def _give_up(self, error: V7Error) -> None:
        self._on_event(str(error))
        async with self._changed:
            self._failed = error
            self._changed.notify_all()


def backend_command(home: Path) -> tuple[str, ...]:
    """The program that is the background process of a home."""
    return (sys.executable, "-P", "-m", "v7terminal.backend", str(home))
