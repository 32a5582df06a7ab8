"""What was learned: begun anew, folded again from the log, and the changes of taste in it."""

from typing import TYPE_CHECKING, Any, Literal

import attrs
import click

from v7core.models.feed import Acknowledgement
from v7terminal.compose import opened_feed, opened_storage, reactor
from v7terminal.console import say, say_json
from v7terminal.options import HomeCommand, given_home, home_option, json_option
from v7terminal.paths import Home
from v7terminal.running import run

if TYPE_CHECKING:
    from v7services.taste import FoundChange


@click.command(cls=HomeCommand)
@json_option
@click.pass_context
def forget(ctx: click.Context, as_json: bool) -> None:
    """Start learning anew. The log keeps what was said, and `v7 undo` takes this back."""
    done = run(_forget(given_home(ctx)))
    if as_json:
        say_json(done)
    else:
        say(f"ok {done.event_key}")


async def _forget(home: Home) -> Acknowledgement:
    async with opened_storage(home) as storage:
        return await reactor(storage).forget()


@click.command(cls=HomeCommand)
@json_option
@click.pass_context
def rebuild(ctx: click.Context, as_json: bool) -> None:
    """Fold the whole log again, make the search index anew, and say whether each was what it should be."""
    document = run(_rebuild(given_home(ctx)))
    if as_json:
        say_json(document)
        return
    equal = "equal bit for bit" if document["posterior_equal"] else "not what was there; replaced"
    took = f"{document['duration_ms']:.0f} ms"
    say(f"posterior from {document['learned']} of {document['events']} events: {equal}, {took}")
    say("search index: " + ("was sound" if document["index_sound"] else "was not sound; made anew"))
    say("counts: " + ("were right" if document["counts_sound"] else "were off; counted anew"))


async def _rebuild(home: Home) -> dict[str, Any]:
    from v7services.storage import maintenance

    async with opened_storage(home) as storage:
        index = await maintenance.rebuild(storage.database)
        async with opened_feed(storage) as feed:
            done = await feed.rebuild()
    return {
        "events": done.events,
        "learned": done.learned,
        "posterior_equal": done.equal,
        "duration_ms": done.duration_ms,
        "index_sound": index.index_was_sound,
        "counts_sound": index.counts_were_sound,
    }


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.pass_context
def taste(ctx: click.Context, as_json: bool) -> None:
    """The changes of taste that were found: what was said before one weighs no more."""
    if ctx.invoked_subcommand is None:
        _say_taste(ctx, None, None, as_json)


@taste.command(cls=HomeCommand)
@click.argument("sequence", type=int)
@json_option
@click.pass_context
def refuse(ctx: click.Context, sequence: int, as_json: bool) -> None:
    """Take a change back: what was said before it counts again."""
    _say_taste(ctx, "refuse", sequence, as_json)


@taste.command(cls=HomeCommand)
@click.argument("sequence", type=int)
@json_option
@click.pass_context
def accept(ctx: click.Context, sequence: int, as_json: bool) -> None:
    """Take the refusal of a change back."""
    _say_taste(ctx, "accept", sequence, as_json)


Answer = Literal["refuse", "accept"]


def _say_taste(ctx: click.Context, answer: Answer | None, sequence: int | None, as_json: bool) -> None:
    changes = run(_taste(given_home(ctx), answer, sequence))
    if as_json or (ctx.parent is not None and ctx.parent.params.get("as_json")):
        say_json([attrs.asdict(each) for each in changes])
        return
    for each in changes:
        how = "refused" if each.refused else f"what came before {each.since} weighs no more"
        say(f"{each.sequence}  {each.profile.value}: {how}")
    if not changes:
        say("no change of taste was found")


async def _taste(home: Home, answer: Answer | None, sequence: int | None) -> "tuple[FoundChange, ...]":
    from v7services.taste import Taste

    async with opened_storage(home) as storage, opened_feed(storage) as feed:
        found = Taste(feed, storage.settings)
        if answer is not None and sequence is not None:
            await (found.refuse if answer == "refuse" else found.accept)(sequence)
        return await found.changes()
