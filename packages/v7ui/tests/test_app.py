"""The app around the screens: sizes, banner, events, frames, hostile text."""

import pytest

from v7core.models.dashboard import DashboardMetrics, SystemHealthData, SystemStatus
from v7core.models.person import Settings
from v7core.models.sources import SourceCondition, SourceKey
from v7core.registry import MonitoringSystemRegistry
from v7core.testing.fakes import MemorySettings, MemorySource, MemorySources
from v7core.testing.samples import KEY, posting
from v7ui import V7App, look_from
from v7ui.widgets.lists import LineList


async def test_a_window_too_small_takes_no_key_but_quit(ports, until, capture):
    """40x12 says so; a reaction key does nothing; a larger window shows the deck again."""
    app = V7App(ports)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        screen = app.screen
        await pilot.resize_terminal(40, 12)
        await until(pilot, lambda: "Window too small" in capture(app))
        await pilot.press("i", "4", "x")
        assert 12 == len(screen.state.cards)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("i")
        await until(pilot, lambda: 11 == len(screen.state.cards))


async def test_starting_in_a_window_too_small(ports, until, capture):
    """The notice comes first there too, and q leaves."""
    app = V7App(ports)
    async with app.run_test(size=(40, 12)) as pilot:
        await until(pilot, lambda: "Window too small" in capture(app))
        await pilot.press("q")
    assert 0 == app.return_code


@pytest.mark.parametrize("start", ["deck", "live", "sources"])
async def test_the_banner_stands_on_every_screen(ports, capture, start):
    """A demo can never be mistaken for one's own data."""
    app = V7App(ports, banner="DEMO", start=start)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in "134":
            await pilot.press(key)
            assert "DEMO" in capture(app).splitlines()[0]


async def test_what_the_app_is_told_is_shown(ports, until, capture):
    """On the line at once, and among the events of the Live screen."""
    app = V7App(ports)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        app.tell("the background process was restarted")
        await until(pilot, lambda: "the background process was restarted" in capture(app))
        await pilot.press("3")
        await until(pilot, lambda: "09:30:00 the background" in capture(app))


async def test_every_painted_frame_is_recorded(ports, until):
    """As `ui_frame_time_ms`, finite and above zero; an idle tick is no frame."""
    app = V7App(ports)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        before = app.room.meter.count
        await pilot.press("j", "j", "j")
        await until(pilot, lambda: app.room.meter.count > before)
    values = ports.recorder.values("ui_frame_time_ms")
    assert app.room.meter.count == len(values)
    assert all(value > 0 for value in values)


