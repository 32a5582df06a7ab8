"""The calling side: one connection, and a stand-in for each port that looks like the port."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, Final, TypeVar, cast

import msgspec

from v7core.errors import ComputeError, ComputeFault, V7Error
from v7terminal.rpc.frames import Call, Cancel, Failure, Message, Note, Value, encoded, frame, read_message
from v7terminal.rpc.methods import PORTS, error_of, methods

P = TypeVar("P")


def gone(message: str = "the background process ended") -> ComputeError:
    """What a call ends in when there is nobody to answer it."""
    return ComputeError(ComputeFault.UNAVAILABLE, message)


class Connection:
    """Calls in flight on one socket. When it closes, each of them ends in a typed error."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        on_note: Callable[[str, msgspec.Raw], None] | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_note = on_note
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self._closed: V7Error | None = None
        self._listener = asyncio.create_task(self._listen())

    @property
    def closed(self) -> bool:
        """Whether calls can no longer be made."""
        return self._closed is not None

    async def wait_closed(self) -> None:
        """Until the other side is gone."""
        await asyncio.wait([self._listener])

    async def call(self, port: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run a method over there.

        Raises:
            V7Error: whatever it ended in; `ComputeError` of kind unavailable when the other side is gone.
        """
        method = methods(PORTS[port])[name]
        if self._closed is not None:
            raise self._closed
        call = next(self._ids)
        answer: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self._waiting[call] = answer
        try:
            self._writer.write(frame(Call(call, port, name, method.pack(args, kwargs))))
            return method.value.decode(await answer)
        except asyncio.CancelledError:
            self._send(Cancel(call))
            raise
        finally:
            self._waiting.pop(call, None)

    def tell(self, topic: str, value: object) -> None:
        """Send a note; dropped when the other side has gone."""
        self._send(Note(topic, encoded(value)))

    def _send(self, message: Message) -> None:
        if self._closed is None and not self._writer.is_closing():
            self._writer.write(frame(message))

    async def close(self) -> None:
        """Hang up; whatever is in flight ends in a typed error."""
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)
        self._end(gone("closed"))
        self._writer.close()

    async def _listen(self) -> None:
        reason = gone()
        try:
            while (message := await read_message(self._reader)) is not None:
                self._take(message)
        except V7Error as error:
            reason = gone(str(error))
        finally:
            self._end(reason)
            self._writer.close()

    def _take(self, message: Message) -> None:
        if isinstance(message, Value):
            waiting = self._waiting.get(message.id)
            if waiting is not None and not waiting.done():
                waiting.set_result(message.value)
        elif isinstance(message, Failure):
            waiting = self._waiting.get(message.id)
            if waiting is not None and not waiting.done():
                waiting.set_exception(error_of(message))
        elif isinstance(message, Note) and self._on_note is not None:
            self._on_note(message.topic, message.value)

    def _end(self, reason: V7Error) -> None:
        self._closed = self._closed or reason
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(reason)


Forward = Callable[[str, str, tuple[Any, ...], dict[str, Any]], Awaitable[Any]]
"""(port, method, arguments, named arguments) to what it came to."""


def stub(port: str, kind: Callable[..., P], forward: Forward) -> P:
    """An object with the methods of a port, each of them forwarded."""

    def member(name: str) -> Callable[..., Awaitable[Any]]:
        async def method(_self: object, *args: Any, **kwargs: Any) -> Any:
            return await forward(port, name, args, kwargs)

        return method

    members = {name: member(name) for name in methods(cast("type", kind))}
    return cast("P", type(f"Remote{port.title()}", (), members)())


REPEATABLE: Final = frozenset(
    {
        *("deck", "detail", "why", "search", "list", "recognise", "load", "read", "packs", "ready", "current", "due"),
        *("summaries", "react", "save", "add", "pause", "move", "keep"),
    }
)
"""Methods that may be run again when the answer was lost: they read, or the same call twice is one (`react` carries a
key)."""
