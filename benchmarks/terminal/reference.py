"""The yardstick: a dashboard of the Live screen's weight in plain Textual, without a line of ours. It does not change.

Four bordered cards, three braille charts of 120 points and a row a source, each a fixed-height widget that draws its
own lines; everything is another every tick.
"""

import math
from collections import deque

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.containers import Horizontal, Vertical
from textual.strip import Strip
from textual.widget import Widget

AMBER, TEAL, DIM, GREEN = (Style(color=colour) for colour in ("#fac938", "#42d7c8", "#98a1b0", "#7fd88f"))
BARS = (0x00, 0x40, 0x44, 0x46, 0x47)


class Lines(Widget):
    """A few lines of (text, style) pairs."""

    def __init__(self, height):
        super().__init__()
        self.styles.height = height
        self.lines = [[] for _ in range(height)]

    def show(self, lines):
        if lines != self.lines:
            self.lines = lines
            self.refresh()

    def render_line(self, y):
        return Strip([Segment(text, style) for text, style in self.lines[y]]).adjust_cell_length(self.size.width)


class Card(Vertical):
    """A titled box around four lines."""

    DEFAULT_CSS = "Card { width: 1fr; height: 6; border: solid #5b6575; padding: 0 1; }"

    def __init__(self, title):
        super().__init__()
        self.border_title = title
        self.body = Lines(4)

    def compose(self):
        yield self.body


class Chart(Widget):
    """The last 120 values as braille, two a cell."""

    DEFAULT_CSS = "Chart { width: 1fr; height: 10; padding: 0 1; }"

    def __init__(self, style):
        super().__init__()
        self.values = deque([0.0] * 120, maxlen=120)
        self.ink = style

    def push(self, value):
        self.values.append(value)
        self.refresh()

    def render_line(self, y):
        top, height = max(self.values) or 1.0, self.size.height
        levels = [int(4 * height * value / top) - 4 * (height - 1 - y) for value in self.values]
        dots = [BARS[max(0, min(4, level))] for level in levels]
        pairs = zip(dots[::2], dots[1::2], strict=True)
        text = "".join(chr(0x2800 + left + (right << 1 & 0x38) + (right << 1 & 0x80)) for left, right in pairs)
        return Strip([Segment(text, self.ink)]).adjust_cell_length(self.size.width)


class Reference(App):
    """Everything changes every tick."""

    CSS = "Screen { background: #101216; } #cards { height: 6; } #charts { height: 10; }"

    def __init__(self, sources, rate_s, on_tick):
        super().__init__()
        self.cards = [Card(title) for title in ("Thompson", "Memory", "Throughput", "Frame")]
        self.charts = [Chart(style) for style in (AMBER, TEAL, GREEN)]
        self.rows = Lines(sources)
        self.rate_s, self.on_tick, self.tick = rate_s, on_tick, 0
        self.sources = sources

    def compose(self):
        yield Horizontal(*self.cards, id="cards")
        yield Horizontal(*self.charts, id="charts")
        yield self.rows

    def on_mount(self):
        self.set_interval(self.rate_s, self.step)

    def step(self):
        self.on_tick()
        self.tick += 1
        wave = 1.0 + math.sin(self.tick / 9)
        for n, card in enumerate(self.cards):
            value = wave * (n + 1)
            full = int(8 * value) % 20
            card.body.show(
                [
                    [(f"{value:.3f} ms", GREEN), (" improving", DIM)],
                    [(f"{10 / max(value, 0.001):.0f}x advantage", DIM)],
                    [("█" * full + "░" * (20 - full), AMBER), (" 10.0ms", DIM)],
                    [("Budget: 10.0ms ", DIM), ("Within Budget", GREEN)],
                ]
            )
        for n, chart in enumerate(self.charts):
            chart.push(wave * (n + 1) + self.tick % 7 / 7)
        self.rows.show(
            [
                [
                    ("● ok           ", GREEN),
                    (f"Source {n:02} of the list      ", DIM),
                    (f"{n * 7 + self.tick:>6}", DIM),
                    (f"{wave * 80 + n:>8.1f}ms  0.0%  in 20m", DIM),
                ]
                for n in range(self.sources)
            ]
        )
