"""Killed at any moment: what was acknowledged is there once, what was not is there once or not at all."""

import asyncio
import random
import shutil
import sqlite3
import time

import pytest

from v7core.testing import samples
from v7services.lease import Lease, lease_path
from v7services.storage import Storage, migrations
from v7services.storage.files import beside

from .support import acknowledged, end, run, start


async def _log(path):
    async with await Storage.open(path) as storage:
        assert (await storage.log.verify(), storage.notices) == (None, ())
        events = await storage.log.read()
        assert list(range(1, len(events) + 1)) == [event.sequence for event in events]
        return [event.event_key for event in events]


def _killed(what, path, tag, seconds, first_line=True):
    """Run a program, kill it so long after its first line; returns the whole lines it printed."""
    process = start(what, path, tag)
    head = process.stdout.readline() if first_line else ""
    time.sleep(seconds)
    return [head, *end(process)]


@pytest.mark.parametrize("rounds", [5, pytest.param(150, marks=pytest.mark.slow)])
async def test_kill_9_while_appending_s10_s24(path, rounds):
    """Then each event is sent again under its key, as somebody does who saw no answer."""
    rng = random.Random(rounds)
    told, sent = [], set()
    for n in range(rounds):
        lines = await asyncio.to_thread(_killed, "forever", path, f"r{n}", rng.uniform(0.0, 0.25))
        told += acknowledged(lines)
        kept = await _log(path)
        assert set(told) <= set(kept), "lost"
        assert len(kept) == len(set(kept)), "kept twice"
        sent |= {f"r{n}-{i}" for i in range(len(lines) + 5)}
        assert set(kept) <= sent, "never sent"
        last = acknowledged(lines)[-1:] or [f"r{n}-0"]
        again = await asyncio.to_thread(run, "append", path, *last)
        assert last == acknowledged(again)
        sent |= set(last)
        told += last
    kept = await _log(path)
    assert len(kept) == len(set(kept))


@pytest.mark.parametrize("rounds", [4, pytest.param(80, marks=pytest.mark.slow)])
async def test_kill_9_while_polls_are_committed_s12(path, rounds):
    """A poll is absent or whole: no posting without its words, its board's count and its report."""
    rng = random.Random(rounds)
    for n in range(rounds):
        lines = await asyncio.to_thread(_killed, "polls", path, f"r{n}", rng.uniform(0.0, 0.3))
        async with await Storage.open(path) as storage:
            counts = await storage.jobs.counts()
            assert set(counts.values()) <= {40}
            assert set(acknowledged(lines)) <= set(counts)
            whole = (
                "select (select count(*) from job) = (select count(*) from words), "
                "(select count(*) from job) = (select count(*) from found_docsize), "
                "(select count(distinct board_n) from job) = (select count(*) from report)"
            )
            assert (1, 1, 1) == await storage.database.read(lambda c, q=whole: c.execute(q).fetchone())
            found = await storage.database.read(lambda c: c.execute("pragma quick_check").fetchone())
            assert ("ok",) == found


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.slow)])
async def test_kill_9_while_snapshots_are_written_s14(path, rounds):
    """The latest one given back is whole, and no older than the last that was acknowledged."""
    rng = random.Random(rounds)
    for n in range(rounds):
        lines = await asyncio.to_thread(_killed, "snapshots", path, f"r{n}", rng.uniform(0.0, 0.3))
        async with await Storage.open(path) as storage:
            latest = await storage.snapshots.latest("fold")
        told = acknowledged(lines)
        assert latest is not None or not told
        if latest is not None:
            sequence, body = latest
            assert sequence.to_bytes(4, "big") * 250_000 == body
            assert sequence >= int(told[-1] if told else 0)


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.slow)])
async def test_kill_9_while_a_new_version_migrates_s13(path, tmp_path, rounds):
    """Old schema or new, never between; and the log is the same in both."""
    async with await Storage.open(path) as storage:
        for n in range(5):
            await storage.log.append(samples.reaction(n, key=f"k{n}"))
    shutil.copytree(path.parent, tmp_path / "before")
    rng = random.Random(rounds)
    seen = set()
    for _ in range(rounds):
        shutil.rmtree(path.parent)
        shutil.copytree(tmp_path / "before", path.parent)
        process = await asyncio.to_thread(start, "upgrade", path)
        await asyncio.to_thread(process.stdout.readline)
        await asyncio.sleep(rng.uniform(0.0, 0.06))
        end(process)
        connection = sqlite3.connect(path)
        version = migrations.version_of(connection, migrations.CURRENT + 1)
        tables = connection.execute("select count(*) from sqlite_schema where name = 'added'").fetchone()[0]
        rows = connection.execute("select count(*) from added").fetchone()[0] if tables else 300
        events = connection.execute("select count(*) from event").fetchone()[0]
        connection.close()
        seen.add(version)
        assert (version - migrations.CURRENT, 300, 5) == (tables, rows, events)
        if version > migrations.CURRENT:
            copy = sqlite3.connect(path.with_name(f"{path.name}.schema-{migrations.CURRENT}"))
            assert (migrations.CURRENT, 5) == (
                migrations.version_of(copy), copy.execute("select count(*) from event").fetchone()[0],
            )  # fmt: skip
            copy.close()
    assert seen


