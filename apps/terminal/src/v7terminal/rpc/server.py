"""The answering side: runs calls as tasks, so that a slow one never holds up the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from v7core.errors import ComputeError, ComputeFault, NotFound, V7Error
from v7terminal.rpc.frames import Call, Cancel, Message, Note, Value, encoded, frame, read_message
from v7terminal.rpc.methods import PORTS, failure, methods

log: Final = logging.getLogger(__name__)

NoteHandler = Callable[[str, msgspec.Raw], None]


class RpcServer:
    """Answers calls on one connection until it closes.

    Args:
        ports: Implementations by port name; each has the methods of `PORTS[name]`. May be filled while serving: a call
            of a port that is not there yet waits for `ready`.
        on_note: Takes what the other side tells.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, on_note: NoteHandler | None = None
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_note = on_note
        self._ports: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def offer(self, ports: Mapping[str, Any]) -> None:
        """Answer from these from now on."""
        if not self._ports.done():
            self._ports.set_result(ports)

    def refuse(self, error: V7Error) -> None:
        """Answer every call with this error: there is nothing to offer."""
        if not self._ports.done():
            self._ports.set_exception(error)
            self._ports.exception()  # marked as seen: it may be that nobody ever calls

    def tell(self, topic: str, value: object) -> None:
        """Send a note; dropped when the other side has gone."""
        if not self._writer.is_closing():
            self._writer.write(frame(Note(topic, encoded(value))))

    async def serve(self) -> None:
        """Until the other side closes; then what still runs is cancelled."""
        try:
            while (message := await read_message(self._reader)) is not None:
                self._take(message)
        finally:
            for task in list(self._tasks.values()):
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _take(self, message: Message) -> None:
        if isinstance(message, Call):
            task = asyncio.create_task(self._run(message))
            self._tasks[message.id] = task
            task.add_done_callback(partial(self._forget, message.id))
        elif isinstance(message, Cancel):
            running = self._tasks.get(message.id)
            if running is not None:
                running.cancel()
        elif isinstance(message, Note) and self._on_note is not None:
            self._on_note(message.topic, message.value)

    def _forget(self, call: int, _task: asyncio.Task[None]) -> None:
        self._tasks.pop(call, None)

    async def _run(self, call: Call) -> None:
        reply: Message
        try:
            reply = Value(call.id, encoded(await self._call(call)))
        except V7Error as error:
            reply = failure(call.id, error)
        except MemoryError:
            reply = failure(call.id, ComputeError(ComputeFault.MEMORY, f"no room for {call.port}.{call.method}"))
        except Exception as error:
            log.exception("%s.%s", call.port, call.method)
            hidden = f"unexpected {type(error).__name__} in {call.port}.{call.method}; see the report"
            reply = failure(call.id, ComputeError(ComputeFault.UNAVAILABLE, hidden))
        if not self._writer.is_closing():
            self._writer.write(frame(reply))
            await self._writer.drain()

    def _call(self, call: Call) -> Awaitable[Any]:
        port = PORTS.get(call.port)
        method = methods(port).get(call.method) if port else None
        if method is None:
            raise NotFound(f"no method {call.port}.{call.method}")
        return self._answer(call, method.unpack(call.arguments))

    async def _answer(self, call: Call, arguments: dict[str, Any]) -> Any:
        ports = await asyncio.shield(self._ports)
        return await getattr(ports[call.port], call.method)(**arguments)
