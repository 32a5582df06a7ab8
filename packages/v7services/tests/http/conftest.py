"""A loopback server that answers as a test tells it to, and a fetcher that may ask it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import attrs
import pytest

from v7core.clock import SystemClock
from v7core.errors import NotFound
from v7core.models.sources import Harvest, PollReport, SourceKey
from v7core.testing.fakes import FixedClock, ListRecorder, MemoryStore
from v7services.catalogue import by_name
from v7services.discovery import Discovery
from v7services.http.client import Fetcher
from v7services.http.messages import Origin
from v7services.records import SourceRecord


@attrs.frozen(kw_only=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@attrs.define
class Server:
    """`answers` by path: raw bytes, or an async function that writes them."""

    port: int = 0
    answers: dict[str, object] = attrs.field(factory=dict)
    asked: list[Asked] = attrs.field(factory=list)
    peak: int = 0
    _open: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @staticmethod
    def reply(body: bytes = b"", *, status: str = "200 OK", **headers: str) -> bytes:
        named = {"Content-Length": str(len(body)), "Connection": "close"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
        return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        self.peak = max(self.peak, self._open)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ", 2)
            headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if ": " in line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.asked.append(Asked(method=method, path=path, headers=headers, body=body))
            answer = self.answers.get(path.split("?")[0], self.reply(status="404 Not Found"))
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open -= 1
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def _running() -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await asyncio.sleep(0)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with _running() as running:
        yield running


@pytest.fixture
async def second() -> AsyncIterator[Server]:
    """Another host."""
    async with _running() as running:
        yield running


@pytest.fixture
async def private() -> AsyncIterator[Server]:
    """A second server that nobody may ask: any hit is a hole."""
    async with _running() as running:
        running.answers["/"] = Server.reply(b"secret")
        yield running


@pytest.fixture
async def make_fetcher(server: Server) -> AsyncIterator[Callable[..., Fetcher]]:
    made: list[Fetcher] = []

    async def no_wait(_: float) -> None:
        await asyncio.sleep(0)

    def make(**changes: object) -> Fetcher:
        options = {
            "clock": SystemClock(),
            "recorder": ListRecorder(),
            "allowed_origins": frozenset({Origin("127.0.0.1", server.port)}),
            "sleep": no_wait,
            "seed": 1,
        }
        made.append(Fetcher(**(options | changes)))
        return made[-1]

    yield make
    for fetcher in made:
        await fetcher.aclose()


@pytest.fixture
def fetcher(make_fetcher: Callable[..., Fetcher]) -> Fetcher:
    return make_fetcher()


@pytest.fixture
def pieces() -> Callable[..., Callable[[asyncio.StreamWriter], Awaitable[None]]]:
    """An answer written piece by piece, `every` seconds, the last one `forever` if asked."""

    def make(
        *parts: bytes, every: float = 0.0, forever: bool = False
    ) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
        async def write(writer: asyncio.StreamWriter) -> None:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(every)
            while forever:
                writer.write(parts[-1])
                await writer.drain()
                await asyncio.sleep(every)

        return write

    return make


class MemoryStates:
    """`SourceStates` in memory."""

    def __init__(self) -> None:
        self.records: dict[SourceKey, SourceRecord] = {}

    async def all(self) -> tuple[SourceRecord, ...]:
        return tuple(self.records.values())

    async def get(self, key: SourceKey) -> SourceRecord:
        if key not in self.records:
            raise NotFound(f"no source {key}")
        return self.records[key]

    async def add(self, key: SourceKey, name: str) -> SourceRecord:
        return self.records.setdefault(key, SourceRecord(key=key, name=name))

    async def remove(self, key: SourceKey) -> None:
        await self.get(key)
        del self.records[key]

    async def _change(self, key: SourceKey, **changes: object) -> SourceRecord:
        self.records[key] = replace(await self.get(key), **changes)
        return self.records[key]

    async def set_paused(self, key: SourceKey, *, paused: bool) -> SourceRecord:
        return await self._change(key, paused=paused)

    async def set_breaker(self, key: SourceKey, breaker: str) -> None:
        await self._change(key, breaker=breaker)


class PollingStore(MemoryStore):
    """A store that keeps the poll's state beside its postings, as a real one does."""

    def __init__(self, states: MemoryStates) -> None:
        super().__init__()
        self.states = states
        self.commits: list[tuple[PollReport, Harvest | None]] = []

    async def commit_poll(self, report: PollReport, harvest: Harvest | None) -> PollReport:
        kept = await super().commit_poll(report, harvest)
        self.commits.append((kept, harvest))
        record = await self.states.get(report.key)
        changes: dict[str, object] = {"reports": (kept, *record.reports)[:20], "next_try": kept.next_try}
        if harvest is not None:
            changes["validators"] = harvest.validators
        if kept.outcome.sound:
            changes["last_success"] = kept.started_at
        changes["open_jobs"] = (await self.counts()).get(str(report.key), 0)
        self.states.records[report.key] = replace(record, **changes)
        return kept


@pytest.fixture
def states() -> MemoryStates:
    return MemoryStates()


@pytest.fixture
def store(states: MemoryStates) -> PollingStore:
    return PollingStore(states)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def discovery(states, store, make_fetcher, server, clock) -> Callable[..., Discovery]:
    """Makes a directory whose boards are all at the loopback server."""

    def make(*, allowed: frozenset[Origin] | None = None, **changes: object) -> Discovery:
        fetcher = make_fetcher() if allowed is None else make_fetcher(allowed_origins=allowed)
        options = {"recorder": ListRecorder(), "clock": clock, "origins": dict.fromkeys(by_name(), server.base)}
        return Discovery(states, store, fetcher, **(options | changes))

    return make
