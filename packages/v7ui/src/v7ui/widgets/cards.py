"""Cards of the Live screen: a figure, what it means, and how far it is from its budget."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from v7core.constants import SacredUIConstants as Budgets
from v7core.models.dashboard import TrendDirection
from v7ui.charting import gauge
from v7ui.formatting import count, duration, fit
from v7ui.theme import TREND_INK
from v7ui.widgets.painted import Line, Painted, Span

_SHORT = {TrendDirection.IMPROVING: "impr", TrendDirection.STABLE: "stable", TrendDirection.DEGRADING: "degr"}
_WIDE = 30
"""Cells from which a card speaks in full words."""


class PerformanceIndicator(Painted):
    """A bar from nothing to the target, and the target.

    Args:
        target: The budget, in the unit of what is shown; > 0.
        unit: Makes a text of a value.
        is_good_when_low: True for budgets; False for figures that should be high.
    """

    DEFAULT_CSS = "PerformanceIndicator { height: 1; }"

    def __init__(
        self, target: float | None, unit: Callable[[float | None], str], *, is_good_when_low: bool = True
    ) -> None:
        super().__init__()
        self.current: float | None = None
        self.target = target
        self._unit = unit
        self._low = is_good_when_low

    @property
    def ink(self) -> str:
        """Good, near the target (above 80 % of a budget), or beyond it."""
        if self.current is None or not self.target:
            return "dim"
        share = self.current / self.target
        if not self._low:
            return "good" if share >= 0.8 else "warn" if share >= 0.2 else "bad"
        return "good" if share <= 0.8 else "warn" if share <= 1.0 else "bad"

    def show(self, current: float | None, target: float | None = None) -> None:
        """Another value; the target stays unless given."""
        target = self.target if target is None else target
        if (current, target) != (self.current, self.target):
            self.current, self.target = current, target
            self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        glyphs = self.look().glyphs
        label = f" {self._unit(self.target)}"
        cells = max(1, width - len(label))
        share = self.current / self.target if self.current is not None and self.target else 0.0
        return [[(gauge(share, cells, glyphs.full, glyphs.empty), self.ink), (label, "dim")]]


class _Figures(Painted):
    """A few lines somebody else wrote."""

    DEFAULT_CSS = "_Figures { height: 1; }"

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self.styles.height = lines

    def show(self, lines: list[Line]) -> None:
        if lines != self._lines:
            self._lines = lines
            self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        return self._lines


class Card(Vertical):
    """A titled box: two lines of figures, an indicator, a verdict. Subclasses say what stands on the lines."""

    DEFAULT_CSS = """
    Card { width: 1fr; height: 6; border: solid $border-blurred; border-title-color: $foreground; padding: 0 1; }
    """

    def __init__(self, title: str, indicator: PerformanceIndicator) -> None:
        super().__init__()
        self.border_title = Content(title)
        self.figures = _Figures(2)
        self.indicator = indicator
        self.verdict = _Figures(1)
        self._last: tuple[float | None, TrendDirection | None] = (None, None)

    def compose(self) -> ComposeResult:
        yield self.figures
        yield self.indicator
        yield self.verdict

    def on_mount(self) -> None:
        self._say()

    def on_resize(self) -> None:
        self._say()

    def show(self, value: float | None, trend: TrendDirection | None) -> None:
        """Another measurement; None until there is one."""
        self._last = (value, trend)
        self.indicator.show(value)
        self._say()

    def _say(self) -> None:
        value, trend = self._last
        wide = self.content_size.width >= _WIDE
        first, second, verdict = self.words(value, wide=wide)
        self.figures.show([[*first, *self._trend(trend, wide=wide)], second])
        self.verdict.show([verdict])

    def _trend(self, trend: TrendDirection | None, *, wide: bool) -> list[Span]:
        if trend is None:
            return []
        word = trend.value if wide else _SHORT[trend]
        return [(f" {self.figures.look().glyphs.trend[trend]} {word}", TREND_INK[trend])]

    def words(self, value: float | None, *, wide: bool) -> tuple[list[Span], list[Span], list[Span]]:
        """First and second line, and the verdict."""
        raise NotImplementedError

    def budget_verdict(self, budget: str, *, wide: bool) -> list[Span]:
        """ "Budget: 10.0ms · Within Budget"."""
        word = {"good": "Within Budget", "warn": "Near Budget", "bad": "Over Budget"}.get(self.indicator.ink)
        if word is None:
            return [(f"Budget: {budget}", "dim")]
        spans: list[Span] = [(word, self.indicator.ink)]
        return [(f"Budget: {budget} ", "dim"), *spans] if wide else spans


class ThompsonPerformanceCard(Card):
    """Wall time of a ranking against its 10 ms, and how many times it fits."""

    def __init__(self) -> None:
        super().__init__("Thompson", PerformanceIndicator(Budgets.max_thompson_duration_ms, duration))

    def words(self, value: float | None, *, wide: bool) -> tuple[list[Span], list[Span], list[Span]]:
        figure: list[Span] = [(duration(value), "title")]
        if wide:
            figure.append((" Current Processing Time", "dim"))
        advantage = "—" if not value else f"{Budgets.max_thompson_duration_ms / value:,.0f}x"
        words = "Performance Advantage" if wide else "advantage"
        # "Within Budget" alone up to the budget: the card has no word between the two.
        over = value is not None and value > Budgets.max_thompson_duration_ms
        verdict = ("Over Budget", "bad") if over else ("Within Budget", "good")
        budget: Span = (f"Budget: {Budgets.max_thompson_duration_ms}ms ", "dim")
        return (
            figure,
            [(f"{advantage} {words}", "foreground")],
            [budget] if value is None else [budget, verdict] if wide else [verdict],
        )


class MemoryBudgetCard(Card):
    """The footprint over all processes against its 200 MB."""

    def __init__(self) -> None:
        super().__init__("Memory", PerformanceIndicator(Budgets.max_memory_budget_mb, lambda mb: f"{mb:.0f} MB"))

    def words(self, value: float | None, *, wide: bool) -> tuple[list[Span], list[Span], list[Span]]:
        figure: list[Span] = [("—" if value is None else f"{value:.1f} MB", "title")]
        if wide:
            figure.append((" Current Usage", "dim"))
        share = "—" if value is None else f"{value / Budgets.max_memory_budget_mb * 100:.1f}%"
        return figure, [(f"{share} of Budget", "foreground")], self.budget_verdict("200 MB", wide=wide)


class ThroughputCard(Card):
    """Jobs a wall second, beside the highest of the range."""

    def __init__(self) -> None:
        super().__init__("Throughput", PerformanceIndicator(None, count, is_good_when_low=False))
        self._span: tuple[float | None, float | None] = (None, None)

    def between(self, lowest: float | None, highest: float | None) -> None:
        """The range's extremes: the bar goes up to the highest."""
        self._span = (lowest, highest)
        self.indicator.show(self.indicator.current, highest)
        self._say()

    def words(self, value: float | None, *, wide: bool) -> tuple[list[Span], list[Span], list[Span]]:
        figure: list[Span] = [(f"{count(value)}/s", "title")]
        if wide:
            figure.append((" jobs", "dim"))
        lowest, highest = map(count, self._span)
        span = f"min {lowest}  max {highest}" if wide else f"{lowest} to {highest}"
        return (
            figure,
            [(span, "foreground")],
            [("of the highest in range" if wide else "of max in range", "dim")],
        )


class FrameCard(Card):
    """Time of a frame on the terminal against its 16 ms."""

    def __init__(self) -> None:
        super().__init__("Frame", PerformanceIndicator(Budgets.max_ui_frame_time_ms, duration))
        self._p99: float | None = None

    def tail(self, p99: float | None) -> None:
        """The p99 of the last thousand frames, ms."""
        self._p99 = p99
        self._say()

    def words(self, value: float | None, *, wide: bool) -> tuple[list[Span], list[Span], list[Span]]:
        figure: list[Span] = [(duration(value), "title")]
        if wide:
            figure.append((" Frame Time", "dim"))
        second = fit(f"p99 {duration(self._p99)}", 14 if wide else 12)
        verdict = self.budget_verdict(f"{Budgets.max_ui_frame_time_ms:.1f}ms", wide=wide)
        return figure, [(second, "foreground")], verdict
