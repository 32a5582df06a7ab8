"""What the tests of the application share."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from v7core.testing.fakes import (
    MemoryFeed,
    MemoryHistory,
    MemorySaved,
    MemorySearch,
    MemorySettings,
    MemorySources,
)
from v7core.testing.samples import postings
from v7terminal.rpc.client import Connection
from v7terminal.rpc.server import RpcServer


@pytest.fixture
def ports() -> dict[str, Any]:
    """A fake of every port the background process offers."""
    sample = postings(12)
    return {
        "feed": MemoryFeed(sample),
        "search": MemorySearch(sample),
        "sources": MemorySources(),
        "saved": MemorySaved(sample),
        "settings": MemorySettings(),
        "history": MemoryHistory(),
    }


class Wire:
    """Both ends of one connection."""

    def __init__(self, server: RpcServer, connection: Connection, notes: list[tuple[str, Any]]) -> None:
        self.server = server
        self.connection = connection
        self.notes = notes


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A server and a connection to it, in one process; nothing is offered yet."""
    ours, theirs = socket.socketpair()
    notes: list[tuple[str, Any]] = []
    reader, writer = await asyncio.open_connection(sock=theirs)
    server = RpcServer(reader, writer, on_note=lambda topic, value: notes.append((topic, bytes(value))))
    serving = asyncio.create_task(server.serve())
    connection = Connection(*await asyncio.open_connection(sock=ours))
    yield Wire(server, connection, notes)
    await connection.close()
    writer.close()
    await serving


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait, at most 20 s, until something holds."""

    async def wait(holds: Callable[[], Any]) -> None:
        for _ in range(4000):
            if holds():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it never came to hold")

    return wait
