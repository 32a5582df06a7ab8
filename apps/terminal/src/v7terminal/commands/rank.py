"""The ranking, in lines or as JSON."""

from typing import Any

import click

from v7core.models.feed import Card, Deck, Explanation
from v7core.models.filters import JobFilter
from v7terminal.compose import opened_feed, opened_storage
from v7terminal.console import complain, say, say_json
from v7terminal.filters import filter_of, filter_options
from v7terminal.lines import card_line, nothing_to_show
from v7terminal.measuring import measured
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run

Shown = tuple[Deck, tuple[Explanation, ...]]


@click.command(cls=HomeCommand)
@click.option("--top", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N")
@click.option("--blend", type=click.FloatRange(0.0, 1.0), metavar="B", help="Weight of Manifest for this once.")
@filter_options
@json_option
@click.pass_context
def rank(ctx: click.Context, /, top: int, blend: float | None, as_json: bool, **filters: Any) -> None:
    """The best jobs you have not reacted to, best first, with the words that put them there."""
    deck, whys = run(_ranked(given_home(ctx), top, blend, filter_of(**filters), explain=not as_json))
    if as_json:
        say_json([card_document(card) for card in deck.cards])
        return
    for rank_, (card, why) in enumerate(zip(deck.cards, whys, strict=True), 1):
        say(card_line(rank_, card, why))
    if not deck.cards:
        complain(nothing_to_show(deck))


async def _ranked(home: Home, top: int, blend: float | None, filters: JobFilter, *, explain: bool) -> Shown:
    async with (
        opened_storage(home) as storage,
        measured(storage) as recorder,
        opened_feed(storage, recorder=recorder) as feed,
    ):
        deck = await feed.deck(limit=top, blend=blend, filters=filters)
        whys = [await feed.why(card.job.id, card.scored.profile) for card in deck.cards] if explain else []
        return deck, tuple(whys)


def card_document(card: Card) -> dict[str, Any]:
    """A card as JSON has it (docs/cli.md)."""
    job, scored = card.job, card.scored
    return {
        "rank": card.position + 1,
        "id": job.id,
        "title": job.title,
        "company": job.company,
        "source": job.source,
        "board": job.board,
        "score": scored.score,
        "mean": scored.mean,
        "sd": scored.sd,
        "draw": scored.draw,
        "profile": scored.profile,
        "url": job.url,
        "locations": job.locations,
        "workplace": job.workplace,
        "pay": job.pay,
        "posted": job.posted.at if job.posted else None,
    }
