"""Calls across: what goes in comes out equal, errors keep their class, and no call waits for ever."""

import asyncio
import socket

import msgspec
import pytest

from v7core.errors import ComputeError, ComputeFault, NotFound, RateLimited, StorageError, StorageFault, V7Error
from v7core.models.feed import ProfileKind, ReactionKind
from v7core.models.filters import JobFilter, SearchQuery
from v7core.models.jobs import Seniority, Workplace
from v7core.models.person import Settings
from v7core.models.sources import SourceKey
from v7core.protocols import JobFeed, SettingsStore, SourceDirectory
from v7core.testing.samples import posting, postings
from v7terminal.rpc.client import stub
from v7terminal.rpc.frames import Failure, Note, encoded, frame, read_message
from v7terminal.rpc.methods import PORTS, error_of, failure, methods


def all_errors(kind: type[V7Error] = V7Error):
    for child in kind.__subclasses__():
        yield child
        yield from all_errors(child)


@pytest.mark.parametrize("name", sorted(PORTS))
def test_every_async_method_of_a_port_can_be_called_across(name):
    """No method is forgotten: the table is read off the protocol."""
    wanted = {m for m, member in vars(PORTS[name]).items() if not m.startswith("_") and callable(member)}

    assert wanted == set(methods(PORTS[name]))


async def test_values_come_out_as_they_went_in(wire, ports):
    """Decks with cards, enums, ids and times, and arguments of every kind."""
    wire.server.offer(ports)
    feed = stub("feed", JobFeed, wire.connection.call)
    filters = JobFilter(workplaces=frozenset({Workplace.REMOTE}), seniorities=frozenset({Seniority.SENIOR}))

    assert await ports["feed"].deck(limit=5) == await feed.deck(limit=5)
    assert await ports["feed"].deck(filters=filters) == await feed.deck(filters=filters)
    assert posting(3) == await feed.detail(posting(3).id)
    assert await ports["feed"].why(posting(1).id) == await feed.why(posting(1).id)
    assert await ports["feed"].why(posting(1).id, ProfileKind.MANIFEST) == await feed.why(
        posting(1).id, ProfileKind.MANIFEST
    )
    assert (await feed.react(posting(1).id, ReactionKind.SAVE, event_key="k")).new
    assert ports["search"] is not None
    hits = await wire.connection.call("search", "search", (SearchQuery(text="baker"),), {})
    assert await ports["search"].search(SearchQuery(text="baker")) == hits
    settings = stub("settings", SettingsStore, wire.connection.call)
    wanted = Settings(match_text="nurse", keys=(("app.quit", "q"),))
    await settings.save(wanted)
    assert wanted == await settings.load()


async def test_an_iterator_of_keys_crosses(wire, ports):
    """`refresh` takes any iterable; a generator is written as a list."""
    wire.server.offer(ports)
    sources = stub("sources", SourceDirectory, wire.connection.call)
    key = SourceKey(source="feed", board="x")
    await sources.add(key)

    assert [key] == [report.key for report in await sources.refresh(k for k in [key])]


async def test_an_error_keeps_its_class_message_and_facts(wire, ports):
    """The caller decides by class and facts, so both cross."""
    wire.server.offer(ports)
    ports["feed"].fail_storage()
    feed = stub("feed", JobFeed, wire.connection.call)

    with pytest.raises(StorageError) as caught:
        await feed.react(posting(0).id, ReactionKind.PASS)
    assert StorageFault.FULL is caught.value.kind
    assert str(ports["feed"].storage_error) == str(caught.value)
    with pytest.raises(NotFound):
        await feed.detail(posting(99).id)


