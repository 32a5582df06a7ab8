"""What the tests of the application share."""

import asyncio
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from v7core.testing.fakes import (
    MemoryFeed,
    MemoryHistory,
    MemorySaved,
    MemorySearch,
    MemorySettings,
    MemorySources,
)
from v7core.testing.samples import postings
from v7terminal.rpc.client import Connection
from v7terminal.rpc.server import RpcServer


@pytest.fixture
def ports() -> dict[str, Any]:
    """A fake of every port the background process offers."""
    sample = postings(12)
    return {
        "feed": MemoryFeed(sample),
        "search": MemorySearch(sample),
        "sources": MemorySources(),
        "saved": MemorySaved(sample),
        "settings": MemorySettings(),
        "history": MemoryHistory(),
    }


class Wire:
    """Both ends of one connection."""

    def __init__(self, server: RpcServer, connection: Connection, notes: list[tuple[str, Any]]) -> None:
        self.server = server
        self.connection = connection
        self.notes = notes


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A server and a connection to it, in one process; nothing is offered yet."""
    ours, theirs = socket.socketpair()
    notes: list[tuple[str, Any]] = []
    reader, writer = await asyncio.open_connection(sock=theirs)
    server = RpcServer(reader, writer, on_note=lambda topic, value: notes.append((topic, bytes(value))))
    serving = asyncio.create_task(server.serve())
    connection = Connection(*await asyncio.open_connection(sock=ours))
    yield Wire(server, connection, notes)
    await connection.close()
    writer.close()
    await serving


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait, at most 20 s, until something holds."""

    async def wait(holds: Callable[[], Any]) -> None:
        for _ in range(4000):
            if holds():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("it never came to hold")

    return wait


@attrs.frozen
class Ran:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """An empty home, the one `v7` uses; nothing of the machine's settings is seen."""
    path = tmp_path / "home"
    for name in ("V7_HOME", "V7_PLAIN", "V7_LOOPBACK_ORIGINS", "BROWSER", "DISPLAY", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("V7_HOME", str(path))
    return path


@pytest.fixture
def v7(home, monkeypatch, capfd) -> Iterator[Callable[..., Ran]]:
    """Run a command in this process, through the same door as the shell."""
    from v7terminal.cli import cli
    from v7terminal.ending import ended

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capfd.readouterr()
        status = ended(lambda: cli.main(args=list(arguments), prog_name="v7", standalone_mode=False))
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Ran(status, out, err)

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def shell(home) -> Callable[..., Ran]:
    """Run a command as a process of its own."""

    def run(*arguments: str, stdin: str = "", **environment: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "v7terminal", *arguments],
            input=stdin.encode(), capture_output=True, timeout=120, env={**os.environ, **environment}, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    """A demo home with every posting of its boards in it."""
    from v7terminal.commands.demo import _furnish
    from v7terminal.compose import opened_sources, opened_storage
    from v7terminal.demo.home import demo_home
    from v7terminal.paths import Home

    async def fill(home: Home) -> None:
        await _furnish(home)
        async with opened_storage(home) as storage, opened_sources(home, storage) as sources:
            await sources.refresh()

    path = tmp_path_factory.mktemp("demo") / "home"
    with demo_home(Home(path), seed=7) as home:
        asyncio.run(fill(home))
    return path


@pytest.fixture
def demo(home, demo_folder) -> Path:
    """A copy of it, as the home that `v7` uses."""
    shutil.copytree(demo_folder, home)
    return home


@pytest.fixture
def fickle(home) -> Path:
    """A home, made or the demo's, in whose log a taste turns into its opposite."""
    from v7core.testing import samples
    from v7terminal.compose import opened_storage, reactor
    from v7terminal.paths import Home

    async def live() -> None:
        async with opened_storage(Home(home)) as storage:
            await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(30)))
            for posting, kind in samples.change_of_taste():
                await reactor(storage).react(posting.id, kind)

    asyncio.run(live())
    return home


@pytest.fixture
def recordings(tmp_path):
    """A folder of recorded bodies, written by us in the sources' shapes."""
    root = tmp_path / "recordings"

    def put(name: str, content: object) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))

    def job(number: int, title: str) -> dict[str, object]:
        return {
            "id": number,
            "title": title,
            "absolute_url": f"https://x.example/{number}",
            "location": {"name": "Hull"},
        }

    put("greenhouse/acme__20260808T100000Z.json", {"jobs": [job(1, "Baker"), job(2, "Cook")], "meta": {"total": 2}})
    put(
        "greenhouse/acme__20260809T100000Z.json",
        {"jobs": [job(1, "Head baker"), job(3, "Nurse")], "meta": {"total": 2}},
    )
    put("greenhouse/acme__20260809T100000Z.metadata.json", {"url": "https://x.example"})
    put("greenhouse/odd.json", {"job": {}})
    put("lever/night.json", [{"id": "a", "text": "Night nurse"}, {"id": "b"}])
    put("nobody/one.json", [])
    put("_datasets/one.json", [])
    put(
        "workday/tiny.json",
        {"total": 1, "jobPostings": [{"title": "Guard", "externalPath": "/job/x_R1", "bulletFields": ["R1"]}]},
    )
    return root
