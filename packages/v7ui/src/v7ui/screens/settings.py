"""Who the person is, where they want to go, and how they want it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from v7core.constants import SacredUIConstants as Budgets
from v7core.errors import InvalidValue
from v7core.filter_language import parse_filters
from v7core.models.person import Settings
from v7core.text import clean_text
from v7ui.formatting import fit
from v7ui.keys import KEYS, bindings_for, conflicts, effective, written
from v7ui.room import Room
from v7ui.screens.base import V7Screen, focus_if
from v7ui.theme import PALETTES
from v7ui.widgets.line import LONGEST, TextLine
from v7ui.widgets.lists import LineList
from v7ui.widgets.painted import Line, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One setting: how it reads, what the keys do to it, what a typed line makes of it."""

    name: str
    value: Callable[[Settings], str]
    step: Callable[[Settings, int], Settings] | None = None
    typed: Callable[[Settings, str], Settings] | None = None
    line: Callable[[Settings], str] | None = None
    """What stands on the line when typing starts; the value unless given."""
    help: str = ""


def _cycle(options: tuple[str, ...], now: str, by: int) -> str:
    return options[(options.index(now) + by) % len(options)] if now in options else options[0]


def _blend(settings: Settings, by: int) -> Settings:
    return replace(settings, blend=round(min(1.0, max(0.0, settings.blend + by / 10)), 2))


def _rate(settings: Settings, by: int) -> Settings:
    return replace(settings, refresh_ms=int(_cycle(("100", "250", "500", "1000"), str(settings.refresh_ms), by)))


def _muted(settings: Settings, text: str) -> Settings:
    names = tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))
    return replace(settings, muted_companies=names)


def _filtered(settings: Settings, text: str) -> Settings:
    parse_filters(text)
    return replace(settings, deck_filter=text)


def _rebound(id_: str) -> Callable[[Settings, str], Settings]:
    def change(settings: Settings, text: str) -> Settings:
        keys = dict(settings.keys)
        default = next(key.keys for key in KEYS if key.id == id_)
        wanted = ",".join(part.strip() for part in text.split(",") if part.strip())
        if wanted in ("", default):
            keys.pop(id_, None)
        else:
            keys[id_] = wanted
        if problems := conflicts(keys):
            raise InvalidValue(problems[0])
        return replace(settings, keys=tuple(keys.items()))

    return change


def _key_rows() -> tuple[Row, ...]:
    return tuple(
        Row(
            name=f"Key: {key.id}",
            value=lambda settings, id_=key.id: written(effective(dict(settings.keys))[id_]),  # type: ignore[misc]
            line=lambda settings, id_=key.id: effective(dict(settings.keys))[id_],  # type: ignore[misc]
            typed=_rebound(key.id),
            help=f"{key.help}. Names as Textual writes them, commas between; empty for the default",
        )
        for key in KEYS
    )


ROWS: Final = (
    Row(
        name="Who you are (Match)",
        value=lambda settings: settings.match_text or "not said yet",
        typed=lambda settings, text: replace(settings, match_text=text),
        line=lambda settings: settings.match_text,
        help="A CV pasted as text, or a few words: what fits you now",
    ),
    Row(
        name="Where you want to go (Manifest)",
        value=lambda settings: settings.manifest_text or "not said yet",
        typed=lambda settings, text: replace(settings, manifest_text=text),
        line=lambda settings: settings.manifest_text,
        help="A few words about the work you want next",
    ),
    Row(
        name="Blend",
        value=lambda settings: f"{settings.blend:.1f} ({settings.blend:.0%} Manifest)",
        step=_blend,
        help="0 ranks by what fits you now, 1 by where you want to go",
    ),
    Row(
        name="Filter of the deck",
        value=lambda settings: settings.deck_filter or "none",
        typed=_filtered,
        line=lambda settings: settings.deck_filter,
        help="What the deck is narrowed to: remote in:berlin pay:60kEUR days:7",
    ),
    Row(
        name="Muted companies",
        value=lambda settings: ", ".join(settings.muted_companies) or "none",
        typed=_muted,
        line=lambda settings: ", ".join(settings.muted_companies),
        help="Names with commas between; their jobs leave the deck",
    ),
    Row(
        name="Theme",
        value=lambda settings: settings.theme,
        step=lambda settings, by: replace(settings, theme=_cycle(tuple(PALETTES), settings.theme, by)),
        help="Dark, light, or high contrast; NO_COLOR in the environment takes all colour away",
    ),
    Row(
        name="Reduced motion",
        value=lambda settings: "on" if settings.reduced_motion else "off",
        step=lambda settings, _: replace(settings, reduced_motion=not settings.reduced_motion),
        help="No smooth scrolling, figures at most once a second",
    ),
    Row(
        name="Live refresh",
        value=lambda settings: f"{settings.refresh_ms} ms",
        step=_rate,
        help="How often the Live screen reads its figures",
    ),
    Row(
        name="Seed of the draws",
        value=lambda settings: str(settings.seed),
        typed=lambda settings, text: replace(settings, seed=_whole(text)),
        help="The same seed and the same reactions give the same deck",
    ),
    Row(
        name="Budgets",
        value=lambda _: (
            f"ranking {Budgets.max_thompson_duration_ms:g} ms, memory {Budgets.max_memory_budget_mb:g} MB, "
            f"frame {Budgets.max_ui_frame_time_ms:g} ms"
        ),
        help="Fixed: what V7 holds itself to, shown live on screen 3",
    ),
    *_key_rows(),
)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidValue(f"{text!r} is not a whole number") from None