@pytest.mark.parametrize("kind", sorted(all_errors(), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_every_error_class_crosses(kind):
    """Whatever class is raised over there is raised here, with its message."""
    error = kind.__new__(kind, "text")
    error.args = ("text",)
    again = error_of(msgspec.msgpack.decode(msgspec.msgpack.encode(failure(1, error)), type=Failure))

    assert (kind, "text") == (type(again), str(again))


def test_facts_cross():
    """Numbers and texts a caller acts upon."""
    again = error_of(failure(1, RateLimited("acme", retry_after_s=30.0)))

    assert isinstance(again, RateLimited)
    assert 30.0 == again.retry_after_s


async def test_a_bug_over_there_is_a_typed_error_here(wire, ports, caplog):
    """No library exception crosses; the report stays over there."""
    ports["feed"].deck = None
    wire.server.offer(ports)

    with pytest.raises(ComputeError) as caught:
        await wire.connection.call("feed", "deck", (), {})
    assert ComputeFault.UNAVAILABLE is caught.value.kind
    assert "TypeError" in caplog.text


async def test_memory_that_runs_out_over_there_is_no_bug(wire, ports, caplog, monkeypatch):
    """It is said as what it is, and the next call is answered."""

    async def none_left(**_):
        raise MemoryError

    monkeypatch.setattr(ports["feed"], "deck", none_left)
    wire.server.offer(ports)
    feed = stub("feed", JobFeed, wire.connection.call)

    with pytest.raises(ComputeError) as caught:
        await feed.deck()
    assert ComputeFault.MEMORY is caught.value.kind
    assert "" == caplog.text
    assert posting(0) == await feed.detail(posting(0).id)


async def test_calls_wait_for_the_ports_and_end_when_there_are_none(wire):
    """A screen may ask before the store is open; if it never opens, it hears why."""
    asking = asyncio.create_task(wire.connection.call("settings", "load", (), {}))
    await asyncio.sleep(0)
    wire.server.refuse(StorageError(StorageFault.NEWER, "made by a later version"))

    with pytest.raises(StorageError, match="later version"):
        await asking


async def test_a_slow_call_holds_up_nobody_and_can_be_cancelled(wire, ports):
    """Cancelling here cancels over there."""
    started, cancelled = asyncio.Event(), asyncio.Event()

    class Slow:
        async def load(self) -> Settings:
            started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.set()
                raise
            return Settings()

    wire.server.offer(ports | {"settings": Slow()})
    waiting = asyncio.create_task(wire.connection.call("settings", "load", (), {}))
    await started.wait()
    assert len(postings(12)) == (await wire.connection.call("feed", "deck", (), {})).total
    waiting.cancel()

    await asyncio.wait_for(cancelled.wait(), 5)


async def test_when_the_other_side_goes_every_call_in_flight_fails_typed(wire):
    """Nobody waits for an answer that cannot come."""
    asking = [asyncio.create_task(wire.connection.call("settings", "load", (), {})) for _ in range(3)]
    await asyncio.sleep(0)
    wire.server._writer.close()

    results = await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), 5)
    assert [ComputeFault.UNAVAILABLE] * 3 == [error.kind for error in results]
    with pytest.raises(ComputeError):
        await wire.connection.call("settings", "load", (), {})


async def test_notes_go_both_ways_without_an_answer(wire, until):
    """Measurements travel as notes."""
    wire.connection.tell("load", 2)
    await until(lambda: wire.notes)

    assert [("load", msgspec.msgpack.encode(2))] == wire.notes


@pytest.mark.parametrize("garbage", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x02\xc1\xc1"])
async def test_garbage_on_the_wire_is_a_typed_error(garbage):
    """Neither a hang nor an allocation of what it claims."""
    with pytest.raises(ComputeError) as caught:
        await read_message(ended(garbage))

    assert ComputeFault.SHAPE is caught.value.kind


async def test_a_cut_frame_is_the_end():
    """As when the other side was killed in the middle of a write."""
    assert await read_message(ended(b"\x00\x00\x00\x03ab")) is None


def ended(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


async def test_a_frame_may_arrive_in_pieces():
    """Sockets keep bytes, not messages."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    data = frame(Note("topic", encoded([1, 2])))
    for byte in data:
        theirs.send(bytes([byte]))
        await asyncio.sleep(0)
    message = await read_message(reader)

    assert isinstance(message, Note)
    assert "topic" == message.topic
    theirs.close()
    writer.close()
