"""Backup, restore, checks, export, import, a new start, and taking everything away."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from v7core.document import canonical_document
from v7core.errors import InvalidValue, NotFound, StorageError, StorageFault
from v7core.models.feed import ReactionKind
from v7core.models.filters import JobFilter, SearchQuery
from v7core.models.person import ApplicationStage, Settings
from v7core.testing import samples
from v7services.storage import Storage, checking, salvage
from v7services.storage.checking import check
from v7services.storage.exporting import export_lines, export_rows
from v7services.storage.files import beside
from v7services.storage.importing import Imported, import_lines
from v7services.storage.maintenance import backup, delete_everything, restore
from v7services.storage.opening import copy_to


class Killed(BaseException):
    """The process ends here."""


def pid_of_nobody():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(30)
    return process.pid


def killed(*_args, **_options):
    raise Killed


async def live(storage):
    """Something of everything."""
    await storage.sources.add(samples.KEY, "Acme")
    await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(6)))
    edited = samples.posting(4, text="Edited.")
    await storage.jobs.commit_poll(samples.report(), samples.harvest([*samples.postings(4), edited]))
    for n, kind in enumerate(ReactionKind):
        await storage.log.append(samples.reaction(n, kind, key=f"k{n}"))
    await storage.log.append(samples.retraction("k0"))
    await storage.saved.move(samples.posting(2).id, ApplicationStage.INTERVIEW, note="Tuesday\nat nine")
    await storage.groups.merge([samples.posting(n).id for n in (0, 1, 2)])
    await storage.groups.split(samples.posting(1).id)
    await storage.searches.keep("nurse", SearchQuery(text="nurse", filters=JobFilter(places=("leeds",))))
    await storage.settings.save(Settings(match_text="Nurse", seed=7))


async def everything(storage):
    """What a person would miss."""
    jobs = [samples.posting(n).id for n in range(6)]
    searches = await storage.searches.list()
    return (
        await storage.log.read(),
        set(await storage.jobs.open_jobs()),
        await storage.jobs.postings(jobs),
        [await storage.jobs.history(job) for job in jobs],
        [await storage.jobs.facts(job) for job in jobs],
        [(saved.job.id, saved.stage, saved.note) for saved in await storage.saved.list()],
        await storage.groups.all(),
        [(search.text, search.query, search.kept_at) for search in searches],
        await storage.settings.load(),
        [(record.key, record.name, record.paused) for record in await storage.sources.all()],
        await storage.log.documents([samples.reaction(n).document_id for n in range(4)]),
    )


async def test_a_backup_is_one_file_and_moves_to_another_machine(storage, tmp_path):
    """Whole, checked, private; and a second one is not written over it."""
    await live(storage)
    made = await backup(storage.database, tmp_path / "b.sqlite3")
    assert (6, 5, 0o600) == (made.postings, made.events, made.path.stat().st_mode & 0o777)
    assert ["b.sqlite3", "home"] == sorted(each.name for each in tmp_path.iterdir())
    with pytest.raises(InvalidValue):
        await backup(storage.database, made.path)
    there = tmp_path / "there" / "v7.sqlite3"
    assert restore(there, made.path) is None
    async with await Storage.open(there) as other:
        assert await everything(storage) == await everything(other)
        assert (await other.log.verify(), other.notices) == (None, ())


async def test_restore_sets_the_present_store_aside(path, tmp_path):
    """Nothing is lost by it, and nobody may have it open meanwhile."""
    async with await Storage.open(path) as storage:
        await storage.log.append(samples.reaction(0, key="then"))
        made = await backup(storage.database, tmp_path / "b.sqlite3")
        await storage.log.append(samples.reaction(1, key="since"))
        with pytest.raises(StorageError) as caught:
            restore(path, made.path)
        assert StorageFault.BUSY is caught.value.kind
    old = restore(path, made.path)
    async with await Storage.open(path) as storage:
        assert ["then"] == [event.event_key for event in await storage.log.read()]
        assert storage.notices == ()
    async with await Storage.open(old) as storage:
        assert ["then", "since"] == [event.event_key for event in await storage.log.read()]


@pytest.mark.parametrize("name", ["copy.sqlite3", ".v7.sqlite3.restoring"])
async def test_what_a_killed_copy_left_is_removed_by_the_next_one(storage, tmp_path, name):
    """And nothing else: what another process writes now stays, like what only looks like a draft."""
    gone = pid_of_nobody()
    start = f".{name.removeprefix('.')}."
    stays = (f"{start}{os.getppid()}", f"{start}mine", f"other{start}{gone}")
    for each in (f"{start}{gone}", f"{start}{gone}-journal", f"{start}{gone}-wal", *stays):
        (tmp_path / each).write_text("draft")
    await storage.database.read(lambda connection: copy_to(connection, tmp_path / name))
    assert {name, *stays} == {each.name for each in tmp_path.iterdir() if each.is_file()}


async def test_drafts_of_a_restore_go_with_everything(storage, path, tmp_path, monkeypatch):
    """A restore killed in the middle of its copy leaves the person's log in a draft: it is V7's to remove."""
    await live(storage)
    made = await backup(storage.database, tmp_path / "b.sqlite3")
    await storage.close()
    monkeypatch.setattr(Path, "replace", killed)
    monkeypatch.setattr(Path, "unlink", killed)
    with pytest.raises(Killed):
        restore(path, made.path)
    monkeypatch.undo()
    assert any(each.name.startswith(".") for each in path.parent.iterdir())
    delete_everything(path)
    assert [] == list(path.parent.iterdir())


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"no database" * 500, lambda b: b""])
async def test_a_backup_that_cannot_be_used_changes_nothing(path, tmp_path, damage):
    """It is read from end to end before anything is moved."""
    async with await Storage.open(path) as storage:
        await live(storage)
        made = await backup(storage.database, tmp_path / "b.sqlite3")
    made.path.write_bytes(damage(made.path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(StorageError) as caught:
        restore(path, made.path)
    assert StorageFault.CORRUPT is caught.value.kind
    assert before == path.read_bytes()
    with pytest.raises(StorageError):
        restore(path, tmp_path / "absent")


async def test_a_sound_store_has_nothing_to_fix(storage):
    """Every question is answered, none with a fix; the version of SQLite is only remarked on."""
    await live(storage)
    findings = {each.name: each for each in await check(storage.database)}
    assert all(each.sound for each in findings.values()), findings
    assert {"schema", "sqlite", "modes", "disk", "place", "log length", "pages", "log chain", "search index"} <= set(
        findings
    )
    assert {""} == {each.fix for each in findings.values() if each.name != "sqlite"}


async def test_modes_that_let_others_in_are_a_finding(storage):
    """With the command that closes them."""
    storage.path.parent.chmod(0o755)
    (found,) = [each for each in await check(storage.database, thorough=False) if not each.sound]
    assert ("modes", True) == (found.name, found.fix.startswith("chmod"))


async def test_a_home_on_another_machines_disk_is_a_finding(storage, monkeypatch):
    """SQLite's shared memory is no shared memory there."""
    assert checking.filesystem(storage.path.parent)
    monkeypatch.setattr(checking, "filesystem", lambda folder: "nfs4")
    (found,) = [each for each in await check(storage.database, thorough=False) if not each.sound]
    assert ("place", True) == (found.name, "local disk" in found.fix)


