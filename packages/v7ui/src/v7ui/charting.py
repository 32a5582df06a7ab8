"""Charts as characters. Pure: points in, rows of text out.

A bucket belongs to a stretch of absolute time, so a chart moves left as time passes and never jitters.
"""

import math
from collections.abc import Sequence
from datetime import datetime

from v7core.models.dashboard import TimestampedValue

_LEFT = (0x40, 0x04, 0x02, 0x01)
_RIGHT = (0x80, 0x20, 0x10, 0x08)
"""Braille dots from the bottom up."""


def buckets(points: Sequence[TimestampedValue], now: datetime, hours: float, count: int) -> list[float | None]:
    """The highest value in each of `count` equal stretches that end now; None where nothing was measured."""
    width = hours * 3600.0 / count
    last = math.floor(now.timestamp() / width)
    found: list[float | None] = [None] * count
    for point in points:
        index = count - 1 - (last - math.floor(point.timestamp.timestamp() / width))
        if 0 <= index < count:
            before = found[index]
            found[index] = point.value if before is None else max(before, point.value)
    return found


def nice_top(values: Sequence[float | None]) -> float:
    """A round number at or above every value, so that the scale seldom changes."""
    highest = max((value for value in values if value is not None), default=0.0)
    if not 1e-300 < highest < math.inf:  # below that, powers of ten are no longer exact
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= highest)


def braille(values: Sequence[float | None], top: float, width: int, height: int) -> list[str]:
    """Rows from the top; two values a cell, four levels a row, neighbours joined. `values` is 2 * width long."""
    cells = [[0] * width for _ in range(height)]
    before: int | None = None
    for x, value in enumerate(values[: 2 * width]):
        if value is None:
            before = None
            continue
        level = min(4 * height - 1, max(0, round(value / top * (4 * height - 1))))
        low, high = (level, level) if before is None else (min(level, before), max(level, before))
        dots = _RIGHT if x % 2 else _LEFT
        for y in range(low, high + 1):
            cells[height - 1 - y // 4][x // 2] |= dots[y % 4]
        before = level
    return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in cells]


def bars(values: Sequence[float | None], top: float, width: int, height: int, levels: str) -> list[str]:
    """Rows from the top; one value a cell, `len(levels) - 1` levels a row. `values` is `width` long."""
    steps = len(levels) - 1
    filled = [
        0 if value is None else max(1, min(steps * height, round(value / top * steps * height)))
        for value in values[:width]
    ]
    return [
        "".join(levels[min(steps, max(0, fill - steps * (height - 1 - row)))] for fill in filled)
        for row in range(height)
    ]


def sparkline(values: Sequence[float], width: int, levels: str) -> str:
    """The last `width` values on one line."""
    shown = list(values)[-width:]
    return bars(shown, nice_top(shown), len(shown), 1, levels)[0].rjust(width) if shown else " " * width


def gauge(share: float, width: int, full: str, empty: str) -> str:
    """A bar; anything above nothing shows, and more than all is all."""
    cells = min(width, max(1 if share > 0 else 0, round(share * width)))
    return full * cells + empty * (width - cells)
