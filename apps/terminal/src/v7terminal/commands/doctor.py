"""What is wrong, and how to mend it."""

import platform
import stat
import sys
from typing import Any

import click

from v7core.errors import StorageError, StorageFault
from v7core.models.sources import SourceCondition
from v7terminal.compose import opened_storage
from v7terminal.console import say, say_json
from v7terminal.measuring import source_states
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run

Found = tuple[str, bool, str, str]
"""What was looked at, whether it is sound, what was found, what to do."""


@click.command(cls=HomeCommand)
@click.option("--quick", is_flag=True, help="Only what is quick whatever the size of the store.")
@json_option
@click.pass_context
def doctor(ctx: click.Context, quick: bool, as_json: bool) -> None:
    """Look at the store, the log, the files, the engine and the sources; a fix for each thing found."""
    found = run(_look(given_home(ctx), thorough=not quick))
    if as_json:
        say_json([{"name": name, "sound": sound, "said": said, "fix": fix} for name, sound, said, fix in found])
    else:
        for name, sound, said, fix in found:
            say(f"{'ok' if sound else '!!'} {name}: {said}" + (f" → {fix}" if fix else ""))
    ctx.exit(0 if all(sound for _, sound, _, _ in found) else StorageError.exit_code)


async def _look(home: Home, *, thorough: bool) -> list[Found]:
    from v7services.storage.checking import check, could_not_open

    found = [_versions(), _engine(), _keys(home)]
    try:
        async with opened_storage(home) as storage:
            findings = await check(storage.database, thorough=thorough)
            found += [(each.name, each.sound, each.said, each.fix) for each in findings]
            found.append(await _sources(storage))
    except StorageError as error:
        finding = could_not_open(error)
        damaged = error.kind is StorageFault.CORRUPT
        found.append((finding.name, False, finding.said, _salvage(home) if damaged else finding.fix))
    return found


def _salvage(home: Home) -> str:
    from v7services.storage.salvage import readable_log

    try:
        readable = len(readable_log(home.database).bodies)
    except StorageError:
        readable = 0
    return f"restore a backup (`v7 restore FILE`), or `v7 salvage`: {readable} events of the log can be read"


def _versions() -> Found:
    from importlib.metadata import version

    said = f"v7 {version('v7terminal')}, Python {platform.python_version()} on {platform.system()}"
    sound = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return "versions", sound, said, "" if sound else "use Python 3.11 to 3.13"


def _engine() -> Found:
    from v7thompson.kernel_cache import cache_folder, is_cached

    folder = cache_folder()
    if folder is None:
        return "engine", True, "no folder for compiled kernels: every start compiles them", "make ~/.cache writable"
    if is_cached():
        return "engine", True, f"compiled, in {folder}", ""
    return "engine", True, "not compiled yet: the next start takes some seconds longer", ""


def _keys(home: Home) -> Found:
    try:
        facts = home.credentials.lstat()
    except OSError:
        return "keys", True, "no file of keys", ""
    if not stat.S_ISREG(facts.st_mode) or facts.st_mode & 0o077:
        return (
            "keys",
            False,
            f"{home.credentials.name} can be read by others or is a link",
            f"chmod 600 {home.credentials}",
        )
    return "keys", True, f"{home.credentials.name} is yours alone", ""


async def _sources(storage: Any) -> Found:
    states = await source_states(storage)
    bad = [state for state in states if state.condition is SourceCondition.UNAVAILABLE]
    if not bad:
        return "sources", True, f"{len(states)} sources, none out of reach", ""
    named = "; ".join(f"{state.key} ({state.reason})" for state in bad[:5])
    return "sources", True, f"{len(bad)} of {len(states)} out of reach: {named}", "`v7 sources check` asks them now"
