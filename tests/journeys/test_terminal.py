"""A person at a real terminal: first start, a source, triage, undo, search, the machine room, quit, and back again."""

import shutil
import subprocess
import sys
import time
from uuid import uuid4

import pytest

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: no terminal to test in")


class Terminal:
    """One tmux session of 80 by 24 on a server of its own."""

    def __init__(self, folder):
        self._socket = folder / "tmux"
        self.name = f"v7-{uuid4().hex[:8]}"

    def tmux(self, *arguments):
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False).stdout

    def start(self, command, *, width=80, height=24):
        self.tmux("new-session", "-d", "-s", self.name, "-x", str(width), "-y", str(height), command)

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

    def kill(self):
        self.tmux("kill-server")


@pytest.fixture
def terminal(tmp_path):
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.kill()


COMMAND = f"{sys.executable} -m v7terminal; echo ended with $?; exec cat"


def test_from_the_first_start_to_the_second(board, v7, terminal, home):
    """First run → add source → refresh → triage 10 → undo → search → live → quit → a restart finds everything."""
    terminal.start(COMMAND)
    terminal.until("1 of 3")
    terminal.type("Night nurse, ten years on wards")
    terminal.keys("Enter")
    terminal.until("2 of 3")
    terminal.type("Teacher of nurses")
    terminal.keys("Enter")
    terminal.until("3 of 3")
    terminal.type("https://jobs.lever.co/acme")
    terminal.keys("Enter")
    terminal.until("nurse", "Acme", "1/24")

    for number, key in enumerate("ixsaixixix", 1):
        terminal.keys(key)
        terminal.until(f"/{24 - number}")
    terminal.keys("u")
    terminal.until("/15")

    terminal.keys("2")
    terminal.until("Search")
    terminal.keys("/")
    terminal.until("enter Find")
    terminal.type("gardener")
    terminal.until("Gardener")
    terminal.keys("Enter")
    terminal.until("f Keep")

    terminal.keys("3")
    terminal.until("Production Monitoring", "Thompson", "Memory", "1 of 1 ok")

    terminal.keys("q")
    terminal.until("ended with 0")
    assert (
        10
        == sum(1 for line in v7("reactions").splitlines() if "taken back" not in line and "takes back" not in line) + 1
    )
    terminal.kill()

    terminal.start(COMMAND)
    terminal.until("Production Monitoring", "1 of 1 ok")  # where it was left
    terminal.keys("1")
    terminal.until("/15")
    terminal.keys("5")
    terminal.until("saved", "applied")
    terminal.keys("q")
    terminal.until("ended with 0")


def test_a_terminal_that_goes_away_loses_nothing(board, v7, terminal, home):
    """The window is closed in the middle: what was acknowledged is kept, and no process is left."""
    v7("sources", "add", "lever:acme")
    v7("profile", "match", "--file", "-", stdin="nurse")
    v7("refresh")
    terminal.start(COMMAND)
    terminal.until("1/24")
    terminal.keys("i")
    terminal.until("/23")
    terminal.kill()
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        left = subprocess.run(["pgrep", "-f", str(home)], capture_output=True, text=True, check=False).stdout
        if not left:
            break
        time.sleep(0.1)
    assert "" == left
    assert 1 == len(v7("reactions", "--ids").split())
