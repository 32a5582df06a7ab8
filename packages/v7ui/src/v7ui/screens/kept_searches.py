"""Searches the person keeps, each with how many jobs came in since it was last looked at."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from v7core.models.filters import SavedSearch
from v7ui.formatting import ago, fit
from v7ui.room import Room
from v7ui.screens.base import V7Modal, sentence
from v7ui.widgets.bars import StatusLine
from v7ui.widgets.lists import LineList
from v7ui.widgets.painted import Line


class SearchList(LineList[SavedSearch]):
    """What is new, the line, when it was looked at."""

    def __init__(self, room: Room) -> None:
        super().__init__(empty="No search is kept.")
        self._room = room

    def line(self, row: SavedSearch, index: int, width: int) -> Line:
        looked = f"looked at {ago(row.looked_at, self._room.ports.clock.now())}"
        new = f"{row.new} new" if row.new else "nothing new"
        text = fit(row.text, max(1, width - 13 - len(looked) - 1), ellipsis=self.look().glyphs.ellipsis)
        return [(f" {new:<12}", "good" if row.new else "dim"), (text, "foreground"), (f" {looked}", "dim")]


class KeptSearches(V7Modal[SavedSearch]):
    """Enter answers with a search, D forgets one, esc leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,F", "dismiss", "Close", show=False),
        Binding("D", "drop", "Forget", show=False),
    ]
    CSS = """
    KeptSearches { align: center middle; }
    KeptSearches SearchList { width: 90%; max-width: 100; height: 12; background: $panel; padding: 1 1 0 1; }
    KeptSearches StatusLine { width: 90%; max-width: 100; background: $panel; }
    """

    def __init__(self, room: Room, kept: Sequence[SavedSearch]) -> None:
        super().__init__(room)
        self._kept = tuple(kept)
        self.list = SearchList(room)
        self.status = StatusLine()

    def compose(self) -> ComposeResult:
        yield self.list
        yield self.status

    def on_mount(self) -> None:
        self.list.show(self._kept)
        self.list.focus()
        self.status.say("enter runs it, D forgets it, esc closes")

    def on_line_list_chosen(self, event: SearchList.Chosen) -> None:
        event.stop()
        self.dismiss(self.list.current)

    def action_drop(self) -> None:
        """Forget the search under the cursor."""
        if (search := self.list.current) is not None:
            self.run_worker(self._drop(search), group="drop")

    async def _drop(self, search: SavedSearch) -> None:
        try:
            await self.room.ports.searches.drop(search.text)
            kept = await self.room.ports.searches.list()
        except Exception as error:
            self.status.say(f"Not forgotten: {sentence(error)}", ink="bad")
            return
        self.list.show(kept)
        self.status.say(f"Forgotten: {search.text}. Typing it and pressing f keeps it again", ink="good")
