"""Sources as rows, alerts and events as lines, and the view that says why there is nothing."""

from collections.abc import Sequence
from datetime import datetime
from textwrap import shorten

from v7core.models.dashboard import AlertSeverity, SystemHealthData
from v7core.models.sources import SourceCondition, SourceState
from v7ui.formatting import age, duration, fit, percent, wrap
from v7ui.theme import CONDITION_INK, STATUS_INK
from v7ui.widgets.lists import LineList
from v7ui.widgets.painted import Line, Painted, Span

_SEVERITY_INK = {
    AlertSeverity.INFO: "dim",
    AlertSeverity.WARNING: "warn",
    AlertSeverity.ERROR: "bad",
    AlertSeverity.CRITICAL: "bad",
}


def next_try(state: SourceState, now: datetime) -> str:
    """When a source is tried again."""
    if state.condition is SourceCondition.PAUSED:
        return "paused"
    if state.next_try is None:
        return "—"
    return "due" if state.next_try <= now else age(state.next_try, now)


class HealthStatusView(LineList[SourceState]):
    """Every source: sign and word, jobs, p95, share of errors, next try, and the reason when it is not well."""

    now: datetime

    def line(self, row: SourceState, index: int, width: int) -> Line:
        glyphs, ink = self.look().glyphs, CONDITION_INK[row.condition]
        name_width, kept, reason_width = _widths(width)
        figures = (f"{row.open_jobs:,}", duration(row.latency_ms), percent(row.error_rate), next_try(row, self.now))
        return [
            (f"{glyphs.condition[row.condition]} {fit(row.condition.value, 12)} ", ink),
            (fit(row.name, name_width - 1, ellipsis=glyphs.ellipsis) + " ", "foreground"),
            *_figures(figures, kept),
            (fit(f" {row.reason}", reason_width, ellipsis=glyphs.ellipsis), ink),
        ]

    def head(self, said: str) -> Line:
        """What is said of all sources, over their names, and what each figure is, over the figures."""
        name_width, kept, reason_width = _widths(self.scrollable_content_region.width - 1)
        spans: list[Span] = [(f" {fit(said, _SIGN_WIDTH + name_width - 1)} ", "title")]
        if self.rows:
            reason = " reason" if any(row.reason for row in self.rows) else ""
            spans += [*_figures(("jobs", "p95", "errors", "next"), kept), (fit(reason, reason_width), "dim")]
        return spans


_SIGN_WIDTH = 15
_FIGURE_WIDTHS = (6, 9, 7, 8)


def _widths(width: int) -> tuple[int, tuple[int, ...], int]:
    """Of the name, which figures there is room for, and of the reason, which gets at most half of what is left."""
    room = width - _SIGN_WIDTH
    kept = (0, 1, 2, 3) if room >= 66 else (0, 3) if room >= 34 else ()
    room -= sum(_FIGURE_WIDTHS[i] for i in kept)
    reason_width = min(room - 24, room // 2) if room >= 36 else 0
    return room - reason_width, kept, reason_width


def _figures(texts: Sequence[str], kept: Sequence[int]) -> list[Span]:
    """Numbers end where their head ends; when a source is tried again begins where its head begins."""
    return [(f" {fit(texts[i], _FIGURE_WIDTHS[i] - 1, right=i < 3)}", "dim") for i in kept]


class AlertsView(Painted):
    """What wants attention, then what happened, newest first."""

    DEFAULT_CSS = "AlertsView { width: 1fr; height: 1fr; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self._health = SystemHealthData()
        self._told: tuple[str, ...] = ()

    def show(self, health: SystemHealthData, told: Sequence[str]) -> None:
        """Another look."""
        now = (health.active_alerts, health.recent_events, health.overall_status, tuple(told))
        before = (self._health.active_alerts, self._health.recent_events, self._health.overall_status, self._told)
        if now != before:
            self._health, self._told = health, tuple(told)
            self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        glyphs, health = self.look().glyphs, self._health
        status = health.overall_status
        head: list[Span] = [("ALERTS ", "title")]
        if status is not None:
            head.append((f"{glyphs.status[status]} {status.value}", STATUS_INK[status]))
        lines: list[Line] = [head]
        for alert in health.active_alerts:
            text = f"{alert.severity.value}: {alert.title}. {alert.message}"
            lines += [[(part, _SEVERITY_INK[alert.severity])] for part in wrap(text, width)[:3]]
        if not health.active_alerts:
            lines.append([("none", "dim")])
        lines.append([("EVENTS", "title")])
        for event in health.recent_events:
            text = f"{event.timestamp:%H:%M:%S} {event.metadata.get('about', event.type.value)}: {event.description}"
            lines += [[(part, "dim")] for part in wrap(text, width)[:2]]
        lines += [[(fit(text, width, ellipsis=glyphs.ellipsis), "dim")] for text in self._told]
        if not health.recent_events and not self._told:
            lines.append([("none yet", "dim")])
        return lines


class ErrorView(Painted):
    """ "Error Loading Data": the reason, when it last worked, and the one key that helps."""

    DEFAULT_CSS = "ErrorView { height: 1fr; padding: 1 2; }"

    def __init__(self, title: str = "Error Loading Data") -> None:
        super().__init__()
        self._title = title
        self._message = ""
        self._last_good: datetime | None = None
        self._loading = ""

    def wait(self, text: str) -> None:
        """Nothing went wrong: it has not come yet."""
        self._loading = text
        self.repaint()

    def fail(self, message: str, last_good: datetime | None) -> None:
        """It went wrong."""
        self._message, self._last_good, self._loading = message, last_good, ""
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        if self._loading:
            return [[(self._loading, "dim")]]
        good = "never yet" if self._last_good is None else f"{self._last_good:%H:%M:%S} UTC"
        return [
            [(f"{self.look().glyphs.failed} {self._title}", "bad")],
            [(shorten(self._message, max(20, width * 2), placeholder=" ..."), "foreground")],
            [(f"Last good: {good}", "dim")],
            [("r", "key"), (" Retry", "dim")],
        ]
