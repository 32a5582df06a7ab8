"""Search, Saved, Settings, help and palette: what each key does."""

from dataclasses import replace

import pytest
from textual.command import CommandPalette

from v7core.errors import StorageError, StorageFault
from v7core.models.dashboard import EventType, SystemEvent
from v7core.models.feed import ReactionKind
from v7core.models.filters import JobFilter, SearchQuery
from v7core.models.jobs import Workplace
from v7core.models.person import ApplicationStage, Settings
from v7core.testing.fakes import MemorySettings, standing
from v7core.testing.samples import NOW, posting
from v7ui import V7App
from v7ui.keys import KEYS
from v7ui.palette import Actions
from v7ui.screens.help import HelpScreen
from v7ui.screens.settings import ROWS
from v7ui.theme import PALETTES

SAID = Settings(match_text="a baker")
"""Settings of somebody who has answered: the first start asks nothing."""


@pytest.fixture
def open_on(with_ports):
    """An app on a screen, past the first start."""
    return lambda start, **changes: V7App(with_ports(**({"settings": MemorySettings(SAID)} | changes)), start=start)


async def test_typing_searches_and_enter_goes_to_the_list(open_on, until, capture):
    """Words find, filters narrow, and the posting under the cursor is read."""
    app = open_on("search")

    def titles():
        return [hit.job.title for hit in app.screen.list.rows]

    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(*"engineer")
        await until(
            pilot, lambda: ["Data Engineer 2", "Data Engineer 9"] == [hit.job.title for hit in app.screen.list.rows]
        )
        await pilot.press(*" remote", "enter")
        await until(pilot, lambda: titles() == ["Data Engineer 9"])
        await until(pilot, lambda: "Shift pattern 9" in capture(app))
        assert app.screen.list is app.screen.focused


async def test_a_search_without_result_says_what_helps(open_on, until, capture):
    """Not an empty screen."""
    app = open_on("search")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press(*"zebra", "enter")
        await until(pilot, lambda: "Nothing found" in capture(app))
        await pilot.press("slash", *" level:wizard", "enter")
        await until(pilot, lambda: "level:wizard is unknown" in app.screen.status.text)


async def test_a_reaction_in_search_shows_and_is_undone(open_on, until, capture):
    """The row says what was said; the log has it; undo takes both back."""
    app = open_on("search")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen.list.rows) == 12)
        job = app.screen.job
        await pilot.press("s")
        await until(pilot, lambda: "save" in capture(app).splitlines()[2])
        await until(pilot, lambda: job.id in app.room.ports.saved._saved)
        assert {job.id: ReactionKind.SAVE} == app.room.reactions.reacted
        await pilot.press("u")
        await until(pilot, lambda: not app.room.reactions.reacted)
        assert () == tuple(standing(await app.room.ports.feed._log.read()))


