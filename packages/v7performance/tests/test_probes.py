"""Probes of this very process."""

import asyncio
import gc
import os
import subprocess
import sys
import time

import psutil

from v7core.models.metrics import MetricType
from v7core.testing.fakes.measuring import ListRecorder
from v7performance import ProductionPerformanceMonitor, RuntimeProbes, footprint_mb, tree_footprint_mb, tree_resident_mb
from v7performance.probes import GcProbe, ProcessProbe

_CHILD = (
    "import sys; data = bytearray(60_000_000); data[::4096] = b'x' * len(data[::4096]); print(1, flush=True); input()"
)


def test_the_footprint_sees_what_is_allocated_and_freed():
    """60 MB written to is 60 MB more, within 5; giving it back is seen too."""
    before = footprint_mb(os.getpid())
    data = bytearray(60_000_000)
    data[::4096] = b"x" * len(data[::4096])
    during = footprint_mb(os.getpid())
    del data
    assert 55 <= during - before <= 65
    assert footprint_mb(os.getpid()) < during - 50


def test_the_tree_counts_the_children():
    """A child that owns 60 MB is in the sum, and resident memory is never below the footprint by much."""
    alone = tree_footprint_mb(os.getpid())
    with subprocess.Popen([sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        together = tree_footprint_mb(os.getpid())
        assert together - alone >= 60
        assert tree_resident_mb(os.getpid()) >= together * 0.9
        child.stdin.close()
        child.wait(10)


def test_a_process_that_is_gone_has_no_figures():
    """None, not zero and not an error."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait(10)
    assert (None, None, None) == (footprint_mb(child.pid), tree_footprint_mb(child.pid), tree_resident_mb(child.pid))


def test_the_process_probe_records_what_it_saw():
    """Footprint, peak, residence, processor, files, threads: each plausible for a running interpreter."""
    recorder = ListRecorder()
    probe = ProcessProbe(recorder)
    probe.sample()
    sum(n * n for n in range(300_000))
    probe.sample()
    names = {name for name, _ in recorder.records}
    assert {"process.footprint_peak_mb", "process.resident_mb", "process.count", "process.threads"} < names
    memory = recorder.values(MetricType.MEMORY_USAGE)
    assert max(memory) == recorder.values("process.footprint_peak_mb")[-1]
    assert recorder.values("process.cpu_percent")[0] > 0
    assert psutil.Process().num_threads() == recorder.values("process.threads")[-1]


def test_a_probe_without_memory_leaves_it_to_the_parent():
    """No memory figure at all: the sum over processes would count it twice."""
    recorder = ListRecorder()
    ProcessProbe(recorder, memory=False).sample()
    assert [] == recorder.values(MetricType.MEMORY_USAGE)


def test_each_collection_is_a_pause():
    """From start to stop, and not after."""
    recorder = ListRecorder()
    probe = GcProbe(recorder)
    probe.start()
    probe.start()
    gc.collect()
    probe.stop()
    probe.stop()
    pauses = recorder.values("gc.pause_ms")
    gc.collect()
    assert pauses == recorder.values("gc.pause_ms")
    assert len(pauses) >= 1
    assert min(pauses) > 0


async def test_a_blocked_loop_is_seen():
    """200 ms of blocking is a lag of at least 80, and memory arrives without anybody asking."""
    monitor = ProductionPerformanceMonitor()
    probes = RuntimeProbes(monitor, interval_s=0.02)
    await probes.start()
    await probes.start()
    await asyncio.sleep(0.15)
    time.sleep(0.2)  # noqa: ASYNC251 - the fault under test
    await asyncio.sleep(0.15)
    await probes.stop()
    await probes.stop()
    assert monitor.summary("loop.lag_ms").maximum >= 80
    assert (await monitor.get_current_performance()).memory_usage_mb > 5
