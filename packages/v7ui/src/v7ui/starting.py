"""From the first paint to a deck that stays fed: settings, the engine, the first start's questions, polling."""

from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import App

from v7core.errors import StorageError, StorageFault
from v7core.models.person import Settings
from v7ui.formatting import inert
from v7ui.polling import Reports, is_news, poll, summary
from v7ui.room import Room
from v7ui.screens.base import sentence
from v7ui.screens.deck import DeckScreen

if TYPE_CHECKING:
    from v7ui.screens.first_run import Answers

DUE_S: Final = 60.0
"""How often it is asked which sources are due."""


class Starting(App[None]):
    """The part of the app that works in the background; `V7App` has the screens."""

    room: Room
    _setting_out = False
    """The first start's answers are being kept: no poll may take that work's place."""

    def quiet(self, text: str, *, ink: str = "dim") -> None:
        """One line on the screen that is shown."""
        raise NotImplementedError

    def apply_settings(self) -> None:
        """Theme, motion and keys as the settings say."""
        raise NotImplementedError

    def repaint_bars(self) -> None:
        """The room's figures have changed."""
        raise NotImplementedError

    @work(group="begin", exclusive=True)
    async def _begin(self) -> None:
        """After the first paint: settings, then the engine; the deck is ranked when both are there, or failed."""
        try:
            await self._load()
            await self._warm()
        finally:
            self.room.ready.set()
            self.repaint_bars()
        if self.room.ports.due is not None:
            self.look_for_due()
            self.set_interval(DUE_S, self.look_for_due)

    async def _load(self) -> None:
        try:
            await self.room.read_settings()
        except Exception as error:
            self.quiet(f"Settings were not read: {sentence(error)}", ink="bad")
            return
        if self.room.settings == Settings():
            self._ask_first_time()
        self.apply_settings()

    async def _warm(self) -> None:
        warm = self.room.ports.warm
        if warm is None:
            return
        self._warming("starting")
        try:
            await warm(self._warming)
        except Exception as error:
            self.quiet(f"The engine is not ready: {sentence(error)}", ink="bad")
        finally:
            self.room.warming = ""

    def _warming(self, step: str) -> None:
        self.room.warming = inert(step)
        self.repaint_bars()
        if isinstance(self.screen, DeckScreen):
            self.screen.tell_warming()

    # --- the first start

    @work(group="first-run", exclusive=True)
    async def _ask_first_time(self) -> None:
        """Nobody has said anything yet, and there is nowhere to look: three questions, all optional."""
        ports = self.room.ports
        try:
            if await ports.sources.list():
                return
            packs = () if ports.packs is None else await ports.packs.packs()
        except Exception:
            return
        from v7ui.screens.first_run import FirstRun

        self.push_screen(FirstRun(self.room, packs), self._answered)

    def _answered(self, answers: "Answers | None") -> None:
        from v7ui.screens.first_run import Answers

        if answers is not None and answers != Answers():
            self._setting_out = True
            self._set_out(answers)

    @work(group="poll", exclusive=True)
    async def _set_out(self, answers: "Answers") -> None:
        from v7ui.screens.first_run import set_out

        try:
            keys = await set_out(self.room, answers, self.quiet)
            if keys:
                self._tell_polled(await poll(self.room, self.repaint_bars, keys))
        except Exception as error:
            self.quiet(f"Not all of it was kept: {sentence(error)}", ink="bad")
        finally:
            self._setting_out = False
        self._watch_sources()
        if isinstance(self.screen, DeckScreen):
            self.screen.action_rank()

    @work(group="watch", exclusive=True)
    async def _watch_sources(self) -> None:
        try:
            self.room.sources = await self.room.ports.sources.list()
        except Exception as error:
            self.room.problem = sentence(error)
            return
        self.repaint_bars()

    # --- polling

    def action_poll(self) -> None:
        """Poll every source; pressed again while that runs, stop waiting for it."""
        if self.room.polled is not None:
            self.workers.cancel_group(self, "poll")
            self.quiet("Stopped waiting; what has come in stays")
            return
        if self._setting_out:  # it polls what it adds
            return
        self.quiet("Polling every source …  R stops waiting")
        self._poll()

    @work(group="poll", exclusive=True)
    async def _poll(self) -> None:
        try:
            self._tell_polled(await poll(self.room, self.repaint_bars))
        except Exception as error:
            self.quiet(f"Polling failed: {sentence(error)}", ink="bad")
        self._watch_sources()
        if isinstance(self.screen, DeckScreen):
            self.screen.look_for_new()

    def _tell_polled(self, reports: Reports) -> None:
        text, ink = summary(reports)
        self.quiet(text, ink=ink)

    def look_for_due(self) -> None:
        """Poll what is due, unless a poll is running."""
        if self.room.polled is None and not self._setting_out:
            self._poll_due()

    @work(group="poll", exclusive=True)
    async def _poll_due(self) -> None:
        due = self.room.ports.due
        try:
            keys = () if due is None else await due()
            if not keys:
                return
            reports = await poll(self.room, self.repaint_bars, keys)
            if is_news(reports):
                self._tell_polled(reports)
        except Exception as error:
            if not (isinstance(error, StorageError) and error.kind is StorageFault.BUSY):  # another V7 has the turn
                self.quiet(f"Polling failed: {sentence(error)}", ink="bad")
            return
        self._watch_sources()
        if isinstance(self.screen, DeckScreen):
            self.screen.look_for_new() if self.screen.state.cards else self.screen.action_rank()
