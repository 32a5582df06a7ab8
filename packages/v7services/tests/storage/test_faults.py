"""What a disk, a system or a hand can do to the file. Names end in the row of docs/reliability.md they prove."""

import asyncio
import os
import shutil
import sqlite3
import stat
import subprocess
import sys

import pytest

from v7core.errors import ConfigError, StorageError, StorageFault
from v7core.testing import samples
from v7core.testing.fakes import ListRecorder
from v7services.storage import Storage, migrations
from v7services.storage.files import BESIDE, beside
from v7services.storage.opening import open_database

from .support import acknowledged, run

strace = shutil.which("strace")


def may_trace():
    if strace is None:
        return False
    done = subprocess.run([strace, "-qq", "-o", "/dev/null", "true"], capture_output=True, timeout=20, check=False)
    return done.returncode == 0


traced = pytest.mark.skipif(not may_trace(), reason="strace is not installed or may not trace here")


async def filled(path, events=3, postings=5):
    async with await Storage.open(path) as storage:
        await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(postings)))
        for n in range(events):
            await storage.log.append(samples.reaction(n, key=f"k{n}"))


async def keys(path):
    async with await Storage.open(path) as storage:
        assert await storage.log.verify() is None
        return [event.event_key for event in await storage.log.read()]


async def test_a_full_disk_keeps_what_was_kept_and_says_what_was_not_s1(path):
    """At every size the files may have: acknowledged is there, refused is refused as full, reading goes on."""
    await filled(path)
    size = path.stat().st_size
    refused = 0
    for more in (0, 8_000, 40_000, 90_000):
        lines = run("limited", path, size + more, *(f"m{more}-{n}" for n in range(25)))
        kept, said = acknowledged(lines), [line for line in lines if line.startswith("no ")]
        refused += len(said)
        assert all(line.endswith(("StorageFault.FULL", "StorageFault.IO")) for line in said)
        assert lines[-1].startswith("left ") == ("open" in lines), "reading works, and the chain holds"
        assert set(kept) <= set(await keys(path))
    assert refused


@traced
@pytest.mark.parametrize("nth", [1, 3, 6])
async def test_no_space_at_a_write_s1(path, nth):
    """The n-th write and every later one fails: not acknowledged, typed, and the file is sound."""
    await filled(path)
    inject = ["-e", "trace=pwrite64", "-e", f"inject=pwrite64:error=ENOSPC:when={nth}+", "-P", f"{path}-wal"]
    lines = run("append", path, "a", "b", before=[strace, "-f", "-qq", "-o", "/dev/null", *inject])
    assert all(line.split()[2] == "StorageFault.FULL" for line in lines if line.startswith("no ")), lines
    assert any(line.startswith("no ") for line in lines)
    assert set(acknowledged(lines)) <= set(await keys(path))


