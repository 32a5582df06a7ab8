"""The ranking, in lines or as JSON."""

from dataclasses import replace
from typing import Any, Final

import click

from v7core.filter_language import holds_words
from v7core.models.feed import Card, Deck, Explanation
from v7core.models.filters import JobFilter
from v7terminal.compose import opened_feed, opened_storage
from v7terminal.console import complain, say, say_json
from v7terminal.filters import LineCommand, asked, line_options, tell_unsaid, unsaid
from v7terminal.lines import card_line, nothing_to_show
from v7terminal.measuring import measured
from v7terminal.options import given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run

Shown = tuple[Deck, tuple[Card, ...], tuple[Explanation, ...]]
"""The ranking, those of its cards that hold the words, their reasons."""


MOST: Final = 10_000
"""Cards that are looked through for words."""


@click.command(cls=LineCommand)
@line_options
@click.option("--top", type=click.IntRange(1, MOST), default=20, show_default=True, metavar="N")
@click.option("--blend", type=click.FloatRange(0.0, 1.0), metavar="B", help="Weight of Manifest for this once.")
@json_option
@click.pass_context
def rank(ctx: click.Context, /, top: int, blend: float | None, as_json: bool, **written: Any) -> None:
    """The best jobs you have not reacted to, best first, with the words that put them there.

    Words of LINE have to stand in the title, the company, the source or a location.
    """
    words, filters = asked(**written)
    deck, cards, whys = run(_ranked(given_home(ctx), top, blend, words, filters, explain=not as_json))
    if as_json:
        say_json([card_document(card, filters) for card in cards])
        return
    for card, why in zip(cards, whys, strict=True):
        say(card_line(card.position + 1, card, why, unsaid(card.job, filters)))
    tell_unsaid((card.job for card in cards), filters)
    if not cards:
        complain(nothing_to_show(deck) if not deck.cards else f"no job of {len(deck.cards)} holds {words}")


async def _ranked(home: Home, top: int, blend: float | None, words: str, filters: JobFilter, *, explain: bool) -> Shown:
    async with (
        opened_storage(home) as storage,
        measured(storage) as recorder,
        opened_feed(storage, recorder=recorder) as feed,
    ):
        limit = top if not words else max(top, 200)
        while True:
            deck = await feed.deck(limit=limit, blend=blend, filters=filters)
            found = [card for card in deck.cards if holds_words(card.job, words)][:top]
            if len(found) == top or len(deck.cards) < limit or limit == MOST:
                break
            limit = min(MOST, 5 * limit)
        cards = tuple(replace(card, position=place) for place, card in enumerate(found))
        whys = [await feed.why(card.job.id, card.scored.profile) for card in cards] if explain else []
        return deck, cards, tuple(whys)


def card_document(card: Card, filters: JobFilter) -> dict[str, Any]:
    """A card of these filters as JSON has it (docs/cli.md)."""
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
        "unsaid": unsaid(job, filters),
    }
