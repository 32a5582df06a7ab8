"""`V7_PLAIN=1`: the deck as lines, one job at a time, for screen readers and for pipes. A line in, a few lines out."""

import asyncio
import sys
from typing import Final

from v7core.errors import V7Error
from v7core.models.feed import Card, ReactionKind
from v7core.models.filters import JobFilter
from v7core.protocols import JobFeed
from v7terminal.compose import opened_feed, opened_storage
from v7terminal.console import complain, say
from v7terminal.demo.home import mark_of
from v7terminal.lines import nothing_to_show, pay_of, place_of, reasons
from v7terminal.paths import Home
from v7terminal.ranking import kept_filter, ranked
from v7terminal.running import run

DECK: Final = 50
WORDS: Final = {
    "i": ReactionKind.INTERESTED,
    "x": ReactionKind.PASS,
    "s": ReactionKind.SAVE,
    "a": ReactionKind.APPLIED,
}
HELP: Final = "i interested, x pass, s save, a applied, w why, t text, n next, u undo, ? these words, q quit"


def run_plain(home: Home) -> int:
    """Until `q` or the end of the input."""
    run(_run(home))
    return 0


async def _run(home: Home) -> None:
    if mark_of(home) is not None:
        say("DEMO: invented postings, nothing here is real")
    async with opened_storage(home) as storage, opened_feed(storage) as feed:
        say(HELP)
        kept, wanted = await kept_filter(storage.settings)
        if kept:
            say(f"the deck's filter holds: {kept}")
        passed_over: set[object] = set()
        while (card := await _next(feed, wanted, passed_over)) is not None:
            _show(card)
            if not await _answer(feed, card, passed_over):
                return


async def _next(feed: JobFeed, wanted: tuple[str, JobFilter], passed_over: set[object]) -> Card | None:
    deck, cards = await ranked(feed, *wanted, top=DECK + len(passed_over))
    card = next((card for card in cards if card.job.id not in passed_over), None)
    if card is None:
        say("The end of the deck." if passed_over or deck.cards else nothing_to_show(deck))
    return card


def _show(card: Card) -> None:
    job = card.job
    say(f"{job.title}, {job.company}")
    facts = [
        place_of(job),
        pay_of(job.pay),
        f"from {job.source}",
        f"{card.scored.profile.value} {card.scored.score:+.2f}",
    ]
    say(", ".join(filter(None, facts)))


async def _answer(feed: JobFeed, card: Card, passed_over: set[object]) -> bool:
    """Take words about a card until it is done with; False to leave."""
    while True:
        line = await asyncio.to_thread(sys.stdin.readline)
        word = line.strip().casefold()[:1]
        if not line or word == "q":
            return False
        try:
            if word in WORDS:
                done = await feed.react(card.job.id, WORDS[word])
                say(f"ok {WORDS[word].value}, {done.event_key}")
                return True
            if word == "n":
                passed_over.add(card.job.id)
                return True
            if word == "u":
                await feed.undo()
                say("ok, taken back")
                return True
            if word == "w":
                say(reasons(await feed.why(card.job.id, card.scored.profile), 8))
            elif word == "t":
                for paragraph in (await feed.detail(card.job.id)).text.split("\n"):
                    say(paragraph)
            else:
                say(HELP)
        except V7Error as error:
            complain(str(error))
