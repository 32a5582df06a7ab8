"""The command `v7`: which commands there are, and how each of them ends.

Commands load on use: `v7 react` and `v7 status` never pay for the engine, the screens or the network.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from v7terminal.options import HomeCommand, home_option

COMMANDS: Final[dict[str, str]] = {
    "demo": "demo:demo",
    "sources": "sources:sources",
    "refresh": "refresh:refresh",
    "profile": "profile:profile",
    "rank": "rank:rank",
    "show": "jobs:show",
    "open": "jobs:open_",
    "why": "jobs:why",
    "react": "react:react",
    "undo": "react:undo",
    "reactions": "react:reactions",
    "saved": "saved:saved",
    "pipeline": "saved:saved",
    "search": "search:search",
    "searches": "search:searches",
    "settings": "settings:settings",
    "mute": "settings:mute",
    "unmute": "settings:unmute",
    "rank-many": "many:rank_many",
    "taste": "learning:taste",
    "forget": "learning:forget",
    "rebuild": "learning:rebuild",
    "status": "status:status",
    "serve": "serve:serve",
    "share": "share:share",
    "doctor": "doctor:doctor",
    "export": "exchange:export",
    "import": "exchange:import_",
    "backup": "backups:backup",
    "restore": "backups:restore",
    "salvage": "backups:salvage",
    "delete-everything": "backups:delete_everything",
}
"""Each command, and the module of `v7terminal.commands` and the name there that it is."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found: Any = getattr(import_module(f"v7terminal.commands.{module}"), name)
        return found if isinstance(found, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            from v7terminal.ending import NobodyReads

            raise NobodyReads from error


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"v7 {version('v7terminal')}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@home_option
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="While the app runs: Prometheus text on 127.0.0.1.",
)
@click.option(
    "--metrics-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="While the app runs: JSON lines of how all stands.",
)
@click.pass_context
def cli(ctx: click.Context, metrics_port: int | None, metrics_file: Path | None) -> None:
    """The job feed that learns, in your terminal. Without a command: the app."""
    if ctx.invoked_subcommand is None:
        from v7terminal.commands.app import run_app
        from v7terminal.exports import Exports

        ctx.exit(run_app(ctx, Exports(metrics_port, metrics_file)))


def main(args: list[str] | None = None) -> NoReturn:
    """Run `v7` and end the process with its status."""
    import warnings

    from v7terminal.console import complain
    from v7terminal.ending import ended

    warnings.showwarning = lambda message, *_, **__: complain(str(message))  # a line, like everything else we say
    sys.exit(ended(lambda: cli.main(args=args, prog_name="v7", standalone_mode=False)))


__all__ = ["COMMANDS", "HomeCommand", "cli", "main"]
