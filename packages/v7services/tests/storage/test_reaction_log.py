"""The log is the truth: what was appended is there, equal, in order, for ever."""

import asyncio
import math
import sqlite3

import pytest

from v7core.document import canonical_document, document_digest
from v7core.errors import InvalidValue, NotFound, StorageError, StorageFault
from v7core.models.feed import Forgetting, ReactionKind, Shown
from v7core.testing import samples
from v7core.testing.fakes import FixedClock
from v7services.storage import Storage
from v7services.storage.events import VERSION, link
from v7services.storage.plain import canonical


def shown(**changes):
    return Shown(
        **({"deck_id": "d", "round": 3, "position": 0, "mean": 0.1 + 0.2, "sd": 1e-9, "model_version": "m"} | changes)
    )


async def raw(path, *statements):
    """Statements by hand, as nobody of ours would."""

    def work():
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            for statement, *values in statements:
                connection.execute(statement, values)
        finally:
            connection.close()

    await asyncio.to_thread(work)


async def test_what_a_card_said_comes_back_to_the_last_bit(storage):
    """The change test replays predictions, so they are kept exactly."""
    event = samples.reaction(0, shown=shown())
    await storage.log.append(event)
    (read,) = await storage.log.read()
    assert event.shown == read.shown
    assert (0.1 + 0.2).hex() == read.shown.mean.hex()


@pytest.mark.parametrize("mean", [math.nan, math.inf, -math.inf])
async def test_a_prediction_that_is_no_number_is_refused(storage, mean):
    """SQLite would keep NaN as NULL, silently."""
    with pytest.raises(InvalidValue):
        await storage.log.append(samples.reaction(0, shown=shown(mean=mean)))
    assert await storage.log.last_sequence() == 0


async def test_text_that_is_not_unicode_is_refused(storage):
    """Nothing of it reaches the file."""
    with pytest.raises(InvalidValue):
        await storage.log.append(samples.reaction(0, shown=shown(model_version="\ud800")))
    assert await storage.log.last_sequence() == 0


async def test_the_document_is_kept_with_the_reaction(stocked):
    """Whatever the board changes later, what was reacted to can be learned from again."""
    posting = samples.posting(0)
    document = canonical_document(posting)
    await stocked.log.append(samples.reaction(0), document=document)
    await stocked.jobs.commit_poll(samples.report(), samples.harvest([samples.posting(0, text="Other.")]))
    assert document == await stocked.log.document(document_digest(document))
    assert {document_digest(document): document} == await stocked.log.documents([document_digest(document), "0" * 32])


async def test_the_store_keeps_its_own_copy_when_none_is_given(stocked):
    """Only when it is the one the reaction names."""
    await stocked.log.append(samples.reaction(0))
    assert canonical_document(samples.posting(0)) == await stocked.log.document(samples.reaction(0).document_id)
    await stocked.log.append(samples.reaction(1, document_id="ab" * 16))
    for digest in ("ab" * 16, "nothing of the kind"):
        with pytest.raises(NotFound):
            await stocked.log.document(digest)


async def test_another_document_than_named_is_refused(storage):
    """And so is the reaction."""
    with pytest.raises(InvalidValue):
        await storage.log.append(samples.reaction(0), document=b"something else")
    assert await storage.log.last_sequence() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update event set body = x'00' where sequence = 1",
        "delete from event where sequence = 2",
        "delete from event",
        "insert or replace into event select * from event where sequence = 1",
        ("insert or replace into event(sequence, key, kind, version, body, hash) "
        "values (4, 'event-0-interested', 'x', 1, x'', x'')"),
        "insert into event(sequence, key, kind, version, body, hash) values (9, 'new', 'x', 1, x'', x'')",
        "update document set body = x'00'",
        "delete from document",
    ],
)  # fmt: skip
async def test_the_file_itself_refuses_to_change_the_log(stocked, path, statement):
    """Even by hand: the triggers stand in the database."""
    for n in range(3):
        await stocked.log.append(samples.reaction(n))
    before = await stocked.log.read()
    with pytest.raises(sqlite3.IntegrityError):
        await raw(path, ("pragma recursive_triggers = on",), (statement,))
    assert before == await stocked.log.read()
    assert await stocked.log.verify() is None


