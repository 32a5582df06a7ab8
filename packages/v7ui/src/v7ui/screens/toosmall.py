"""A window too small to be honest in."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from v7ui.widgets.painted import Line, Painted

MIN_WIDTH: Final = 60
MIN_HEIGHT: Final = 18


class Notice(Painted):
    """What to do about it."""

    DEFAULT_CSS = "Notice { width: 1fr; height: 1fr; }"

    def paint(self, width: int, height: int) -> list[Line]:
        size = self.app.size
        return [
            [(" Window too small", "title")],
            [(f" {size.width}x{size.height}; V7 needs {MIN_WIDTH}x{MIN_HEIGHT}", "dim")],
            [(" q Quit", "key")],
        ]


class TooSmall(ModalScreen[None]):
    """Every key but quit is ignored: nobody should react to a job they cannot see."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,ctrl+c", "app.quit", "Quit", show=False)]
    CSS = "TooSmall { background: $background; }"

    def compose(self) -> ComposeResult:
        yield Notice()