async def test_a_disk_that_is_nearly_full_is_a_finding(storage, monkeypatch):
    """Before it is full."""
    monkeypatch.setattr(checking, "LEAST_FREE", 2**62)
    (found,) = [each for each in await check(storage.database, thorough=False) if not each.sound]
    assert ("disk", True) == (found.name, "make room" in found.fix)


async def lines_of(storage):
    return [json.loads(json.dumps(line)) async for line in export_lines(storage.database)]


async def test_an_export_is_taken_in_whole_and_twice_is_once(storage, tmp_path, clock):
    """Through JSON, into an empty home."""
    await live(storage)
    lines = await lines_of(storage)
    async with await Storage.open(tmp_path / "there" / "v7.sqlite3", clock=clock) as other:
        done = await import_lines(other.database, lines)
        assert (6, 5, 4, 1) == (done.postings, done.events, done.documents, done.sources)
        assert await everything(storage) == await everything(other)
        assert await lines_of(storage) == await lines_of(other)
        assert Imported() == await import_lines(other.database, lines)
        assert await lines_of(storage) == await lines_of(other)
        assert all(each.sound for each in await check(other.database))


async def test_an_import_joins_what_is_here(storage, tmp_path, clock):
    """Events come after ours, under their own keys; what we have stays as it is."""
    await live(storage)
    lines = await lines_of(storage)
    async with await Storage.open(tmp_path / "there" / "v7.sqlite3", clock=clock) as other:
        await other.log.append(samples.reaction(9, key="mine"))
        await other.settings.save(Settings(seed=1))
        await import_lines(other.database, lines)
        assert ["mine", "k0", "k1", "k2", "k3", "undo-k0"] == [event.event_key for event in await other.log.read()]
        assert (1, None) == ((await other.settings.load()).seed, await other.log.verify())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[1:],
        lambda lines: [*lines, {"v7": "telepathy"}],
        lambda lines: [*lines, ["no object"]],
        lambda lines: [lines[0] | {"format": 99}, *lines[1:]],
        lambda lines: [line | {"title": ""} if line["v7"] == "posting" else line for line in lines],
        lambda lines: [line | {"title": ""} if line["v7"] == "version" else line for line in lines],
        lambda lines: [line | {"id": "00" * 16} if line["v7"] == "posting" else line for line in lines],
        lambda lines: [line | {"body": "e30="} if line["v7"] == "document" else line for line in lines],
        lambda lines: [line | {"body": "{}"} if line["v7"] == "event" else line for line in lines],
        lambda lines: [line for line in lines if not (line["v7"] == "event" and line["sequence"] == 1)],
        lambda lines: [line | {"stage": "astronaut"} if line["v7"] == "stage" else line for line in lines],
        lambda lines: [line | {"query": {}} if line["v7"] == "search" else line for line in lines],
        lambda lines: [line | {"value": {"blend": 9}} if line["v7"] == "setting" else line for line in lines],
        lambda lines: [line | {"name": None} if line["v7"] == "source" else line for line in lines],
        lambda lines: [line | {"jobs": ["x"]} if line["v7"] == "apart" else line for line in lines],
    ],
)
async def test_a_line_that_is_none_of_ours_changes_nothing(storage, tmp_path, spoil):
    """Whole or not at all, with the number of the line."""
    await live(storage)
    lines = spoil(await lines_of(storage))
    async with await Storage.open(tmp_path / "there" / "v7.sqlite3") as other:
        before = await lines_of(other)
        with pytest.raises(InvalidValue, match=r"line [0-9]+ "):
            await import_lines(other.database, lines)
        assert before == await lines_of(other)


