"""The parts of the Live screen: the time range, the line that shows it, the three charts, the head of the sources."""

from enum import Enum

from textual.app import ComposeResult
from textual.containers import Horizontal

from v7core.models.dashboard import PerformanceTrendData, SystemHealthData
from v7ui.formatting import count, duration, uptime
from v7ui.room import Room
from v7ui.theme import STATUS_INK
from v7ui.widgets.chart import Chart
from v7ui.widgets.health import HealthStatusView
from v7ui.widgets.painted import Line, Painted, Span


class TimeRange(Enum):
    """How far back the charts look: label, name, hours."""

    HOUR = ("1H", "1 Hour", 1)
    SIX_HOURS = ("6H", "6 Hours", 6)
    DAY = ("24H", "24 Hours", 24)

    @property
    def label(self) -> str:
        """ "1H"."""
        return self.value[0]

    @property
    def display_name(self) -> str:
        """ "1 Hour"."""
        return self.value[1]

    @property
    def hours(self) -> int:
        """1, 6 or 24."""
        return self.value[2]


class RangeBar(Painted):
    """Title, range, rate, whether it runs, and the system in a word."""

    DEFAULT_CSS = "RangeBar { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._state: tuple[TimeRange, int, bool, SystemHealthData] = (TimeRange.HOUR, 1000, False, SystemHealthData())

    def show(self, chosen: TimeRange, rate_ms: int, *, paused: bool, health: SystemHealthData) -> None:
        """Another state."""
        self._state = (chosen, rate_ms, paused, health)
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        chosen, rate, paused, health = self._state
        glyphs, status = self.look().glyphs, health.overall_status
        ranges: list[Span] = [
            (f"[{each.label}]" if each is chosen else f" {each.label} ", "title" if each is chosen else "dim")
            for each in TimeRange
        ]
        word: Span = ("PAUSED", "warn") if paused else ("LIVE", "good")
        spans: list[Span] = [(" Production Monitoring  ", "title"), *ranges, (f"  {rate} ms  ", "dim"), word]
        if status is not None:
            spans.append((f"  {glyphs.status[status]} {status.value}", STATUS_INK[status]))
        if health.uptime:
            spans.append((f"  up {uptime(health.uptime)}", "dim"))
        return [spans]


class PerformanceChartsView(Horizontal):
    """Thompson, memory and throughput over the range."""

    DEFAULT_CSS = "PerformanceChartsView { height: 6; }"

    def __init__(self, style: str = "braille") -> None:
        super().__init__()
        self.style = style
        """"braille", "block" or "ascii"."""
        self._thompson = Chart("Thompson", duration, "match")
        self._memory = Chart("Memory MB", count, "manifest")
        self._throughput = Chart("Jobs/s", count, "good")

    def compose(self) -> ComposeResult:
        yield self._thompson
        yield self._memory
        yield self._throughput

    def show(self, trend: PerformanceTrendData, room: Room, chosen: TimeRange) -> None:
        """Another look at the histories."""
        now, hours = room.ports.clock.now(), chosen.hours
        for chart in (self._thompson, self._memory, self._throughput):
            chart.style = self.style
        self._thompson.show(trend.thompson_performance_history, trend.thompson_trend, now, hours)
        self._memory.show(trend.memory_usage_history, trend.memory_trend, now, hours)
        self._throughput.show(trend.throughput_history, trend.throughput_trend, now, hours)


class SourcesHead(Painted):
    """How many sources are well, in words, and the heads of their columns.

    Args:
        rows: The list below.
    """

    DEFAULT_CSS = "SourcesHead { height: 1; }"

    def __init__(self, rows: HealthStatusView) -> None:
        super().__init__()
        self.text = "SOURCES"
        self._rows = rows
        self._line: Line = []

    def show(self, well: int, counted: int, total: int) -> None:
        """Other counts."""
        uncounted = f", {total - counted} not counted" if total > counted else ""
        self.text = f"SOURCES {well} of {counted} ok{uncounted}" if total else "SOURCES"
        if self._line != self._rows.head(self.text):
            self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        self._line = self._rows.head(self.text)
        return [self._line]
