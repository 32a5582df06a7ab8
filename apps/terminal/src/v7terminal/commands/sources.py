"""Your sources: what there is, what you have, how each of them is."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from v7core.errors import ConfigError, V7Error
from v7core.models.sources import Recognised, SourceKey, SourceState, StarterPack
from v7terminal.compose import opened_sources, opened_storage, packs
from v7terminal.console import complain, say, say_json
from v7terminal.measuring import source_states
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import interruptible, run
from v7terminal.sourcelist import key_of, state_document, state_line

MAX_LINES = 1_000


@click.group()
def sources() -> None:
    """Your sources: add, list, check, remove, pause; and which kinds there are."""


@sources.command("list", cls=HomeCommand)
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Each of your sources and how it stands."""
    _show(run(_states(given_home(ctx))), as_json)


async def _states(home: Home) -> tuple[SourceState, ...]:
    async with opened_storage(home) as storage:
        return await source_states(storage)


def _show(states: Sequence[SourceState], as_json: bool) -> None:
    if as_json:
        say_json([state_document(state) for state in states])
        return
    for state in states:
        say(state_line(state))
    if not states:
        complain("no source yet: `v7 sources add ADDRESS`, or `v7 sources starter`")


@sources.command("add", cls=HomeCommand)
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option("-f", "--file", "file", type=click.File("r", encoding="utf-8"), help="A list, one a line; - is stdin.")
@click.option("--yes", "-y", is_flag=True, help="Add what is found without asking.")
@json_option
@click.pass_context
def add(ctx: click.Context, addresses: tuple[str, ...], file: Any, yes: bool, as_json: bool) -> None:
    """Add boards by their address, by `kind:board`, or by a company's token."""
    wanted = [*addresses, *(_lines_of(file) if file else ())]
    if not wanted:
        raise click.UsageError("name an address, or a file of them with -f")
    ask = not yes and not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    added, failure = run(_add(given_home(ctx), wanted, ask=ask, quiet=as_json))
    if as_json:
        say_json([state_document(state) for state in added])
    if failure is not None:
        raise failure


def _lines_of(file: Iterable[str]) -> list[str]:
    try:
        lines = [line.split("#", 1)[0].strip() if line.lstrip().startswith("#") else line.strip() for line in file]
    except UnicodeDecodeError as error:
        raise ConfigError("file", "not UTF-8 text") from error
    if len(lines) > MAX_LINES:
        raise ConfigError("file", f"{len(lines)} lines, at most {MAX_LINES}")
    return [line for line in lines if line]


async def _add(
    home: Home, wanted: Sequence[str], *, ask: bool, quiet: bool
) -> tuple[list[SourceState], V7Error | None]:
    """Add one by one: what cannot be added is told and does not stop the rest; the first failure decides the status."""
    added: list[SourceState] = []
    failure: V7Error | None = None
    async with opened_storage(home) as storage, opened_sources(home, storage) as directory:
        for address in wanted:
            try:
                found = await directory.recognise(address)
            except V7Error as error:
                failure = failure or error
                if len(wanted) > 1:
                    complain(f"{address}: {error}")
                continue
            if not quiet:
                say(_found_line(found))
            if ask and not _wanted():
                continue
            added.append(await directory.add(found.key))
            if not quiet:
                say(f"added {found.key}")
    return added, failure


def _wanted() -> bool:
    with interruptible():
        return click.confirm("Add it?", default=True)


def _found_line(found: Recognised) -> str:
    return f"found {found.name} · {found.key} · {found.how}"