async def test_a_search_is_kept_and_says_what_is_new(open_on, until, capture):
    """f keeps; F lists them with what came in since the last look; enter runs one, D forgets one."""
    app = open_on("search")
    searches = app.room.ports.searches
    async with app.run_test(size=(100, 30)) as pilot:
        screen = app.screen
        for words in ("nurse", "baker"):
            screen.line.value = words
            await pilot.press("enter")
            await until(pilot, lambda words=words: screen.list.rows and words in screen.job.title.casefold())
            await pilot.press("f")
            await until(pilot, lambda words=words: f"Kept: {words}" in screen.status.text)
            await pilot.press("slash")
        await pilot.press("escape")
        searches.arrive(posting(14, title="Night Nurse for the coast"))
        await pilot.press("F")
        await until(pilot, lambda: "1 new" in capture(app) and "nothing new" in capture(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen and screen.line.value == "nurse")
        await until(pilot, lambda: screen.rule.right == "2 kept")
        assert [0, 0] == [search.new for search in await searches.list()]
        await pilot.press("F")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press("j", "D", "escape")
        await until(pilot, lambda: screen.rule.right == "1 kept")
        assert ["nurse"] == [search.text for search in await searches.list()]


async def test_a_search_kept_under_a_name_runs_as_what_it_asks(open_on, until):
    """A command keeps one under any name: the line then says its words and filters."""
    app = open_on("search")
    wanted = JobFilter(workplaces=frozenset({Workplace.REMOTE}), keep_unknown=False)
    await app.room.ports.searches.keep("My remote jobs", SearchQuery(text="engineer", filters=wanted))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = app.screen
        await pilot.press("escape", "F")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press("enter")
        await until(pilot, lambda: screen.line.value == "engineer remote strict")
        await until(pilot, lambda: ["Data Engineer 9"] == [hit.job.title for hit in screen.list.rows])


async def test_a_kept_search_that_no_line_says_is_told(open_on, until):
    """Rather than run as something else."""
    app = open_on("search")
    await app.room.ports.searches.keep("Anywhere", SearchQuery(filters=JobFilter(places=("",))))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = app.screen
        await pilot.press("escape", "F")
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press("enter")
        await until(pilot, lambda: screen.status.text.startswith("Anywhere: "))
        assert "" == screen.line.value


async def test_how_many_are_kept_though_unknown_is_counted(open_on, until):
    """And dropped by `strict`; on the deck the rule is told when a filter is typed."""
    app = open_on("search")
    async with app.run_test(size=(120, 30)) as pilot:
        screen = app.screen
        await pilot.press(*"in:oslo", "enter")  # three jobs are there, three are remote and do not say
        await until(pilot, lambda: screen.rule.left == "6 jobs · 3 kept though unknown: strict drops them")
        await pilot.press("slash", "end", *" strict", "enter")
        await until(pilot, lambda: screen.rule.left == "3 jobs")
    app = open_on("deck")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: len(app.screen.list.rows) == 12)
        await pilot.press("slash", *"remote", "enter")
        await until(pilot, lambda: "strict drops it" in app.screen.status.text)


async def test_what_was_reacted_to_in_search_leaves_the_deck(open_on, until):
    """Two screens, one truth."""
    app = open_on("search")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen.list.rows) == 12)
        job = app.screen.job
        await pilot.press("i", "1")
        await until(pilot, lambda: app.screen.PLACE == "deck" and len(app.screen.list.rows) == 11)
        assert job.id not in [card.job.id for card in app.screen.list.rows]


async def test_an_application_goes_through_its_stages(open_on, until, capture):
    """On, back, a note, undo; the cursor stays on the job."""
    app = open_on("saved")
    job = posting(3)
    saved = app.room.ports.saved
    await saved.move(posting(1).id, ApplicationStage.SAVED)
    await saved.move(job.id, ApplicationStage.SAVED)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: len(app.screen.list.rows) == 2)
        for stage in (ApplicationStage.APPLIED, ApplicationStage.INTERVIEW):
            await pilot.press("greater_than_sign")
            await until(pilot, lambda stage=stage: saved._saved[job.id].stage is stage)
        await until(pilot, lambda: "1 saved · 1 interview" in capture(app))
        await pilot.press("less_than_sign")
        await until(pilot, lambda: saved._saved[job.id].stage is ApplicationStage.APPLIED)
        await pilot.press("n", *"call [Anna]", "enter")
        await until(pilot, lambda: saved._saved[job.id].note == "call [Anna]")
        await until(pilot, lambda: "call [Anna]" in capture(app))
        await until(pilot, lambda: f"{job.title}: note kept" == app.screen.status.text)
        await pilot.press("u")
        await until(pilot, lambda: saved._saved[job.id].note == "")
        assert job.id == app.screen.job.id
        await until(pilot, lambda: f"Undone: {job.title} is applied again" == app.screen.status.text)
        assert "u Undo" not in capture(app).splitlines()[-2]  # it would take back another change, not this


