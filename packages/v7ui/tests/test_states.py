"""Empty, loading and failed: what each screen says then, as plain text in `tests/states`.

`V7_UPDATE=1 pytest packages/v7ui/tests/test_states.py` writes the files anew; read the difference.
"""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from v7core.errors import StorageError, StorageFault
from v7core.models.person import Settings
from v7core.testing.fakes import MemoryFeed, MemorySaved, MemorySearch, MemorySettings, MemorySources
from v7ui import V7App
from v7ui.frames import FrameMeter
from v7ui.look import look_from

STATES = Path(__file__).parent / "states"
PLACES = ("deck", "search", "live", "sources", "saved", "settings")
PORTS = {
    "deck": "feed",
    "search": "search",
    "live": "dashboard",
    "sources": "sources",
    "saved": "saved",
    "settings": "settings",
}


def answering(answer):
    """A port whose every method does the same."""

    class Port:
        def __getattr__(self, name):
            return answer

    return Port()


async def never(*_args, **_options):
    await asyncio.Event().wait()


async def fails(*_args, **_options):
    raise StorageError(StorageFault.IO, "the disk does not answer")


def said(text, name):
    """Compare with the file, or write it."""
    file = STATES / f"{name}.txt"
    if os.environ.get("V7_UPDATE"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text + "\n"


async def capture_of(ports, place, capture, until, keys=()):
    app = V7App(ports, start=place, look=look_from({"NO_MOTION": "1", "PYTHONIOENCODING": "utf-8"}))
    app.room.meter = FrameMeter(ports.recorder, lambda: 0.0)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in keys:
            await pilot.press(key)
        seen = [""] * 8
        while len(set(seen)) > 1 or not seen[0]:
            await asyncio.sleep(0.02)
            seen = [*seen[1:], capture(app)]
        return seen[-1]


@pytest.mark.parametrize("place", PLACES)
async def test_with_nothing_a_screen_says_what_to_do(with_ports, place, capture, until):
    """Not an empty screen: the next key."""
    nothing = with_ports(
        feed=MemoryFeed([]), search=MemorySearch([]), saved=MemorySaved([]), sources=MemorySources(),
        settings=MemorySettings(Settings(match_text="a baker")),
    )  # fmt: skip
    said(await capture_of(nothing, place, capture, until, ("enter",) if place == "search" else ()), f"empty-{place}")


@pytest.mark.parametrize("place", ["deck", "search", "live", "sources", "saved"])
async def test_while_nothing_has_come_a_screen_says_so(ports, place, capture, until):
    """It takes keys meanwhile."""
    waiting = replace(ports, **{PORTS[place]: answering(never)})
    said(await capture_of(waiting, place, capture, until, ("enter",) if place == "search" else ()), f"loading-{place}")


@pytest.mark.parametrize("place", PLACES)
async def test_when_it_fails_a_screen_names_the_reason_and_the_key(ports, place, capture, until):
    """The reason, and r."""
    broken = replace(ports, **{PORTS[place]: answering(fails)})
    keys = {"search": ("enter",), "settings": ("r",)}.get(place, ())
    text = await capture_of(broken, place, capture, until, keys)
    assert "the disk does not answer" in text
    said(text, f"failed-{place}")


async def test_while_the_engine_warms_the_deck_says_what_it_waits_for(with_ports, until, capture):
    """The first paint comes before; each step is told; the deck is ranked when it is done."""
    go_on, told = asyncio.Event(), asyncio.Event()

    async def warm(tell):
        tell("loading kernels")
        told.set()
        await go_on.wait()

    app = V7App(with_ports(warm=warm))
    async with app.run_test(size=(100, 24)):
        await until(None, told.is_set)
        await until(None, lambda: "Engine warming: loading kernels" in capture(app))
        await until(None, lambda: "engine warming" in capture(app).splitlines()[0])
        assert not app.screen.list.rows
        go_on.set()
        await until(None, lambda: len(app.screen.list.rows) == 12)
        await until(None, lambda: "warming" not in capture(app))


async def test_an_engine_that_cannot_warm_is_one_line(with_ports, until, capture):
    """The screens stay; ranking is tried, and says by itself what it cannot do."""

    async def warm(tell):
        raise RuntimeError("no compiler")

    app = V7App(with_ports(warm=warm))
    async with app.run_test(size=(100, 24)):
        await until(None, lambda: "The engine is not ready: RuntimeError: no compiler" in app.screen.status.text)
        await until(None, lambda: app.room.ready.is_set())


async def test_the_deck_and_live_are_where_they_were_left(with_ports, until, tmp_path):
    """Cursor, lens, range: at the next start as at the last end."""
    file = tmp_path / "state.json"
    first = V7App(with_ports(state_file=file))
    async with first.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: len(first.screen.list.rows) == 12)
        await pilot.press("tab")
        await until(pilot, lambda: first.room.lens == "match")
        await pilot.press("j", "j", "j")
        job = first.screen.job
        await pilot.press("3", "right_square_bracket", "1")
    second = V7App(with_ports(state_file=file))
    async with second.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: second.screen.PLACE == "deck" and len(second.screen.list.rows) == 12)
        await until(pilot, lambda: second.screen.job == job)
        assert "match" == second.room.lens
        await pilot.press("3")
        assert "6H" == second.screen.range.label
