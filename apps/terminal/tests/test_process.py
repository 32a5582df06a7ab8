"""The background process: it may die at any time, and nobody who waits for it hangs."""

import asyncio
import os
import signal
import sys

import pytest

from v7core.errors import ComputeError, ComputeFault
from v7core.models.feed import ReactionKind
from v7core.models.filters import SearchQuery
from v7core.protocols import JobFeed, JobSearch
from v7core.testing.fakes import FixedClock
from v7core.testing.samples import posting
from v7terminal.rpc.client import stub
from v7terminal.rpc.process import MAX_RESTARTS, BackendProcess

CHILD = """
import asyncio, os, signal, socket, sys
from v7core.testing.fakes import MemoryFeed, MemorySearch
from v7core.testing.samples import postings
from v7terminal.rpc.server import RpcServer

class Feed(MemoryFeed):
    async def undo(self, event_key=None):
        os.kill(os.getpid(), signal.SIGKILL)
    async def why(self, job, profile=None):
        marker = sys.argv[1]
        if not os.path.exists(marker):
            open(marker, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().why(job, profile)
    async def react(self, job, kind, *, event_key=None):
        with open(sys.argv[1] + ".keys", "a") as keys:
            keys.write(event_key + "\\n")
        if len(open(sys.argv[1] + ".keys").readlines()) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().react(job, kind, event_key=event_key)

async def main():
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=int(sys.argv[2])))
    server = RpcServer(reader, writer)
    sample = postings(12)
    server.offer({"feed": Feed(sample), "search": MemorySearch(sample)})
    await server.serve()

asyncio.run(main())
"""


@pytest.fixture
async def events():
    return []


@pytest.fixture
async def child(tmp_path, events):
    backend = BackendProcess(
        (sys.executable, "-c", CHILD, str(tmp_path / "marker")), FixedClock(), on_event=events.append
    )
    await backend.start()
    yield backend
    await backend.stop()


async def test_a_call_in_flight_when_the_child_dies_ends_typed_and_the_next_one_works(child, events):
    """An undo is not run twice; the deck comes from the next child."""
    feed = stub("feed", JobFeed, child.call)
    with pytest.raises(ComputeError) as caught:
        await asyncio.wait_for(feed.undo(), 20)

    assert ComputeFault.UNAVAILABLE is caught.value.kind
    assert 12 == (await asyncio.wait_for(feed.deck(), 20)).total
    assert 1 == child.restarts
    assert ["background process ended (signal 9), restarted"] == events


async def test_a_call_that_may_be_repeated_is_repeated_once(child):
    """The screen never learns that the first child died."""
    feed = stub("feed", JobFeed, child.call)
    answer = await asyncio.wait_for(feed.why(posting(1).id), 20)

    assert posting(1).id == answer.job_id


async def test_a_repeated_reaction_carries_the_same_key(child, tmp_path):
    """If the first child had kept it, the second would have said so: one event either way."""
    feed = stub("feed", JobFeed, child.call)
    await asyncio.wait_for(feed.react(posting(1).id, ReactionKind.PASS), 20)
    first, second = (tmp_path / "marker.keys").read_text().splitlines()

    assert first == second


async def test_after_too_many_ends_calls_fail_at_once(child, events, until):
    """No crash loop: the screen says that there is no background process, and why."""
    feed = stub("feed", JobFeed, child.call)
    for _ in range(MAX_RESTARTS + 1):
        with pytest.raises(ComputeError):
            await asyncio.wait_for(feed.undo(), 20)

    await until(lambda: len(events) > MAX_RESTARTS)
    with pytest.raises(ComputeError, match="ended 4 times"):
        await asyncio.wait_for(feed.deck(), 20)


async def test_stopping_leaves_no_process(tmp_path):
    """Hanging up ends the child; calls afterwards end typed."""
    backend = BackendProcess((sys.executable, "-c", CHILD, str(tmp_path / "m")), FixedClock())
    await backend.start()
    assert 1 <= len(await stub("search", JobSearch, backend.call).search(SearchQuery(text="baker")))
    pid = backend.pid
    await backend.stop()

    assert backend.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ComputeError):
        await stub("feed", JobFeed, backend.call).deck()


async def test_a_child_that_ignores_the_end_is_ended(tmp_path):
    """Two seconds, then it is killed: what it acknowledged is on disk."""
    deaf = "import time; time.sleep(600)"
    backend = BackendProcess((sys.executable, "-c", deaf), FixedClock())
    await backend.start()
    pid = backend.pid
    await asyncio.wait_for(backend.stop(), 20)

    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


async def test_a_program_that_is_not_there_is_a_typed_error():
    """The message says what does not start."""
    backend = BackendProcess(("/nowhere/python",), FixedClock())

    with pytest.raises(ComputeError, match="does not start"):
        await backend.start()
