"""The two base widgets: both paint plain spans of (text, ink), and nothing of ours parses markup.

A span is drawn as it is: brackets are brackets. Text that could still act on the terminal is made inert here, at the
one place where strings become segments, though everything was cleaned where it came in.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from v7ui.formatting import inert
from v7ui.look import Look, look_of
from v7ui.theme import inks

Span: TypeAlias = tuple[str, str]
"""Text and the name of its ink."""
Line: TypeAlias = Sequence[Span]


PLAIN: Final = str.maketrans({"…": "~", "—": "-", "·": "|", "\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "▁": "_"})
"""Our own punctuation for terminals that have ASCII only; a posting's letters stay as they are."""


def strip_of(line: Iterable[Span], width: int, base: Style, palette: dict[str, Style], *, plain: bool = False) -> Strip:
    """One line of exactly `width` cells."""
    texts = ((inert(text), ink) for text, ink in line)
    segments = [Segment(text.translate(PLAIN) if plain else text, base + palette[ink]) for text, ink in texts]
    return Strip(segments).adjust_cell_length(width, base)


class Inked(Widget):
    """Gives a widget its inks and look."""

    _base: Style | None = None
    _base_for = ""

    def base(self) -> Style:
        """The style under every span. Textual works it out anew for each line, a quarter of a frame's time."""
        if self._base is None or self._base_for != self.app.theme:
            self._base, self._base_for = self.rich_style, self.app.theme
        return self._base

    def notify_style_update(self) -> None:
        self._base = None
        super().notify_style_update()

    def palette(self) -> dict[str, Style]:
        """Styles by ink in the current theme."""
        return inks(self.app.theme, dark=self.app.current_theme.dark)

    def look(self) -> Look:
        """How to draw here."""
        return look_of(self)


class Painted(Inked):
    """A widget of a fixed size that paints its lines; subclasses write `paint`.

    `repaint` draws only this widget again and never lays anything out.
    """

    _painted: list[Strip] | None = None
    _painted_for: tuple[Size, str, Style] | None = None

    def paint(self, width: int, height: int) -> Sequence[Line]:
        """The lines from the top, at most `height` of them; each is cut or padded to `width`."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Draw again: what `paint` says has changed."""
        self._painted = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        size, base = self.size, self.base()
        state = (size, self.app.theme, base)
        if self._painted is None or self._painted_for != state:
            palette, plain = self.palette(), self.look().plain
            lines = list(self.paint(size.width, size.height))[: size.height]
            self._painted = [strip_of(line, size.width, base, palette, plain=plain) for line in lines]
            self._painted_for = state
        return self._painted[y] if y < len(self._painted) else Strip.blank(size.width, base)