async def test_rows_for_a_spreadsheet_say_what_was_said(storage):
    """One a posting, with the reaction that stands and the stage."""
    await live(storage)
    rows = [row async for row in export_rows(storage.database)]
    assert samples.postings(4) == tuple(row.posting for row in rows[:4])
    assert [None, ReactionKind.PASS, ReactionKind.SAVE, ReactionKind.APPLIED, None, None] == [row.said for row in rows]
    assert [True] * 5 + [False] == [row.is_open for row in rows]
    assert (ApplicationStage.INTERVIEW, "Tuesday\nat nine") == (rows[2].stage, rows[2].note)


def _spoil(path, how):
    with path.open("r+b") as file:
        if how == "zeroed header":
            file.write(bytes(100))
        elif how == "truncated":
            file.truncate(path.stat().st_size - 4096 * 6)
        elif how == "text":
            file.truncate(0)
            file.write(b"no database at all")
        else:
            where = path.read_bytes().index(b'"key":"e150"')
            file.seek(where)
            file.write(b'"key":"XXXX"')


@pytest.mark.parametrize("how", ["zeroed header", "truncated", "text", "edited"])
async def test_a_damaged_store_is_begun_anew_from_what_can_be_read(path, how):
    """On request: the damaged file stays unchanged beside it, and what is lost is named."""
    async with await Storage.open(path) as storage:
        await live(storage)
        for n in range(5, 300):
            await storage.log.append(samples.reaction(n % 6, key=f"e{n}"))
    _spoil(path, how)
    damaged = path.read_bytes()
    remains = salvage.readable_log(path)
    assert damaged == path.read_bytes()
    done = salvage.begin_anew(path)
    assert damaged == done.aside.read_bytes()
    assert (remains.sound, 300) == (done.events, done.events + len(done.lost))
    async with await Storage.open(path) as storage:
        assert (done.events, None, ()) == (
            await storage.log.last_sequence(),
            await storage.log.verify(),
            storage.notices,
        )
        if how == "zeroed header":
            assert 300 == done.events
            assert canonical_document(samples.posting(1)) == await storage.log.document(samples.reaction(1).document_id)
            assert ((samples.KEY, "Nurse"), 1) == (
                ((await storage.sources.all())[0].key, (await storage.settings.load()).match_text),
                len(await storage.groups.all()),
            )
        elif how == "edited":
            assert (150, 149) == (done.lost[0] - 1, done.events - 1)
        assert all(each.sound for each in await check(storage.database))


async def test_events_behind_a_break_are_taken_only_by_choice(path):
    """The chain does not vouch for them; the person may."""
    async with await Storage.open(path) as storage:
        for n in range(200):
            await storage.log.append(samples.reaction(n % 6, key=f"e{n}"))
    where = path.read_bytes().index(b'"key":"e150"')
    with path.open("r+b") as file:
        file.seek(where)
        file.write(b"\x00\xff")
    done = salvage.begin_anew(path, beyond_damage=True)
    assert ((151,), 199) == (done.lost, done.events)
    async with await Storage.open(path) as storage:
        assert "e150" not in {event.event_key for event in await storage.log.read()}
        assert await storage.log.verify() is None


async def test_taking_everything_away_takes_only_ours(path, tmp_path):
    """Copies that were set aside too; nobody may have it open."""
    async with await Storage.open(path) as storage:
        await live(storage)
        made = await backup(storage.database, tmp_path / "b.sqlite3")
        with pytest.raises(StorageError) as caught:
            delete_everything(path)
        assert (StorageFault.BUSY, True) == (caught.value.kind, path.exists())
    restore(path, made.path)
    (path.parent / "letter.txt").write_text("mine")
    (path.parent / (path.name + "-notes")).write_text("mine too")
    gone = delete_everything(path)
    assert {path.name, beside(path, "-head").name} <= set(gone)
    assert ["letter.txt", f"{path.name}-notes"] == sorted(each.name for each in path.parent.iterdir())
    assert delete_everything(path.parent / "absent" / "v7.sqlite3") == ()
    async with await Storage.open(path) as storage:
        assert await storage.log.last_sequence() == 0
        with pytest.raises(NotFound):
            await storage.jobs.posting(samples.posting(0).id)
