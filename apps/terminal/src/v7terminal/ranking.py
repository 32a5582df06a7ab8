"""The deck as commands show it: what the kept filter and the words on a line leave of a ranking."""

from typing import Final

from v7core.filter_language import holds_words, parse_filters
from v7core.models.feed import Card, Deck
from v7core.models.filters import JobFilter
from v7core.protocols import JobFeed, SettingsStore

MOST: Final = 10_000
"""Cards that are looked through for words."""
_WITH_WORDS: Final = 200
"""Cards that are looked through first."""


async def kept_filter(settings: SettingsStore) -> tuple[str, tuple[str, JobFilter]]:
    """The line the deck is narrowed to on the screens, empty when it is not; and its words and filter.

    Raises:
        InvalidValue: it makes no sense, such as one that another version wrote.
        StorageError: it could not be read.
    """
    line = (await settings.load()).deck_filter
    return line, parse_filters(line)


async def ranked(
    feed: JobFeed, words: str, filters: JobFilter, *, top: int, blend: float | None = None
) -> tuple[Deck, tuple[Card, ...]]:
    """The ranking, and the first `top` of its cards that hold the words."""
    limit = top if not words else max(top, _WITH_WORDS)
    while True:
        deck = await feed.deck(limit=limit, blend=blend, filters=filters)
        found = tuple(card for card in deck.cards if holds_words(card.job, words))[:top]
        if len(found) == top or len(deck.cards) < limit or limit == MOST:
            return deck, found
        limit = min(MOST, 5 * limit)
