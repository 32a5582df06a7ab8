"""`v7 serve`: the app in a browser on this machine."""

import socket

import click

from v7core.errors import ConfigError
from v7terminal.options import HomeCommand, given_home
from v7terminal.paths import prepare
from v7terminal.serving import HOST, server_of


@click.command(cls=HomeCommand)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="0 takes a free one.")
@click.pass_context
def serve(ctx: click.Context, port: int) -> None:
    """Show the app in a browser on this machine (extra: v7terminal[serve]).

    Listens on 127.0.0.1 only; the address it prints holds a token that nobody else has. Ends with ctrl+c.
    """
    home = prepare(given_home(ctx))
    server, _ = server_of(home, free_port(port))
    server.serve()


def free_port(wanted: int) -> int:
    """The port, or one that is free.

    Raises:
        ConfigError: it is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise ConfigError("port", f"{wanted}: {error.strerror}") from error
        port: int = probe.getsockname()[1]
        return port
