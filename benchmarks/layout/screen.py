"""A live screen of the real one's weight: four cards, three braille charts of 120 points, a line a source, at 10 Hz."""

from collections import deque

from benchmarks.layout.wire import Snapshot
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

_AMBER, _DIM = Style(color="#fac938"), Style(color="#888888")
_BARS = (0x00, 0x40, 0x44, 0x46, 0x47)
MARKER = "V7-LIVE"


class Lines(Widget):
    """Fixed-height lines, redrawn without layout."""

    def __init__(self, height: int) -> None:
        super().__init__()
        self.styles.height = height
        self.lines: list[str] = [""] * height

    def show(self, lines: list[str]) -> None:
        if lines != self.lines:
            self.lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        text = self.lines[y] if y < len(self.lines) else ""
        strip = Strip([Segment(text[:24], _AMBER), Segment(text[24:], _DIM)])
        return strip.adjust_cell_length(self.size.width)


class Chart(Widget):
    """The last 120 values as braille columns, two values a cell."""

    def __init__(self) -> None:
        super().__init__()
        self.styles.height = 4
        self._values: deque[float] = deque([0.0] * 120, maxlen=120)

    def push(self, value: float) -> None:
        self._values.append(value)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        top = max(self._values) or 1.0
        levels = [int(16 * value / top) - 4 * (3 - y) for value in self._values]
        dots = [_BARS[max(0, min(4, level))] for level in levels]
        pairs = zip(dots[::2], dots[1::2], strict=True)
        text = "".join(chr(0x2800 + left + (right << 1 & 0x38) + (right << 1 & 0x80)) for left, right in pairs)
        return Strip([Segment(text, _AMBER)]).adjust_cell_length(self.size.width)


def source_lines(snapshot: Snapshot, tick: int) -> list[str]:
    return [
        f"● {row.name:<20} ok   {row.fetched:>4} fetched {row.postings:>5} postings {row.last_ms:>8.1f} ms {tick:>6}"
        for row in snapshot.sources
    ] or [f"○ source {number:02}  waiting {tick}" for number in range(43)]
