"""Probes of the real process: memory, processor, files, the event loop's lag, the collector's pauses.

The footprint is what a process owns and nobody else could give back: on Linux anonymous and shared memory plus swap
(the clean pages of libraries' files are the system's), elsewhere what the system calls unique. 1 MB = 10^6 bytes.
"""

import asyncio
import contextlib
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import psutil

from v7core.clock import SystemClock
from v7core.models.metrics import MetricType
from v7core.protocols import Clock, Recorder
from v7performance.alerts import LOOP_LAG

_OWNED: Final = ("RssAnon:", "RssShmem:", "VmSwap:")
_PROC: Final = Path("/proc")


def footprint_mb(pid: int) -> float | None:
    """Memory a process owns, 10^6 bytes; None when it is gone or may not be looked at.

    Source: proc_pid_status(5); psutil `memory_full_info().uss` where there is no /proc.
    """
    if sys.platform == "linux":
        try:
            status = (_PROC / str(pid) / "status").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        kib = [int(line.split()[1]) for line in status.splitlines() if line.startswith(_OWNED)]
        return sum(kib) * 1024 / 1e6 if kib else None  # a zombie owns nothing and lists nothing
    try:
        return float(psutil.Process(pid).memory_full_info().uss) / 1e6
    except psutil.Error:
        return None


def tree_footprint_mb(pid: int) -> float | None:
    """The footprint summed over a process and all its descendants, 10^6 bytes; None when the process is gone."""
    return _footprint_mb(_tree(pid))


def tree_resident_mb(pid: int) -> float | None:
    """Resident memory summed over the same processes, 10^6 bytes: it counts shared library pages once a process."""
    return _resident_mb(_tree(pid))


def _tree(pid: int) -> list[psutil.Process]:
    """A process and its descendants; finding them means reading every process of the machine, so do it once."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def _footprint_mb(tree: list[psutil.Process]) -> float | None:
    # One that ended since the tree was read owns nothing any more.
    found = [owned for process in tree if (owned := footprint_mb(process.pid)) is not None]
    return sum(found) if found else None


def _resident_mb(tree: list[psutil.Process]) -> float | None:
    found: list[float] = []
    for process in tree:
        with contextlib.suppress(psutil.Error):
            found.append(process.memory_info().rss / 1e6)
    return sum(found) if found else None


class ProcessProbe:
    """Looks at a process and what it started; every look records what it saw.

    Records `memory_usage_mb`, `process.footprint_peak_mb`, `process.resident_mb`, `process.count`,
    `process.cpu_percent` (of one processor, since the last look), `process.files`, `process.threads`.

    Args:
        memory: False in a process whose parent looks at the whole tree, since monitors' memory figures are summed.
    """

    def __init__(self, recorder: Recorder, *, pid: int | None = None, memory: bool = True) -> None:
        self._recorder = recorder
        self._process = psutil.Process(pid)
        self._memory = memory
        self._peak = 0.0
        self._cpu: tuple[float, float] | None = None

    def sample(self) -> None:
        """Look once; a process that is gone records nothing."""
        with contextlib.suppress(psutil.Error):
            if self._memory:
                self._sample_memory()
            self._sample_processor()
            self._recorder.record("process.threads", self._process.num_threads())
            count_files = getattr(self._process, "num_fds", None) or getattr(self._process, "num_handles", None)
            if count_files is not None:
                self._recorder.record("process.files", count_files())

    def _sample_memory(self) -> None:
        tree = _tree(self._process.pid)
        footprint, resident = _footprint_mb(tree), _resident_mb(tree)
        if footprint is None or resident is None:
            return
        self._peak = max(self._peak, footprint)
        self._recorder.record(MetricType.MEMORY_USAGE, footprint)
        self._recorder.record("process.footprint_peak_mb", self._peak)
        self._recorder.record("process.resident_mb", resident)
        self._recorder.record("process.count", len(tree))

    def _sample_processor(self) -> None:
        times = self._process.cpu_times()
        now, used = time.monotonic(), times.user + times.system
        if self._cpu is not None and now > self._cpu[0]:
            self._recorder.record("process.cpu_percent", 100.0 * (used - self._cpu[1]) / (now - self._cpu[0]))
        self._cpu = (now, used)


class GcProbe:
    """Records each pause of the garbage collector as `gc.pause_ms`, from `start` to `stop`."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._began: float | None = None

    def start(self) -> None:
        """A second call is a no-op."""
        if self._seen not in gc.callbacks:
            gc.callbacks.append(self._seen)

    def stop(self) -> None:
        """A second call is a no-op."""
        if self._seen in gc.callbacks:
            gc.callbacks.remove(self._seen)

    def _seen(self, phase: Literal["start", "stop"], _: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        elif self._began is not None:
            self._recorder.record("gc.pause_ms", (time.perf_counter() - self._began) * 1e3)
            self._began = None


class LoopLagProbe:
    """Records how much later than asked the event loop wakes a sleeper, as `loop.lag_ms`."""

    def __init__(self, recorder: Recorder, *, clock: Clock | None = None, interval_s: float = 0.1) -> None:
        self._recorder = recorder
        self._clock: Clock = clock or SystemClock()
        self._interval_s = interval_s

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            asked = self._clock.monotonic()
            await asyncio.sleep(self._interval_s)
            lag_s = self._clock.monotonic() - asked - self._interval_s
            self._recorder.record(LOOP_LAG, max(0.0, lag_s * 1e3))


class RuntimeProbes:
    """All probes of this process on the running loop: `start` when the program starts, `stop` when it ends."""

    def __init__(
        self, recorder: Recorder, *, clock: Clock | None = None, memory: bool = True, interval_s: float = 1.0
    ) -> None:
        self._process = ProcessProbe(recorder, memory=memory)
        self._gc = GcProbe(recorder)
        self._lag = LoopLagProbe(recorder, clock=clock)
        self._interval_s = interval_s
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        """A second call is a no-op."""
        if not self._tasks:
            self._gc.start()
            self._tasks = (asyncio.create_task(self._lag.run()), asyncio.create_task(self._sample()))

    async def stop(self) -> None:
        """A second call is a no-op."""
        self._gc.stop()
        tasks, self._tasks = self._tasks, ()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _sample(self) -> None:
        look: Callable[[], None] = self._process.sample
        while True:
            # Reading /proc of every process takes milliseconds where there are many: never on the loop.
            await asyncio.to_thread(look)
            await asyncio.sleep(self._interval_s)
