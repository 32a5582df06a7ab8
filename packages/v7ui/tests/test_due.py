"""Sources that are due are polled by the app itself: at the start, and every minute."""

from v7core.errors import StorageError, StorageFault
from v7core.models.sources import SourceKey
from v7core.testing.fakes import MemoryFeed, MemorySource, MemorySources
from v7core.testing.samples import KEY, posting
from v7ui import V7App


async def test_what_is_due_is_polled_at_the_start_and_the_empty_deck_ranked(with_ports, until, capture):
    """Nobody pressed a key; what is not due is left alone."""
    polled = []

    class Sources(MemorySources):
        async def refresh(self, keys=None):
            polled.append(None if keys is None else tuple(keys))
            feed._postings = {posting(1).id: posting(1)}
            return await super().refresh(keys)

    feed = MemoryFeed([])
    sources = Sources([MemorySource(KEY, [posting(1)])])

    async def due():
        return (KEY,)

    app = V7App(with_ports(sources=sources, feed=feed, due=due))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: polled)
        assert [(KEY,)] == polled
        await until(pilot, lambda: posting(1).title in capture(app))


async def test_a_poll_nobody_asked_for_says_something_only_when_it_brought_something(with_ports, until):
    """What stands on the line, such as how to undo, is worth more than "0 new jobs"."""
    polled = []

    class Sources(MemorySources):
        async def refresh(self, keys=None):
            polled.append(keys)
            return await super().refresh(keys)

    async def due():
        return (KEY,)

    app = V7App(with_ports(sources=Sources([MemorySource(KEY, [posting(1)])]), due=due))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.status.text == "Polled 1 source: 1 new job")
        app.screen.say("u takes it back")
        app.look_for_due()
        await until(pilot, lambda: len(polled) == 2 and app.room.polled is None)
        await pilot.pause(0.05)
        assert "u takes it back" == app.screen.status.text
        await pilot.press("R")
        await until(pilot, lambda: app.screen.status.text == "Polled 1 source: 0 new jobs")


async def test_nothing_due_is_nothing_polled(with_ports, until):
    """Asked once, at the start."""
    asked, polled = [], []

    class Sources(MemorySources):
        async def refresh(self, keys=None):
            polled.append(keys)
            return ()

    async def due():
        asked.append(1)
        return ()

    app = V7App(with_ports(sources=Sources(), due=due))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: asked)
        await pilot.pause()
    assert [] == polled


async def test_another_v7_that_polls_is_no_trouble_and_any_other_is_told(with_ports, until, capture):
    """The lease is somebody else's: silence. A full disk: a line."""
    faults = [StorageError(StorageFault.BUSY, "another V7 polls"), StorageError(StorageFault.FULL, "the disk is full")]
    raised = []

    class Sources(MemorySources):
        async def refresh(self, keys=None):
            raised.append(faults[len(raised)])
            raise raised[-1]

    async def due():
        return (SourceKey(source="lever", board="acme"),)

    app = V7App(with_ports(sources=Sources(), due=due))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: raised and app.room.polled is None)
        assert "another V7 polls" not in capture(app)
        app.look_for_due()
        await until(pilot, lambda: "the disk is full" in capture(app))
