"""Text from strangers is only ever text: on every screen, in every widget, and in the code itself."""

import ast
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.style import Style

import v7ui
from v7core.errors import NotFound
from v7core.models.dashboard import (
    AlertSeverity,
    AlertType,
    DashboardAlert,
    EventType,
    SystemEvent,
    SystemHealthData,
    SystemStatus,
)
from v7core.models.filters import SearchQuery
from v7core.models.person import ApplicationStage, Settings
from v7core.models.sources import Recognised, SourceCondition, SourceKey, SourceState, StarterPack
from v7core.testing.fakes import (
    MemoryFeed,
    MemoryPacks,
    MemorySaved,
    MemorySearch,
    MemorySearches,
    MemorySettings,
    MemorySources,
)
from v7core.testing.samples import NOW, posting
from v7core.text import clean_text
from v7ui import V7App
from v7ui.screens.first_run import FirstRun
from v7ui.theme import inks
from v7ui.widgets.painted import strip_of

sys.path.insert(0, str(Path(__file__).parent))
from markup_lint import risks

MARKUP = (
    "Dev [/]",
    "[/foo]",
    "Dev [/",
    "Salary [from=50k to=60k]",
    "C++ [Remote] Engineer",
    "[@click=app.quit]Apply[/]",
    "[bold red]x[/bold red]",
    "$v {x} %s \\[",
)
CODES = (
    "\x1b[>0q",
    "\x1b]52;c;aGk=\x07",
    "\x1b]0;title\x07",
    "a\x9b31mb",
    "x\u202ey",
    "nul\x00",
    "z\u200d\ufe0f",
    "\x1b[2J",
)
HOSTILE = (*MARKUP, *CODES)


class HostileSources(MemorySources):
    """Every name and reason is hostile, and so is what is recognised and why not."""

    def __init__(self):
        super().__init__()
        for number, text in enumerate(HOSTILE):
            key = SourceKey(source="feed", board=f"x{number} {text}")
            self._states[key] = SourceState(
                key=key, name=text or "x", condition=SourceCondition.DEGRADED, reason=f"{text} {text}", open_jobs=1
            )

    async def recognise(self, address):
        if address == "none":
            raise NotFound("".join(HOSTILE))
        return Recognised(key=SourceKey(source="feed", board=HOSTILE[0]), name=HOSTILE[2], how=HOSTILE[4])


@pytest.fixture
async def hostile(with_ports, ports):
    """Ports where whatever a stranger can write is hostile."""
    sample = [
        posting(n, title=shown, company=shown, text=f"{shown}\n{shown}", locations=(shown,), tags=(shown,))
        for n, shown in enumerate(clean_text(text) or "empty" for text in HOSTILE)
    ]
    saved, searches = MemorySaved(sample), MemorySearches(sample)
    for n, text in enumerate(HOSTILE):
        await saved.move(sample[n].id, list(ApplicationStage)[n % 5], note=text)
    for text in MARKUP:
        await searches.keep(text, SearchQuery(text=text))
    alerts = [
        DashboardAlert(type=AlertType.API, severity=AlertSeverity.ERROR, title=text, message=text, timestamp=NOW)
        for text in HOSTILE
    ]
    events = [
        SystemEvent(timestamp=NOW - timedelta(seconds=n), type=EventType.API_FAILURE, description=text)
        for n, text in enumerate(HOSTILE)
    ]
    ports.dashboard.health = SystemHealthData(
        overall_status=SystemStatus.WARNING, active_alerts=tuple(alerts[:4]), recent_events=tuple(events)
    )
    settings = Settings(match_text=" ".join(HOSTILE), manifest_text=MARKUP[0], muted_companies=MARKUP)
    return with_ports(
        feed=MemoryFeed(sample),
        search=MemorySearch(sample),
        searches=searches,
        sources=HostileSources(),
        saved=saved,
        settings=MemorySettings(settings),
    )


def harmless(app):
    """Nobody reacted, nothing was copied, nothing was asked to end."""
    assert [] == app.room.ports.feed._log._events
    assert "" == app.clipboard
    assert app.is_running


@pytest.mark.parametrize(
    ("place", "keys", "shown"),
    [
        ("deck", ("w", "w", "enter", "escape"), MARKUP),
        ("search", ("enter", "j", "F", "j", "escape"), MARKUP),
        ("live", ("e", "e", "t", "escape"), (*MARKUP[:3], *MARKUP[5:7])),
        ("sources", ("j", "j", "n", *"none", "enter", "escape", "n", *"any", "enter", "escape"), MARKUP[1:]),
        ("saved", ("j", "j"), MARKUP),
        ("settings", (), MARKUP[:1]),
    ],
)
async def test_every_screen_shows_it_letter_by_letter(hostile, until, capture, place, keys, shown):
    """Brackets are brackets, codes are gone, no key was pressed; the help, the palette, the line and a toast too."""
    app = V7App(hostile, banner=MARKUP[0], start=place)
    async with app.run_test(size=(160, 60), notifications=True, tooltips=True) as pilot:
        await until(pilot, lambda: app.screen.list.rows or place == "search" if place != "live" else app.screen.metrics)
        for text in (*MARKUP[:2], *CODES[:2]):
            app.tell(text)
        seen = ""
        for key in (*keys, "question_mark", "escape", "colon", "escape"):
            await pilot.press(key)
            await pilot.pause(0.05)
            seen += capture(app)
        await pilot.pause(0.3)
        seen += capture(app)
        for text in shown:
            assert text in seen, text
        harmless(app)


