"""What was learned: begun anew, or folded again from the log."""

from typing import Any

import click

from v7core.models.feed import Acknowledgement
from v7terminal.compose import opened_feed, opened_storage, reactor
from v7terminal.console import say, say_json
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run


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
