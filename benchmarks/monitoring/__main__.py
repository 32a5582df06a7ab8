"""What monitoring costs: python -m benchmarks.monitoring

Medians of interleaved rounds in one process; a share is a ratio of medians taken side by side, so that a busy machine
slows both. `--records N` sets how many records the flat-memory run takes (10^7 unless told).
"""

import argparse
import asyncio
import gc
import os
import time
import tracemalloc
from datetime import timedelta
from statistics import median

from v7core.models.metrics import MetricPoint, MetricType
from v7core.models.sources import SourceCondition, SourceKey, SourceState
from v7core.registry import MonitoringSystemRegistry, NullRecorder
from v7core.testing.fakes.faces import MemorySources
from v7core.testing.fakes.measuring import FixedClock, MemoryHistory
from v7performance import ProductionMetricsDashboard, ProductionPerformanceMonitor, footprint_mb, status_of
from v7performance.probes import ProcessProbe

SOURCES = 43
STAGES = 40


def per_call_us(call, number):
    """Microseconds of one call, the loop included."""
    rounds = range(number)
    start = time.perf_counter()
    for _ in rounds:
        call()
    return (time.perf_counter() - start) / number * 1e6


def interleaved(number, repeats, **calls):
    """Median microseconds of each call, taken in turns."""
    taken = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            taken[name].append(per_call_us(call, number))
    return {name: median(values) for name, values in taken.items()}


def show(name, value, unit, budget=""):
    """One line of the report."""
    print(f"{name:<58} {value:>10.3f} {unit:<4} {budget}")


def records():
    """The cost of taking a measurement."""
    monitor, registry, null = ProductionPerformanceMonitor(), MonitoringSystemRegistry(), NullRecorder()
    registry.register_performance_monitor(monitor)
    metric = MetricType.THOMPSON_DURATION
    figures = interleaved(
        20_000,
        31,
        empty=lambda: None,
        null=lambda: null.record("ingest.parse_ms", 1.5),
        stage=lambda: monitor.record("ingest.parse_ms", 1.5),
        metric=lambda: monitor.record_metric(metric, 1.5),
        registry=lambda: registry.record("ingest.parse_ms", 1.5),
    )
    base = figures["empty"]
    show("record(stage), monitor", figures["stage"] - base, "us", "budget 0.5")
    show("record_metric(metric), monitor", figures["metric"] - base, "us", "budget 0.5")
    show("record(stage), through the registry", figures["registry"] - base, "us")
    show("record(stage), nobody listens", figures["null"] - base, "us")


def flat(count):
    """Memory over many records."""
    monitor = ProductionPerformanceMonitor()
    for n in range(5_000):
        monitor.record("ingest.parse_ms", n + 0.5)
    gc.collect()
    before = footprint_mb(os.getpid())
    for n in range(count):
        monitor.record("ingest.parse_ms", n + 0.5)
    show(f"footprint grown over {count:.0e} records", footprint_mb(os.getpid()) - before, "MB", "flat")
    tracemalloc.start()
    held = tracemalloc.get_traced_memory()[0]
    for n in range(100_000):
        monitor.record("ingest.parse_ms", n + 0.5)
    show("bytes held after 1e5 more records", tracemalloc.get_traced_memory()[0] - held, "B", "flat")
    tracemalloc.stop()
    show("rings of 7 metrics and 1 stage", monitor.nbytes / 1e3, "kB")


async def system():
    """A dashboard as large as the app's: 43 sources, 24 h of history, full rings, 40 stages, two processes."""
    clock, history, registry = FixedClock(), MemoryHistory(), MonitoringSystemRegistry()
    directory = MemorySources()
    for n in range(SOURCES):
        key = SourceKey(source="greenhouse", board=f"board{n}")
        condition = SourceCondition.OK if n % 5 else SourceCondition.UNAVAILABLE
        directory._states[key] = SourceState(key=key, name=f"Board {n}", condition=condition, open_jobs=n)
    begin = clock.now() - timedelta(hours=24)
    for metric in MetricType:
        await history.append(
            [MetricPoint(metric=metric, at=begin + timedelta(seconds=5 * n), value=n % 97) for n in range(17_280)]
        )
    monitors = [ProductionPerformanceMonitor(clock=clock) for _ in range(2)]
    for monitor in monitors:
        registry.register_performance_monitor(monitor)
        for n in range(1_000):
            for metric in MetricType:
                monitor.record_metric(metric, (n * 7919 % 1000) / 2000)
        for stage in range(STAGES):
            for n in range(500):
                monitor.record(f"stage.{stage}_ms", n * 7919 % 500)
    return clock, monitors, ProductionMetricsDashboard(registry, directory, history, clock)


async def looks():
    """The cost of looking."""
    clock, monitors, dashboard = await system()
    await dashboard.refresh_metrics()
    taken = {"snapshot": [], "tick": [], "status": []}
    for _ in range(200):
        clock.advance(0.1)
        start = time.perf_counter()
        await monitors[0].get_current_performance()
        middle = time.perf_counter()
        await dashboard.refresh_metrics()
        taken["snapshot"].append((middle - start) * 1e3)
        taken["tick"].append((time.perf_counter() - middle) * 1e3)
        for monitor in monitors:  # what is looked at stays fresh
            for metric in MetricType:
                monitor.record_metric(metric, 0.25)
    for _ in range(20):
        clock.advance(1)
        start = time.perf_counter()
        await status_of(dashboard)
        taken["status"].append((time.perf_counter() - start) * 1e3)
    show("snapshot of one monitor, full rings", median(taken["snapshot"]), "ms")
    show(f"dashboard tick, {SOURCES} sources, 2 monitors", median(taken["tick"]), "ms", "budget 1")
    show("dashboard tick, slowest of twenty", sorted(taken["tick"])[-10], "ms")
    show(f"status document, {STAGES} stages", median(taken["status"]), "ms")


def probing():
    """The cost of the process probe, once a second on a thread."""
    probe = ProcessProbe(ProductionPerformanceMonitor())
    show("process probe, one look", interleaved(20, 9, probe=probe.sample)["probe"] / 1e3, "ms")


def overhead():
    """Monitoring's share of a call of about a millisecond that is timed and recorded the way a ranking is."""
    monitor = ProductionPerformanceMonitor()
    numbers = range(10_000)

    def plain():
        sum(n * n for n in numbers)

    def watched():
        start = time.perf_counter()
        sum(n * n for n in numbers)
        milliseconds = (time.perf_counter() - start) * 1e3
        monitor.record_metric(MetricType.THOMPSON_DURATION, milliseconds)
        monitor.record("engine.rank_ms", milliseconds)
        monitor.record_metric(MetricType.THROUGHPUT, len(numbers) / milliseconds)

    figures = interleaved(5, 201, plain=plain, watched=watched)
    share = (figures["watched"] / figures["plain"] - 1) * 100
    show(f"overhead on a call of {figures['plain'] / 1e3:.1f} ms, three records", share, "%", "budget 2")


def main():
    """All of it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--records", type=int, default=10_000_000)
    chosen = arguments.parse_args()
    records()
    flat(chosen.records)
    asyncio.run(looks())
    probing()
    overhead()


if __name__ == "__main__":
    main()