async def test_kill_9_between_the_very_first_steps_of_a_home_s11(path):
    """A home that was begun and not finished is taken over without a word."""
    for delay in (0.0, 0.1, 0.15, 0.2, 0.25):
        await asyncio.to_thread(_killed, "append", path, "first", delay, False)
        async with await Storage.open(path) as storage:
            assert storage.notices == ()
            await storage.log.append(samples.reaction(0, key=f"d{delay}"))
    assert {f"d{delay}" for delay in (0.0, 0.1, 0.15, 0.2, 0.25)} <= set(await _log(path))


# --- two processes --------------------------------------------------------------------------------------------------


async def test_two_processes_are_both_usable_s9(path):
    """Both append and read all the while; every event of both is there once, in one order."""
    async with await Storage.open(path) as storage:
        others = [await asyncio.to_thread(start, "append", path, *(f"{tag}{n}" for n in range(40))) for tag in "xy"]
        for n in range(40):
            await storage.log.append(samples.reaction(n % 7, key=f"z{n}"))
            await storage.log.read(after=n)
        outs = [(await asyncio.to_thread(other.communicate, timeout=60))[0].splitlines() for other in others]
        assert [40, 40] == [len(acknowledged(lines)) for lines in outs]
        assert 120 == await storage.log.last_sequence()
    kept = await _log(path)
    assert {f"{tag}{n}" for tag in "xyz" for n in range(40)} == set(kept)


async def test_a_new_home_may_be_opened_by_many_at_once_s9(path):
    """One of them makes it, the others wait that moment; each one's event is there."""
    started = [await asyncio.to_thread(start, "append", path, f"p{n}") for n in range(4)]
    outs = [(await asyncio.to_thread(each.communicate, timeout=60)) for each in started]
    assert [[f"p{n}"] for n in range(4)] == [acknowledged(out.splitlines()) for out, _ in outs], outs
    assert {f"p{n}" for n in range(4)} == set(await _log(path))


async def test_a_commit_waits_for_another_process_that_writes_s7(path):
    """Not for ever, but longer than a poll takes."""
    async with await Storage.open(path) as storage:
        other = await asyncio.to_thread(start, "lock", path, 0.5)
        assert "locked\n" == await asyncio.to_thread(other.stdout.readline)
        assert (await storage.log.append(samples.reaction(0))).new
        other.communicate(timeout=20)


async def test_one_poller_by_lease_and_a_dead_ones_is_taken_over_s9(path, clock):
    """The lock dies with its process; pid and time are for people."""
    path.parent.mkdir(mode=0o700)
    lease = Lease(lease_path(path), clock=clock)
    other = await asyncio.to_thread(start, "hold", path, 60)
    assert "lease True\n" == await asyncio.to_thread(other.stdout.readline)
    assert (lease.acquire(), lease.held, lease.holder().pid) == (False, False, other.pid)
    end(other)
    assert lease.holder() is None
    assert (lease.acquire(), lease.acquire(), lease.held) == (True, True, True)
    second = Lease(lease_path(path))
    assert (False, clock.now()) == (second.acquire(), second.holder().since)
    lease.release()
    lease.release()
    assert (second.holder(), second.acquire()) == (None, True)
    second.release()
    assert 0o600 == lease_path(path).stat().st_mode & 0o777


async def test_a_checkpoint_stands_back_while_another_process_commits_s20(path, tmp_path):
    """One or the other: side by side they can lose pages before SQLite 3.51.3."""
    from v7services.storage.turns import Turns

    async with await Storage.open(path) as storage:
        await storage.log.append(samples.reaction(0))
        other = Turns(beside(path, "-turn"))
        size = beside(path, "-wal").stat().st_size
        with other.shared(0):
            await asyncio.to_thread(storage.database._checkpoint)
            assert size == beside(path, "-wal").stat().st_size
        await asyncio.to_thread(storage.database._checkpoint)
        assert 0 == beside(path, "-wal").stat().st_size
        with other.alone() as alone:
            assert alone
            waiting = asyncio.ensure_future(storage.log.append(samples.reaction(1)))
            await asyncio.sleep(0.1)
            assert not waiting.done()
        assert 2 == (await waiting).sequence
        other.close()
