"""The first start: who you are, where you want to go, where to look. Three lines, each can be left empty."""

from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from v7core.text import clean_text
from v7ui.room import Room
from v7ui.screens.base import V7Modal
from v7ui.widgets.painted import Line, Painted

STEPS: Final = (
    (
        "1 of 3  Who you are",
        "A few words or a pasted CV: your trade, what you are good at.",
        "baker, night shifts, Berlin",
    ),
    ("2 of 3  Where you want to go", "The work you want next. V7 ranks by both.", "head baker, four days a week"),
    ("3 of 3  Where to look", "A careers page, a feed, or board:name. More later with 4, then n.", "https://…"),
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was typed; empty where a step was left out."""

    match_text: str = ""
    manifest_text: str = ""
    address: str = ""


class _Words(Painted):
    DEFAULT_CSS = "_Words { height: 4; }"
    step = 0

    def paint(self, width: int, height: int) -> list[Line]:
        title, words, _ = STEPS[self.step]
        return [
            [(title, "match-bold")],
            [(words, "foreground")],
            [("enter", "key"), (" Next (empty is fine)  ", "dim"), ("esc", "key"), (" Skip all", "dim")],
        ]


class FirstRun(V7Modal[Answers]):
    """Asks; the app does what was answered."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "skip", "Skip", show=False)]
    CSS = """
    FirstRun { align: center middle; }
    FirstRun Vertical { width: 72; max-width: 95%; height: 9; background: $panel; padding: 1 2; }
    FirstRun Input { height: 1; border: none; padding: 0; }
    """

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.words = _Words()
        self.line = Input(placeholder=STEPS[0][2])
        self._answers: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.words
            yield self.line

    def on_mount(self) -> None:
        self.line.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._answers.append(clean_text(event.value, limit=20_000))
        if len(self._answers) == len(STEPS):
            self.dismiss(Answers(*self._answers))
            return
        self.words.step = len(self._answers)
        self.words.repaint()
        self.line.value = ""
        self.line.placeholder = STEPS[self.words.step][2]

    def action_skip(self) -> None:
        self.dismiss(Answers(*self._answers))
