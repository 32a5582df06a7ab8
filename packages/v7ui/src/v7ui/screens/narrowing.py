"""What decides which jobs stand in the deck: the blend of the two profiles, the lens, the filter."""

from dataclasses import replace

from textual.widgets import Input

from v7core.errors import InvalidValue
from v7core.filter_language import parse_filters
from v7core.models.feed import Deck
from v7core.models.filters import JobFilter
from v7core.text import clean_text
from v7ui.room import LENSES, Room
from v7ui.screens.base import focus_if
from v7ui.screens.jobs import JobScreen
from v7ui.widgets.cards_list import CardList
from v7ui.widgets.line import TextLine


class Narrowing(JobScreen[CardList]):
    """Blend, lens and filter, kept in the settings; the deck that is narrowed is the subclass's."""

    def __init__(self, room: Room, rows: CardList) -> None:
        super().__init__(room, rows)
        self.line = TextLine(room.look, "Narrow", placeholder="remote in:berlin pay:60kEUR …", id="deck-filter")
        self._filter = JobFilter()
        self._words = ""

    @property
    def ranked(self) -> Deck | None:
        """The ranking that is shown; None before the first."""
        raise NotImplementedError

    async def _rank(self, *, from_top: bool = False) -> None:
        raise NotImplementedError

    def action_rank(self) -> None:
        """Rank anew."""
        raise NotImplementedError

    def _blend(self) -> float:
        lens = LENSES[self.room.lens]
        return self.room.settings.blend if lens is None else lens

    def action_blend(self, by: float) -> None:
        """More or less weight for Manifest; kept in the settings."""
        blend = round(min(1.0, max(0.0, self.room.settings.blend + by)), 2)
        self.room.settings = replace(self.room.settings, blend=blend)
        self.room.lens = self.room.left.lens = "blend"
        self.say(f"Blend {blend:.1f}: {1 - blend:.0%} what fits you now, {blend:.0%} where you want to go")
        self.repaint_bars()
        self.work(self._keep_blend, "blend")

    async def _keep_blend(self) -> None:
        await self._rank()
        await self._save("The blend was not kept")

    def action_lens(self) -> None:
        """Blend, Match alone, Manifest alone."""
        order = list(LENSES)
        self.room.lens = self.room.left.lens = order[(order.index(self.room.lens) + 1) % len(order)]
        self.repaint_bars()
        word = {"blend": "the blend of both", "match": "MATCH alone", "manifest": "MANIFEST alone"}[self.room.lens]
        self.say(f"Ranked by {word}")
        self.action_rank()

    def action_filter(self) -> None:
        """Type a filter."""
        self.add_class("-filtering")
        focus_if(self, self.line)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._narrow(clean_text(event.value)):
            self.remove_class("-filtering")
            focus_if(self, self.list)
            self.list.move_to(0)
            self._keep_filter()
            asks = self._filter.keep_unknown and self._filter != JobFilter()
            self.say("What a posting does not say is kept: strict drops it" if asks else "")

    def _narrow(self, text: str) -> bool:
        """Take a line as the filter; False when it makes no sense."""
        try:
            self._words, self._filter = parse_filters(text)
        except InvalidValue as error:
            self.say(str(error), ink="bad")
            return False
        self.line.value = text
        return True

    def _keep_filter(self) -> None:
        self.room.settings = replace(self.room.settings, deck_filter=self.line.value)
        self.work(lambda: self._rank(from_top=True), "rank")
        self.work(lambda: self._save("The filter was not kept"), "filter")

    async def _save(self, what: str) -> None:
        await self.ask(self.room.keep_settings(), what, aside="")

    def settings_changed(self) -> None:
        """The settings were changed elsewhere: blend and filter follow."""
        deck, settings = self.ranked, self.room.settings
        if deck is None:
            return
        narrowed = settings.deck_filter != self.line.value and self._narrow(settings.deck_filter)
        if narrowed or self._blend() != deck.blend:
            self.action_rank()
