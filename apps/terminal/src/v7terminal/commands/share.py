"""`v7 share`: between this home and a server that many people share."""

import os
import socket
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import click

from v7core.errors import ConfigError, StorageError, StorageFault
from v7terminal.compose import opened_storage
from v7terminal.console import say, say_json
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run

if TYPE_CHECKING:
    from v7services.postgres import Shared

VARIABLE: Final = "V7_POSTGRES"


@click.command(cls=HomeCommand)
@click.option("--person", required=True, metavar="NAME", help="Who you are on the server.")
@click.option("--device", metavar="NAME", help="This machine; from its name and the home unless given.")
@json_option
@click.pass_context
def share(ctx: click.Context, person: str, device: str | None, as_json: bool) -> None:
    """Send reactions the server does not have, and take over postings it has (extra: v7services[postgres]).

    The server's address is in V7_POSTGRES, so that no password stands on a command line. While the server is away
    nothing is lost: reactions stay in the log here, "not yet shared", and go the next time.
    """
    address = os.environ.get(VARIABLE)
    if not address:
        raise ConfigError(VARIABLE, "the address of the server is not set: postgresql://user@host/database")
    home = given_home(ctx)
    done = run(_share(home, address, person, device or _device(home)))
    if as_json:
        say_json(done)
        return
    say(f"{done.sent} reactions sent, {done.boards} boards with {done.postings} new or changed jobs taken over")
    if done.problem:
        say(f"not all went through: {done.problem}")
    waiting = "unknown how many" if done.not_yet_shared is None else str(done.not_yet_shared)
    say(f"not yet shared: {waiting}")


def _device(home: Home) -> str:
    place = sha256(str(home.path).encode()).hexdigest()[:8]
    return f"{socket.gethostname()}-{place}"[:200]


async def _share(home: Home, address: str, person: str, device: str) -> "Shared":
    from v7services.postgres import PostgresStorage, Shared, Sharing

    async with opened_storage(home) as storage:
        try:
            remote = await PostgresStorage.open(address, person)
        except StorageError as error:
            if error.kind is not StorageFault.AWAY:
                raise
            return Shared(problem=str(error))
        async with remote:
            return await Sharing(storage, remote, device).share()
