"""The person's sources: how each stands, and what to do about it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input

from v7core.models.sources import Recognised, SourceCondition, SourceKey, SourceState
from v7core.text import clean_text
from v7ui.formatting import ago, duration, fit, percent, plural
from v7ui.keys import bindings_for
from v7ui.room import Room
from v7ui.screens.base import V7Screen, focus_if
from v7ui.screens.outcomes import MEANING
from v7ui.theme import CONDITION_INK
from v7ui.widgets.health import HealthStatusView, next_try
from v7ui.widgets.line import TextLine
from v7ui.widgets.live import SourcesHead
from v7ui.widgets.painted import Line, Painted, Span


class SourceDetail(Painted):
    """One source in full."""

    DEFAULT_CSS = "SourceDetail { height: 6; padding: 0 1; border-top: solid $border-blurred; }"

    def __init__(self, room: Room) -> None:
        super().__init__()
        self._room = room
        self._state: SourceState | None = None

    def show(self, state: SourceState | None) -> None:
        """Another source."""
        self._state = state
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        state = self._state
        if state is None:
            return [[("n", "key"), (" adds a source: a careers page, a feed, or board:name", "dim")]]
        glyphs, now = self.look().glyphs, self._room.ports.clock.now()
        last = f"last poll {ago(state.last_poll, now)}" if state.last_poll else "never polled"
        good = f"last success {ago(state.last_success, now)}" if state.last_success else "no success yet"
        outcome = state.outcome.value if state.outcome else ""
        words = (
            f"{state.condition.value}: {outcome}"
            if outcome not in ("", state.condition.value)
            else state.condition.value
        )
        figures = f" {glyphs.dot} ".join(
            (
                plural(state.open_jobs, "open job"),
                f"{state.skipped} left out",
                f"p95 {duration(state.latency_ms)}",
                f"errors {percent(state.error_rate)}",
            )
        )
        rows: list[tuple[str, str]] = [
            (f"{state.name}  {state.key}", "title"),
            (f"{glyphs.condition[state.condition]} {words}", CONDITION_INK[state.condition]),
            (state.reason or "nothing wrong", "foreground"),
            (f"{last} {glyphs.dot} {good} {glyphs.dot} next {next_try(state, now)}", "dim"),
            (figures, "dim"),
        ]
        return [[(fit(text, width, ellipsis=glyphs.ellipsis), ink)] for text, ink in rows]


class SourcesScreen(V7Screen):
    """List, detail, and a line to add by."""

    PLACE = "sources"
    AUTO_FOCUS = "HealthStatusView"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("sources")]
    CSS = """
    #sources { height: 1fr; layout: vertical; }
    #sources HealthStatusView { height: 1fr; }
    #sources-line { display: none; }
    SourcesScreen.-adding #sources-line { display: block; }
    """

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.list = HealthStatusView(empty="Reading sources …")
        self.list.now = room.ports.clock.now()
        self.head = SourcesHead(self.list)
        self.detail = SourceDetail(room)
        self.line = TextLine(room.look, "Look it up", placeholder="https://… or greenhouse:name", id="sources-line")
        self._removing: SourceKey | None = None
        self._found: Recognised | None = None
        """Recognised and shown; enter adds it."""

    def body(self) -> ComposeResult:
        with Container(id="sources"):
            yield self.head
            yield self.list
            yield self.detail
        yield self.line

    def on_mount(self) -> None:
        self.reload()
        self.set_interval(2.0, self.reload)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.reload()

    def reload(self) -> None:
        """Read the list again when the screen is looked at; the cursor stays on its source."""
        if self.is_current or not self.list.rows:
            self.work(self._reload, "reload")

    async def _reload(self, stay_on: SourceKey | None = None) -> None:
        sources = await self.ask(self.room.ports.sources.list(), "Sources were not read")
        if sources is None:
            self.list.show(self.list.rows, empty=f"No list: {self.room.problem}. Press r to try again.")
            return
        key = stay_on or (self.list.current.key if self.list.current else None)
        self.room.sources = sources
        self.list.now = self.room.ports.clock.now()
        cursor = next((i for i, state in enumerate(sources) if state.key == key), None)
        if tuple(self.list.rows) != sources or not sources or stay_on is not None:
            self.list.show(sources, cursor=cursor, empty="No sources yet. Press n and paste an address.")
        self.head.show(*self.room.healthy(), len(sources))
        self.repaint_bars()

    def on_line_list_moved(self, event: HealthStatusView.Moved) -> None:
        event.stop()
        state = self.list.current
        if state is None or state.key != self._removing:
            self._removing = None
        self.detail.show(state)

    def about(self) -> list[Span]:
        state = self.list.current
        if state is None:
            return [("No source yet. A source is a company's board or a feed that V7 reads for you.", "dim")]
        meaning = MEANING[state.outcome] if state.outcome else "It has not been polled yet. r polls it now."
        return [(f"{state.name}: {state.condition.value}", "foreground"), (meaning, "dim")]

    # --- adding

    def action_add(self) -> None:
        self.add_class("-adding")
        self.line.value = ""
        focus_if(self, self.line)
        self.say("Paste the address of a careers page or a feed, then enter; esc leaves")

    def action_back(self) -> None:
        """Out of the line; what is being looked up or polled is no longer waited for."""
        waiting = [worker for worker in self.workers if worker.node is self and worker.group in ("add", "poll-one")]
        for worker in waiting:
            worker.cancel()
        self.say("Stopped waiting" if waiting else "")
        self._leave_line()

    def _leave_line(self) -> None:
        self.remove_class("-adding")
        self._removing = None
        self._find(None)
        focus_if(self, self.list)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        address, found = clean_text(event.value, limit=2_000), self._found
        if found is not None:
            self._find(None)
            self.work(lambda: self._add_found(found), "add")
        elif address:
            self.say("Looking …  esc stops")
            self.work(lambda: self._add(address), "add")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._found is not None:  # it belongs to the address that was typed
            self._find(None)
            self.say("")

    def _find(self, found: Recognised | None) -> None:
        """Enter adds this, or looks up what is typed."""
        self._found = found
        self.line.does = "Look it up" if found is None else "Add it"
        self.key_bar.repaint()

    async def _add(self, address: str) -> None:
        found = await self.ask(self.room.ports.sources.recognise(address), "Not added", aside="")
        if found is None:
            return
        if any(state.key == found.key for state in self.list.rows):
            self._leave_line()
            await self._reload(stay_on=found.key)
            self.say(f"{found.name} is there already")
            return
        self._find(found)
        self.say(f"Found {found.name}: {found.key} ({found.how})", ink="good")

    async def _add_found(self, found: Recognised) -> None:
        state = await self.ask(self.room.ports.sources.add(found.key), "Not added", aside="")
        if state is None:
            return
        self._leave_line()
        await self._reload(stay_on=state.key)
        self.say(f"Added {found.name} ({found.how}); polling it …", ink="good", aside="esc Stop waiting")
        await self._poll(state.key)

    # --- one source

    def action_refresh_one(self) -> None:
        state = self.list.current
        if state is None:
            self.reload()
            return
        if state.condition is SourceCondition.PAUSED:
            self.say(f"{state.name} is paused; p goes on with it")
            return
        self.say(f"Polling {state.name} …", aside="esc Stop waiting")
        self.work(lambda: self._poll(state.key), "poll-one", exclusive=False)

    async def _poll(self, key: SourceKey) -> None:
        reports = await self.ask(self.room.ports.sources.refresh([key]), "Polling failed")
        if reports is None:
            return
        await self._reload(stay_on=self.list.current.key if self.list.current else key)
        for report in reports:
            sound = report.outcome.sound
            text = f"{report.key}: {report.outcome.value}, {report.received} received, {report.new} new"
            self.say(f"{text}. {report.reason}" if report.reason else text, ink="good" if sound else "bad")

    def action_pause(self) -> None:
        if (state := self.list.current) is not None:
            self.work(lambda: self._pause(state), "pause", exclusive=False)

    async def _pause(self, state: SourceState) -> None:
        pausing = state.condition is not SourceCondition.PAUSED
        after = await self.ask(self.room.ports.sources.pause(state.key, paused=pausing), "Not changed", aside="")
        if after is not None:
            await self._reload(stay_on=state.key)
            self.say(f"{state.name} is paused" if pausing else f"{state.name} goes on", ink="good")

    def action_remove(self) -> None:
        state = self.list.current
        if state is None:
            return
        if self._removing != state.key:
            self._removing = state.key
            self.say("Press D again to remove it; its jobs stay until they are closed", ink="warn")
            return
        self._removing = None
        self.work(lambda: self._remove(state), "remove", exclusive=False)

    async def _remove(self, state: SourceState) -> None:
        async def removed() -> bool:
            await self.room.ports.sources.remove(state.key)
            return True

        if await self.ask(removed(), "Not removed", aside=""):
            await self._reload()
            self.say(f"Removed {state.name}. n adds it again: {state.key}", ink="good")

    def action_copy(self) -> None:
        self.copy(str(self.list.current.key) if self.list.current else None, "key")
