"""On a real pseudo-terminal: however the app ends, the terminal is as it was, and the status says how it ended."""

import fcntl
import os
import pty
import select
import signal
import stat
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest

from v7core.testing.samples import NOW
from v7ui.remember import Remembered, recall, remember
from v7ui.terminal import Unbroken, report_of, write_report

PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from v7ui.app import V7App
from v7ui.gallery import still_ports
from v7ui.terminal import run
class Broken(V7App):
    def action_poll(self):
        secret = "a profile nobody else may read"
        raise ValueError("[/] broke")
ports = replace(still_ports(), state_file=Path(sys.argv[1]) / "state.json")
sys.exit(run(Broken(ports)))
"""
SLOWEST_S = 60.0


class Session:
    """A program on a pty of 80x24."""

    def __init__(self, folder, **environment):
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(self.ours)
        self.seen = b""
        env = {**os.environ, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **environment}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, env=env,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)

    def until(self, wanted):
        """Read until the bytes have been seen."""
        end = time.monotonic() + SLOWEST_S
        while wanted not in self.seen:
            assert time.monotonic() < end, self.seen[-2000:]
            assert self._read() or wanted in self.seen, self.seen[-2000:]

    def _read(self):
        if select.select([self.ours], [], [], 0.2)[0]:
            try:
                self.seen += os.read(self.ours, 65_536)
            except OSError:
                return False
        return True

    def press(self, keys):
        os.write(self.ours, keys)

    def end(self):
        """Wait for its end; returns the status."""
        deadline = time.monotonic() + SLOWEST_S
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read()
        while select.select([self.ours], [], [], 0)[0] and self._read():
            pass
        return self.process.wait(timeout=SLOWEST_S)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        with suppress(OSError):
            os.close(self.ours)


@pytest.fixture
def session(tmp_path):
    """Starts programs, and ends what is left of them."""
    started = []

    def start(**environment):
        started.append(Session(tmp_path, **environment))
        return started[-1]

    yield start
    for each in started:
        each.close()


def left_clean(session):
    """Main screen, cursor shown, no mouse reports, no bracketed paste, line discipline as before."""
    tail = session.seen[session.seen.rindex(b"\x1b[?1049h") :]
    for restored in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[<u"):
        assert restored in tail, restored
    assert session.before == termios.tcgetattr(session.ours)


def test_leaving_is_status_0_and_the_next_start_is_where_one_left(session, tmp_path):
    """Search is shown again, with its line."""
    first = session()
    first.until(b"Interested")
    first.press(b"2")
    first.until(b"Type what you look for")
    first.press(b"nurse\r")
    first.until(b"5 jobs")
    first.press(b"q")
    assert 0 == first.end()
    left_clean(first)
    kept = recall(tmp_path / "state.json")
    assert ("search", "nurse") == (kept.place, kept.search)
    second = session()
    second.until(b"nurse")
    second.until(b"Night Nurse")
    second.press(b"\x03")
    assert 0 == second.end()


def test_a_crash_is_status_1_with_a_report_without_values(session, tmp_path):
    """The terminal is clean, the message names the file, the file names the error and no variable's value."""
    broken = session()
    broken.until(b"Interested")
    broken.press(b"R")
    assert 1 == broken.end()
    left_clean(broken)
    assert b"V7 broke. What happened stands in" in broken.seen
    report = tmp_path / "crash.txt"
    assert "ValueError: [/] broke" in report.read_text()
    assert b"a profile nobody" not in broken.seen.split(b"\x1b[?1049l")[-1]
    assert 0o600 == stat.S_IMODE(report.stat().st_mode)


def test_told_to_end_it_ends_clean(session):
    """SIGTERM: status 143."""
    told = session()
    told.until(b"Interested")
    told.process.send_signal(signal.SIGTERM)
    assert 143 == told.end()
    left_clean(told)


def test_a_terminal_that_goes_away_ends_it(session, tmp_path):
    """The pty's other end closes: SIGHUP, status 129, no process left, and what was shown is noted."""
    lost = session()
    lost.until(b"Interested")
    lost.press(b"4")
    lost.until(b"Check")
    os.close(lost.ours)
    assert 129 == lost.process.wait(timeout=SLOWEST_S)
    assert "sources" == recall(tmp_path / "state.json").place


def test_suspended_the_terminal_is_as_before_and_after_it_is_drawn_again(session):
    """ctrl+z and SIGCONT, both ways."""
    stopped = session()
    stopped.until(b"Interested")
    stopped.press(b"\x1a")
    _, status = os.waitpid(stopped.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    stopped.until(b"\x1b[?1004l")  # the last of what is restored
    left_clean(stopped)
    stopped.seen = b""
    stopped.process.send_signal(signal.SIGCONT)
    stopped.until(b"\x1b[?1049h")
    stopped.until(b"Interested")
    stopped.press(b"q")
    assert 0 == stopped.end()


def test_a_narrow_encoding_breaks_nothing(session):
    """LANG=C: ASCII signs, and letters the terminal cannot show as question marks."""
    narrow = session(LC_ALL="C", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    narrow.until(b"Interested")
    narrow.press(b"q")
    assert 0 == narrow.end()
    assert b"\\u" not in narrow.seen


def test_what_cannot_be_written_is_dropped():
    """A closed terminal raises nothing, whatever comes."""
    with Path(os.devnull).open("w", encoding="ascii") as file:
        output = Unbroken(file)
        output.write("größer ◆")
        file.close()
        output.write("more")
        output.flush()


def test_a_report_that_cannot_be_kept_is_shown(tmp_path):
    """A folder that is a file takes no report; the words are not lost."""
    blocked = tmp_path / "file"
    blocked.write_text("x")
    text = report_of(ValueError("why"), NOW)
    assert text == write_report(blocked / "crash.txt", text)
    assert text == write_report(None, text)


@pytest.mark.parametrize("torn", [b"", b"{", b"[1]", b'{"place": 7, "search": null}', b"\xff\x00", b"[" * 60_000])
def test_a_torn_state_is_as_good_as_none(tmp_path, torn):
    """Nothing in the file is needed."""
    path = tmp_path / "state.json"
    path.write_bytes(torn)
    assert Remembered() == recall(path)
    assert Remembered() == recall(tmp_path / "none")


def test_a_state_is_kept_for_ones_own_eyes_and_cleaned_on_the_way_in(tmp_path):
    """0600, whole, and inert whoever wrote it."""
    path = tmp_path / "deep" / "state.json"
    state = Remembered(place="live", search="nurse \x1b[31m", job="ab" * 16)
    remember(path, state)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert Remembered(place="live", search="nurse", job="ab" * 16) == recall(path)
