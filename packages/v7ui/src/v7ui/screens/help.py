"""Every key that works where one is, and what the signs mean."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from v7core.models.feed import ProfileKind
from v7core.models.sources import SourceCondition
from v7ui.keys import help_rows
from v7ui.room import Room
from v7ui.screens.base import V7Modal
from v7ui.theme import CONDITION_INK, PROFILE_INK, PROFILE_WORD
from v7ui.widgets.painted import Span
from v7ui.widgets.text import TextPane

_MEANING = {ProfileKind.MATCH: "what fits you now", ProfileKind.MANIFEST: "where you want to go"}


class HelpScreen(V7Modal[None]):
    """Text over the screen; esc, ? or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "Close", show=False),
    ]
    CSS = """
    HelpScreen { align: center middle; }
    HelpScreen TextPane { width: 90%; max-width: 84; height: 90%; background: $panel; padding: 1 1; }
    """

    def __init__(self, room: Room, place: str, about: Sequence[Span] = ()) -> None:
        super().__init__(room)
        self._place = place
        self._about = tuple(about)
        self.text = TextPane()

    def compose(self) -> ComposeResult:
        yield self.text

    def on_mount(self) -> None:
        self.text.show(self.lines())
        self.text.focus()

    def lines(self) -> list[Span]:
        """What is shown."""
        glyphs, keys = self.room.look.glyphs, self.room.keys
        spans: list[Span] = [(f"Help on {self._place.title()}   (esc closes)", "title"), ("", "text")]
        if self._about:
            spans += [("What you have selected", "title"), *((f"  {text}", ink) for text, ink in self._about)]
            spans.append(("", "text"))
        for title, places in (
            (f"Keys on {self._place.title()}", (self._place,)),
            ("Lists", ("list",)),
            ("Everywhere", ("app",)),
        ):
            spans.append((title, "title"))
            spans += [(f"  {names:<12} {words}", "foreground") for names, words in help_rows(places, keys)]
            spans.append(("", "text"))
        spans.append(("Signs", "title"))
        spans += [
            (f"  {glyphs.profile[kind]} {PROFILE_WORD[kind]}: {_MEANING[kind]}", PROFILE_INK[kind])
            for kind in ProfileKind
        ]
        spans += [(f"  {glyphs.condition[each]} {each.value}", CONDITION_INK[each]) for each in SourceCondition]
        return spans
