"""The terminal: screens over ports. It knows no service, engine or database."""

import gc
from datetime import UTC
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from rich.console import RenderableType
from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.screen import Screen

from v7core.errors import InvalidValue
from v7ui.formatting import inert
from v7ui.keys import bindings_for
from v7ui.look import Look, look_from
from v7ui.palette import Actions
from v7ui.ports import Ports
from v7ui.remember import remember
from v7ui.room import Room, make_room
from v7ui.screens.base import V7Screen
from v7ui.screens.toosmall import MIN_HEIGHT, MIN_WIDTH, TooSmall
from v7ui.starting import Starting
from v7ui.terminal import end_on_signals, report_of, unbroken, write_report
from v7ui.theme import PALETTES, THEMES
from v7ui.widgets.bars import TopBar

if TYPE_CHECKING:
    from v7ui.screens.settings import GoTo, SettingsScreen

SCREENS: Final[dict[str, str]] = {
    "deck": "deck:DeckScreen",
    "search": "search:SearchScreen",
    "live": "monitoring:ProductionMonitoringView",
    "sources": "sources:SourcesScreen",
    "saved": "saved:SavedScreen",
    "settings": "settings:SettingsScreen",
}
"""Each screen, and the module of `v7ui.screens` and the class there that it is; it loads when it is first shown."""


def _made(place: str, room: Room) -> V7Screen:
    module, _, name = SCREENS[place].partition(":")
    screen: V7Screen = getattr(import_module(f"v7ui.screens.{module}"), name)(room)
    return screen


