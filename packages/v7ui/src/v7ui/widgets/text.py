"""Long text, wrapped once per width and drawn a line at a time. It cannot hold markup, only text."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from v7ui.formatting import wrap
from v7ui.widgets.painted import Inked, Span, strip_of


class TextPane(Inked, ScrollView, can_focus=True):
    """Paragraphs of (text, ink)."""

    DEFAULT_CSS = """
    TextPane { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Down", show=False),
        Binding("k,up", "scroll_up", "Up", show=False),
        Binding("pagedown,ctrl+d,space", "page_down", "Page down", show=False),
        Binding("pageup,ctrl+u", "page_up", "Page up", show=False),
        Binding("g,home", "scroll_home", "Top", show=False),
        Binding("G,end", "scroll_end", "End", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._paragraphs: Sequence[Span] = ()
        self._lines: list[Span] = []
        self._wrapped_at = 0

    def show(self, paragraphs: Sequence[Span]) -> None:
        """Show these from the top."""
        self._paragraphs = paragraphs
        self._wrap()
        self.scroll_to(y=0, animate=False, immediate=True)
        self.refresh()

    @property
    def text(self) -> str:
        """All of it, as given."""
        return "\n".join(text for text, _ in self._paragraphs)

    def _wrap(self) -> None:
        self._wrapped_at = width = max(1, self.scrollable_content_region.width)
        self._lines = [(line, ink) for text, ink in self._paragraphs for line in wrap(text, width - 1)]
        self.virtual_size = Size(width, max(1, len(self._lines)))

    def on_resize(self, _event: events.Resize) -> None:
        if self.scrollable_content_region.width != self._wrapped_at:
            self._wrap()
            self.refresh()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        base, width = self.base(), self.scrollable_content_region.width
        if index >= len(self._lines):
            return Strip.blank(width, base)
        text, ink = self._lines[index]
        return strip_of([(" ", "text"), (text, ink)], width, base, self.palette(), plain=self.look().plain)
