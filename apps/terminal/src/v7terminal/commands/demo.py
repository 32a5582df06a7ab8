"""The demo: invented boards, or recorded ones, served on loopback and ranked for an invented person."""

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import attrs
import click

from v7core.models.feed import Deck, Explanation
from v7core.models.filters import JobFilter
from v7core.models.sources import PollReport
from v7terminal.compose import demo_boards, opened_feed, opened_sources, opened_storage
from v7terminal.console import say, say_json
from v7terminal.demo.boards import DemoBoards
from v7terminal.demo.catalogue import persona
from v7terminal.demo.furnish import furnish
from v7terminal.demo.home import DEFAULT_SEED, demo_home, mark_of
from v7terminal.demo.payloads import LeftOut
from v7terminal.lines import card_line
from v7terminal.measuring import measured
from v7terminal.options import HomeCommand, given_home, home_was_given, json_option
from v7terminal.paths import Home
from v7terminal.running import run

TOP = 10


@attrs.frozen
class Outcome:
    """What a demo came to."""

    refreshes: list[tuple[PollReport, ...]]
    left_out: tuple[LeftOut, ...]
    deck: Deck
    whys: tuple[Explanation, ...]

    def sources(self) -> list[dict[str, Any]]:
        """Counts by source, over the last refresh that brought something."""
        rows = []
        reports = sorted(self.refreshes[-1], key=lambda report: report.key.source)
        for source, group in groupby(reports, key=lambda report: report.key.source):
            polls = list(group)
            keys = {report.key for report in polls}
            skipped: dict[str, int] = {}
            for part in (part for report in polls for part in report.skipped):
                skipped[part.reason] = skipped.get(part.reason, 0) + part.count
            every = [report for reports in self.refreshes for report in reports if report.key in keys]
            rows.append(
                {
                    "source": source,
                    "boards": len(polls),
                    "postings": sum(report.received for report in polls),
                    "new": sum(report.new for report in every),
                    "changed": sum(report.changed for report in every),
                    "closed": sum(report.closed for report in every),
                    "skipped": skipped,
                    "trouble": {
                        report.key.board: f"{report.outcome.value}: {report.reason}"
                        for report in polls
                        if not report.outcome.sound
                    },
                }
            )
        return rows


@click.command(cls=HomeCommand)
@click.option("--plain", is_flag=True, help=f"Print the {TOP} best with reasons and end, as without a terminal.")
@click.option("--payloads", type=click.Path(path_type=Path), metavar="DIR", help="Serve recorded bodies instead.")
@click.option("--replay", is_flag=True, help="With --payloads: dated snapshots in order, one a refresh.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=DEFAULT_SEED, show_default=True, metavar="N")
@json_option
@click.pass_context
def demo(ctx: click.Context, plain: bool, payloads: Path | None, replay: bool, seed: int, as_json: bool) -> None:
    """See V7 at work without a network: invented job boards on this machine, ranked for an invented person."""
    if replay and payloads is None:
        raise click.UsageError("--replay goes with --payloads")
    given = given_home(ctx) if home_was_given(ctx) else None
    with demo_home(given, seed=seed, payloads=payloads, replay=replay) as home:
        if plain or as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            outcome = run(_plain(home))
            if as_json:
                say_json(_document(outcome))
            else:
                _say(outcome, home)
            return
        run(_furnish(home))
        from v7terminal.commands.app import run_screens

        ctx.exit(run_screens(home))


async def _furnish(home: Home) -> DemoBoards:
    boards = demo_boards(home)
    async with opened_storage(home) as storage:
        await furnish(boards, storage.sources, storage.settings)
    return boards


async def _plain(home: Home) -> Outcome:
    boards = await _furnish(home)
    async with opened_storage(home) as storage, measured(storage) as recorder:
        async with opened_sources(home, storage, recorder=recorder) as sources:
            refreshes = [await sources.refresh() for _ in range(max(1, boards.steps - boards.step))]
        async with opened_feed(storage, recorder=recorder) as feed:
            deck = await feed.deck(limit=TOP)
            whys = tuple([await feed.why(card.job.id, card.scored.profile) for card in deck.cards])
    return Outcome(refreshes, boards.left_out, deck, whys)


def _document(outcome: Outcome) -> dict[str, Any]:
    from v7terminal.commands.rank import card_document

    return {
        "demo": True,
        "refreshes": len(outcome.refreshes),
        "sources": outcome.sources(),
        "left_out": [attrs.asdict(each) for each in outcome.left_out],
        "postings": outcome.deck.total,
        "top": [
            {**card_document(card, JobFilter()), "because": why.contributions[:3]}
            for card, why in zip(outcome.deck.cards, outcome.whys, strict=True)
        ],
    }


def _say(outcome: Outcome, home: Home) -> None:
    mark = mark_of(home)
    recorded = mark is not None and mark.payloads is not None
    what = "recorded bodies" if recorded else "invented postings"
    say(f"DEMO · {what}, served on this machine · ranked for {persona().name}")
    for rank, (card, why) in enumerate(zip(outcome.deck.cards, outcome.whys, strict=True), 1):
        say(card_line(rank, card, why))
    for line in _account(outcome):
        say(f"DEMO · {line}")


def _account(outcome: Outcome) -> Iterable[str]:
    """Where the postings came from, what was skipped, and why."""
    rows = outcome.sources()
    took = outcome.deck.duration_ms
    ranked = "" if took is None else f", ranked in {took:.1f} ms"
    yield f"{outcome.deck.total} jobs from {sum(row['boards'] for row in rows)} boards of {len(rows)} sources{ranked}"
    if len(outcome.refreshes) > 1:
        changes = [sum(row[word] for row in rows) for word in ("new", "changed", "closed")]
        yield f"{len(outcome.refreshes)} refreshes: {changes[0]} new, {changes[1]} changed, {changes[2]} closed"
    for row in rows:
        skipped = row["skipped"]
        why = f" ({'; '.join(f'{count} {reason}' for reason, count in skipped.items())})" if skipped else ""
        yield f"{row['source']}: {row['postings']} postings, {sum(skipped.values())} skipped{why}"
        for board, reason in row["trouble"].items():
            yield f"{row['source']}/{board}: {reason}"
    by_reason: dict[str, list[str]] = {}
    for left in outcome.left_out:
        by_reason.setdefault(left.reason, []).append(f"{left.name} ({left.files})")
    for reason, names in by_reason.items():
        yield f"left out, {reason}: {', '.join(names)}"