async def test_an_undo_that_is_not_kept_can_be_tried_again(open_on, until, monkeypatch):
    """What was to be taken back is not forgotten."""
    app = open_on("saved")
    saved, job = app.room.ports.saved, posting(1).id
    await saved.move(job, ApplicationStage.SAVED)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        await pilot.press("greater_than_sign")
        await until(pilot, lambda: saved._saved[job].stage is ApplicationStage.APPLIED)

        async def full(*_args, **_named):
            raise StorageError(StorageFault.FULL, "the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(saved, "move", full)
            await pilot.press("u")
            await until(pilot, lambda: "Not undone: storage full" in app.screen.status.text)
        await pilot.press("u")
        await until(pilot, lambda: saved._saved[job].stage is ApplicationStage.SAVED)


async def test_a_stage_that_is_not_kept_stays(open_on, until, monkeypatch):
    """One line, the old stage, and nothing to undo."""
    app = open_on("saved")
    saved = app.room.ports.saved
    await saved.move(posting(1).id, ApplicationStage.SAVED)

    async def full(*_args, **_named):
        raise StorageError(StorageFault.FULL, "the disk is full")

    monkeypatch.setattr(saved, "move", full)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        await pilot.press("greater_than_sign")
        await until(pilot, lambda: "Not kept: storage full: the disk is full" in app.screen.status.text)
        assert ApplicationStage.SAVED is app.screen.list.current.stage
        await pilot.press("u")
        assert "Nothing to take back here" == app.screen.status.text


async def test_settings_change_at_once_and_are_kept(open_on, until):
    """Theme, blend, a text, muted companies: each on its row."""
    app = open_on("settings")
    kept = app.room.ports.settings
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.room.settings == SAID)
        await pilot.press("g", "j", "enter")
        app.screen.line.value = "pastry"
        await pilot.press("enter")
        await until(pilot, lambda: kept._settings.manifest_text == "pastry")
        await pilot.press("j", "space")
        await until(pilot, lambda: kept._settings.blend == 0.4)
        await pilot.press("j", "enter", *"remote", "enter")
        await until(pilot, lambda: kept._settings.deck_filter == "remote")
        await pilot.press("j", "enter")
        app.screen.line.value = "Acme, Wren,, Acme"
        await pilot.press("enter")
        await until(pilot, lambda: kept._settings.muted_companies == ("Acme", "Wren"))
        await pilot.press("j", "space")
        await until(pilot, lambda: app.theme == "v7-light" == kept._settings.theme)
        await pilot.press("j", "space")
        await until(pilot, lambda: app.animation_level == "none")


async def test_a_key_is_rebound_and_a_clash_refused(open_on, until):
    """The clash names both actions and changes nothing."""
    app = open_on("settings")
    row = len(ROWS) - len(KEYS) + [key.id for key in KEYS].index("deck.pass")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.room.settings == SAID)
        app.screen.list.move_to(row)
        await pilot.press("enter", "backspace", "i", "enter")
        await until(pilot, lambda: "i would do both deck.interested and deck.pass" in app.screen.status.text)
        assert () == app.room.settings.keys
        await pilot.press("backspace", "n", "enter")
        await until(pilot, lambda: app.room.settings.keys == (("deck.pass", "n"),))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.PLACE == "deck" and len(app.screen.list.rows) == 12)
        await pilot.press("n")
        assert 11 == len(app.screen.list.rows)


async def test_a_setting_that_is_not_kept_goes_back(open_on, until, monkeypatch):
    """On the screen and in the app."""
    app = open_on("settings")

    async def full(_settings):
        raise StorageError(StorageFault.FULL, "the disk is full")

    monkeypatch.setattr(app.room.ports.settings, "save", full)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.room.settings == SAID)
        await pilot.press("g", "j", "j", "j", "j", "j", "space")
        await until(pilot, lambda: "the disk is full" in app.screen.status.text)
        assert SAID == app.room.settings
        await until(pilot, lambda: app.theme == "v7-dark")


async def test_a_filter_of_the_deck_is_kept_and_holds_at_the_next_start(open_on, until):
    """Typed once; esc drops it for good."""
    kept = MemorySettings(SAID)
    app = open_on("deck", settings=kept)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: len(app.screen.list.rows) == 12)
        await pilot.press("slash", *"remote", "enter")
        await until(pilot, lambda: kept._settings.deck_filter == "remote")
    later = open_on("deck", settings=kept)
    async with later.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: len(later.screen.list.rows) == 4)
        await pilot.press("escape")
        await until(pilot, lambda: len(later.screen.list.rows) == 12 and kept._settings.deck_filter == "")


