"""The walk of docs/tour.md, by the hints on the screen alone."""

import asyncio
import re
from pathlib import Path

import pytest
import textual.app
import textual.pilot

from v7core.models.person import ApplicationStage, Settings
from v7core.testing.fakes import MemorySettings, MemorySource, MemorySources
from v7core.testing.samples import KEY, postings
from v7ui import V7App
from v7ui.gallery import still_ports
from v7ui.keys import PRESSED

TOUR = Path(__file__).parents[2] / "docs" / "tour.md"
LINES = re.search(r"```walk\n(.*?)```", TOUR.read_text("utf-8"), re.DOTALL)[1].splitlines()
WALK = [line.split(None, 1) for line in LINES]


def seen(app):
    """The screen as text."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def until(holds, what):
    """Wait for a condition."""
    for _ in range(3_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"it never came: {what}")


async def still(app):
    """Wait until the screen has been the same for a while."""
    before, same = "", 0
    while same < 4:
        await asyncio.sleep(0.015)
        before, same = (now := seen(app)), same + 1 if now == before else 0


@pytest.fixture(autouse=True)
def quick_pilot(monkeypatch):
    """Textual's pilot waits after each key until the process is idle; here each deed waits for the screen by itself."""

    async def a_few_turns(*_args, **_options):
        for _ in range(4):
            await asyncio.sleep(0.001)

    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", a_few_turns)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_the_hints_lead_from_a_first_start_to_an_application(size):
    """A key is pressed only when its hint, key and word, stands on the screen; the job ends up as applied."""
    from dataclasses import replace

    sources = MemorySources()
    sources._sources[KEY] = MemorySource(KEY, postings(3))
    app = V7App(replace(still_ports(), settings=MemorySettings(Settings()), sources=sources))
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        await until(lambda: "Who you are" in seen(app), "the first question")
        for deed, what in WALK:
            if deed == "type":
                await pilot.press(*what)
                continue
            await until(lambda what=what: what in seen(app), what)
            await still(app)  # a person reads before they press
            key = what.split(" ")[0]
            await pilot.press(PRESSED.get(key, key))
        saved = app.room.ports.saved
        await until(lambda: [each.stage for each in saved._saved.values()] == [ApplicationStage.APPLIED], "applied")
        (kept,) = await saved.list()
        assert "baker" in kept.job.title.casefold()
        await until(lambda: "applied" in seen(app), "the stage on the screen")
    assert "baker, night shifts" == app.room.settings.match_text
    assert [KEY] == [state.key for state in await sources.list()]
