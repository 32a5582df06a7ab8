"""The first start: what is asked, what becomes of the answers, and what may not come between."""

import asyncio

from v7core.models.person import Settings
from v7core.testing.fakes import MemoryPacks, MemorySettings, MemorySources
from v7core.testing.samples import starter_pack
from v7ui import V7App
from v7ui.screens.first_run import FirstRun


async def test_the_first_start_asks_three_things(with_ports, until):
    """Texts are kept, the source is added and polled."""
    settings, sources = MemorySettings(), MemorySources()
    app = V7App(with_ports(settings=settings, sources=sources))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstRun))
        await pilot.press(*"baker", "enter", "enter", *"lever:wren", "enter")
        await until(pilot, lambda: not isinstance(app.screen, FirstRun))
        await until(pilot, lambda: settings._settings.match_text == "baker")
        await until(pilot, lambda: [str(key) for key in sources._states] == ["lever:wren"])
        await until(pilot, lambda: "Polled 1 source" in app.screen.status.text)


async def test_no_poll_takes_the_place_of_the_first_starts_answers(with_ports, until):
    """The engine is ready while a board is looked up, what is due is asked for, and R is pressed: nothing is lost."""
    asked, found = asyncio.Event(), asyncio.Event()

    class Slow(MemorySources):
        async def recognise(self, address):
            asked.set()
            await found.wait()
            return await super().recognise(address)

    async def due():
        return ()

    sources = Slow()
    app = V7App(with_ports(settings=MemorySettings(), sources=sources, due=due))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstRun))
        await pilot.press("enter", "enter", *"lever:wren", "enter")
        await asked.wait()
        app.look_for_due()
        await pilot.press("R")
        found.set()
        await until(pilot, lambda: [str(key) for key in sources._states] == ["lever:wren"])
        await until(pilot, lambda: "Polled 1 source" in app.screen.status.text)


async def test_the_first_start_can_be_skipped_and_a_later_one_asks_nothing(with_ports, until):
    """esc keeps nothing; somebody who has said something is not asked."""
    settings = MemorySettings()
    app = V7App(with_ports(settings=settings))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstRun))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, FirstRun))
        assert Settings() == settings._settings
    later = V7App(with_ports(settings=MemorySettings(Settings(match_text="a baker"))))
    async with later.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: later.screen.list.rows)
        assert not isinstance(later.screen, FirstRun)


async def test_a_starter_pack_is_chosen_by_trade_and_place(with_ports, until, capture):
    """What they said of themselves comes first; typing narrows; the arrow picks; all its sources are added."""
    settings, sources = MemorySettings(), MemorySources()
    packs = MemoryPacks([starter_pack(trade, place) for place in ("leeds", "germany") for trade in ("food", "health")])
    app = V7App(with_ports(settings=settings, sources=sources, packs=packs))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FirstRun))
        app.screen.line.value = "health, germany"
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "Health, Germany" == app.screen.list.current.name)
        app.screen.line.value = "food"
        await until(pilot, lambda: len(app.screen.list.rows) == 2)
        await pilot.press("down", "enter")
        await until(
            pilot, lambda: [str(key) for key in sources._states] == ["greenhouse:food-germany", "lever:food-germany"]
        )
        await until(pilot, lambda: "Polled 2 sources" in app.screen.status.text)