class V7App(Starting):
    """V7 in a terminal.

    Args:
        ports: What the screens read and write.
        banner: A word such as "DEMO", shown on every screen.
        start: The first screen: a key of `SCREENS`; the one that was left unless given.
        look: How to draw; read from the environment unless given.

    Raises:
        InvalidValue: there is no screen `start`.
    """

    TITLE = "V7"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {Actions}  # noqa: RUF012 - Textual's own type
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("app")]
    CSS = """
    Screen {
        background: $background;
        scrollbar-color: $border-blurred; scrollbar-color-hover: $foreground; scrollbar-color-active: $foreground;
        scrollbar-background: $background; scrollbar-background-hover: $background;
        scrollbar-background-active: $background; scrollbar-corner-color: $background;
    }
    V7Modal { background: $background 70%; }
    * { scrollbar-color: $border-blurred; scrollbar-color-hover: $foreground; scrollbar-color-active: $foreground;
        scrollbar-background: $background; scrollbar-background-hover: $background;
        scrollbar-background-active: $background; }
    .-ascii LineList, .-ascii TextPane { scrollbar-size-vertical: 0; }
    .-ascii Card { border: ascii $border-blurred; }
    .-ascii SourceDetail { border-top: ascii $border-blurred; }
    .-ascii #deck-detail, .-ascii #search-detail { border-left: none; }
    """

    def __init__(self, ports: Ports, *, banner: str = "", start: str | None = None, look: Look | None = None) -> None:
        if start is not None and start not in SCREENS:
            raise InvalidValue(f"no screen {start!r}; there are {', '.join(SCREENS)}")
        super().__init__()
        self.driver_class = unbroken(self.driver_class)
        self.look = look or look_from()
        self.room = make_room(ports, look=self.look, banner=inert(banner), ready=False)
        self._start = start or (self.room.left.place if self.room.left.place in SCREENS else "deck")
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "v7-dark"
        if not self.look.motion:
            self.animation_level = "none"
        for place in SCREENS:
            # The first screen is Textual's own first mode, so that nothing else is painted before it; `add_mode`
            # takes no name of that kind.
            self._modes[self.DEFAULT_MODE if place == self._start else place] = partial(_made, place, self.room)

    def on_mount(self) -> None:
        if not self.is_headless:
            end_on_signals(self)
        # The terminal was somebody else's meanwhile, and Textual paints only what changed.
        self.app_resume_signal.subscribe(self, lambda _: self._paint_whole())
        self.call_after_refresh(self._begin)
        self._watch_sources()
        self.set_interval(5.0, self._watch_sources)
        # Everything alive now lives as long as the app: keeping the collector away from it takes its pauses out of
        # frames (p99 43 -> 10 ms).
        self.set_timer(1.5, self._freeze)

    def on_unmount(self) -> None:
        self._remember()

    def _freeze(self) -> None:
        if not self.is_headless:
            gc.collect()
            gc.freeze()
            gc.enable()  # whoever started the app may have kept the collector out of the start

    def _remember(self) -> None:
        try:
            remember(self.room.ports.state_file, self.room.left)
        except OSError as error:
            self.quiet(f"Where you are was not noted: {error}")

    def _fatal_error(self) -> None:
        """Instead of Textual's own traceback, which shows the values of variables."""
        error, kept = self._exception, self.room.ports.state_file
        if error is not None:
            where = write_report(kept and kept.with_name("crash.txt"), report_of(error, self.room.ports.clock.now()))
            self._exit_renderables.append(Text(where))
        self._close_messages_no_wait()

    # --- settings and figures, for every screen

    def apply_settings(self) -> None:
        """Theme, motion and keys as the settings say."""
        settings = self.room.settings
        if settings.theme in PALETTES:
            self.theme = settings.theme
        self.animation_level = "none" if settings.reduced_motion or not self.look.motion else "full"
        self.set_keymap(dict(settings.keys))
        self.repaint_bars()
        for screen in self.screen_stack:
            if isinstance(screen, V7Screen) and screen.is_mounted:
                screen.settings_changed()

    def repaint_bars(self) -> None:
        """The room's figures have changed."""
        for screen in self.screen_stack:
            if isinstance(screen, V7Screen) and screen.is_mounted:
                screen.repaint_bars()

    # --- telling

    def tell(self, text: str) -> None:
        """Show an event of the world outside, such as "the background process was restarted"."""
        line = inert(text)
        self.room.told.appendleft(f"{self.room.ports.clock.now().astimezone(UTC):%H:%M:%S} {line}")
        self.quiet(line)
        self.notify(line, markup=False, timeout=6)

    def quiet(self, text: str, *, ink: str = "dim") -> None:
        """One line on the screen that is shown."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, V7Screen):
                screen.say(text, ink=ink)
                return

    # --- screens

    def action_show(self, place: str) -> None:
        """Go to a screen; its state is as it was left."""
        mode = self.DEFAULT_MODE if place == self._start else place
        if self.current_mode != mode:
            self.switch_mode(mode)
        self.room.left.place = place
        self._remember()

    def action_help(self) -> None:
        """Keys and signs of the screen that is shown."""
        from v7ui.screens.help import HelpScreen

        if isinstance(self.screen, V7Screen):
            self.push_screen(HelpScreen(self.room, self.screen.PLACE, self.screen.about()))

    def on_go_to(self, event: "GoTo") -> None:
        self.action_show(event.place)

    def on_settings_screen_changed(self, event: "SettingsScreen.Changed") -> None:
        self.apply_settings()

    def on_top_bar_picked(self, event: TopBar.Picked) -> None:
        self.action_show(event.place)

    def on_resize(self, event: events.Resize) -> None:
        small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        if small and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())
        elif not small and isinstance(self.screen, TooSmall):
            self.pop_screen()
        self.call_after_refresh(self._paint_whole)  # a terminal that was resized may have lost any part of it

    def _paint_whole(self) -> None:
        self.screen.refresh()

    # --- pictures and frames

    def action_shot(self) -> None:
        """Write a picture of the screen."""
        name = f"v7-{self._place()}-{self.room.ports.clock.now():%Y%m%d-%H%M%S}.svg"
        try:
            path = self.save_screenshot(name, path=str(Path.cwd()))
        except OSError as error:
            self.quiet(f"No picture: {error}", ink="bad")
            return
        self.quiet(f"Picture: {path}", ink="good")

    def _place(self) -> str:
        return self.screen.PLACE if isinstance(self.screen, V7Screen) else "dialogue"

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        self.room.meter.painted = True
        super()._display(screen, renderable)
