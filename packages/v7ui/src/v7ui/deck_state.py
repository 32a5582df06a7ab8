"""Which cards stand in the deck, in which order. No widget, no port: the rules alone."""

from collections.abc import Callable, Collection, Sequence

from v7core.models.feed import Card, Deck
from v7core.models.jobs import JobId, JobSummary


class DeckState:
    """The last ranking, minus what was reacted to and what the filter hides.

    The order is the ranking's and never changes under the reader: a reaction takes a card out, an undo puts it back
    where it was, and a newer ranking waits until it is asked for.
    """

    def __init__(self) -> None:
        self._ranked: tuple[Card, ...] = ()
        self._known: set[JobId] = set()
        self.deck: Deck | None = None
        self.cards: tuple[Card, ...] = ()
        self.marked: set[JobId] = set()

    def take(self, deck: Deck) -> None:
        """Start from a new ranking."""
        self.deck = deck
        self._ranked = deck.cards
        self._known = {card.job.id for card in deck.cards}

    def extend(self, deck: Deck) -> int:
        """Append what a longer ranking holds beyond the one shown; returns how many cards that were."""
        more = tuple(card for card in deck.cards if card.job.id not in self._known)
        self._ranked += more
        self._known |= {card.job.id for card in more}
        return len(more)

    def waiting(self, deck: Deck) -> int:
        """How many jobs came into the store since the ranking that is shown."""
        return max(0, deck.total - self.deck.total) if self.deck else len(deck.cards)

    def sync(self, reacted: Collection[JobId], wanted: Callable[[JobSummary], bool] | None = None) -> None:
        """Leave out what was reacted to and what is not wanted; marks on cards that left go too."""
        self.cards = tuple(
            card for card in self._ranked if card.job.id not in reacted and (wanted is None or wanted(card.job))
        )
        if self.marked:
            self.marked &= {card.job.id for card in self.cards}

    def index(self, job: JobId) -> int | None:
        """Where a job stands."""
        return next((i for i, card in enumerate(self.cards) if card.job.id == job), None)

    def chosen(self, cursor: int) -> Sequence[Card]:
        """The marked cards, or the one under the cursor."""
        if self.marked:
            return [card for card in self.cards if card.job.id in self.marked]
        return self.cards[cursor : cursor + 1]

    @property
    def exhausted(self) -> bool:
        """Whether the ranking held every eligible job."""
        return self.deck is None or len(self._ranked) >= self.deck.eligible
