"""Starts the sources and the measured programs, and reads what their process trees own while they run."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {"MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}


def command(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.layout.{module}", *map(str, arguments)]


def environment(cache: Path, **settings: str) -> dict[str, str]:
    return {**os.environ, "NUMBA_CACHE_DIR": str(cache), "TERM": "xterm-256color", "COLORTERM": "truecolor", **settings}


@contextmanager
def sources(count: int, postings: int, payloads: Path | None) -> Iterator[list[str]]:
    """Addresses of the loopback sources, served by a process of their own."""
    arguments = command("server", count, postings, *([payloads] if payloads else []))
    with subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        yield msgspec.json.decode(server.stdout.readline())
        server.stdin.close()


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in listing.read_text().split():
            yield from _tree(int(child))


def owned(pid: int) -> tuple[float, float, int]:
    """MB owned (RssAnon + RssShmem + VmSwap), MB resident, and processes, over a process and all below it."""
    footprint = resident = count = 0
    try:
        for process in list(_tree(pid)):
            fields = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
            kilobytes = {
                name: int(fields.get(name, "0").split()[0]) for name in ("RssAnon", "RssShmem", "VmSwap", "VmRSS")
            }
            resident += kilobytes.pop("VmRSS")
            footprint += sum(kilobytes.values())
            count += 1
    except (OSError, ValueError):  # a process ended between listing and reading
        pass
    return footprint * 1024 / 1e6, resident * 1024 / 1e6, count


class Memory(threading.Thread):
    """Samples (monotonic seconds, MB owned, MB resident, processes) of a tree, ten times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._over = pid, threading.Event()
        self.samples: list[tuple[float, float, float, int]] = []

    def run(self) -> None:
        while not self._over.wait(0.1):
            self.samples.append((time.monotonic(), *owned(self._pid)))

    def finish(self) -> list[tuple[float, float, float, int]]:
        self._over.set()
        self.join()
        return self.samples


def on_pty(arguments: list[str], env: dict[str, str], marker: bytes, limit: float) -> tuple[float | None, list[tuple]]:
    """Run a program on a 140x55 pty to its end. Returns seconds until `marker` was painted, and memory samples.

    Raises:
        RuntimeError: it failed, or was not done within `limit` seconds.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 55, 140, 0, 0))
    started, painted, seen = time.monotonic(), None, b""
    process = subprocess.Popen(
        arguments, cwd=ROOT, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    memory = Memory(process.pid)
    memory.start()
    try:
        while time.monotonic() - started < limit:
            if not select.select([ours], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(ours, 1 << 16)
            except OSError:  # the other end closed: the program ended
                break
            seen = (seen + data)[-20_000:]
            if painted is None and marker in seen:
                painted = time.monotonic() - started
    finally:
        if process.poll() is None and time.monotonic() - started >= limit:
            process.kill()
        code = process.wait()
        samples = memory.finish()
        os.close(ours)
    if code:
        raise RuntimeError(f"{arguments[3:5]} ended with {code}: {seen[-3000:].decode(errors='replace')}")
    return painted, samples
