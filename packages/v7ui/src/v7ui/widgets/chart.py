"""One history over a time range."""

from collections.abc import Callable, Sequence
from datetime import datetime

from v7core.models.dashboard import TimestampedValue, TrendDirection
from v7ui.charting import bars, braille, buckets, nice_top
from v7ui.formatting import fit
from v7ui.theme import TREND_INK
from v7ui.widgets.painted import Line, Painted


class Chart(Painted):
    """Title, highest value and trend on the first line; the plot below; the range on the last when there is room."""

    DEFAULT_CSS = "Chart { width: 1fr; height: 1fr; padding: 0 1; }"

    def __init__(self, title: str, value: Callable[[float | None], str], ink: str) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._ink = ink
        self._points: Sequence[TimestampedValue] = ()
        self._trend: TrendDirection | None = None
        self._now: datetime | None = None
        self._hours = 1.0
        self.style: str | None = None
        """"braille", "block" or "ascii"; the look's unless set."""

    def show(
        self, points: Sequence[TimestampedValue], trend: TrendDirection | None, now: datetime, hours: float
    ) -> None:
        """Another history, or the same one a little later."""
        self._points, self._trend, self._now, self._hours = points, trend, now, hours
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        glyphs, style = self.look().glyphs, self.style or self.look().charts
        trend = f"{glyphs.trend[self._trend]} {self._trend.value}" if self._trend else ""
        ink = TREND_INK[self._trend] if self._trend else "dim"
        axis = height >= 6
        rows = max(1, height - 1 - axis)
        values = (
            buckets(self._points, self._now, self._hours, width * (2 if style == "braille" else 1))
            if self._now
            else [None] * width
        )
        top = nice_top(values)
        known = any(value is not None for value in values)
        head = f"{self._title} 0{glyphs.to}{self._value(top)} " if known else f"{self._title} "
        lines: list[Line] = [[(fit(head, max(1, width - len(trend)), ellipsis=glyphs.ellipsis), "dim"), (trend, ink)]]
        if not known:
            lines.append([("No data yet", "dim")])
            lines += [[] for _ in range(rows - 1)]
        elif style == "braille":
            lines += [[(row, self._ink)] for row in braille(values, top, width, rows)]
        else:
            levels = " .:-=+*#@" if style == "ascii" else glyphs.levels
            lines += [[(row, self._ink)] for row in bars(values, top, width, rows, levels)]
        if axis:
            left = f"{glyphs.minus}{self._hours:g}h"
            lines.append([(left + "now".rjust(max(0, width - len(left))), "dim")])
        return lines