@pytest.mark.parametrize(
    ("damage", "first"),
    [
        ("update event set body = cast(replace(cast(body as text), 'pass', 'save') as blob) where sequence = 2", 2),
        ("update event set hash = zeroblob(32) where sequence = 3", 3),
        ("delete from event where sequence = 2", 2),
        ("update event set kind = 'forgetting' where sequence = 4", 4),
        ("update event set key = 'another' where sequence = 1", 1),
        ("update event set job_id = zeroblob(16) where sequence = 1", 1),
        ("update event set sequence = 7 where sequence = 4", 4),
    ],
)  # fmt: skip
async def test_the_chain_names_the_first_event_that_does_not_hold(path, damage, first):
    """Somebody took the triggers away and edited a copy."""
    async with await Storage.open(path) as storage:
        for n in range(4):
            await storage.log.append(samples.reaction(n, ReactionKind.PASS))
    await raw(
        path, ("drop trigger event_stays",), ("drop trigger event_is_kept",),
        (damage,),
    )  # fmt: skip
    async with await Storage.open(path) as storage:
        assert first == await storage.log.verify()
        assert any(f"event {first}" in notice for notice in storage.notices), "seen at the start already"


async def test_events_of_a_later_version_are_kept_and_skipped_with_a_count(path):
    """Never dropped: the version that knows them finds them, in their place in the chain."""
    async with await Storage.open(path) as storage:
        await storage.log.append(samples.reaction(0))
        (last,) = await storage.database.read(lambda c: c.execute("select hash from event").fetchone())
    bodies = [
        canonical({"key": "later", "at": 0, "v": VERSION + 1, "kind": "reaction", "new": [1]}),
        canonical({"key": "other", "at": 0, "v": VERSION, "kind": "rating"}),
    ]
    for sequence, (body, kind, version) in enumerate(
        zip(bodies, ("reaction", "rating"), (VERSION + 1, VERSION), strict=True), 2
    ):
        last = link(last, sequence, body)
        key = ("later", "other")[sequence - 2]
        await raw(
            path,
            ("insert into event(sequence, key, kind, version, body, hash) values (?, ?, ?, ?, ?, ?)",
             sequence, key, kind, version, body, last),
        )  # fmt: skip
    async with await Storage.open(path) as storage:
        assert (await storage.log.append(samples.reaction(1))).sequence == 4
        assert [1, 4] == [event.sequence for event in await storage.log.read()]
        assert (await storage.log.unknown(), await storage.log.verify(), storage.notices) == (2, None, ())
        assert await storage.log.find("later") is None
        assert 4 == (await storage.log.find(samples.reaction(1).event_key)).sequence


async def test_order_is_by_sequence_whatever_the_clock_says(path):
    """A clock that goes back a year changes no order."""
    clock = FixedClock()
    async with await Storage.open(path, clock=clock) as storage:
        for n, offset in enumerate((0, -31_536_000, 5)):
            clock.advance(offset)
            await storage.log.append(Forgetting(event_key=f"k{n}", at=clock.now()))
        assert ["k0", "k1", "k2"] == [event.event_key for event in await storage.log.read()]


async def test_a_cancelled_append_is_whole_or_absent(storage):
    """The caller was not told "saved", so either is right, and asking again with the key settles it."""
    for n in range(30):
        task = asyncio.ensure_future(storage.log.append(samples.reaction(n % 7, key=f"k{n}")))
        for _ in range(n % 4):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    for n in range(30):
        await storage.log.append(samples.reaction(n % 7, key=f"k{n}"))
    assert {f"k{n}" for n in range(30)} == {event.event_key for event in await storage.log.read()}
    assert (await storage.log.last_sequence(), await storage.log.verify()) == (30, None)


async def test_a_closed_store_says_so(path):
    """Closing twice is closing once; what was handed over before is done."""
    storage = await Storage.open(path)
    waiting = asyncio.gather(*(storage.log.append(samples.reaction(n)) for n in range(5)))
    await asyncio.sleep(0)
    await storage.close()
    await storage.close()
    assert [1, 2, 3, 4, 5] == [done.sequence for done in await waiting]
    for call in (storage.log.append(samples.reaction(6)), storage.log.read()):
        with pytest.raises(StorageError) as caught:
            await call
        assert StorageFault.CLOSED is caught.value.kind
