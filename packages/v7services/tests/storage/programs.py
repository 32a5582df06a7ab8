"""Small programs that tests start, kill and starve: `python programs.py WHAT PATH ...`."""

import asyncio
import os
import resource
import sys
from pathlib import Path

from v7core.errors import V7Error
from v7core.models.sources import SourceKey
from v7core.testing import samples
from v7services.lease import Lease, lease_path
from v7services.storage import Storage


def say(line):
    os.write(1, (line + "\n").encode())


async def append(path, *keys):
    """One event a key; `ok KEY` once it is durable, `no KEY KIND` when it is not kept."""
    async with await Storage.open(Path(path)) as storage:
        say("open")
        for n, key in enumerate(keys):
            try:
                await storage.log.append(samples.reaction(n % 7, key=key))
            except V7Error as error:
                say(f"no {key} {getattr(error, 'kind', type(error))}")
            else:
                say(f"ok {key}")
        try:
            say(f"left {await storage.log.last_sequence()} {await storage.log.verify()}")
        except V7Error as error:
            say(f"unreadable {getattr(error, 'kind', type(error))}")


async def forever(path, tag):
    """Events until it is killed."""
    await append(path, *(f"{tag}-{n}" for n in range(100_000)))


async def limited(path, size, *keys):
    """As `append`, with no file allowed to grow past so many bytes: a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), resource.RLIM_INFINITY))
    await append(path, *keys)


async def polls(path, tag):
    """Boards of forty postings until it is killed."""
    async with await Storage.open(Path(path)) as storage:
        say("open")
        for n in range(100_000):
            key = SourceKey(source="lever", board=f"{tag}-{n}")
            await storage.sources.add(key, "A board")
            postings = samples.postings(40, key=key)
            await storage.jobs.commit_poll(samples.report(key=key), samples.harvest(postings))
            say(f"ok {key}")


async def snapshots(path, tag):
    """Snapshots of a megabyte until it is killed."""
    async with await Storage.open(Path(path)) as storage:
        last = await storage.snapshots.latest("fold")
        say("open")
        for n in range(1 if last is None else last[0] + 1, 100_000):
            await storage.snapshots.save("fold", n, n.to_bytes(4, "big") * 250_000)
            say(f"ok {n}")


async def few_files(path, limit):
    """A process that may open hardly any file."""
    storage = await Storage.open(Path(path))
    await storage.log.append(samples.reaction(0, key="before"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(limit), int(limit)))
    hoard = []
    try:
        while True:
            hoard.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    for key in ("a", "b"):
        try:
            await storage.log.append(samples.reaction(1, key=key))
            await storage.jobs.counts()
        except V7Error as error:
            say(f"refused {getattr(error, 'kind', type(error))}")
        else:
            say("kept")
    for handle in hoard:
        os.close(handle)
    await storage.log.append(samples.reaction(2, key="after"))
    say(f"left {await storage.log.last_sequence()}")
    await storage.close()


async def unprivileged(path, uid, what):
    """As a user that is not root."""
    if os.geteuid() == 0:
        os.setgid(int(uid))
        os.setuid(int(uid))
    try:
        async with await Storage.open(Path(path)) as storage:
            say(f"opened read_only={storage.read_only}")
            for notice in storage.notices:
                say(f"notice {notice}")
            say(f"events {await storage.log.last_sequence()}")
            if what == "append":
                await storage.log.append(samples.reaction(3, key="new"))
                say("kept")
    except V7Error as error:
        say(f"{type(error).__name__} {getattr(error, 'kind', '')} {error.exit_code}")


async def hold(path, seconds):
    """Keep the lease, and the write lock, until killed or for so long."""
    lease = Lease(lease_path(Path(path)))
    say(f"lease {lease.acquire()}")
    await asyncio.sleep(float(seconds))


async def lock(path, seconds):
    """Keep every other writer out for so long."""
    import sqlite3

    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("begin immediate")
    say("locked")
    await asyncio.sleep(float(seconds))
    connection.execute("rollback")
    connection.close()


async def upgrade(path):
    """Open with one more migration, which takes its time."""
    from v7services.storage import migrations
    from v7services.storage.opening import open_database

    slow = "create table added(n integer) strict; " + " ".join(f"insert into added values ({n});" for n in range(300))
    say("start")
    opened = open_database(Path(path), sql=(*migrations.shipped(), slow.replace("; ", ";\n")))
    say("done")
    opened.connection.close()


PROGRAMS = {
    each.__name__: each
    for each in (append, forever, limited, polls, snapshots, few_files, unprivileged, hold, lock, upgrade)
}

if __name__ == "__main__":
    asyncio.run(PROGRAMS[sys.argv[1]](*sys.argv[2:]))
