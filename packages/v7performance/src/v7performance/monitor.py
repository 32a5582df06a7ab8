"""The monitor: takes measurements from anywhere in a process and answers with aggregates.

How the samples of the window become one figure, by metric:

- durations and latencies (Thompson, network, frame): the 95th percentile, so one slow call in twenty may be forgiven
  and two may not;
- memory and throughput: the latest;
- rates (cache hits, errors): the mean, so whoever records 1.0 for a hit and 0.0 for a miss needs no counter of its own.

A metric whose samples are all older than the window keeps its latest sample as its figure, with a count of 0: still
the last thing known, but no fresh evidence and no weight beside other monitors.
"""

import math
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from v7core.clock import SystemClock
from v7core.errors import InvalidValue
from v7core.models.metrics import MetricType, PerformanceSnapshot, PerformanceValidationResult
from v7core.protocols import Clock, Recorder
from v7performance.budgets import Budgets
from v7performance.figures import Summary, mean, percentile, summarise
from v7performance.ring import Ring

METRIC_CAPACITY: Final = 1000
"""Samples kept of each metric."""
STAGE_CAPACITY: Final = 500
"""Samples kept of each stage."""
MAX_STAGES: Final = 256
"""Names beyond this are refused and counted: a name made from data must not grow the process."""
MAX_NAME: Final = 80
"""Characters of a stage's name."""

_METRICS: Final = frozenset(metric.value for metric in MetricType)
_TAIL: Final = (MetricType.THOMPSON_DURATION, MetricType.NETWORK_LATENCY, MetricType.UI_FRAME_TIME)
_LATEST: Final = (MetricType.MEMORY_USAGE, MetricType.THROUGHPUT)


class ProductionPerformanceMonitor:
    """`PerformanceMonitoring` and `Recorder` for one process.

    Args:
        clock: Only differences of its monotonic seconds are used for the window.
        budgets: What `validate_performance` holds the figures to.
        window_s: Seconds a figure looks back, above 0.

    Raises:
        InvalidValue: the window is not a finite number above 0.
    """

    def __init__(self, *, clock: Clock | None = None, budgets: Budgets | None = None, window_s: float = 30.0) -> None:
        if not (math.isfinite(window_s) and window_s > 0):
            raise InvalidValue(f"the window must be a finite number of seconds above 0, not {window_s!r}")
        self.clock: Clock = clock or SystemClock()
        self.budgets = budgets or Budgets()
        self.window_s = window_s
        # The wrapper of the machine's clock would be a fifth of the cost of a record.
        self._monotonic = time.monotonic if type(self.clock) is SystemClock else self.clock.monotonic
        self._admission = threading.RLock()  # a collection inside records its own pause, from the same thread
        self._refused = 0
        self._start_over()

    @property
    def refused(self) -> int:
        """Measurements dropped since the last reset: not finite, not a number, or of a stage past `MAX_STAGES`."""
        return self._refused

    @property
    def nbytes(self) -> int:
        """Bytes of every ring: grows with the number of stages, never with the number of records."""
        return sum(ring.nbytes for ring in self._rings.values())

    def record(self, name: str, value: float) -> None:
        """Note one measurement; see `Recorder`. Lock-free for every name but a stage's first."""
        try:
            if math.isfinite(value):
                self._append[name](value)
                return
        except KeyError:
            if self._admit(name):
                self.record(name, value)
                return
        except (TypeError, ValueError, OverflowError):
            pass  # a measurement never fails its caller; it is counted below
        self._refused += 1

    def record_metric(self, metric: MetricType, value: float) -> None:
        """Note one measurement, in the metric's unit: a metric's value is its name."""
        self.record(metric, value)

    def _admit(self, name: str) -> bool:
        if not (isinstance(name, str) and 0 < len(name) <= MAX_NAME):
            return False
        with self._admission:
            if name not in self._rings:
                if len(self._rings) >= len(MetricType) + MAX_STAGES:
                    return False
                # Making a ring may set off a collection, which may admit this very name. Published last: whoever
                # finds the way in finds the ring too.
                ring = Ring(STAGE_CAPACITY, self._monotonic)
                ring = self._rings.setdefault(str(name), ring)
                self._append.setdefault(str(name), ring.append)
            return True

    def summary(self, name: str, *, window_s: float | None = None) -> Summary | None:
        """Percentiles and extremes of a metric or stage over a window; None for what was never measured."""
        ring = self._rings.get(name)
        latest = ring.latest() if ring else None
        if ring is None or latest is None:
            return None
        now = self._monotonic()
        samples = ring.since(now - (self.window_s if window_s is None else window_s))
        return summarise(samples, latest=latest[0], total=ring.written, age_s=now - latest[1])

    async def stages(self, names: Collection[str] | None = None) -> Mapping[str, Summary]:
        """Summaries of the stages measured, or of those of these names that were, in alphabetical order.

        A proxy of a monitor in another process may offer the same method; the dashboard then sees its stages too.
        """
        wanted = list(self._rings) if names is None else names
        found = {name: self.summary(name) for name in sorted(wanted) if name not in _METRICS}
        return {name: summary for name, summary in found.items() if summary is not None}

    async def get_current_performance(self) -> PerformanceSnapshot:
        """The aggregate of each metric over the window, by the rules of this module."""
        since = self._monotonic() - self.window_s
        values: dict[str, float] = {}
        counts: list[tuple[MetricType, int]] = []
        for metric in MetricType:
            ring = self._rings[metric.value]
            samples = ring.since(since)
            if samples:
                values[metric.value] = _aggregate(metric, samples)
            elif latest := ring.latest():
                values[metric.value] = latest[0]
            else:
                continue
            counts.append((metric, len(samples)))
        return PerformanceSnapshot(timestamp=self.clock.now(), counts=tuple(counts), **values)  # type: ignore[arg-type]

    async def reset_counters(self) -> None:
        """Forget every measurement and every stage."""
        with self._admission:
            self._start_over()

    def _start_over(self) -> None:
        self._refused = 0
        self._rings = {metric.value: Ring(METRIC_CAPACITY, self._monotonic) for metric in MetricType}
        self._append = {name: ring.append for name, ring in self._rings.items()}

    async def validate_performance(self) -> PerformanceValidationResult:
        """Which budgets hold, and the budget score."""
        return self.budgets.validate(await self.get_current_performance())


def _aggregate(metric: MetricType, samples: Sequence[float]) -> float:
    if metric in _TAIL:
        return percentile(sorted(samples), 0.95)
    if metric in _LATEST:
        return samples[-1]
    return mean(samples)


@contextmanager
def timed(recorder: Recorder, name: str) -> Iterator[None]:
    """Record the wall milliseconds of a block under a name, also when the block raises."""
    start = time.perf_counter()
    try:
        yield
    finally:
        recorder.record(name, (time.perf_counter() - start) * 1e3)