async def test_ascii_draws_no_other_character(ports, until, capture):
    """For terminals and fonts without more."""
    app = V7App(ports, look=look_from({"V7_ASCII": "1"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        for key in ("1", "question_mark", "escape", "3", "4", "n", "escape", "5", "comma", "2"):
            await pilot.press(key)
            await pilot.pause(0.1)
            shown = capture(app)
            assert shown.isascii(), {c for c in shown if not c.isascii()}


async def test_a_list_draws_only_what_is_visible(ports):
    """100,000 rows: strips are made for a screenful, and the cursor still reaches the last."""

    class Numbers(LineList[int]):
        drawn = 0

        def line(self, row, index, width):
            self.drawn += 1
            return [(f"row {row}", "text")]

    app = V7App(ports)
    async with app.run_test(size=(80, 24)) as pilot:
        numbers = Numbers()
        await app.screen.mount(numbers)
        numbers.styles.height = 5
        await pilot.pause()
        numbers.show(range(100_000))
        numbers.focus()
        await pilot.pause()
        await pilot.press("G", "k", "g", "pagedown", "ctrl+d", "ctrl+u")
        assert numbers.drawn < 100
        assert 4 == numbers.cursor


async def test_a_cursor_that_leaves_the_page_scrolls_a_third_of_it(ports, until):
    """What comes next is seen; the last row stands at the end, the first at the top."""

    class Numbers(LineList[int]):
        def line(self, row, index, width):
            return [(f"row {row}", "text")]

    app = V7App(ports)
    async with app.run_test(size=(80, 24)) as pilot:
        numbers = Numbers()
        await app.screen.mount(numbers)
        numbers.styles.height = 6
        numbers.show(range(20), cursor=0)
        await until(pilot, lambda: numbers.scrollable_content_region.height == 6 and numbers.max_scroll_y == 14)
        seen = []
        for row in (5, 6, 7, 19, 13, 12, 0):
            numbers.move_to(row)
            seen.append((row, numbers.scroll_offset.y))
        assert [(5, 0), (6, 3), (7, 3), (19, 14), (13, 11), (12, 11), (0, 0)] == seen


async def test_the_live_screen_shows_dashes_for_what_was_not_measured(ports, until, capture):
    """No made-up start values."""
    app = V7App(ports, start="live")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "— advantage" in capture(app))
        assert "—/s" in capture(app)


async def test_the_live_screen_shows_figures_against_their_budgets(ports, until, capture):
    """Time, advantage, memory share and the verdicts in words."""
    ports.dashboard.metrics = DashboardMetrics(
        thompson_performance_ms=0.05,
        memory_usage_mb=190.0,
        throughput_jobs_per_second=35_400.0,
        ui_frame_time_ms=20.0,
    )
    ports.dashboard.health = SystemHealthData(overall_status=SystemStatus.WARNING, uptime=65.0)
    app = V7App(ports, start="live")
    async with app.run_test(size=(140, 40)) as pilot:
        await until(pilot, lambda: "200x Performance Advantage" in capture(app))
        for words in (
            "0.050ms Current Processing Time",
            "Budget: 10.0ms Within Budget",
            "190.0 MB Current Usage",
            "95.0% of Budget",
            "Near Budget",
            "35.4k/s",
            "Over Budget",
            "▲ Warning",
            "up 00:01:05",
            "Production Monitoring",
        ):
            assert words in capture(app)


async def test_the_live_screen_says_why_it_has_nothing_and_retries(ports, until, capture):
    """Error Loading Data, the reason, the last good time; r reads again."""
    ports.dashboard.error = RuntimeError("the backend is gone")
    app = V7App(ports, start="live")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Error Loading Data" in capture(app))
        assert "the backend is gone" in capture(app)
        assert "Last good: never yet" in capture(app)
        ports.dashboard.error = None
        await pilot.press("r")
        await until(pilot, lambda: "Production Monitoring" in capture(app))


async def test_live_keys(ports, until, capture):
    """Range, rate, pause and expand do what they say, and the rate is kept."""
    app = V7App(ports, start="live")
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: "[1H]" in capture(app))
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "[6H]" in capture(app) and 6 in ports.dashboard.asked)
        await pilot.press("plus", "plus", "plus")
        await until(pilot, lambda: ports.settings._settings.refresh_ms == 100)
        await pilot.press("space")
        await until(pilot, lambda: "PAUSED" in capture(app))
        await pilot.press("e")
        await until(pilot, lambda: "Memory" not in capture(app))


async def test_sources_are_added_paused_polled_and_removed(with_ports, until, capture):
    """Each by its key; a removal asks twice; an unknown address is one line."""
    sources = MemorySources([MemorySource(KEY, [posting(0), posting(1)])])
    app = V7App(with_ports(sources=sources), start="sources")
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        await pilot.press("r")
        await until(pilot, lambda: "ok" in app.screen.status.text)
        await pilot.press("p")
        await until(pilot, lambda: app.screen.list.current.condition is SourceCondition.PAUSED)
        await pilot.press("n", *"gopher://x", "enter")
        await until(pilot, lambda: "Not added: nothing known" in app.screen.status.text)
        await until(pilot, lambda: "enter Look it up  esc Leave" in capture(app))
        assert "r Retry" not in capture(app)  # every letter is typed here
        await pilot.press("escape", "n", *"lever:wrem", "enter")
        await until(pilot, lambda: "enter Add it  esc Leave" in capture(app))
        await pilot.press("backspace", "n")
        await until(pilot, lambda: "Found" not in capture(app) and "enter Look it up  esc Leave" in capture(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Found Wren: lever:wren (written out)" == app.screen.status.text)
        assert 1 == len(app.screen.list.rows)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen.list.rows) == 2)
        await until(pilot, lambda: app.screen.list.current.key.board == "wren")
        await pilot.press("D")
        assert "Press D again" in app.screen.status.text
        await pilot.press("D")
        await until(pilot, lambda: len(app.screen.list.rows) == 1)


