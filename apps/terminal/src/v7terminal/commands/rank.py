"""The ranking, in lines or as JSON."""

from dataclasses import dataclass, replace
from typing import Any

import click

from v7core.models.feed import Card, Deck, Explanation
from v7core.models.filters import JobFilter
from v7terminal.compose import opened_feed, opened_storage
from v7terminal.console import complain, say, say_json
from v7terminal.filters import LineCommand, asked, line_options, says_nothing, tell_unsaid, unsaid
from v7terminal.lines import card_line, nothing_to_show
from v7terminal.measuring import measured
from v7terminal.options import given_home, json_option
from v7terminal.paths import Home
from v7terminal.ranking import MOST, kept_filter, ranked
from v7terminal.running import run

Asked = tuple[str, JobFilter]
"""Words and filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ranking:
    kept: str
    """The deck's kept filter, where it was taken; else empty."""
    words: str
    filters: JobFilter
    deck: Deck
    cards: tuple[Card, ...]
    """Those that hold the words."""
    whys: tuple[Explanation, ...]


@click.command(cls=LineCommand)
@line_options
@click.option("--top", type=click.IntRange(1, MOST), default=20, show_default=True, metavar="N")
@click.option("--blend", type=click.FloatRange(0.0, 1.0), metavar="B", help="Weight of Manifest for this once.")
@json_option
@click.pass_context
def rank(ctx: click.Context, /, top: int, blend: float | None, as_json: bool, **written: Any) -> None:
    """The best jobs you have not reacted to, best first, with the words that put them there.

    Words of LINE have to stand in the title, the company, the source or a location. Without a LINE the filter holds
    that you keep for the deck; an empty one ('') leaves it out.
    """
    wanted = None if says_nothing(written) else asked(**written)
    found = run(_ranked(given_home(ctx), top, blend, wanted, explain=not as_json))
    if found.kept:
        complain(f"the deck's filter holds: {found.kept} (an empty line leaves it out: v7 rank '')")
    if as_json:
        say_json([card_document(card, found.filters) for card in found.cards])
        return
    for card, why in zip(found.cards, found.whys, strict=True):
        say(card_line(card.position + 1, card, why, unsaid(card.job, found.filters)))
    tell_unsaid((card.job for card in found.cards), found.filters)
    if not found.cards:
        deck = found.deck
        complain(nothing_to_show(deck) if not deck.cards else f"no job of {len(deck.cards)} holds {found.words}")


async def _ranked(home: Home, top: int, blend: float | None, wanted: Asked | None, *, explain: bool) -> _Ranking:
    async with (
        opened_storage(home) as storage,
        measured(storage) as recorder,
        opened_feed(storage, recorder=recorder) as feed,
    ):
        kept = ""
        if wanted is None:
            kept, wanted = await kept_filter(storage.settings)
        words, filters = wanted
        deck, found = await ranked(feed, words, filters, top=top, blend=blend)
        cards = tuple(replace(card, position=place) for place, card in enumerate(found))
        whys = [await feed.why(card.job.id, card.scored.profile) for card in cards] if explain else []
        return _Ranking(kept=kept, words=words, filters=filters, deck=deck, cards=cards, whys=tuple(whys))


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
