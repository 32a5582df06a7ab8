"""What the journeys share: a demo home, the real command, a loopback board."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from v7terminal.commands.demo import _furnish
from v7terminal.compose import opened_sources, opened_storage
from v7terminal.demo.home import demo_home
from v7terminal.demo.server import Body, LoopbackServer
from v7terminal.paths import Home

COMMAND = [sys.executable, "-m", "v7terminal"]


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory):
    """A demo home with every posting of its boards in it."""

    async def fill(home):
        await _furnish(home)
        async with opened_storage(home) as storage, opened_sources(home, storage) as sources:
            await sources.refresh()

    path = tmp_path_factory.mktemp("demo") / "home"
    with demo_home(Home(path), seed=7) as home:
        asyncio.run(fill(home))
    return path


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home, the one `v7` uses."""
    path = tmp_path / "home"
    for name in ("V7_PLAIN", "V7_LOOPBACK_ORIGINS", "BROWSER", "DISPLAY", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("V7_HOME", str(path))
    return path


@pytest.fixture
def v7(home):
    """The command, as a process of its own; returns what it printed and fails when it fails."""

    def run(*arguments, stdin="", status=0):
        done = subprocess.run(
            [*COMMAND, *arguments], input=stdin, capture_output=True, text=True, timeout=300, check=False
        )
        assert status == done.returncode, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout

    return run


class Board:
    """A board of Lever's shape on loopback, in a thread of its own."""

    def __init__(self):
        self.titles = []
        self.text = "We look for a {}. Shifts are planned four weeks ahead."
        self.url = "https://jobs.lever.co/acme/id-{}"
        self._loop = asyncio.new_event_loop()
        self._server = LoopbackServer(self._find)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.start(), self._loop).result(20)
        self.base = f"http://127.0.0.1:{self._server.port}"

    def _find(self, path, _query):
        if path != "/v0/postings/acme":
            return None
        jobs = [
            {
                "id": f"id-{n}",
                "text": title,
                "categories": {"location": "Leeds", "team": "Ward"},
                "descriptionPlain": self.text.replace("{}", title.lower()),
                "hostedUrl": self.url.replace("{}", str(n)),
                "createdAt": 1_790_000_000_000 + n,
            }
            for n, title in enumerate(self.titles)
        ]
        return Body.of(json.dumps(jobs).encode(), "application/json")

    def close(self):
        asyncio.run_coroutine_threadsafe(self._server.close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


@pytest.fixture
def board(home, monkeypatch):
    """One board, which `v7` may poll."""
    board = Board()
    trades = ("Baker", "Night nurse", "Electrician", "Bus driver", "Gardener", "Cook", "Teacher", "Clerk")
    board.titles = [f"{level}{trade}" for level in ("", "Senior ", "Junior ") for trade in trades]
    monkeypatch.setenv("V7_LOOPBACK_ORIGINS", f"lever={board.base}")
    yield board
    board.close()


@pytest.fixture(scope="session")
def shared():
    """The folder of recordings and tools, where there is one."""
    folder = Path(os.environ.get("V7_SHARED") or Path(__file__).parents[3] / "shared")
    if not folder.is_dir():
        pytest.skip("there are no recordings here: set V7_SHARED to their folder")
    return folder


class Terminal:
    """One tmux session of 80 by 24 at a time, each on a server of its own.

    A server that was told to end still listens for a moment: a session begun on its socket then ends with it. So every
    start takes a new socket.
    """

    def __init__(self, folder):
        self._folder = folder
        self._socket = folder / "tmux"
        self.name = f"v7-{uuid4().hex[:8]}"

    def tmux(self, *arguments, check=False):
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=check).stdout

    def start(self, command, *, width=80, height=24):
        self._socket = self._folder / f"tmux-{uuid4().hex[:8]}"
        self.tmux("new-session", "-d", "-s", self.name, "-x", str(width), "-y", str(height), command, check=True)

    def keys(self, *keys):
        self.tmux("send-keys", "-t", self.name, *keys)

    def type(self, text):
        self.tmux("send-keys", "-t", self.name, "-l", text)

    @property
    def screen(self):
        return self.tmux("capture-pane", "-p", "-t", self.name)

    def until(self, *words, seconds=120):
        """Wait until all of these stand on the screen; returns it."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            screen = self.screen
            if all(word in screen for word in words):
                return screen
            time.sleep(0.1)
        raise AssertionError(f"{words} never stood on the screen:\n{self.screen}")

    def resize(self, width, height):
        self.tmux("resize-window", "-t", self.name, "-x", str(width), "-y", str(height))

    def record(self, path):
        """Keep every byte the program writes, as it writes them."""
        self.tmux("pipe-pane", "-t", self.name, f"cat >> {path}")

    def kill(self):
        self.tmux("kill-server")


@pytest.fixture
def terminal(tmp_path):
    """A terminal, where tmux can give one."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed: no terminal to test in")
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.kill()