async def test_what_another_process_changed_meanwhile_stays(open_on, until):
    """Only what is changed here is stored, and what was changed there is read with it."""
    kept = MemorySettings(SAID)
    app = open_on("live", settings=kept)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.room.settings == SAID)
        elsewhere = replace(SAID, muted_companies=("Acme",), refused_changes=(("match", 7),))
        await kept.save(elsewhere)
        await pilot.press("plus")
        await until(pilot, lambda: kept._settings.refresh_ms != SAID.refresh_ms)
        expected = replace(elsewhere, refresh_ms=app.room.settings.refresh_ms)
        await until(pilot, lambda: app.room.settings == kept._settings == expected)


@pytest.mark.parametrize("place", ["deck", "search", "live", "sources", "saved", "settings"])
async def test_the_palette_has_every_action_of_its_screen(open_on, place):
    """And of the app; nothing can only be done by somebody who knows the key."""
    app = open_on(place)
    async with app.run_test(size=(100, 30)):
        found = {hit.text async for hit in Actions(app.screen).discover()}
    assert {key.help for key in KEYS if key.place in (place, "app") and key.id != "app.palette"} == found


@pytest.mark.parametrize("place", ["deck", "search", "live", "sources", "saved", "settings"])
async def test_help_names_every_key_of_its_screen(open_on, until, capture, place):
    """Made from the one table; esc closes it."""
    app = open_on(place)
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.pause()
        if place == "search":
            await pilot.press("escape")
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        for key in KEYS:
            if key.place == place:
                assert key.help in app.screen.text.text
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, HelpScreen))


async def test_the_palette_does_what_is_typed(open_on, until):
    """Any action of the screen, by words."""
    app = open_on("deck")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"less like")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await until(pilot, lambda: app.room.reactions.counts()[ReactionKind.PASS] == 1)


async def test_the_palette_finds_what_is_done_on_another_screen(open_on, until):
    """It goes there and names the key; it does nothing to a row nobody looked at."""
    app = open_on("sources")
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"deck: less like")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.PLACE == "deck")
        await until(pilot, lambda: app.screen.status.text == "x here: Less like this")
        assert not app.room.reactions.reacted


async def test_the_choices_of_live_say_how_to_choose(open_on, until, capture):
    """The hint line below belongs to the screen, not to the dialogue."""
    app = open_on("live")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Thompson" in capture(app))
        await pilot.press("t")
        await until(pilot, lambda: "space next, left back, enter keeps" in capture(app))


async def test_tabs_are_clicked_and_a_row_too(open_on, until):
    """The mouse does what the keys do."""
    app = open_on("deck")
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        await pilot.click("CardList", offset=(10, 3))
        assert 3 == app.screen.list.cursor
        await pilot.click("TopBar", offset=(6, 0))
        await pilot.click("TopBar", offset=(26, 0))
        await until(pilot, lambda: app.screen.PLACE == "live")


@pytest.mark.parametrize("theme", list(PALETTES))
def test_colours_can_be_told_from_their_ground(theme):
    """Contrast of at least 5.5:1 for both profiles and 4.5:1 for every text, in every theme."""
    palette = PALETTES[theme]
    for ground in ("background", "panel", "cursor"):
        for ink in ("foreground", "dim", "match", "manifest", "good", "warn", "bad"):
            least = 5.5 if ground == "background" and ink in ("match", "manifest") else 4.5
            assert _contrast(palette[ink], palette[ground]) >= least, (theme, ink, ground)


def _contrast(one, other):
    """WCAG 2 contrast ratio."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "hue"), [("match", 45), ("manifest", 174)])
def test_profiles_have_the_hues_of_the_guide(theme, hue):
    """Amber 45, teal 174, give or take two degrees."""
    from textual.color import Color

    for palette in PALETTES.values():
        assert abs(Color.parse(palette[theme]).hsl.h * 360 - hue) <= 2.5


async def test_an_event_says_what_it_is_about(open_on, ports, until, capture):
    """Where none of the types is meant for it; else its type."""
    event = SystemEvent(timestamp=NOW, type=EventType.API_FAILURE, description="no answer")
    changed = replace(event, description="Your taste changed", metadata={"about": "Learning"})
    ports.dashboard.health = replace(ports.dashboard.health, recent_events=(changed, event))
    app = open_on("live", dashboard=ports.dashboard)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Learning: Your taste changed" in capture(app))
        assert "API Failure: no answer" in capture(app)
