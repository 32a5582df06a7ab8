"""Polling."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable

import click

from v7core.models.sources import PollReport, SourceKey
from v7terminal.compose import opened_sources, opened_storage
from v7terminal.console import say, say_json
from v7terminal.lines import poll_line
from v7terminal.measuring import measured
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.polling import EVERY_S, LeasedSources
from v7terminal.running import run
from v7terminal.sourcelist import key_of

Tell = Callable[[tuple[PollReport, ...]], None]


@click.command(cls=HomeCommand)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--due", is_flag=True, help="Only those whose next try has come.")
@click.option("--watch", is_flag=True, help="Go on polling what is due, until stopped.")
@json_option
@click.pass_context
def refresh(ctx: click.Context, sources: tuple[str, ...], due: bool, watch: bool, as_json: bool) -> None:
    """Poll your sources now: all that are not paused, or those named, such as `greenhouse:acme`."""
    write = _as_json if as_json else _as_lines

    def tell(reports: tuple[PollReport, ...]) -> None:
        write(reports)
        sys.stdout.flush()  # who reads a pipe hears of a poll when it is kept, not when this ends

    run(_refresh(given_home(ctx), sources, due or watch, watch, tell))


async def _refresh(home: Home, names: tuple[str, ...], due: bool, watch: bool, tell: Tell) -> None:
    async with (
        opened_storage(home) as storage,
        measured(storage) as recorder,
        opened_sources(home, storage, recorder=recorder) as sources,
    ):
        keys = [await key_of(sources, name) for name in names] or None
        tell(await _once(sources, keys, due))
        while watch:
            await asyncio.sleep(EVERY_S)
            reports = await sources.refresh_due()
            if reports:
                tell(reports)


def _once(sources: LeasedSources, keys: Iterable[SourceKey] | None, due: bool) -> Awaitable[tuple[PollReport, ...]]:
    return sources.refresh_due() if due and keys is None else sources.refresh(keys)


def _as_json(reports: tuple[PollReport, ...]) -> None:
    say_json([report_document(report) for report in reports])


def _as_lines(reports: tuple[PollReport, ...]) -> None:
    for report in reports:
        say(poll_line(report))
    if not reports:
        say("nothing to poll: no source is due, or there is none (`v7 sources add ADDRESS`)")


def report_document(report: PollReport) -> dict[str, object]:
    """A poll as JSON has it (docs/cli.md)."""
    return {
        "key": str(report.key),
        "source": report.key.source,
        "board": report.key.board,
        "outcome": report.outcome,
        "condition": report.outcome.condition,
        "reason": report.reason,
        "error": report.error or None,
        "started_at": report.started_at,
        "duration_ms": report.duration_ms,
        "requests": report.requests,
        "wire_bytes": report.wire_bytes,
        "received": report.received,
        "new": report.new,
        "changed": report.changed,
        "closed": report.closed,
        "skipped": {part.reason: part.count for part in report.skipped},
        "next_try": report.next_try,
    }