class RowList(LineList[Row]):
    """Names and values."""

    settings: Settings

    def line(self, row: Row, index: int, width: int) -> Line:
        name_width = min(33, width // 2)
        value = fit(row.value(self.settings), width - name_width, ellipsis=self.look().glyphs.ellipsis)
        return [(fit(row.name, name_width), "dim"), (value, "foreground")]


class SettingsScreen(V7Screen):
    """Every setting a row; a change is kept at once and undone by changing it back."""

    PLACE = "settings"
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("settings")]
    CSS = """
    SettingsScreen RowList { height: 1fr; }
    #settings-line { display: none; }
    SettingsScreen.-typing #settings-line { display: block; }
    """

    class Changed(Message):
        """The settings are others now: theme, motion and keys follow."""

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.list = RowList()
        self.list.settings = room.settings
        self.line = TextLine(room.look, "Keep", id="settings-line")

    def body(self) -> ComposeResult:
        yield self.list
        yield self.line

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.settings_changed()

    def settings_changed(self) -> None:
        self.list.settings = self.room.settings
        if self.list.rows:
            self.list.redraw()
        else:
            self.list.show(ROWS)

    def about(self) -> list[Span]:
        row = self.list.current
        if row is None:
            return []
        return [(f"{row.name}: {row.value(self.room.settings)}", "foreground"), (row.help, "dim")]

    def action_again(self) -> None:
        """Read the settings."""
        self.work(self._reload, "reload")

    async def _reload(self) -> None:
        async def read() -> bool:
            await self.room.read_settings()
            return True

        if await self.ask(read(), "Settings were not read"):
            self.say("Read again")
            self.post_message(self.Changed())

    def on_line_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        if (row := self.list.current) is not None:
            does = "space changes it" if row.step else "enter types it" if row.typed else ""
            self.say(row.help, aside=does)

    def action_change(self, by: int) -> None:
        """Next or previous value; a text is typed instead."""
        row = self.list.current
        if row is not None and row.step is not None:
            self._keep(row.step(self.room.settings, by))
        elif row is not None and row.typed is not None:
            self._type(row)

    def on_line_list_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.action_change(1)

    def _type(self, row: Row) -> None:
        self.add_class("-typing")
        self.line.value = (row.line or row.value)(self.room.settings)
        focus_if(self, self.line)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        row = self.list.current
        if row is None or row.typed is None:
            return
        try:
            settings = row.typed(self.room.settings, clean_text(event.value, limit=LONGEST))
        except InvalidValue as error:
            self.say(f"Not changed: {error}", ink="bad")
            return
        self.action_back()
        self._keep(settings)

    def _keep(self, settings: Settings) -> None:
        before, self.room.settings = self.room.settings, settings
        self.settings_changed()
        self.post_message(self.Changed())
        self.work(lambda: self._save(before), "save", exclusive=False)

    async def _save(self, before: Settings) -> None:
        async def saved() -> bool:
            await self.room.keep_settings()
            return True

        if await self.ask(saved(), "Not kept, the old value is back", aside=""):
            self.say("Kept", ink="good")
        else:
            self.room.settings = before
            self.post_message(self.Changed())

    def action_back(self) -> None:
        if self.has_class("-typing"):
            self.remove_class("-typing")
            focus_if(self, self.list)
        else:
            self.app.post_message(GoTo("deck"))


class GoTo(Message):
    """The person is done here and goes elsewhere."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
