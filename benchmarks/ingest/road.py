"""The same road as the program goes it: parse, commit, tell the feed, queue, engine, rows kept."""

import time
from pathlib import Path

from v7core.models.sources import SourceKey
from v7core.testing import samples
from v7services.candidates import NOT_YET, UNREADABLE
from v7services.coordination import JobCoordinationService
from v7services.feed import Feed
from v7services.storage import Storage
from v7thompson.engine import ThompsonPerformanceEngine


async def whole_road(folder, bodies):
    """Seconds of wall and of CPU until every posting can be ranked."""
    async with await Storage.open(Path(folder) / "v7.db") as storage:
        engine = ThompsonPerformanceEngine()
        queue = JobCoordinationService(engine)
        feed = Feed(storage, engine, queue)
        await feed.start()
        started, busy = time.perf_counter(), time.process_time()
        for body in bodies:
            postings = tuple({each.id: each for each in body.parse()}.values())
            key = SourceKey(source=body.adapter.name, board=body.board)
            await storage.jobs.commit_poll(samples.report(key=key), samples.harvest(postings, complete=False))
            await feed.admit_changes([each.id for each in postings])
        await feed.start()
        taken = time.perf_counter() - started, time.process_time() - busy
        deck = await feed.deck(limit=1)
        assert not {UNREADABLE, NOT_YET} & dict(deck.left_out).keys(), deck.left_out
        await feed.close()
        await queue.stop()
        return taken
