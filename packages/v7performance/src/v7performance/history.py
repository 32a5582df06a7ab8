"""Histories: figures folded into points of equal length, kept in the store and across restarts."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from v7core.errors import InvalidValue, V7Error
from v7core.models.metrics import MetricPoint, MetricType, PerformanceSnapshot
from v7core.protocols import MetricHistory

POINT_S: Final = 5.0
"""Seconds a point covers; four times that while histories are shed."""
COARSER: Final = 4
LIVE_POINTS: Final = 720
"""Points of each metric kept in memory: an hour at `POINT_S`."""
SHOWN_POINTS: Final = 120
"""Points of a history handed to a screen: about a terminal's width."""
HOURS: Final = (1, 6, 24)


@dataclass(slots=True)
class _Fold:
    """The samples of the point that is still open."""

    total: float = 0.0
    count: int = 0
    minimum: float = 0.0
    maximum: float = 0.0

    def add(self, value: float) -> None:
        self.minimum = value if not self.count else min(value, self.minimum)
        self.maximum = value if not self.count else max(value, self.maximum)
        self.total += value
        self.count += 1

    def point(self, metric: str, at: datetime) -> MetricPoint:
        return MetricPoint(
            metric=metric,
            at=at,
            value=self.total / self.count,
            minimum=self.minimum,
            maximum=self.maximum,
            count=self.count,
        )


class HistoryKeeper:
    """Folds snapshots into points and keeps them; a store that fails loses nothing that still fits in memory.

    Args:
        store: None keeps the last `LIVE_POINTS` of each metric in memory and nothing across restarts.
        point_s: Seconds a point covers.
    """

    def __init__(self, store: MetricHistory | None = None, *, point_s: float = POINT_S) -> None:
        self._store = store
        self._point_s = point_s
        self._opened: tuple[float, datetime] | None = None
        self._folds: dict[str, _Fold] = {}
        self._live: dict[str, deque[MetricPoint]] = {}
        self._pending: deque[MetricPoint] = deque(maxlen=LIVE_POINTS * len(MetricType))
        self.closed = 0
        """Times points were closed: whoever derives something from histories derives it again when this moves."""

    def note(self, snapshot: PerformanceSnapshot, *, now: float, at: datetime, coarse: bool = False) -> bool:
        """Add the fresh figures of one look; True when that closed points, which `flush` then keeps.

        A figure without samples in its window was seen before: it is not measured again by being looked at again.
        """
        closed = False
        length = self._point_s * (COARSER if coarse else 1)
        if self._opened is not None and now - self._opened[0] >= length:
            closed = self._close(self._opened[1])
            self._opened = None
        for metric in MetricType:
            value = snapshot.value(metric)
            if value is None or not snapshot.count(metric):
                continue
            if self._opened is None:
                self._opened = (now, at)
            self._folds.setdefault(metric.value, _Fold()).add(value)
        return closed

    def _close(self, at: datetime) -> bool:
        points = [fold.point(metric, at) for metric, fold in self._folds.items()]
        self._folds.clear()
        for point in points:
            self._live.setdefault(point.metric, deque(maxlen=LIVE_POINTS)).append(point)
        if self._store is not None:
            self._pending.extend(points)
        self.closed += 1
        return bool(points)

    async def flush(self, *, final: bool = False) -> None:
        """Hand closed points to the store, with `final` the open ones too.

        Raises:
            V7Error: the store kept none of them; they wait here for the next try.
        """
        if final and self._opened is not None:
            self._close(self._opened[1])
            self._opened = None
        if self._store is None or not self._pending:
            return
        points = tuple(self._pending)
        await self._store.append(points)
        # Points may have been closed while the store was busy: only those it was given leave.
        for point in points:
            if self._pending and self._pending[0] is point:
                self._pending.popleft()

    def live(self, metric: str) -> Sequence[MetricPoint]:
        """Closed points in memory, oldest first."""
        return tuple(self._live.get(metric, ()))

    async def read(
        self, metric: str, *, hours: int, at: datetime, limit: int = SHOWN_POINTS
    ) -> tuple[MetricPoint, ...]:
        """The last hours of a metric, oldest first, with what is not in the store yet at the end.

        Raises:
            InvalidValue: hours other than 1, 6 or 24.
        """
        if hours not in HOURS:
            raise InvalidValue(f"a history covers 1, 6 or 24 hours, not {hours!r}")
        since = at - timedelta(hours=hours)
        waiting = [point for point in self._pending if point.metric == metric and point.at >= since]
        try:
            if self._store is None:
                raise _NoStore
            kept = list(await self._store.read(metric, since, at + timedelta(seconds=1), limit=limit))
        except (V7Error, _NoStore):
            kept = [point for point in self._live.get(metric, ()) if point.at >= since]
            waiting = []  # what waits is among the live points
        if self._opened is not None and (fold := self._folds.get(metric)):
            waiting.append(fold.point(metric, self._opened[1]))
        return tuple(downsample([*kept, *waiting], limit))


class _NoStore(Exception):
    """There is none: memory is all there is."""


def downsample(points: Sequence[MetricPoint], limit: int) -> Sequence[MetricPoint]:
    """At most `limit` points, each the fold of equally many neighbours: means weighted by count, extremes kept."""
    if len(points) <= limit:
        return points
    step = -(-len(points) // limit)
    return [_merge(points[i : i + step]) for i in range(0, len(points), step)]


def _merge(points: Sequence[MetricPoint]) -> MetricPoint:
    count = sum(point.count for point in points)
    return MetricPoint(
        metric=points[0].metric,
        at=points[0].at,
        value=sum(point.value * point.count for point in points) / count,
        minimum=min(point.value if point.minimum is None else point.minimum for point in points),
        maximum=max(point.value if point.maximum is None else point.maximum for point in points),
        count=count,
    )
