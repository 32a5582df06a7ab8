"""A small HTTP/1.1 server on loopback: bodies by path, with entity tags. Standard library only."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import attrs

MAX_HEAD: Final = 16_384
IDLE_S: Final = 30.0


@attrs.frozen
class Body:
    """What one path answers with."""

    content: bytes = attrs.field(repr=False)
    media_type: str
    etag: str = ""

    @classmethod
    def of(cls, content: bytes, media_type: str) -> "Body":
        """A body whose tag is the hash of its content."""
        return cls(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


Lookup = Callable[[str, str], Body | None]
"""(path, query) to a body, or None for 404."""


class LoopbackServer:
    """Serves what `lookup` finds on 127.0.0.1, on a port the system chooses."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests = 0
        """Answered so far, 304 and 404 included."""

    @property
    def port(self) -> int:
        """Where it listens; only after `start`."""
        if self._server is None:
            raise RuntimeError("not started")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=MAX_HEAD)

    async def close(self) -> None:
        """Stop listening and drop open connections."""
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own, since the one a stream server makes complains aloud when it is cancelled.
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the client went away or does not speak HTTP: nothing to tell anybody
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await _bounded(reader.readuntil(b"\r\n\r\n"))
        request, *lines = head.decode("latin-1").split("\r\n")
        method, _, rest = request.partition(" ")
        target = urlsplit(rest.partition(" ")[0])
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        keep = headers.get("connection", "").lower() != "close"
        writer.write(self._reply(method, target.path, target.query, headers.get("if-none-match", ""), keep=keep))
        await writer.drain()
        self.requests += 1
        return keep

    def _reply(self, method: str, path: str, query: str, tag: str, *, keep: bool) -> bytes:
        if method not in ("GET", "HEAD"):
            return _message("405 Method Not Allowed", Body.of(b"", "text/plain"), keep=False)
        body = self._lookup(path, query)
        if body is None:
            return _message("404 Not Found", Body.of(b'{"error":"not found"}', "application/json"), keep=keep)
        if tag and body.etag in (known.strip().removeprefix("W/") for known in tag.split(",")):
            return _message("304 Not Modified", body, keep=keep, bare=True)
        return _message("200 OK", body, keep=keep, bare=method == "HEAD")


def _message(status: str, body: Body, *, keep: bool, bare: bool = False) -> bytes:
    length = "" if status.startswith("304") else f"Content-Length: {len(body.content)}\r\n"
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {body.media_type}\r\n{length}ETag: {body.etag}\r\n"
        f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n"
    )
    return head.encode("latin-1") + (b"" if bare else body.content)


async def _bounded(reading: Awaitable[bytes]) -> bytes:
    return await asyncio.wait_for(reading, IDLE_S)
