"""Copies of everything, put back or carried away; and everything taken away."""

import shutil
import sys
from pathlib import Path
from typing import Any

import click

from v7core.errors import ConfigError
from v7terminal.compose import opened_storage
from v7terminal.console import say, say_json
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home, prepare
from v7terminal.running import run

yes_option = click.option("--yes", is_flag=True, help="Without being asked.")


def _agreed(question: str, yes: bool) -> None:
    """Go on, or stop.

    Raises:
        ConfigError: nobody can be asked, and `--yes` was not given.
        click.Abort: the answer was no.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError("--yes", f"{question} Without a terminal this wants --yes; nothing was changed")
    click.confirm(question, abort=True)


@click.command(cls=HomeCommand)
@click.argument("to", type=click.Path(path_type=Path), metavar="FILE")
@json_option
@click.pass_context
def backup(ctx: click.Context, to: Path, as_json: bool) -> None:
    """Write everything into one file that can be carried to another machine, and read it again."""
    done = run(_backup(given_home(ctx), to.absolute()))
    document = {"path": str(done.path), "postings": done.postings, "events": done.events, "bytes": done.size}
    if as_json:
        say_json(document)
    else:
        say(f"{done.postings} postings and {done.events} events in {done.path} ({done.size / 1e6:.1f} MB)")


async def _backup(home: Home, to: Path) -> Any:
    from v7services.storage import maintenance

    async with opened_storage(home) as storage:
        return await maintenance.backup(storage.database, to)


@click.command(cls=HomeCommand)
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE")
@yes_option
@json_option
@click.pass_context
def restore(ctx: click.Context, source: Path, yes: bool, as_json: bool) -> None:
    """Put a backup in the place of what is here, which is set aside. No other V7 may be running."""
    from v7services.storage import maintenance

    home = given_home(ctx)
    found = maintenance.looked_at(source)
    if home.exists:
        _agreed(f"Put {found.events} events and {found.postings} postings in the place of what is here?", yes)
    aside = maintenance.restore(prepare(home).database, source)
    if as_json:
        said = None if aside is None else str(aside)
        say_json({"events": found.events, "postings": found.postings, "set_aside": said})
    else:
        say(
            f"{found.events} events and {found.postings} postings are back" + (f"; {aside} is the old" if aside else "")
        )


@click.command(cls=HomeCommand)
@click.option("--beyond-damage", is_flag=True, help="Also events behind a break in the chain.")
@yes_option
@json_option
@click.pass_context
def salvage(ctx: click.Context, beyond_damage: bool, yes: bool, as_json: bool) -> None:
    """Begin anew from what can be read of a damaged store, which is set aside unchanged."""
    from v7services.storage.salvage import begin_anew, readable_log

    home = given_home(ctx)
    remains = readable_log(home.database)
    _agreed(f"{len(remains.bodies)} events can be read. Set the store aside and begin anew with them?", yes)
    done = begin_anew(home.database, beyond_damage=beyond_damage)
    if as_json:
        say_json(done)
    else:
        say(f"{done.events} events are back; the damaged store is {done.aside}. `v7 refresh` brings the postings")


@click.command("delete-everything", cls=HomeCommand)
@yes_option
@json_option
@click.pass_context
def delete_everything(ctx: click.Context, yes: bool, as_json: bool) -> None:
    """Remove all that V7 keeps of you in this home: the store, its copies set aside, reports, keys of sources."""
    from v7services.storage import maintenance

    home = given_home(ctx)
    _agreed(f"Remove everything V7 keeps in {home.path}? This cannot be undone.", yes)
    gone = [*maintenance.delete_everything(home.database), *_remove_the_rest(home)]
    if as_json:
        say_json({"home": str(home.path), "removed": gone})
    else:
        say(f"{len(gone)} files removed" if gone else "there was nothing")


def _remove_the_rest(home: Home) -> list[str]:
    gone = []
    if home.reports.is_dir() and not home.reports.is_symlink():
        gone += [f"reports/{each.name}" for each in sorted(home.reports.iterdir())]
        shutil.rmtree(home.reports)
    for each in (home.screen_state, home.screen_state.with_name("crash.txt"), home.credentials, home.demo_mark):
        if each.is_file() or each.is_symlink():
            each.unlink()
            gone.append(each.name)
    if home.path.is_dir() and not any(home.path.iterdir()):
        home.path.rmdir()
    return gone
