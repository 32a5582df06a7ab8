"""Every key of the table, pressed on the app: each has a test here, and what the test sees is what the key is for."""

import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from textual.binding import BindingsMap
from textual.command import CommandPalette

from v7core.models.feed import ReactionKind
from v7core.models.person import ApplicationStage
from v7core.models.sources import SourceCondition
from v7core.testing.fakes import MemorySource, MemorySources
from v7core.testing.samples import KEY, posting, postings
from v7ui import V7App
from v7ui.keys import KEYS, PLACES, bindings_for
from v7ui.screens.help import HelpScreen
from v7ui.screens.kept_searches import KeptSearches
from v7ui.screens.monitoring_settings import MonitoringSettingsView
from v7ui.widgets.line import TextLine

BY_ID = {key.id: key for key in KEYS}


@dataclass
class Case:
    """On which screen, what comes first, and what must hold after the key."""

    place: str
    holds: Any
    first: tuple[str, ...] = ()
    prepare: Any = None
    seen: dict[str, Any] = field(default_factory=dict)


def reacted(kind):
    return lambda app: list(app.room.reactions.reacted.values()) == [kind]


def placed(place):
    return lambda app: app.screen.PLACE == place


def focused_line(app):
    return isinstance(app.focused, TextLine)


def cursor(row):
    return lambda app: app.screen.list.cursor == row


def said(words):
    return lambda app: words in app.screen.status.text


def settings(**wanted):
    return lambda app: all(getattr(app.room.settings, name) == value for name, value in wanted.items())


def stage(wanted):
    return lambda app: app.screen.list.current.stage is wanted


async def one_saved(app):
    await app.room.ports.saved.move(posting(1).id, ApplicationStage.APPLIED)


def waits_for_undo(app):
    return not app.room.reactions.reacted and "Undone" in app.screen.status.text


CASES = {
    "app.deck": Case("live", placed("deck")),
    "app.search": Case("deck", placed("search")),
    "app.live": Case("deck", placed("live")),
    "app.sources": Case("deck", placed("sources")),
    "app.saved": Case("deck", placed("saved")),
    "app.settings": Case("deck", placed("settings")),
    "app.help": Case("deck", lambda app: isinstance(app.screen, HelpScreen)),
    "app.palette": Case("deck", lambda app: isinstance(app.screen, CommandPalette)),
    "app.poll": Case("deck", said("Polled 1 source")),
    "app.shot": Case("deck", lambda app: [path.suffix for path in Path.cwd().iterdir()] == [".svg"]),
    "app.suspend": Case("deck", lambda app: app.signals == [signal.SIGTSTP]),
    "app.quit": Case("deck", lambda app: app.return_code == 0),
    "list.down": Case("deck", cursor(1)),
    "list.up": Case("deck", cursor(0), first=("j",)),
    "list.page_down": Case("deck", lambda app: app.screen.list.cursor > 3),
    "list.page_up": Case("deck", cursor(0), first=("j", "j")),
    "list.first": Case("deck", cursor(0), first=("j", "j")),
    "list.last": Case("deck", cursor(11)),
    "list.choose": Case("deck", lambda app: app.screen.has_class("-reading")),
    "deck.interested": Case("deck", reacted(ReactionKind.INTERESTED)),
    "deck.pass": Case("deck", reacted(ReactionKind.PASS)),
    "deck.applied": Case("deck", reacted(ReactionKind.APPLIED)),
    "deck.save": Case("deck", reacted(ReactionKind.SAVE)),
    "deck.undo": Case("deck", waits_for_undo, first=("i",)),
    "deck.open": Case("deck", lambda app: len(app.opened) == 1 and "Opened" in app.screen.status.text),
    "deck.why": Case("deck", lambda app: "Why this place" in app.screen.text.text),
    "deck.blend_up": Case("deck", settings(blend=0.4)),
    "deck.blend_down": Case("deck", settings(blend=0.2)),
    "deck.lens": Case("deck", lambda app: app.room.lens == "match"),
    "deck.rank": Case("deck", lambda app: len(app.screen.state.cards) == 13, prepare=lambda app: arrive(app)),
    "deck.filter": Case("deck", focused_line),
    "deck.mark": Case("deck", lambda app: len(app.screen.state.marked) == 1),
    "deck.range": Case("deck", said("Move to mark a range")),
    "deck.copy_title": Case("deck", lambda app: app.clipboard == f"{app.screen.job.title} (Acme)"),
    "deck.copy_url": Case("deck", lambda app: app.clipboard == app.screen.job.url),
    "deck.back": Case("deck", lambda app: not app.screen.state.marked, first=("m",)),
    "search.focus": Case("search", focused_line, first=("enter",)),
    "search.keep": Case("search", said("Kept: x"), first=("x", "escape")),
    "search.kept": Case(
        "search", lambda app: isinstance(app.screen, KeptSearches), first=("x", "escape"), prepare=lambda app: kept(app)
    ),
    "search.interested": Case("search", reacted(ReactionKind.INTERESTED), first=("enter",)),
    "search.pass": Case("search", reacted(ReactionKind.PASS), first=("enter",)),
    "search.save": Case("search", reacted(ReactionKind.SAVE), first=("enter",)),
    "search.applied": Case("search", reacted(ReactionKind.APPLIED), first=("enter",)),
    "search.undo": Case("search", waits_for_undo, first=("enter", "i")),
    "search.open": Case("search", lambda app: len(app.opened) == 1, first=("enter",)),
    "search.rank": Case("search", lambda app: len(app.screen.list.rows) == 12, first=("escape",)),
    "search.copy_title": Case("search", lambda app: app.clipboard == "Night Nurse 0 (Acme)", first=("enter",)),
    "search.copy_url": Case("search", lambda app: app.clipboard == posting(0).url, first=("enter",)),
    "search.back": Case("search", lambda app: app.focused is app.screen.list),
    "live.pause": Case("live", lambda app: app.screen.paused),
    "live.shorter": Case("live", lambda app: app.screen.range.label == "1H", first=("right_square_bracket",)),
    "live.longer": Case("live", lambda app: app.screen.range.label == "6H"),
    "live.slower": Case("live", settings(refresh_ms=1000), first=("plus",)),
    "live.faster": Case("live", settings(refresh_ms=500)),
    "live.expand": Case("live", lambda app: app.screen.has_class("-expanded")),
    "live.refresh": Case("live", said("Read at 09:30:00")),
    "live.copy": Case("live", lambda app: app.clipboard.startswith("thompson ")),
    "live.settings": Case("live", lambda app: isinstance(app.screen, MonitoringSettingsView)),
    "sources.add": Case("sources", focused_line),
    "sources.refresh": Case("sources", said("greenhouse:acme: ok, 2 received")),
    "sources.pause": Case("sources", lambda app: app.screen.list.current.condition is SourceCondition.PAUSED),
    "sources.remove": Case("sources", said("Press D again")),
    "sources.copy": Case("sources", lambda app: app.clipboard == str(KEY)),
    "sources.back": Case("sources", lambda app: app.focused is app.screen.list, first=("n",)),
    "saved.next": Case("saved", stage(ApplicationStage.INTERVIEW), prepare=one_saved),
    "saved.previous": Case("saved", stage(ApplicationStage.SAVED), prepare=one_saved),
    "saved.note": Case("saved", focused_line, prepare=one_saved),
    "saved.undo": Case("saved", stage(ApplicationStage.APPLIED), first=("greater_than_sign",), prepare=one_saved),
    "saved.remove": Case("saved", lambda app: not app.screen.list.rows, prepare=one_saved),
    "saved.open": Case("saved", lambda app: len(app.opened) == 1, prepare=one_saved),
    "saved.refresh": Case("saved", said("Read: 1 job"), prepare=one_saved),
    "saved.copy_title": Case("saved", lambda app: app.clipboard == "Baker 1 (Acme)", prepare=one_saved),
    "saved.copy_url": Case("saved", lambda app: app.clipboard == posting(1).url, prepare=one_saved),
    "saved.back": Case("saved", lambda app: app.focused is app.screen.list, first=("n",), prepare=one_saved),
    "settings.change": Case("settings", settings(blend=0.4), first=("j", "j")),
    "settings.change_back": Case("settings", settings(blend=0.2), first=("j", "j")),
    "settings.refresh": Case("settings", said("Read")),
    "settings.back": Case("settings", placed("deck")),
}


