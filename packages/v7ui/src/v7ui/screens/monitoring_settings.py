"""What of the Live screen can be chosen, in one small dialogue."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from v7ui.room import Room
from v7ui.screens.base import V7Modal
from v7ui.widgets.bars import StatusLine
from v7ui.widgets.lists import LineList
from v7ui.widgets.painted import Line


@dataclass(frozen=True, slots=True)
class Choice:
    """A row: its name, its options, and which one holds."""

    name: str
    options: tuple[str, ...]
    chosen: int


class _Choices(LineList[Choice]):
    def line(self, row: Choice, index: int, width: int) -> Line:
        options = [
            (f" [{option}]" if i == row.chosen else f"  {option} ", "title" if i == row.chosen else "dim")
            for i, option in enumerate(row.options)
        ]
        return [(f"{row.name:<16}", "foreground"), *options]


class MonitoringSettingsView(V7Modal[tuple[int, ...]]):
    """Rows of options; left and right choose, enter or esc answers with the index chosen in each row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "choose(-1)", "Back", show=False),
        Binding("right,l,space", "choose(1)", "Next", show=False),
        Binding("escape,q,t", "close", "Close", show=False),
    ]
    CSS = """
    MonitoringSettingsView { align: center middle; }
    MonitoringSettingsView _Choices { width: 64; max-width: 95%; height: 5; background: $panel; padding: 1 1; }
    MonitoringSettingsView StatusLine { width: 64; max-width: 95%; background: $panel; }
    """

    def __init__(self, room: Room, rows: tuple[Choice, ...]) -> None:
        super().__init__(room)
        self._rows = list(rows)
        self.list = _Choices()
        self.status = StatusLine()

    def compose(self) -> ComposeResult:
        yield self.list
        yield self.status

    def on_mount(self) -> None:
        self.list.show(self._rows)
        self.list.focus()
        self.status.say("space next, left back, enter keeps")

    def action_choose(self, by: int) -> None:
        row = self._rows[self.list.cursor]
        chosen = max(0, min(len(row.options) - 1, row.chosen + by))
        self._rows[self.list.cursor] = Choice(row.name, row.options, chosen)
        self.list.redraw((self.list.cursor,))

    def on_line_list_chosen(self, event: _Choices.Chosen) -> None:
        event.stop()
        self.action_close()

    def action_close(self) -> None:
        self.dismiss(tuple(row.chosen for row in self._rows))
