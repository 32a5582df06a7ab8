"""What every screen of V7 has: the three lines around it, one way to ask a port, and a measured frame."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.worker import WorkType

from v7core.errors import V7Error
from v7ui.formatting import inert
from v7ui.room import Room
from v7ui.widgets.bars import KeyBar, StatusLine, TopBar
from v7ui.widgets.painted import Span

T = TypeVar("T")


def sentence(error: BaseException) -> str:
    """An error as one line for a person."""
    text = inert(str(error)) or "something went wrong"
    return text if isinstance(error, V7Error) else f"{type(error).__name__}: {text}"


class V7Screen(Screen[None]):
    """A screen over a `Room`. Ports are only ever awaited in workers, so a screen paints before anything answers."""

    PLACE: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-normal"), (120, "-wide")]  # noqa: RUF012 - Textual's own type

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.room = room
        self.bar = TopBar(room, self.PLACE)
        self.status = StatusLine()
        self.key_bar = KeyBar(room, self.PLACE)
        self.set_class(room.look.plain, "-ascii")

    def compose(self) -> ComposeResult:
        yield self.bar
        yield from self.body()
        yield self.status
        yield self.key_bar

    def body(self) -> ComposeResult:
        """What stands between the lines."""
        raise NotImplementedError

    def repaint_bars(self) -> None:
        """The room's figures have changed."""
        self.bar.repaint()
        self.key_bar.repaint()

    def on_screen_resume(self) -> None:
        self.repaint_bars()

    def on_descendant_focus(self) -> None:
        self.key_bar.repaint()

    def on_descendant_blur(self) -> None:
        self.key_bar.repaint()

    def settings_changed(self) -> None:
        """The settings are others now; what a screen shows of them follows."""

    def about(self) -> list[Span]:
        """The selection in a few sentences, for the help: what it is, and what can be done about it."""
        return []

    # --- asking ports

    def say(self, text: str, *, ink: str = "dim", aside: str = "") -> None:
        """Show one line about what just happened."""
        self.status.say(text, ink=ink, aside=aside)

    async def ask(self, question: Awaitable[T], doing: str, *, aside: str = "r Retry") -> T | None:
        """Await a port; what it raises becomes one quiet line and None.

        Whatever a port raises: the process behind it may die at any moment, and that must not end this one. `aside` is
        for what is read: a deed is tried again by its own key.
        """
        try:
            answer = await question
        except Exception as error:
            self.room.problem = sentence(error)
            self.say(f"{doing}: {self.room.problem}", ink="bad", aside=aside)
            return None
        self.room.problem = ""
        return answer

    def work(self, job: Callable[[], Coroutine[Any, Any, None]], group: str, *, exclusive: bool = True) -> None:
        """Run a coroutine of this screen in the background; a newer one of its group replaces it.

        It is made only when it starts, so one that is replaced before that leaves nothing behind.
        """

        async def started() -> None:
            await job()

        starting: WorkType[None] = started
        self.run_worker(starting, group=group, exclusive=exclusive)

    def copy(self, text: str | None, what: str) -> None:
        """Copy and show what was copied: terminals do not confirm it."""
        if not text:
            self.say(f"There is no {what} to copy")
            return
        self.app.copy_to_clipboard(inert(text))
        self.say(f"Copied {what}: {text}", ink="good")

    # --- frames

    def _on_timer_update(self) -> None:
        self.room.meter.begin()
        super()._on_timer_update()
        self.room.meter.end()


class V7Modal(ModalScreen[T]):
    """A dialogue over a screen."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self.room = room
        self.set_class(room.look.plain, "-ascii")

    def _on_timer_update(self) -> None:
        self.room.meter.begin()
        super()._on_timer_update()
        self.room.meter.end()


def focus_if(screen: Screen[Any], widget: Widget) -> None:
    """Focus a widget of the screen unless it already has it."""
    if screen.focused is not widget:
        screen.set_focus(widget)