async def arrive(app):
    """One more job comes into the store when the deck has been ranked."""
    app.arrives = posting(12)


async def kept(app):
    from v7core.models.filters import SearchQuery

    await app.room.ports.searches.keep("x", SearchQuery(text="x"))


def test_every_key_of_the_table_has_a_case():
    """A new key needs one; an old case without a key is dead."""
    assert set(BY_ID) == set(CASES)


def test_every_other_name_of_a_key_is_bound_to_the_same_deed():
    """The tests below press the first name of each."""
    for place in (*PLACES, "list", "app"):
        bound = BindingsMap(bindings_for(place)).key_to_bindings
        for key in KEYS:
            for name in key.keys.split(",") if key.place == place else ():
                assert [(key.id, key.action)] == [(each.id, each.action) for each in bound[name]]


@pytest.mark.parametrize("id_", list(BY_ID))
async def test_a_key_does_what_it_says(id_, with_ports, until, tmp_path, monkeypatch):
    """Pressed where it works."""
    case, opened, signals = CASES[id_], [], []
    monkeypatch.chdir(tmp_path)
    sources = MemorySources([MemorySource(KEY, postings(2))])
    app = V7App(with_ports(sources=sources, open_url=opened.append), start=case.place)
    app.opened, app.signals, app.arrives = opened, signals, None
    monkeypatch.setattr(app, "action_suspend_process", lambda: signals.append(signal.SIGTSTP))
    if case.prepare is not None:
        await case.prepare(app)
    async with app.run_test(size=(100, 24), notifications=True, tooltips=True) as pilot:
        await until(pilot, lambda: app.room.ready.is_set() and app.room.sources)
        await until(pilot, lambda: settled(app))
        if app.arrives is not None:
            app.room.ports.feed._postings[app.arrives.id] = app.arrives
        if case.first:
            await pilot.press(*case.first)
        await until(pilot, lambda: settled(app) and not case.holds(app))
        await pilot.press(BY_ID[id_].keys.split(",")[0])
        await until(pilot, lambda: app._exit or case.holds(app))
        assert app._exit is (id_ == "app.quit")


def settled(app):
    """The first screen has what it shows."""
    screen = app.screen
    if screen.PLACE == "live":
        return screen.metrics is not None
    if screen.PLACE == "search":
        return not screen.workers or all(worker.is_finished for worker in screen.workers if worker.group == "search")
    return bool(screen.list.rows)
