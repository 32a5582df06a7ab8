"""What a cycle of polls costs when some boards are bad: python -m benchmarks.cycle

Forty boards, each on a port of its own: 25 sound, 5 that hang, 5 that fail, 5 without an end. The cycle has to end
within the slowest sound board's time plus the deadline of one request, and to hold no more than 64 MB above what it
began with. Beside it, the same 25 sound boards alone. Every round is a new store in a new folder.
"""

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median

import attrs

from v7core.clock import SystemClock
from v7core.models.sources import SourceKey
from v7core.registry import NullRecorder
from v7services.discovery import Discovery
from v7services.http.client import Fetcher
from v7services.http.messages import Origin, get
from v7services.sources import lever
from v7services.storage import Storage

SOUND = ["sound"] * 25
BAD = ["hang"] * 5 + ["fail"] * 5 + ["announced", "announced", "endless", "endless", "bomb"]


class Peak:
    """The highest resident memory, MB, read every few milliseconds by a thread."""

    def __enter__(self):
        self.before = self.most = resident_mb()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self):
        while not self._over.wait(0.005):
            self.most = max(self.most, resident_mb())

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    @property
    def added(self):
        return self.most - self.before


def resident_mb():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("no VmRSS in /proc/self/status")


async def cycle(ports, deadline):
    """One refresh of these boards; seconds, MB above the start, the reports."""
    adapter = attrs.evolve(
        lever.ADAPTER,
        first_request=lambda port: get(f"http://127.0.0.1:{port}/", timeout_s=deadline),
        rate=attrs.evolve(lever.ADAPTER.rate),
    )
    origins = frozenset(Origin("127.0.0.1", port) for port in ports)
    with tempfile.TemporaryDirectory() as folder:
        async with await Storage.open(Path(folder) / "v7.db") as storage:
            fetcher = Fetcher(clock=SystemClock(), recorder=NullRecorder(), allowed_origins=origins)
            directory = Discovery(
                storage.sources, storage.jobs, fetcher, (adapter,), recorder=NullRecorder(), clock=SystemClock()
            )
            for port in ports:
                await directory.add(SourceKey(source="lever", board=str(port)))
            gc.collect()
            with Peak() as peak:
                started = time.perf_counter()
                reports = await directory.refresh()
                seconds = time.perf_counter() - started
            await fetcher.aclose()
    return seconds, peak.added, reports


def served(kinds):
    """Boards in a process of their own, so that those that never end take no time from the sound ones."""
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.cycle.boards", *kinds],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


async def main(rounds, deadline):
    servers = [served(SOUND), served(BAD)]
    try:
        ports = [port for server in servers for port in json.loads(server.stdout.readline())]
        await cycle(ports[:2], deadline)  # imports, the first connection, the first file
        alone, everything = [], []
        for _ in range(rounds):
            alone.append(await cycle(ports[: len(SOUND)], deadline))
            everything.append(await cycle(ports, deadline))
    finally:
        for server in servers:
            server.stdin.close()
            server.wait(10)
    slowest = median(max(report.duration_ms / 1e3 for report in run[2]) for run in alone)
    for name, runs in (("sound boards alone", alone), ("all forty", everything)):
        seconds, most = median(run[0] for run in runs), max(run[1] for run in runs)
        print(f"{name:20} {seconds:6.2f} s, +{most:.1f} MB at most")
    print(
        f"slowest sound board  {slowest:6.2f} s, and a deadline of {deadline:.0f} s: {slowest + deadline:.2f} s allowed"
    )
    last = everything[-1][2]
    print("outcomes            ", dict(Counter(report.outcome.value for report in last)))
    print("errors              ", dict(Counter(report.error for report in last if report.error)))
    kept = sum(report.new for report in last)
    print(f"postings kept        {kept} of {len(SOUND) * 60}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--deadline", type=float, default=10.0)
    options = parser.parse_args()
    asyncio.run(main(options.rounds, options.deadline))
