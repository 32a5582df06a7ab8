"""Fakes of what measures: clock, recorder, load level, history."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from v7core.models.metrics import MetricPoint
from v7core.protocols import DegradationStep
from v7core.testing.samples import NOW


class FixedClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds


class ListRecorder:
    """Keeps every measurement in order."""

    def __init__(self) -> None:
        self.records: list[tuple[str, float]] = []

    def record(self, name: str, value: float) -> None:
        if value - value == 0:  # finite
            self.records.append((name, value))

    def values(self, name: str) -> list[float]:
        """What was recorded under a name."""
        return [value for known, value in self.records if known == name]


class MemoryLoadLevel:
    """A step somebody publishes and everybody reads."""

    def __init__(self) -> None:
        self._step = DegradationStep.NONE

    def current(self) -> DegradationStep:
        return self._step

    def publish(self, step: DegradationStep) -> None:
        self._step = DegradationStep(step)


class MemoryHistory:
    """Samples in a list."""

    def __init__(self) -> None:
        self._points: list[MetricPoint] = []

    async def append(self, points: Sequence[MetricPoint]) -> None:
        self._points += points

    async def read(self, metric: str, since: datetime, until: datetime, *, limit: int = 500) -> tuple[MetricPoint, ...]:
        found = sorted((p for p in self._points if p.metric == metric and since <= p.at < until), key=lambda p: p.at)
        step = -(-len(found) // limit) or 1
        return tuple(_fold(found[i : i + step]) for i in range(0, len(found), step))


def _fold(points: Sequence[MetricPoint]) -> MetricPoint:
    if len(points) == 1:
        return points[0]
    count = sum(point.count for point in points)
    return MetricPoint(
        metric=points[0].metric,
        at=points[0].at,
        value=sum(point.value * point.count for point in points) / count,
        minimum=min(point.value if point.minimum is None else point.minimum for point in points),
        maximum=max(point.value if point.maximum is None else point.maximum for point in points),
        count=count,
    )