async def test_the_first_start_shows_packs_as_text(with_ports, until, capture):
    """A pack's name is a stranger's word too."""
    packs = MemoryPacks([StarterPack(name=text, sources=()) for text in HOSTILE])
    app = V7App(with_ports(settings=MemorySettings(Settings()), packs=packs))
    async with app.run_test(size=(100, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstRun))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: MARKUP[0] in capture(app))
        seen = capture(app)
        for _ in MARKUP:
            await pilot.press("down")
            await pilot.pause()
            seen += capture(app)
        for text in MARKUP:
            assert text in seen
        harmless(app)


async def test_what_is_pasted_is_one_clean_line(hostile, until):
    """A pasted CV arrives whole, its breaks as spaces, its codes gone; a megabyte is cut; a paste is no key press."""
    from textual import events

    app = V7App(hostile, start="search")
    async with app.run_test(size=(100, 30)) as pilot:
        line = app.screen.line
        line.post_message(events.Paste("Baker\nnights \x1b[31mBerlin\r\ni x a q"))
        await until(pilot, lambda: line.value == "Baker nights Berlin i x a q")
        line.value = ""
        line.post_message(events.Paste("x" * 1_000_000))
        await until(pilot, lambda: len(line.value) == 20_000)
        await pilot.press("escape", "1")
        await until(pilot, lambda: app.screen.PLACE == "deck" and app.screen.list.rows)
        app.post_message(events.Paste("iixxaaq" * 1000))
        await pilot.pause(0.2)
        harmless(app)


async def test_an_error_is_shown_letter_by_letter(hostile, until, capture):
    """Whatever raises it."""

    class Failing(MemoryFeed):
        async def deck(self, **_options):
            raise RuntimeError("".join(HOSTILE))

    app = V7App(replace(hostile, feed=Failing([])))
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        await until(pilot, lambda: "RuntimeError: " + MARKUP[0] in capture(app))
        harmless(app)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_raw_reaches_the_terminal(text):
    """The render edge makes inert what was not cleaned where it came in."""
    assert strip_of([(text, "text")], 30, Style(), inks("v7-dark")).text.isprintable()


def test_the_guard_bites(guard):
    """What it lets pass is printable; a raw code is noted."""
    from rich.segment import Segment
    from textual.color import Color

    guard.apply([Segment("fine [/]")], Color(0, 0, 0))
    assert [] == guard.raw
    guard.apply([Segment("\x1b[>0q")], Color(0, 0, 0))
    assert ["\x1b[>0q"] == guard.raw
    guard.raw.clear()


# --- the code itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(Path(v7ui.__file__).parent.rglob("*.py")), ids=lambda path: path.name)
def test_no_raw_text_reaches_a_markup_api(path):
    """In no module of ours."""
    assert [] == risks(path.read_text())


@pytest.mark.parametrize(
    "bad",
    [
        "Static(job.title)",
        "Label(f'{title}')",
        "self.query_one(Static).update(title)",
        "self.notify(text)",
        "self.notify(text, title=job.title, timeout=3)",
        "Static('[b]x[/b]' + title)",
        "OptionList(*titles)",
        "Option(title)",
        "self.tooltip = title",
        "card.border_title = job.company",
        "card.border_title: str = job.company",
        "setattr(card, 'border_title', job.company)",
        "Button(label=title)",
        "Binding('x', 'pass', tooltip=title)",
        "Content.from_markup(f'[b]{title}[/b]')",
        "table.add_row(title, company)",
        "tree.root.add_leaf(title)",
        "log.write(title)",
        "app.exit(message=title)",
        "Tab(title)",
        "Static('[@click=app.quit]x[/]')",
    ],
)
def test_the_lint_bites(bad):
    """Each way a title could be parsed is found."""
    ast.parse(bad)
    assert risks(bad)


@pytest.mark.parametrize(
    "good",
    [
        "Static(title, markup=False)",
        "Static(Content(title))",
        "Static('plain words')",
        "self.notify(text, markup=False, timeout=6)",
        "self.border_title = Content(title)",
        "self.exit(return_code=3)",
        "names.append(title)",
    ],
)
def test_the_lint_lets_safe_code_pass(good):
    """What stays text is no finding."""
    assert [] == risks(good)
