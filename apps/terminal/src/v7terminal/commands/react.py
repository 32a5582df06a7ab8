"""React, take back, look back: commands that write or read one line of the log and load no engine."""

from typing import Final

import click

from v7core.models.feed import Acknowledgement, Forgetting, LogEvent, Reaction, ReactionKind, Retraction
from v7terminal.compose import opened_storage, reactor
from v7terminal.console import say, say_json
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run

KINDS: Final = [kind.value for kind in ReactionKind]


@click.command(cls=HomeCommand)
@click.argument("job", metavar="ID")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--event", metavar="KEY", help="Your own key: sending it twice is one event.")
@json_option
@click.pass_context
def react(ctx: click.Context, job: str, kind: str, event: str | None, as_json: bool) -> None:
    """Say what you think of a job. Prints `ok KEY` once it is on disk."""
    _said(run(_react(given_home(ctx), job, ReactionKind(kind), event)), as_json)


async def _react(home: Home, job: str, kind: ReactionKind, event: str | None) -> Acknowledgement:
    async with opened_storage(home) as storage:
        return await reactor(storage).react(await storage.jobs.resolve(job), kind, event_key=event)


@click.command(cls=HomeCommand)
@click.argument("event", metavar="[KEY]", required=False)
@json_option
@click.pass_context
def undo(ctx: click.Context, event: str | None, as_json: bool) -> None:
    """Take a reaction back: the latest one standing, or the one with this key."""
    _said(run(_undo(given_home(ctx), event)), as_json)


async def _undo(home: Home, event: str | None) -> Acknowledgement:
    async with opened_storage(home) as storage:
        return await reactor(storage).undo(event)


def _said(done: Acknowledgement, as_json: bool) -> None:
    if as_json:
        say_json(done)
    else:
        say(f"ok {done.event_key}")


@click.command(cls=HomeCommand)
@json_option
@click.option("--ids", is_flag=True, help="One event key a line, in order.")
@click.pass_context
def reactions(ctx: click.Context, as_json: bool, ids: bool) -> None:
    """Everything in the log, in order: reactions and what was taken back."""
    events = run(_events(given_home(ctx)))
    if as_json:
        say_json([_document(event) for event in events])
        return
    taken_back = {event.retracts for event in events if isinstance(event, Retraction)}
    for event in events:
        say(event.event_key if ids else _line(event, taken_back))


async def _events(home: Home) -> tuple[LogEvent, ...]:
    async with opened_storage(home) as storage:
        return await storage.log.read()


def _document(event: LogEvent) -> dict[str, object]:
    facts: dict[str, object] = {
        "sequence": event.sequence,
        "event": event.event_key,
        "type": type(event).__name__.lower(),
        "at": event.at,
    }
    if isinstance(event, Reaction):
        facts |= {
            "job": event.job_id,
            "kind": event.kind,
            "profile": event.profile,
            "document": event.document_id,
            "shown": event.shown,
        }
    elif isinstance(event, Retraction):
        facts["retracts"] = event.retracts
    return facts


def _line(event: LogEvent, taken_back: set[str]) -> str:
    when = f"{event.sequence} · {event.at:%Y-%m-%d %H:%M}"
    if isinstance(event, Reaction):
        note = " · taken back" if event.event_key in taken_back else ""
        return f"{when} · {event.kind.value} · {event.job_id.hex[:8]} · {event.profile.value} · {event.event_key}{note}"
    if isinstance(event, Forgetting):
        return f"{when} · learning starts anew · {event.event_key}"
    return f"{when} · takes back {event.retracts} · {event.event_key}"
