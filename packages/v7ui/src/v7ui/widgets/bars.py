"""The three lines around every screen: where one is, what just happened, which keys help."""

from rich.cells import cell_len
from textual import events
from textual.message import Message

from v7ui.formatting import duration, fit
from v7ui.keys import effective, hints, shown
from v7ui.room import Room
from v7ui.widgets.line import TextLine
from v7ui.widgets.painted import Line, Painted, Span

TABS = (("deck", "Deck"), ("search", "Search"), ("live", "Live"), ("sources", "Sources"), ("saved", "Saved"))

_LEAVE = ("ranking", "sources", "lens", "polling", "warming", "banner")
"""What leaves the top line first where it is too short; how the deck is ranked stays longer than how fast."""


class TopBar(Painted):
    """Screens, the lens, sources that are well, and the last ranking's time."""

    DEFAULT_CSS = "TopBar { height: 1; background: $panel; }"

    class Picked(Message):
        """A tab was clicked."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, room: Room, place: str) -> None:
        super().__init__()
        self._room = room
        self._place = place
        self._ends: list[tuple[int, str]] = []

    def paint(self, width: int, height: int) -> list[Line]:
        glyphs = self.look().glyphs
        left: list[Span] = [(" V7 ", "match-bold")]
        used = 4
        self._ends.clear()
        for number, (place, word) in enumerate(TABS, 1):
            here = place == self._place
            text = f"{glyphs.cursor if here else ' '}{number} {word} "
            left.append((text, "title" if here else "dim"))
            used += len(text)
            self._ends.append((used, place))
        if self._place == "settings":
            left.append((f"{glyphs.cursor}, Settings ", "title"))
            used += 12
        right = self._right()
        while right and used + sum(cell_len(text) for text, _ in right.values()) > width:
            del right[min(right, key=_LEAVE.index)]
        space = width - used - sum(cell_len(text) for text, _ in right.values())
        return [[*left, (" " * max(0, space), "text"), *right.values()]]

    def _right(self) -> dict[str, Span]:
        room, glyphs = self._room, self.look().glyphs
        match, manifest = glyphs.profile.values()
        spans: dict[str, Span] = {
            "lens": {
                "match": (f"{match} MATCH ", "match"),
                "manifest": (f"{manifest} MANIFEST ", "manifest"),
            }.get(room.lens, (f"{match}{manifest} BLEND {room.settings.blend:.1f} ", "text"))
        }
        well, counted = room.healthy()
        if room.warming:
            spans["warming"] = (f" engine warming{glyphs.ellipsis} ", "manifest")
        if room.polled is not None:
            spans["polling"] = (" polling {}/{} ".format(*room.polled), "manifest")
        elif counted:
            spans["sources"] = (f" {well}/{counted} src ", "dim" if well == counted else "warn")
        if room.ranking_ms is not None:
            spans["ranking"] = (f" {duration(room.ranking_ms)} ", "dim")
        if room.banner:
            spans["banner"] = (f" {room.banner} ", "tab")
        return spans

    def on_click(self, event: events.Click) -> None:
        for end, place in self._ends:
            if 4 <= event.x < end:
                self.post_message(self.Picked(place))
                return


class StatusLine(Painted):
    """What just happened, in one line that stays until something else does."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._ink = "dim"
        self._aside = ""

    def say(self, text: str, *, ink: str = "dim", aside: str = "") -> None:
        """Replace the line; `aside` stands at its right end."""
        self.text, self._ink, self._aside = text, ink, aside
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        glyphs = self.look().glyphs
        sign = {"good": f"{glyphs.done} ", "bad": f"{glyphs.failed} "}.get(self._ink, "")
        aside = f" {self._aside} " if self._aside else ""
        room = max(0, width - 1 - len(aside))
        return [[(" ", "text"), (fit(sign + self.text, room, ellipsis=glyphs.ellipsis), self._ink), (aside, "key")]]


class KeyBar(Painted):
    """The keys worth knowing here; as many as fit, the help always."""

    DEFAULT_CSS = "KeyBar { height: 1; background: $panel; }"

    def __init__(self, room: Room, place: str) -> None:
        super().__init__()
        self._room = room
        self._place = place

    def paint(self, width: int, height: int) -> list[Line]:
        line = self.screen.focused
        if isinstance(line, TextLine):  # every other key is a letter now
            return [[(" ", "text"), ("enter", "key"), (f" {line.does}  ", "dim"), ("esc", "key"), (" Leave", "dim")]]
        *here, (help_key, help_label) = hints(self._place, self._room.keys)
        if self.screen.has_class("-reading"):
            here.insert(0, (shown(effective(self._room.keys)[f"{self._place}.back"].split(",")[0]), "Back"))
        tail: list[Span] = [(help_key, "key"), (f" {help_label}", "dim")]
        used = 1 + len(help_key) + len(help_label) + 1
        spans: list[Span] = [(" ", "text")]
        for key, label in here:
            cells = len(key) + 1 + len(label) + 1
            if used + cells > width:
                break
            spans += [(key, "key"), (f" {label} ", "dim")]
            used += cells
        return [[*spans, *tail]]
