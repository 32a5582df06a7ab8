"""The loopback sources, in a process of their own: `server.py SOURCES POSTINGS [PAYLOADS]`.

Prints the list of addresses as one JSON line, serves gzip, and ends when its standard input closes.
"""

import asyncio
import gzip
import itertools
import sys
from pathlib import Path

import msgspec
from benchmarks.layout.bodies import Body, recorded, synthetic


def _answer(body: Body) -> bytes:
    kind, payload = body
    packed = gzip.compress(payload, 5)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    return head.encode() + packed


async def _source(bodies: list[Body]) -> tuple[asyncio.Server, str]:
    turn = itertools.cycle([_answer(body) for body in bodies])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(next(turn))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jobs"


async def main() -> None:
    sources, postings = int(sys.argv[1]), int(sys.argv[2])
    bodies = recorded(Path(sys.argv[3]), sources) if len(sys.argv) > 3 else synthetic(sources, postings)
    running = [await _source(source) for source in bodies if source]
    sys.stdout.write(msgspec.json.encode([address for _, address in running]).decode() + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