@pytest.mark.parametrize("place", ["live", "sources"])
@pytest.mark.parametrize("size", [(60, 24), (80, 24), (140, 45)])
async def test_each_figure_of_a_source_stands_under_its_name(with_ports, until, capture, place, size):
    """Figures end where their head ends, whatever there is room for; the next try begins where its head begins."""
    sources = MemorySources([MemorySource(KEY, [posting(0), posting(1)])])
    await sources.refresh()
    app = V7App(with_ports(sources=sources), start=place)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: any("SOURCES 1 of 1 ok" in line for line in capture(app).splitlines()))
        lines = capture(app).splitlines()
        at = next(i for i, line in enumerate(lines) if "SOURCES" in line)
        head, row = lines[at], lines[at + 1]
        if "jobs" in head:
            assert "2" == row[: head.index("jobs") + 4].split()[-1]
            assert "—" == row[head.index("next")]
        if "errors" in head:
            assert ["2", "—", "—"] == row[: head.index("errors") + 6].split()[-3:]
        shown = [word for word in ("jobs", "p95", "errors", "next") if word in head]
        wanted = {60: 0 if place == "live" else 2, 80: 0 if place == "live" else 2, 140: 4}[size[0]]
        assert wanted == len(shown)


async def test_how_the_deck_is_ranked_stays_longer_on_the_top_line_than_how_fast(with_ports, until, capture):
    """On 80 columns, with a banner beside it, every lens is there."""
    sources = MemorySources([MemorySource(KEY, [posting(0)])])
    app = V7App(with_ports(sources=sources), banner="DEMO")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        for word in ("◆◇ BLEND 0.3", "◆ MATCH", "◇ MANIFEST"):
            await until(pilot, lambda word=word: word in capture(app).splitlines()[0])
            assert capture(app).splitlines()[0].endswith("DEMO")
            await pilot.press("tab")


async def test_polling_everything_can_be_left(with_ports, until, capture):
    """R polls, the bar says so, R again stops waiting."""
    import asyncio

    class Slow(MemorySources):
        async def refresh(self, keys=None):
            await asyncio.Event().wait()

    app = V7App(with_ports(sources=Slow()))
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        await pilot.press("R")
        await until(pilot, lambda: "polling" in capture(app).splitlines()[0])
        await pilot.press("R")
        await until(pilot, lambda: "polling" not in capture(app).splitlines()[0])
        assert "Stopped waiting" in app.screen.status.text


async def test_any_size_is_survived(ports, until):
    """A storm of sizes, none of them an error; the last one is drawn and takes keys."""
    app = V7App(ports)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        for place, size in (("3", (500, 200)), ("1", (120, 24))):
            for each in ((1, 1), size, (60, 18), (0, 0), (80, 24)):
                await pilot.resize_terminal(*each)
            await until(pilot, lambda: getattr(app.screen, "PLACE", None) is not None)
            await pilot.press("escape", place)
        await until(pilot, lambda: app.screen.PLACE == "deck")
        await pilot.press("j")
        assert 1 == app.screen.list.cursor


async def test_polling_counts_what_is_done(with_ports, until, capture, monkeypatch):
    """The bar says how many of how many while it runs."""
    import asyncio

    monkeypatch.setattr("v7ui.polling.LOOK_S", 0.01)
    go_on = asyncio.Event()

    class Slow(MemorySources):
        async def refresh(self, keys=None):
            reports = await super().refresh([key for key in self._states if key.board == "a"])
            await go_on.wait()
            return reports

    sources = Slow()
    for board in "abc":
        await sources.add(SourceKey(source="feed", board=board))
    app = V7App(with_ports(sources=sources))
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: len(app.room.sources) == 3)
        await pilot.press("R")
        await until(pilot, lambda: "polling 1/3" in capture(app).splitlines()[0])
        go_on.set()
        await until(pilot, lambda: "Polled 1 source" in app.screen.status.text)
        assert "polling" not in capture(app).splitlines()[0]


async def test_live_registers_its_dashboard(with_ports, until):
    """As a data source of the registry it was given, once."""
    registry = MonitoringSystemRegistry()
    app = V7App(with_ports(registry=registry), start="live")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.metrics is not None)
        assert [app.room.ports.dashboard] == list(registry.coordinator._sources)


async def test_reduced_motion_reads_once_a_second_at_most(with_ports, until):
    """Whatever the rate says; no cursor blinks, nothing is animated."""
    still = MemorySettings(Settings(match_text="x", reduced_motion=True, refresh_ms=100))
    app = V7App(with_ports(settings=still), start="live")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.room.settings.reduced_motion)
        assert 1000 == app.screen.rate_ms
        assert "none" == app.animation_level
    assert not look_from({"NO_MOTION": "1"}).motion
    assert not look_from({"TEXTUAL_ANIMATIONS": "none"}).motion
