"""Samples kept across restarts, at most so many of each metric."""

import math
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from v7core.errors import InvalidValue
from v7core.models.metrics import MetricPoint
from v7services.storage.database import Database
from v7services.storage.plain import instant, micros

KEPT: Final = 40_000
"""Points of one metric: 55 hours at one in 5 s. By number, not by age, so that a clock that jumps forgets nothing."""
_SLACK: Final = 2_000

_FOLDED: Final = """
with chosen as (
    select at, value, minimum, maximum, count, row_number() over (order by at, n) - 1 as place
    from metric where name = ?1 and at >= ?2 and at < ?3
)
select min(at), sum(value * count) / sum(count), min(coalesce(minimum, value)), max(coalesce(maximum, value)),
    sum(count), count(*), max(minimum), max(maximum)
from chosen group by place / ?4 order by place / ?4
"""


class KeptHistory:
    """A `MetricHistory`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, points: Sequence[MetricPoint]) -> None:
        """Keep all of them or none.

        Raises:
            InvalidValue: a figure is not finite, or stands for no sample.
        """
        if not points:
            return
        for point in points:
            figures = (point.value, point.minimum, point.maximum)
            if not point.metric or point.count < 1 or not all(x is None or math.isfinite(x) for x in figures):
                raise InvalidValue(f"a point of {point.metric!r} that is no figure")
        rows = [(p.metric, micros(p.at), float(p.value), p.minimum, p.maximum, p.count) for p in points]

        def work(connection: sqlite3.Connection) -> None:
            last: dict[str, int] = {}
            numbered = []
            for name, *rest in rows:
                if name not in last:
                    query = "select coalesce(max(n), 0) from metric where name = ?"
                    (last[name],) = connection.execute(query, (name,)).fetchone()
                last[name] += 1
                numbered.append((name, last[name], *rest))
            connection.executemany(
                "insert into metric(name, n, at, value, minimum, maximum, count) values (?, ?, ?, ?, ?, ?, ?)", numbered
            )
            for name, newest in last.items():
                if newest % _SLACK < len(points) or newest == len(points):
                    connection.execute("delete from metric where name = ? and n <= ?", (name, newest - KEPT))

        await self._database.write(work)

    async def read(self, metric: str, since: datetime, until: datetime, *, limit: int = 500) -> tuple[MetricPoint, ...]:
        """Oldest first, since <= at < until, at most `limit`, folded evenly when there are more."""
        start, end = micros(since), micros(until)

        def work(connection: sqlite3.Connection) -> tuple[MetricPoint, ...]:
            query = "select count(*) from metric where name = ? and at >= ? and at < ?"
            (found,) = connection.execute(query, (metric, start, end)).fetchone()
            step = -(-found // max(1, limit)) or 1
            return tuple(
                MetricPoint(
                    metric=metric, at=instant(at), value=value, count=count,
                    minimum=low if folded > 1 else own_low, maximum=high if folded > 1 else own_high,
                )
                for at, value, low, high, count, folded, own_low, own_high in connection.execute(
                    _FOLDED, (metric, start, end, step)
                )
            )  # fmt: skip

        return await self._database.read(work)