@traced
async def test_a_checkpoint_without_space_loses_nothing_s2(path, tmp_path):
    """The WAL is kept, the commit was acknowledged before, and the person is told."""
    await filled(path)
    code = (
        "import asyncio, sys; from pathlib import Path; from v7services.storage import Storage, database;"
        "from v7core.testing import samples\n"
        "database.CHECKPOINT_BYTES = 1\n"
        "async def main():\n"
        "  async with await Storage.open(Path(sys.argv[1])) as s:\n"
        "    for n in range(3):\n"
        "      await s.log.append(samples.reaction(n, key=f'c{n}')); print('ok', f'c{n}', flush=True)\n"
        "    print(await s.log.last_sequence(), *s.notices)\n"
        "asyncio.run(main())"
    )
    inject = ["-P", str(path), "-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=1+"]
    done = await asyncio.to_thread(
        subprocess.run, [strace, "-f", "-qq", "-o", "/dev/null", *inject, sys.executable, "-c", code, str(path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    *_, last = done.stdout.splitlines()
    assert last.startswith("6 ")
    assert "nothing is lost" in last
    assert {"c0", "c1", "c2"} <= set(await keys(path))


@traced
@pytest.mark.parametrize("nth", [1, 2])
async def test_a_failed_sync_is_never_taken_for_a_kept_event_s3(path, nth):
    """One sync fails: that event is refused, and the next is acknowledged only from a WAL that was begun afresh."""
    await filled(path)
    inject = ["-P", f"{path}-wal", "-e", "trace=fdatasync,fsync", "-e", f"inject=fdatasync,fsync:error=EIO:when={nth}"]
    lines = run("append", path, *"abcd", before=[strace, "-f", "-qq", "-o", "/dev/null", *inject])
    assert ["no"] == [line.split()[0] for line in lines if "StorageFault.IO" in line], lines
    assert 3 == len(acknowledged(lines))
    assert set(acknowledged(lines)) <= set(await keys(path))


@traced
async def test_every_sync_failing_acknowledges_nothing_s3(path):
    """Typed, and reading goes on."""
    await filled(path)
    inject = ["-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO"]
    lines = run("append", path, *"ab", before=[strace, "-f", "-qq", "-o", "/dev/null", *inject])
    assert acknowledged(lines) == []
    assert ["k0", "k1", "k2"] == [key for key in await keys(path) if key.startswith("k")]


@traced
async def test_a_disk_that_lies_is_caught_by_the_chain_or_the_length_of_the_log_s4(path):
    """Writes are skipped and reported as done: the store never opens without a word about it."""
    await filled(path)
    inject = ["-P", f"{path}-wal", "-e", "trace=pwrite64", "-e", "inject=pwrite64:retval=4096:when=2+"]
    run("append", path, *"abcdef", before=[strace, "-f", "-qq", "-o", "/dev/null", *inject])
    try:
        async with await Storage.open(path) as storage:
            kept = {event.event_key for event in await storage.log.read()}
            assert {"k0", "k1", "k2"} <= kept
            assert set("abcdef") <= kept or storage.notices
    except StorageError as error:
        assert StorageFault.CORRUPT is error.kind  # noqa: PT017 - either end is right


async def test_a_home_that_cannot_be_written_opens_read_only_and_says_so_s5(path, tmp_path):
    """Everything can be read; nothing is pretended to be kept."""
    await filled(path)
    for folder in (*list(tmp_path.parents)[:2], tmp_path):
        folder.chmod(folder.stat().st_mode | 0o055)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    lines = await asyncio.to_thread(run, "unprivileged", path, 65534, "append")
    assert "opened read_only=True" == lines[0]
    assert "cannot be written" in lines[1]
    assert ["events 3", "StorageError StorageFault.READ_ONLY 5"] == lines[-2:]


async def test_read_only_on_request_changes_nothing_s5(path):
    """Not even a file beside it that was not there."""
    await filled(path)
    before = {each.name: each.stat().st_size for each in path.parent.iterdir()}
    async with await Storage.open(path, read_only=True) as storage:
        assert (3, 5) == (await storage.log.last_sequence(), len(await storage.jobs.open_jobs()))
        with pytest.raises(StorageError) as caught:
            await storage.log.append(samples.reaction(0, key="new"))
        assert StorageFault.READ_ONLY is caught.value.kind
    after = {each.name: each.stat().st_size for each in path.parent.iterdir()}
    assert before == {name: size for name, size in after.items() if not name.endswith(("-shm", "-wal"))}
    with pytest.raises(StorageError):
        await Storage.open(path.with_name("absent"), read_only=True)


async def test_a_home_that_cannot_be_made_is_the_persons_to_change_s6(tmp_path):
    """One line, exit 2."""
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ConfigError) as caught:
        await Storage.open(file / "home" / "v7.sqlite3")
    assert (2, "home") == (caught.value.exit_code, caught.value.key)
    assert ["ConfigError  2"] == await asyncio.to_thread(run, "unprivileged", "/proc/v7/v7.sqlite3", 65534, "read")


async def test_a_locked_file_is_busy_after_the_wait_and_can_be_read_meanwhile_s7_s8(path, monkeypatch):
    """Every write begins immediately, so waiting works; a read-then-write would fail at once."""
    from v7services.storage import connecting

    await filled(path)
    monkeypatch.setattr(connecting, "WAIT_S", 0.2)
    async with await Storage.open(path) as storage:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("begin immediate")
        with pytest.raises(StorageError) as caught:
            await storage.log.append(samples.reaction(0, key="new"))
        assert StorageFault.BUSY is caught.value.kind
        assert 3 == await storage.log.last_sequence()
        other.execute("rollback")
        other.close()
        assert 4 == (await storage.log.append(samples.reaction(0, key="new"))).sequence


def _damaged(path, how):
    size = path.stat().st_size
    with path.open("r+b") as file:
        if how == "text":
            file.truncate(0)
            file.write(b"Dear diary, this is no database.\n" * 200)
        elif how == "zeroed header":
            file.write(bytes(100))
        elif how == "zeroed page":
            file.write(bytes(4096))
        elif how == "truncated":
            file.truncate(size // 2 - 100)
        elif how == "empty":
            file.truncate(0)
        else:
            file.seek(4096 * 2)
            file.write(b"\xaa" * 4096 * 6)


DAMAGES = ["text", "zeroed header", "zeroed page", "truncated", "garbage pages", "empty"]


@pytest.mark.parametrize("how", DAMAGES)
async def test_a_damaged_file_is_refused_and_left_as_it_is_s16(path, how):
    """Never a new database in its place, and not a byte of it touched."""
    await filled(path, events=40, postings=60)
    _damaged(path, how)
    before = path.read_bytes()
    kinds = set()
    try:
        async with await Storage.open(path) as storage:
            for ask in (storage.log.read, storage.jobs.open_jobs, storage.log.verify):
                try:
                    await ask()
                except StorageError as error:
                    kinds.add(error.kind)
            broken = [each for each in await _findings(storage) if not each.sound]
            assert broken, "whoever opens it can find out"
            assert all(each.fix for each in broken)
    except StorageError as error:
        kinds.add(error.kind)
    assert kinds <= {StorageFault.CORRUPT, StorageFault.INVALID}
    assert before == path.read_bytes()


async def _findings(storage):
    from v7services.storage.checking import check

    return await check(storage.database)


async def test_a_database_that_is_gone_is_not_replaced_by_an_empty_one_s16(path):
    """The log's head says that there was one."""
    await filled(path)
    path.unlink()
    with pytest.raises(StorageError) as caught:
        await Storage.open(path)
    assert StorageFault.CORRUPT is caught.value.kind
    assert "3 events" in str(caught.value)
    assert not path.exists()


async def _crashed(path, folder):
    """A copy of a store as a crash leaves it: with a WAL full of commits."""
    await filled(path, events=1)
    copy = folder / "crashed" / path.name
    copy.parent.mkdir(mode=0o700)
    async with await Storage.open(path) as storage:
        for n in range(1, 6):
            await storage.log.append(samples.reaction(n, key=f"k{n}"))
        for ending in ("", "-wal", "-head"):
            shutil.copy(beside(path, ending), beside(copy, ending))
    return copy


async def test_a_wal_that_was_deleted_is_named_s17(path, tmp_path):
    """It opens at the last checkpoint and says which events are gone."""
    copy = await _crashed(path, tmp_path)
    async with await Storage.open(copy) as storage:
        assert (6, ()) == (await storage.log.last_sequence(), storage.notices)
    copy = await _crashed(tmp_path / "again" / "v7.sqlite3", tmp_path / "again")
    beside(copy, "-wal").unlink()
    async with await Storage.open(copy) as storage:
        assert 1 == await storage.log.last_sequence()
        assert any("events 2 to 6 are gone" in notice for notice in storage.notices)
        assert any(not each.sound and each.name == "log length" for each in await _findings(storage))


async def test_a_deleted_shm_is_made_again_s17(path, tmp_path):
    """It holds nothing that is not in the WAL."""
    copy = await _crashed(path, tmp_path)
    beside(copy, "-shm").unlink(missing_ok=True)
    assert [f"k{n}" for n in range(6)] == await keys(copy)


async def test_an_old_schema_is_migrated_with_a_copy_of_before_s18(path):
    """The copy is a whole database of the old schema."""
    await filled(path)
    more = (*migrations.shipped(), "create table added(n integer) strict;\n")
    opened = await asyncio.to_thread(open_database, path, sql=more)
    assert migrations.CURRENT + 1 == migrations.version_of(opened.connection, migrations.CURRENT + 1)
    assert 3 == opened.connection.execute("select count(*) from event").fetchone()[0]
    for each in (opened.connection, opened.turns, opened.use):
        each.close()
    copy = path.with_name(f"{path.name}.schema-{migrations.CURRENT}")
    assert 0o600 == stat.S_IMODE(copy.stat().st_mode)
    with pytest.raises(StorageError) as caught:
        await Storage.open(path)
    assert (StorageFault.NEWER, True) == (
        caught.value.kind, f"schema {migrations.CURRENT + 1}" in str(caught.value),
    )  # fmt: skip
    copy.replace(path)
    for ending in BESIDE:
        beside(path, ending).unlink(missing_ok=True)
    assert ["k0", "k1", "k2"] == await keys(path)


async def test_a_migration_that_fails_changes_nothing_s18(path):
    """Half of it would have been done already."""
    await filled(path)
    bad = (*migrations.shipped(), "create table added(n integer) strict;\ninsert into nowhere values (1);\n")
    with pytest.raises(sqlite3.OperationalError):
        await asyncio.to_thread(open_database, path, sql=bad)
    assert ["k0", "k1", "k2"] == await keys(path)
    async with await Storage.open(path) as storage:
        query = "select count(*) from sqlite_schema where name = 'added'"
        assert (0,) == await storage.database.read(lambda c: c.execute(query).fetchone())


async def test_somebody_elses_database_is_not_touched_s18(path):
    """Whatever version number it has."""
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.executescript("create table theirs(x); pragma user_version = 1;")
    other.close()
    path.chmod(0o600)
    before = path.read_bytes()
    with pytest.raises(StorageError) as caught:
        await Storage.open(path)
    assert (StorageFault.INVALID, before) == (caught.value.kind, path.read_bytes())


def test_the_schema_this_version_writes_is_the_last_one_shipped():
    """The constant spares every start from reading the files."""
    assert migrations.CURRENT == len(migrations.shipped())


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
async def test_only_the_owner_can_read_from_the_first_instant_s28(path, mask):
    """Whatever the umask; WAL and shared memory too, while it is open."""
    before = os.umask(mask)
    try:
        async with await Storage.open(path) as storage:
            await storage.log.append(samples.reaction(0))
            await storage.jobs.counts()
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)
    assert {f"{path.name}{ending}" for ending in ("", "-wal", "-shm", "-turn", "-use", "-head")} == set(modes)
    assert {0o600} == set(modes.values())


@traced
def test_no_file_is_ever_created_readable_by_others_s28(path):
    """As the system sees it: every creating open of the home names mode 0600."""
    log = path.parent.parent / "trace"
    run("append", path, "a", before=[strace, "-f", "-qq", "-o", str(log), "-e", "trace=openat,open,mkdir,mkdirat"])
    lines = [line for line in log.read_text().splitlines() if str(path.parent) in line]
    created = [line for line in lines if "O_CREAT" in line]
    assert created
    assert all(", 0600)" in line for line in created), created
    assert any("mkdir" in line and "0700" in line for line in lines)


async def test_files_that_were_opened_up_are_closed_again_s28(path):
    """And it is said."""
    await filled(path)
    path.chmod(0o644)
    async with await Storage.open(path) as storage:
        assert any("could be read by others" in notice for notice in storage.notices)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-head", "-turn"])
async def test_a_link_in_the_place_of_a_file_is_refused(path, tmp_path, ending):
    """Nobody writes through a link that somebody else put there."""
    path.parent.mkdir(mode=0o700)
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    beside(path, ending).symlink_to(target)
    with pytest.raises(StorageError) as caught:
        await Storage.open(path)
    assert (StorageFault.INVALID, b"precious") == (caught.value.kind, target.read_bytes())


async def test_hardly_any_open_file_left_is_no_lost_log_s29(path):
    """Refused or kept, and afterwards it goes on."""
    lines = await asyncio.to_thread(run, "few_files", path, 40)
    assert all(line == "kept" or line.startswith("refused StorageFault.IO") for line in lines[:-1]), lines
    async with await Storage.open(path) as storage:
        kept = [event.event_key for event in await storage.log.read()]
        assert (await storage.log.verify(), kept[0], kept[-1]) == (None, "before", "after")


async def test_a_full_text_index_out_of_step_is_found_and_made_anew_s27(path):
    """The check names it, the rebuild says whether it was right."""
    from v7services.storage.maintenance import rebuild

    await filled(path)
    async with await Storage.open(path) as storage:
        assert (True, True) == _sound(await rebuild(storage.database))
        await storage.database.write(lambda c: c.execute("delete from words where n = 2").close())
        broken = [each.name for each in await _findings(storage) if not each.sound]
        assert "search index" in broken
        await storage.database.write(lambda c: c.execute("update board set open_jobs = 99").close())
        assert (False, False) == _sound(await rebuild(storage.database))
        assert (True, True) == _sound(await rebuild(storage.database))


def _sound(rebuilt):
    return rebuilt.index_was_sound, rebuilt.counts_were_sound


async def test_the_wal_does_not_grow_for_ever_x5(path, monkeypatch):
    """It is brought into the database by and by, by the writer, after its answers."""
    from v7services.storage import database

    monkeypatch.setattr(database, "CHECKPOINT_BYTES", 100_000)
    recorder = ListRecorder()
    async with await Storage.open(path, recorder=recorder) as storage:
        for n in range(150):
            await storage.log.append(samples.reaction(n % 7, key=f"k{n}"))
        await storage.database.alone(lambda c: None)
        assert beside(path, "-wal").stat().st_size < 500_000
    assert recorder.values("store.checkpoint_failures") == []
    assert 150 == len(await keys(path))
