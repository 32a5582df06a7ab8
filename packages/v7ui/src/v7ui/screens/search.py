"""Search over every stored posting: words and typed filters on one line, searches kept by a key."""

from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.timer import Timer
from textual.widgets import Input

from v7core.errors import InvalidValue
from v7core.filter_language import FILTER_HELP, parse_filters, spell_filters
from v7core.models.feed import ReactionKind
from v7core.models.filters import SavedSearch, SearchQuery
from v7core.models.jobs import JobPosting
from v7core.text import clean_text
from v7ui.formatting import plural
from v7ui.keys import bindings_for
from v7ui.reactions import Taken, deed
from v7ui.room import Room
from v7ui.screens.base import focus_if, sentence
from v7ui.screens.jobs import JobScreen
from v7ui.screens.kept_searches import KeptSearches
from v7ui.widgets.cards_list import HitList
from v7ui.widgets.line import TextLine
from v7ui.widgets.painted import Span
from v7ui.widgets.rule import Rule

LIMIT = 500
_TYPING_S = 0.2
"""A pause in typing this long starts the search."""


class SearchScreen(JobScreen[HitList]):
    """A line, what it found, and the posting under the cursor."""

    PLACE = "search"
    AUTO_FOCUS = "TextLine"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("search")]
    CSS = """
    #search { layout: grid; grid-size: 1 2; grid-rows: 2fr 3fr; height: 1fr; }
    #search-list { layout: vertical; }
    #search-list HitList { height: 1fr; }
    #search-detail { layout: vertical; }
    #search-detail TextPane { height: 1fr; margin-top: 1; }
    SearchScreen.-wide #search { grid-size: 2 1; grid-columns: 55fr 45fr; grid-rows: 1fr; }
    SearchScreen.-wide #search-detail { border-left: solid $border-blurred; }
    SearchScreen.-reading #search { grid-size: 1 1; grid-rows: 1fr; grid-columns: 1fr; }
    SearchScreen.-reading #search-list { display: none; }
    """

    def __init__(self, room: Room) -> None:
        super().__init__(room, HitList(empty="Type what you look for, or press enter for the newest."))
        self.line = TextLine(room.look, "Find", placeholder=FILTER_HELP, id="search-line")
        self.kept: tuple[SavedSearch, ...] = ()
        self._found = ""
        self.list.reacted = room.reactions.reacted
        self.list.now = room.ports.clock.now()
        self.rule = Rule()
        self._typing: Timer | None = None

    def body(self) -> ComposeResult:
        yield self.line
        with Container(id="search"):
            with Container(id="search-list"):
                yield self.list
                yield self.rule
            with Container(id="search-detail"):
                yield self.head
                yield self.text

    def on_mount(self) -> None:
        if self.room.left.search:
            self.line.value = self.room.left.search  # not earlier: an input takes a value only on a screen
            self._search_now()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.list.redraw()
        self.work(self._read_kept, "searches")

    # --- searching

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(_TYPING_S, self._search_now)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._search_now()
        focus_if(self, self.list)

    def action_again(self) -> None:
        """Search again."""
        self._search_now()

    def _search_now(self) -> None:
        if self._typing is not None:
            self._typing.stop()
        text = clean_text(self.line.value)
        try:
            query = self._query(text)
        except InvalidValue as error:
            self.say(str(error), ink="bad")
            return
        self.room.left.search = text
        self.work(lambda: self._search(query), "search")

    @staticmethod
    def _query(text: str) -> SearchQuery:
        words, filters = parse_filters(text)
        return SearchQuery(text=words, filters=filters, limit=LIMIT)

    async def _search(self, query: SearchQuery) -> None:
        hits = await self.ask(self.room.ports.search.search(query), "The search failed")
        if hits is None:
            self.list.show((), empty=f"No result: {self.room.problem}. Press r to try again.")
            return
        self.say("")
        self.list.now = self.room.ports.clock.now()
        self.list.show(hits, cursor=0, empty="Nothing found. Fewer words, or esc to clear the line.")
        more = " or more: narrow it down" if len(hits) == query.limit else ""
        silent = sum(bool(query.filters.unsaid(hit.job, self.list.now)) for hit in hits)
        kept = f" {self.room.look.glyphs.dot} {silent} kept though unknown: strict drops them" if silent else ""
        self._found = f"{plural(len(hits), 'job')}{more}{kept}"
        self._tell_rule()

    # --- kept searches

    def action_keep(self) -> None:
        """Keep the search that stands on the line."""
        text = clean_text(self.line.value)
        if not text:
            self.say("Type a search first; f then keeps it")
            return
        try:
            query = self._query(text)
        except InvalidValue as error:
            self.say(str(error), ink="bad")
            return
        self.work(lambda: self._keep_search(text, query), "keep", exclusive=False)

    async def _keep_search(self, text: str, query: SearchQuery) -> None:
        known = {search.text for search in self.kept}
        if await self.ask(self.room.ports.searches.keep(text, query), "Not kept", aside="") is None:
            return
        await self._read_kept()
        word = "Already kept" if text in known else "Kept"
        self.say(f"{word}: {text}. F shows kept searches and what is new in them", ink="good")

    async def _read_kept(self) -> None:
        found = await self.ask(self.room.ports.searches.list(), "Kept searches were not read")
        if found is not None:
            self.kept = found
            self._tell_rule()

    def action_kept(self) -> None:
        """Choose among the kept searches."""
        self.work(self._choose_kept, "choose")

    async def _choose_kept(self) -> None:
        await self._read_kept()
        if not self.kept:
            self.say("No search is kept yet: type one, then f keeps it")
            return
        self.app.push_screen(KeptSearches(self.room, self.kept), self._chosen)

    def _chosen(self, search: SavedSearch | None) -> None:
        if search is None:
            self.work(self._read_kept, "searches")
            return
        try:
            self.line.value = self._line_of(search)
        except InvalidValue as error:
            self.say(f"{search.text}: {error}", ink="bad")
            return
        self._search_now()
        focus_if(self, self.list)
        self.work(lambda: self._look(search), "keep", exclusive=False)

    @staticmethod
    def _line_of(search: SavedSearch) -> str:
        """The line it was kept under; where that is only a name, as a command may give, a line that asks the same."""
        words, filters = search.query.text, search.query.filters
        with suppress(InvalidValue):
            if parse_filters(search.text) == (words, filters):
                return search.text
        return spell_filters(words, filters)

    async def _look(self, search: SavedSearch) -> None:
        if await self.ask(self.room.ports.searches.look(search.text), "The look was not noted", aside="") is not None:
            await self._read_kept()

    def _tell_rule(self) -> None:
        fresh = sum(search.new for search in self.kept)
        kept = f"{len(self.kept)} kept" + (f", {fresh} new: F" if fresh else "") if self.kept else ""
        self.rule.show(self._found, kept)

    # --- the job under the cursor

    def on_line_list_moved(self, event: HitList.Moved) -> None:
        event.stop()
        self.head.show(self.job, self.list.now)
        self.settle()
        if self.list.current is None:
            self.text.show(())

    def show_posting(self, posting: JobPosting) -> None:
        hit = self.list.current
        snippet = hit.snippet if hit else ""
        found = [(snippet, "match"), ("", "text")] if snippet else []
        self.text.show([*found, (posting.text or "The source gives no description.", "foreground")])

    def on_line_list_chosen(self, event: HitList.Chosen) -> None:
        event.stop()
        self.read_on_whole_screen()

    # --- reactions

    def action_react(self, kind: str) -> None:
        """React to the job under the cursor; it stays in the list, with a word beside it."""
        if (job := self.job) is None:
            self.no_job()
            return
        taken = self.room.reactions.begin([job], ReactionKind(kind))
        self.list.redraw((self.list.cursor,))
        self.list.action_cursor(1)
        self.say(deed(taken), ink="good", aside="u Undo")
        self.work(lambda: self._keep(taken), "reactions", exclusive=False)

    async def _keep(self, taken: Taken) -> None:
        try:
            await self.room.reactions.keep(taken)
        except Exception as error:
            self.list.redraw()
            self.say(f"Not kept: {sentence(error)}", ink="bad")

    def show_again(self) -> None:
        self.list.redraw()

    # --- the rest

    def about(self) -> list[Span]:
        job = self.job
        title = "No job selected" if job is None else f"{job.title} ({job.company})"
        return [(title, "foreground"), (f"The line takes: {FILTER_HELP}", "dim")]

    def action_focus_words(self) -> None:
        self.remove_class("-reading")
        focus_if(self, self.line)

    def action_back(self) -> None:
        """Out of the reading or the line; on the list, clear the search."""
        if self.has_class("-reading") or self.focused is self.line:
            self.remove_class("-reading")
            focus_if(self, self.list)
        else:
            self.line.value = ""
            focus_if(self, self.line)
