"""A list that draws only what is visible: a row is a line, a strip is made once and kept while it stays true."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from v7ui.formatting import wrap
from v7ui.keys import bindings_for
from v7ui.widgets.painted import Inked, Line, strip_of

T = TypeVar("T")
_MOST_STRIPS = 2_000


class LineList(Inked, ScrollView, Generic[T], can_focus=True):
    """Rows of one line each with a cursor; subclasses write `line`.

    100,000 rows cost their values and nothing else: no widget, no style and no text is made for a row nobody sees.
    """

    DEFAULT_CSS = """
    LineList { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("list")]

    class Moved(Message):
        """The cursor stands on another row, or on none."""

        def __init__(self, sender: "LineList[Any]") -> None:
            super().__init__()
            self.list = sender

        @property
        def control(self) -> "LineList[Any]":
            return self.list

    class Chosen(Moved):
        """Enter or a double click."""

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: Sequence[T] = ()
        self._cursor = 0
        self._width = 0
        """Of a row; 0 until it is measured."""
        self._strips: dict[int, Strip] = {}
        self._strips_for: tuple[int, str, Style] | None = None
        self.empty = empty

    def line(self, row: T, index: int, width: int) -> Line:
        """One row's spans, at most `width` cells."""
        raise NotImplementedError

    # --- rows and cursor

    @property
    def rows(self) -> Sequence[T]:
        """What is listed."""
        return self._rows

    @property
    def cursor(self) -> int:
        """The row the cursor stands on, from 0; 0 in an empty list."""
        return self._cursor

    @property
    def current(self) -> T | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    def show(self, rows: Sequence[T], *, cursor: int | None = None, empty: str | None = None) -> None:
        """List these rows, the cursor on one of them (where it was, unless told otherwise)."""
        self._rows = rows
        if empty is not None:
            self.empty = empty
        self._cursor = self._bounded(self._cursor if cursor is None else cursor)
        self.redraw()
        self.virtual_size = Size(max(1, self.scrollable_content_region.width), max(1, len(rows)))
        self._reveal()
        self.post_message(self.Moved(self))

    def redraw(self, indices: Iterable[int] | None = None) -> None:
        """Draw these rows again, or all."""
        if indices is None:
            self._width = 0
            self._strips.clear()
            self.refresh()
            return
        for index in indices:
            self._strips.pop(index, None)
            self.refresh_line(index)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row."""
        before, self._cursor = self._cursor, self._bounded(index)
        if before != self._cursor:
            self.redraw((before, self._cursor))
            self._reveal()
            self.post_message(self.Moved(self))

    def _bounded(self, index: int) -> int:
        return max(0, min(index, len(self._rows) - 1))

    def _reveal(self) -> None:
        """Scroll a third of the page when the cursor leaves it: one sees what comes, and most keys redraw two rows."""
        height, top = self.scrollable_content_region.height, self.scroll_offset.y
        if height < 1:
            return
        if self._cursor < top:
            self.scroll_to(y=max(0, self._cursor - height // 3), animate=False, immediate=True)
        elif self._cursor >= top + height:
            last = max(0, len(self._rows) - height)
            self.scroll_to(y=min(last, self._cursor - height + 1 + height // 3), animate=False, immediate=True)

    # --- drawing

    def render_line(self, y: int) -> Strip:
        width, base = self._width or self._measure(), self.base()
        index = y + self.scroll_offset.y
        said = [] if self._rows or not self.empty else wrap(self.empty, width - 1)
        if y < len(said):
            return strip_of([(f" {said[y]}", "dim")], width, base, self.palette(), plain=self.look().plain)
        if index >= len(self._rows):
            return Strip.blank(width, base)
        state = (width, self.app.theme, base)
        if state != self._strips_for:
            self._strips.clear()
            self._strips_for = state
        strip = self._strips.get(index)
        if strip is None:
            if len(self._strips) >= _MOST_STRIPS:
                self._strips.clear()
            palette = self.palette()
            at = index == self._cursor
            row_base = base + palette["cursor"] if at else base
            sign = self.look().glyphs.cursor if at else " "
            spans = [(sign, "title"), *self.line(self._rows[index], index, width - 1)]
            strip = self._strips[index] = strip_of(spans, width, row_base, palette, plain=self.look().plain)
        return strip

    def _measure(self) -> int:
        self._width = self.scrollable_content_region.width
        return self._width

    def on_resize(self, _event: events.Resize) -> None:
        self._width = 0
        self.virtual_size = Size(max(1, self.scrollable_content_region.width), max(1, len(self._rows)))
        self._reveal()

    # --- keys and mouse

    def action_cursor(self, by: int) -> None:
        self.move_to(self._cursor + by)

    def action_page(self, by: int) -> None:
        self.move_to(self._cursor + by * max(1, self.scrollable_content_region.height - 1))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(len(self._rows) - 1)

    def action_choose(self) -> None:
        if self._rows:
            self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self._rows):
            self.move_to(index)
            if event.chain == 2:
                self.action_choose()
