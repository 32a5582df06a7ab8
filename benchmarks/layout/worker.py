"""The child process: the backend behind one socket. `worker.py FD HOME SIZE SECONDS ADDRESSES`.

It ends when the socket does, so a UI that died leaves nothing running. What it learns about itself (when the engine
was ready, when the first round was in) goes to `HOME/backend.json` for the harness.
"""

import asyncio
import socket
import sys
from pathlib import Path

import msgspec
from benchmarks.layout import wire
from benchmarks.layout.backend import Backend


async def _push(backend: Backend, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(wire.frame(wire.Event(backend.snapshot())))
        await writer.drain()
        await asyncio.sleep(0.1)


async def _answer(backend: Backend, writer: asyncio.StreamWriter, request: wire.Request) -> None:
    writer.write(wire.frame(wire.Deck(request.id, await backend.deck(request.limit))))
    await writer.drain()


async def main() -> None:
    descriptor, home, size, seconds, addresses = sys.argv[1:]
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=int(descriptor)))
    backend = Backend(msgspec.json.decode(addresses), Path(home), int(size))
    asyncio.get_running_loop().call_later(float(seconds), backend.stopping.set)
    tasks = {asyncio.create_task(backend.run()), asyncio.create_task(_push(backend, writer))}
    try:
        while True:
            request = await wire.receive(reader)
            tasks.add(asyncio.create_task(_answer(backend, writer, request)))
    except (asyncio.IncompleteReadError, ConnectionError):
        marks = {"ready_at": backend.ready_at, "first_round_at": backend.first_round_at, "rounds": backend.rounds}
        (Path(home) / "backend.json").write_bytes(msgspec.json.encode(marks))
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
