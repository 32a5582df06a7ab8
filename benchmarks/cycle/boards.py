"""Loopback boards in a process of their own, each on a port of its own: sound, hanging, failing, huge.

python -m benchmarks.cycle.boards KIND ...      # one board a kind; prints their ports as a JSON list, ends with stdin
"""

import asyncio
import contextlib
import json
import os
import sys
import zlib
from functools import cache

JOBS = 60
"""Postings of a sound board."""
TEXT = "Bake bread at night, clean the ovens, and plan the vans of the day. " * 40


def board(number):
    """A sound board in Lever's shape, about 180 kB."""
    jobs = [
        {
            "id": f"{number}-{n}",
            "text": f"Baker {n} of board {number}",
            "categories": {"location": "Leeds", "commitment": "Full-time", "team": "Ovens"},
            "descriptionPlain": TEXT,
            "createdAt": 1_760_000_000_000 + n,
            "hostedUrl": f"https://jobs.lever.co/board{number}/{n}",
        }
        for n in range(JOBS)
    ]
    return json.dumps(jobs).encode()


def head(*lines):
    return ("\r\n".join(("HTTP/1.1 200 OK", "Connection: close", *lines)) + "\r\n\r\n").encode()


async def sound(writer, number):
    """After up to a second: boards differ in how quick they are."""
    await asyncio.sleep((number % 10) / 10)
    body = board(number)
    writer.write(head(f"Content-Length: {len(body)}") + body)
    await writer.drain()


async def hang(writer, number):
    await asyncio.sleep(3600)


async def fail(writer, number):
    writer.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def announced(writer, number):
    writer.write(head("Content-Length: 1000000000") + b"[" * 65_536)
    await writer.drain()
    await asyncio.sleep(3600)


async def endless(writer, number):
    writer.write(head("Transfer-Encoding: chunked"))
    piece = b"10000\r\n" + b"[" * 65_536 + b"\r\n"
    while True:
        writer.write(piece)
        await writer.drain()


@cache
def packed():
    """A gigabyte of zeros in one megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b"0" * 1_000_000) for _ in range(1_000)) + packer.flush()


async def bomb(writer, number):
    body = packed()
    writer.write(head("Content-Encoding: gzip", f"Content-Length: {len(body)}") + body)
    await writer.drain()


KINDS = {each.__name__: each for each in (sound, hang, fail, announced, endless, bomb)}


async def serve(kinds):
    servers = []
    for number, kind in enumerate(kinds):

        async def answer(reader, writer, number=number, kind=kind):
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n")
                await KINDS[kind](writer, number)
            writer.close()

        servers.append(await asyncio.start_server(answer, "127.0.0.1", 0))
    if "bomb" in kinds:
        packed()
    print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    os._exit(0)  # connections that hang are not waited for


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1:]))
