"""The first start: who you are, where you want to go, where to look. Three steps, each can be left empty."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from v7core.models.sources import SourceKey, StarterPack
from v7core.text import clean_text
from v7ui.formatting import plural
from v7ui.room import Room
from v7ui.screens.base import V7Modal
from v7ui.widgets.line import LONGEST, TextLine
from v7ui.widgets.lists import LineList
from v7ui.widgets.painted import Line, Painted

STEPS: Final = (
    ("Who you are", "Your trade, what you are good at; a pasted CV is fine.", "baker, night shifts, Berlin"),
    ("Where you want to go", "The work you want next. V7 ranks by both.", "head baker, four days a week"),
    ("Where to look", "A careers page or a feed: paste its address. More later: 4 Sources.", "https://…"),
)
_WITH_PACKS: Final = (
    "Where to look",
    "Trade and place, then a pack by arrow key; or a careers page's address.",
    "health, Berlin",
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was typed; empty where a step was left out."""

    match_text: str = ""
    manifest_text: str = ""
    address: str = ""
    pack: StarterPack | None = None


def matching(packs: Sequence[StarterPack], words: str) -> list[StarterPack]:
    """Packs by how many of the words name their trade or region, best first; those that fit nothing are left out.

    A pack for every trade and place always fits, last.
    """
    wanted = [word for word in words.casefold().replace(",", " ").split() if len(word) > 1]

    def fits(pack: StarterPack) -> int:
        return sum(any(name.startswith(word) for name in (*pack.trades, *pack.regions)) for word in wanted)

    kept = [pack for pack in packs if not wanted or fits(pack) or not (pack.trades or pack.regions)]
    return sorted(kept, key=lambda pack: -fits(pack))


async def set_out(room: Room, answers: Answers, tell: Callable[[str], None]) -> list[SourceKey]:
    """Keep what was answered; returns the sources that were added.

    Raises:
        V7Error: not all of it was kept.
    """
    ports = room.ports
    if answers.match_text or answers.manifest_text:
        room.settings = replace(room.settings, match_text=answers.match_text, manifest_text=answers.manifest_text)
        await room.keep_settings()
    found = list(answers.pack.sources) if answers.pack else []
    if answers.address:
        tell("Looking …")
        found.append(await ports.sources.recognise(answers.address))
    for each in found:
        await ports.sources.add(each.key)
    if found:
        tell(f"Added {found[0].name if len(found) == 1 else plural(len(found), 'source')}; polling …")
    return [each.key for each in found]


class _Words(Painted):
    DEFAULT_CSS = "_Words { height: 4; }"

    def __init__(self, steps: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._steps = steps
        self.step = 0

    def paint(self, width: int, height: int) -> list[Line]:
        title, words, _ = self._steps[self.step]
        next_ = " Next (empty is fine)  " if self.step + 1 < len(self._steps) else " Add it and start  "
        return [
            [(f"{self.step + 1} of {len(self._steps)}  {title}", "match-bold")],
            [(words, "foreground")],
            [("enter", "key"), (next_, "dim"), ("esc", "key"), (" Skip the rest", "dim")],
        ]


class PackList(LineList[StarterPack]):
    """Packs to begin with."""

    def line(self, row: StarterPack, index: int, width: int) -> Line:
        return [(f" {row.name}  ", "foreground"), (plural(len(row.sources), "source"), "dim")]


class FirstRun(V7Modal[Answers]):
    """Asks; the app does what was answered.

    Args:
        room: What screens share.
        packs: Boards to choose from in the last step; without any it asks for an address only.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "skip", "Skip", show=False),
        Binding("down", "pick(1)", "Next pack", show=False),
        Binding("up", "pick(-1)", "Pack before", show=False),
    ]
    CSS = """
    FirstRun { align: center middle; }
    FirstRun Vertical { width: 76; max-width: 98%; height: auto; background: $panel; padding: 1 2; }
    FirstRun PackList { height: 6; margin-top: 1; display: none; }
    FirstRun.-packs PackList { display: block; }
    """

    def __init__(self, room: Room, packs: Sequence[StarterPack] = ()) -> None:
        super().__init__(room)
        self._packs = tuple(packs)
        self._steps = (*STEPS[:2], _WITH_PACKS if packs else STEPS[2])
        self.words = _Words(self._steps)
        self.line = TextLine(room.look, "Next", placeholder=STEPS[0][2])
        self.list = PackList(empty="No pack for that; an address is as good.")
        self.list.can_focus = False
        self._answers: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.words
            yield self.line
            yield self.list

    def on_mount(self) -> None:
        self.line.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._answers.append(clean_text(event.value, limit=LONGEST))
        if len(self._answers) == len(self._steps):
            self.dismiss(self._answered())
            return
        self.words.step = len(self._answers)
        self.words.repaint()
        self.line.value = ""
        self.line.placeholder = self._steps[self.words.step][2]
        if self._packs and self.words.step == len(self._steps) - 1:
            self.add_class("-packs")
            # What they said of themselves says which boards to try; a pack for everybody is there in any case.
            self.list.show(matching(self._packs, self._answers[0]) or self._packs, cursor=0)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.has_class("-packs") and event.value and not self._is_address(event.value):
            self.list.show(matching(self._packs, event.value), cursor=0)

    @staticmethod
    def _is_address(text: str) -> bool:
        """Whether it leads somewhere, rather than naming a trade or a place."""
        return " " not in text.strip() and any(sign in text for sign in (":", "/", "."))

    def _answered(self) -> Answers:
        who, goal, where = self._answers
        if not self._packs or self._is_address(where):
            return Answers(who, goal, where)
        return Answers(who, goal, "", self.list.current)

    def action_pick(self, by: int) -> None:
        """Another pack."""
        if self.has_class("-packs"):
            self.list.action_cursor(by)

    def action_skip(self) -> None:
        who, goal = (*self._answers, "", "")[:2]
        self.dismiss(Answers(who, goal))
