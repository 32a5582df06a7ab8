"""The background process: engine, store and network, behind the ports. `python -m v7terminal.backend HOME FD`.

It ends when the other side hangs up, whatever became of it. Interrupts and hang-ups of the terminal are for the
screen's process, which then hangs up on this one.
"""

import asyncio
import logging
import signal
import socket
import sys
from functools import partial
from pathlib import Path

import msgspec

from v7core.errors import V7Error
from v7core.protocols import DegradationStep
from v7terminal.paths import Home
from v7terminal.remote import LOAD, NOTE, WARMING
from v7terminal.rpc.server import RpcServer


async def serve(home: Home, connection: socket.socket) -> None:
    """Answer the ports until the other side hangs up."""
    from v7performance import LocalLoadLevel

    load = LocalLoadLevel()

    def heard(topic: str, value: msgspec.Raw) -> None:
        if topic == LOAD:
            load.publish(DegradationStep(msgspec.msgpack.decode(value, type=int)))

    reader, writer = await asyncio.open_connection(sock=connection)
    server = RpcServer(reader, writer, on_note=heard)
    serving = asyncio.create_task(server.serve())
    try:
        from v7terminal.compose import opened_background

        async with opened_background(home, load, partial(server.tell, WARMING), partial(server.tell, NOTE)) as ports:
            server.offer(ports)
            await serving
    except V7Error as error:
        server.refuse(error)
        await serving
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        writer.close()


def main(arguments: list[str]) -> None:
    """Serve the home and the socket named on the command line."""
    home, descriptor = arguments
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(serve(Home(Path(home)), socket.socket(fileno=int(descriptor))))


if __name__ == "__main__":
    main(sys.argv[1:])
