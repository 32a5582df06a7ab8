"""kill -9 in the middle of a poll, and of the first start of a new version: by the real command, at any moment.

Moments are parts of how long an undisturbed run takes here; what has to hold holds at each of them. Larger loops, and
kills at each write-like call, were run from outside: docs/reliability.md.
"""

import asyncio
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from v7core.testing import samples
from v7services.storage import Storage, migrations
from v7services.storage.checking import check
from v7services.storage.encoding import JOB_COLUMNS, WORD_COLUMNS, encode
from v7services.storage.events import row_of
from v7services.storage.files import BESIDE
from v7services.storage.opening import open_database
from v7services.storage.plain import micros
from v7services.storage.reaction_log import write_row
from v7terminal.paths import Home

POSTINGS, EVENTS = 600, 12


def killed_after(seconds, *arguments):
    """Run a command, kill it so long after its start; returns the whole lines it printed by then."""
    command = [sys.executable, "-m", "v7terminal", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate(timeout=60)
    return [line for line in said.splitlines(keepends=True) if line.endswith("\n")]


def taken(v7, *arguments):
    """Seconds an undisturbed run takes."""
    began = time.monotonic()
    v7(*arguments)
    return time.monotonic() - began


def look(database, ask):
    """What `ask` finds in a store that has nothing to complain of and beside which lies nothing that should not."""

    async def asked():
        async with await Storage.open(database) as storage:
            assert storage.notices == ()
            assert [] == [finding for finding in await check(storage.database) if not finding.sound]
            return await ask(storage)

    found = asyncio.run(asked())
    allowed = {database.name, *(f"{database.name}{ending}" for ending in BESIDE), f"{database.name}.schema-1"}
    assert set() == {each.name for each in database.parent.iterdir()} - allowed
    return found


def turn(number):
    """What the board has at one moment: half of it stays, half says something else than before, four come or go."""
    stay = [f"Baker {n}" for n in range(20)]
    return [*stay, *(f"Cook {n} of turn {number}" for n in range(20 + 4 * (number % 2)))]


async def titles(storage):
    """Of the postings that are open, and the number of the latest report."""
    summaries = await storage.jobs.summaries(await storage.jobs.open_jobs())
    (report,) = await storage.database.read(lambda c: c.execute("select max(n) from report").fetchone())
    return sorted(job.title for job in summaries.values()), report


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.slow)])
def test_a_refresh_killed_at_any_moment_is_whole_or_absent(board, v7, home, rounds):
    """The board as it was or as it is now, with its report, never a mixture; what was told is kept."""
    v7("sources", "add", "lever:acme")
    board.titles = turn(0)
    typical = taken(v7, "refresh")
    rng, reported, kept = random.Random(rounds), 1, 0
    for number in range(1, rounds + 1):
        board.titles = turn(number)
        told = killed_after(typical * rng.uniform(0.4, 1.1), "refresh", "lever:acme")
        found, report = look(Home(home).database, titles)
        now = found == sorted(turn(number))
        assert now or found == sorted(turn(kept))
        assert now or not told
        assert reported + now == report
        reported, kept = report, number if now else kept
    v7("refresh")
    assert (sorted(turn(rounds)), reported + 1) == look(Home(home).database, titles)


def written_as_schema_1(database):
    """A home as the first version left it."""
    opened = open_database(database, sql=migrations.shipped()[:1])
    connection, now = opened.connection, micros(samples.NOW)
    connection.execute("begin")
    connection.execute("insert into board(n, source, board, open_jobs) values (1, 'lever', 'acme', ?)", (POSTINGS,))
    for n, each in enumerate((encode(posting, now) for posting in samples.postings(POSTINGS)), 1):
        connection.execute(
            f"insert into job(n, id, board_n, first_seen, changed_at, revision, {', '.join(JOB_COLUMNS)}) "
            f"values (?, ?, 1, ?, ?, 1{', ?' * len(JOB_COLUMNS)})",
            (n, each.id, now, now, *each.job),
        )
        connection.execute(
            "insert into facet(n, board_n, newest, workplace, company_fold, places_fold) "
            "values (?, 1, ?, 0, 'acme', 'leeds')",
            (n, now),
        )
        for table, key in (("words", "n"), ("found", "rowid")):
            connection.execute(
                f"insert into {table}({key}, {', '.join(WORD_COLUMNS)}) values (?{', ?' * len(WORD_COLUMNS)})",
                (n, *each.words),
            )
    for n in range(EVENTS):
        write_row(connection, row_of(samples.reaction(n, key=f"k{n}")))
    connection.execute("commit")
    for each in (connection, opened.turns, opened.use):
        each.close()


def lies(database):
    """What stands in a store, told by plain SQLite from a copy: version, tables, events of the log, postings."""
    copy = database.parent.with_name("looked-at")
    shutil.copytree(database.parent, copy)
    try:
        with closing(sqlite3.connect(copy / database.name)) as connection:
            return whole(connection)
    finally:
        shutil.rmtree(copy)


def whole(connection):
    """(schema, its tables, (events of the log, postings)) of a sound database."""
    assert [("ok",)] == connection.execute("pragma quick_check").fetchall()
    (version,) = connection.execute("pragma user_version").fetchone()
    tables = connection.execute("select name, sql from sqlite_schema order by name").fetchall()
    events = connection.execute("select sequence, key, hash from event order by sequence").fetchall()
    return version, tables, (events, connection.execute("select id, content from job order by n").fetchall())


async def contents(storage):
    """The log and the postings, as `whole` has them."""
    return (await storage.database.read(whole))[2]


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_the_first_start_of_a_new_version_killed_at_any_moment(tmp_path, v7, home, rounds):
    """It lies there in the old schema or in the new one, with a copy of before; opened again it is whole, and tidy."""
    database, before = Home(home).database, tmp_path / "before"
    written_as_schema_1(database)
    old = lies(database)
    assert (1, EVENTS, POSTINGS) == (old[0], *map(len, old[2]))
    shutil.copytree(home, before)
    typical = taken(v7, "reactions", "--ids")
    new = lies(database)
    assert (migrations.CURRENT, old[2]) == (new[0], new[2])
    rng = random.Random(rounds)
    for _ in range(rounds):
        shutil.rmtree(home)
        shutil.copytree(before, home)
        told = killed_after(typical * rng.uniform(0.4, 1.0), "reactions", "--ids")
        found = lies(database)
        assert found in (old, new)
        assert found == new or not told
        copy = database.with_name(f"{database.name}.schema-1")
        assert copy.exists() or found == old
        assert old[2] == look(database, contents)
        with closing(sqlite3.connect(copy)) as connection:
            assert old == whole(connection)