@sources.command("check", cls=HomeCommand)
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@json_option
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Poll now, all or those named, and tell how each stands. What comes in is kept."""
    _show(run(_check(given_home(ctx), names)), as_json)


async def _check(home: Home, names: tuple[str, ...]) -> list[SourceState]:
    async with opened_storage(home) as storage, opened_sources(home, storage) as directory:
        keys = [await key_of(directory, name) for name in names]
        await directory.refresh(keys or None)
        return [state for state in await directory.list() if not keys or state.key in keys]


@sources.command("remove", cls=HomeCommand)
@click.argument("names", nargs=-1, required=True, metavar="SOURCE...")
@json_option
@click.pass_context
def remove(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """Stop reading a source. Its postings and your reactions stay."""
    gone = run(_remove(given_home(ctx), names))
    if as_json:
        say_json([str(key) for key in gone])
        return
    for key in gone:
        say(f"removed {key}")


async def _remove(home: Home, names: tuple[str, ...]) -> list[SourceKey]:
    async with opened_storage(home) as storage, opened_sources(home, storage) as directory:
        keys = [await key_of(directory, name) for name in names]
        for key in keys:
            await directory.remove(key)
        return keys


@sources.command("pause", cls=HomeCommand)
@click.argument("names", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--resume", is_flag=True, help="Take it in again.")
@json_option
@click.pass_context
def pause(ctx: click.Context, names: tuple[str, ...], resume: bool, as_json: bool) -> None:
    """Leave a source out of every refresh, until it is resumed."""
    _show(run(_pause(given_home(ctx), names, resume)), as_json)


async def _pause(home: Home, names: tuple[str, ...], resume: bool) -> list[SourceState]:
    async with opened_storage(home) as storage, opened_sources(home, storage) as directory:
        keys = [await key_of(directory, name) for name in names]
        return [await directory.pause(key, paused=not resume) for key in keys]


@sources.command("starter", cls=HomeCommand)
@click.argument("words", nargs=-1, metavar="[TRADE OR REGION]...")
@click.option("--yes", "-y", is_flag=True, help="Add the first pack that fits without asking.")
@json_option
@click.pass_context
def starter(ctx: click.Context, words: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Boards to begin with, public and without a key: one question, by trade and region."""
    found = run(fitting(words))
    chosen = found[:1] if yes else []
    if not yes and not as_json and found and sys.stdin.isatty() and sys.stdout.isatty():
        for number, pack in enumerate(found, 1):
            say(f"{number}. {_pack_line(pack)}")
        answer = click.prompt("Which one? (0 for none)", type=click.IntRange(0, len(found)), default=1)
        chosen = found[answer - 1 : answer] if answer else []
    added = run(_add_packs(given_home(ctx), chosen)) if chosen else []
    if as_json:
        shown = [{"name": p.name, "trades": p.trades, "regions": p.regions, "sources": _keys(p)} for p in found]
        say_json({"packs": shown, "added": [state_document(state) for state in added]})
    elif added:
        for state in added:
            say(f"added {state.key}")
    elif not sys.stdin.isatty() or not sys.stdout.isatty():
        for pack in found:
            say(_pack_line(pack))
        complain("add the first that fits with `v7 sources starter TRADE REGION --yes`")


def _keys(pack: StarterPack) -> list[str]:
    return [str(found.key) for found in pack.sources]


def _pack_line(pack: StarterPack) -> str:
    return f"{pack.name} · {', '.join(_keys(pack))}"


async def fitting(words: Sequence[str]) -> list[StarterPack]:
    """Packs for these words: those that fit most of them, then what is for everybody. Without words, all."""
    wanted = [word.casefold() for words_ in words for word in words_.split()]
    every = await packs().packs()

    def fits(pack: StarterPack) -> int:
        return sum(any(name.startswith(word) for name in (*pack.trades, *pack.regions)) for word in wanted)

    best = max(map(fits, every), default=0)
    general = [pack for pack in every if not (pack.trades or pack.regions)]
    return [pack for pack in every if best and fits(pack) == best] + general if wanted else list(every)


async def _add_packs(home: Home, chosen: Sequence[StarterPack]) -> list[SourceState]:
    async with opened_storage(home) as storage, opened_sources(home, storage) as directory:
        return [await directory.add(found.key) for pack in chosen for found in pack.sources]


@sources.command("catalog", cls=HomeCommand)
@json_option
def catalog(as_json: bool) -> None:
    """Every kind of source there is: what it is, what it needs, its limits, on what evidence it was written."""
    from v7services.catalogue import ADAPTERS

    documents = [adapter_document(adapter) for adapter in ADAPTERS]
    if as_json:
        say_json(documents)
        return
    for each in documents:
        key = "no key" if each["auth"] == "none" else f"key: {', '.join(each['credentials'])}"
        say(f"{each['name']} · {each['title']} · {each['kind']} · {key} · {', '.join(each['evidence'])}")


def adapter_document(adapter: Any) -> dict[str, Any]:
    """A kind of source as JSON has it (docs/cli.md)."""
    return {
        "name": adapter.name,
        "title": adapter.title,
        "kind": adapter.kind.value,
        "auth": "key" if adapter.needs_key else "none",
        "credentials": [credential.name for credential in adapter.credentials],
        "limits": {
            "min_interval_s": adapter.min_interval_s,
            "requests": adapter.rate.requests,
            "per_seconds": adapter.rate.seconds,
            "in_flight": adapter.rate.in_flight,
            "max_pages": adapter.max_pages,
        },
        "evidence": [evidence.value for evidence in adapter.evidence],
        "boards": list(adapter.boards),
        "attribution": adapter.attribution,
        "home": adapter.home,
    }
