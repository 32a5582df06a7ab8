"""The machine room: what is measured, against its budgets, over a time range."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.timer import Timer

from v7core.constants import SacredUIConstants as Budgets
from v7core.models.dashboard import DashboardMetrics, PerformanceTrendData, SystemHealthData
from v7ui.formatting import count, duration
from v7ui.keys import bindings_for
from v7ui.room import Room
from v7ui.screens.base import V7Screen
from v7ui.screens.monitoring_settings import Choice, MonitoringSettingsView
from v7ui.widgets.cards import FrameCard, MemoryBudgetCard, ThompsonPerformanceCard, ThroughputCard
from v7ui.widgets.health import AlertsView, ErrorView, HealthStatusView
from v7ui.widgets.live import PerformanceChartsView, RangeBar, SourcesHead, TimeRange
from v7ui.widgets.painted import Span

RATES = (100, 250, 500, 1000)
"""Refresh rates to choose from, ms."""
CHARTS = ("braille", "block", "ascii")
"""Ways to draw a chart."""


class ProductionMonitoringView(V7Screen):
    """Cards, charts, sources, alerts and events; reads the dashboard at the person's rate while it is looked at."""

    PLACE = "live"
    AUTO_FOCUS = "HealthStatusView"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("live")]
    CSS = """
    #live { layout: vertical; height: 1fr; }
    #live-cards { height: 6; }
    #live-bottom { height: 1fr; }
    #live-sources { width: 3fr; layout: vertical; }
    #live-sources HealthStatusView { height: 1fr; }
    ProductionMonitoringView AlertsView { width: 2fr; }
    ProductionMonitoringView.-wide PerformanceChartsView { height: 2fr; }
    ProductionMonitoringView.-wide #live-bottom { height: 3fr; }
    ProductionMonitoringView ErrorView { display: none; }
    ProductionMonitoringView.-without #live { display: none; }
    ProductionMonitoringView.-without ErrorView { display: block; }
    ProductionMonitoringView.-expanded #live-cards { display: none; }
    ProductionMonitoringView.-expanded PerformanceChartsView { display: none; }
    ProductionMonitoringView.-expanded AlertsView { display: none; }
    """

    def __init__(self, room: Room) -> None:
        super().__init__(room)
        self.range = next((each for each in TimeRange if each.label == room.left.time_range), TimeRange.HOUR)
        self.paused = False
        self.metrics: DashboardMetrics | None = None
        self.trend = PerformanceTrendData()
        self.health = SystemHealthData()
        self.range_bar = RangeBar()
        self.thompson, self.memory = ThompsonPerformanceCard(), MemoryBudgetCard()
        self.throughput, self.frame = ThroughputCard(), FrameCard()
        self.charts = PerformanceChartsView(room.left.charts if room.left.charts in CHARTS else room.look.charts)
        self.sources_list = HealthStatusView(empty="No sources yet. Press 4 to add one.")
        self.sources_head = SourcesHead(self.sources_list)
        self.sources_list.now = room.ports.clock.now()
        self.alerts = AlertsView()
        self.error = ErrorView()
        self._timer: Timer | None = None
        self._busy = False
        self._read_at = float("-inf")
        self._slow_at = float("-inf")
        self._last_good: datetime | None = None
        self._blurred = False

    def body(self) -> ComposeResult:
        with Container(id="live"):
            yield self.range_bar
            with Horizontal(id="live-cards"):
                yield self.thompson
                yield self.memory
                yield self.throughput
                yield self.frame
            yield self.charts
            with Horizontal(id="live-bottom"):
                with Container(id="live-sources"):
                    yield self.sources_head
                    yield self.sources_list
                yield self.alerts
        yield self.error

    def on_mount(self) -> None:
        self.add_class("-without")
        self.error.wait("Loading performance metrics…")
        self._set_timer()
        self.work(self._start, "start")

    async def _start(self) -> None:
        if self.room.ports.registry is not None:
            self.room.ports.registry.register_dashboard_data_source(self.room.ports.dashboard)
        await self.ask(self.room.ports.dashboard.start_real_time_monitoring(), "Monitoring did not start")
        await self.read(everything=True)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(self.rate_ms / 1000.0, self._tick)
        self.range_bar.show(self.range, self.rate_ms, paused=self.paused, health=self.health)

    @property
    def rate_ms(self) -> int:
        """Of the timer; at most once a second with reduced motion."""
        still = self.room.settings.reduced_motion or not self.room.look.motion
        return max(1000, self.room.settings.refresh_ms) if still else self.room.settings.refresh_ms

    # --- reading

    def _tick(self) -> None:
        if self.paused or self._busy:
            return
        hidden = not self.is_current
        least = Budgets.background_refresh_ms if hidden else Budgets.dashboard_refresh_ms if self._blurred else 0
        if (self.room.ports.clock.monotonic() - self._read_at) * 1000.0 >= least * 0.95:
            self.work(self.read, "read")

    async def read(self, *, everything: bool = False) -> None:
        """Read the figures; histories, health and sources at most once a second."""
        self._busy = True
        try:
            await self._read(everything=everything)
        finally:
            self._busy = False

    async def _read(self, *, everything: bool) -> None:
        ports, moment = self.room.ports, self.room.ports.clock.monotonic()
        self._read_at = moment
        metrics = await self.ask(ports.dashboard.current_metrics(), "Figures were not read")
        if metrics is None:
            self._fail()
            return
        if everything or moment - self._slow_at >= 0.95:
            self._slow_at = moment
            trend = await self.ask(ports.dashboard.performance_trend(self.range.hours), "Histories were not read")
            health = await self.ask(ports.dashboard.system_health(), "Health was not read")
            sources = await self.ask(ports.sources.list(), "Sources were not read")
            self.trend, self.health = trend or self.trend, health or self.health
            self.room.sources = self.room.sources if sources is None else sources
            self._show_slow()
        recovered = self.metrics is None or self.has_class("-without")
        self.metrics, self._last_good = metrics, ports.clock.now()
        if recovered:
            self.remove_class("-without")
            self.set_focus(self.sources_list)
        self._show_metrics(metrics)

    def _fail(self) -> None:
        self.add_class("-without")
        self.error.fail(self.room.problem, self._last_good)

    def _show_metrics(self, metrics: DashboardMetrics) -> None:
        trend = self.trend
        self.thompson.show(metrics.thompson_performance_ms, trend.thompson_trend)
        self.memory.show(metrics.memory_usage_mb, trend.memory_trend)
        self.throughput.show(metrics.throughput_jobs_per_second, trend.throughput_trend)
        own = self.room.meter.percentile(0.5) if metrics.ui_frame_time_ms is None else metrics.ui_frame_time_ms
        self.frame.show(own, trend.frame_time_trend)
        self.frame.tail(self.room.meter.percentile(0.99))

    def _show_slow(self) -> None:
        self.charts.show(self.trend, self.room, self.range)
        values = [point.value for point in self.trend.throughput_history]
        self.throughput.between(min(values, default=None), max(values, default=None))
        self.sources_list.now = self.room.ports.clock.now()
        if self.sources_list.rows != self.room.sources:
            self.sources_list.show(self.room.sources)
        self.sources_head.show(*self.room.healthy(), len(self.room.sources))
        self.alerts.show(self.health, tuple(self.room.told))
        self.range_bar.show(self.range, self.rate_ms, paused=self.paused, health=self.health)
        self.bar.repaint()

    def about(self) -> list[Span]:
        ranking, memory = Budgets.max_thompson_duration_ms, Budgets.max_memory_budget_mb
        budgets = f"ranking {ranking:g} ms, memory over all processes {memory:g} MB"
        return [
            (f"Budgets: {budgets}, frame {Budgets.max_ui_frame_time_ms:g} ms.", "foreground"),
            ("Every figure is measured; a dash means nothing was measured yet.", "dim"),
        ]

    # --- keys

    def action_pause(self) -> None:
        self.paused = not self.paused
        self.say("Paused: figures stand still until you press space again" if self.paused else "Live again")
        self._set_timer()

    def action_range(self, by: int) -> None:
        order = list(TimeRange)
        self.range = order[max(0, min(len(order) - 1, order.index(self.range) + by))]
        self.room.left.time_range = self.range.label
        self.say(f"Charts show {self.range.display_name}")
        self.work(lambda: self.read(everything=True), "read")

    def action_rate(self, by: int) -> None:
        index = RATES.index(self.room.settings.refresh_ms) + by
        self.set_rate(RATES[max(0, min(len(RATES) - 1, index))])

    def set_rate(self, rate_ms: int) -> None:
        """Refresh every so many milliseconds, one of `RATES`; kept in the settings."""
        self.room.settings = replace(self.room.settings, refresh_ms=rate_ms)
        self._set_timer()
        self.say(f"Refresh every {self.rate_ms} ms")
        self.work(self._keep_settings, "keep")

    async def _keep_settings(self) -> None:
        await self.ask(self.room.keep_settings(), "The rate was not kept", aside="")

    def action_expand(self) -> None:
        self.toggle_class("-expanded")

    def action_refresh_now(self) -> None:
        self.say("Reading …")
        self.work(self._refresh_now, "read")

    async def _refresh_now(self) -> None:
        await self.read(everything=True)
        if not self.room.problem:
            self.say(f"Read at {self.room.ports.clock.now():%H:%M:%S} UTC", ink="good")

    def action_copy(self) -> None:
        if self.metrics is None:
            self.copy(None, "figures")
            return
        metrics = self.metrics
        self.copy(
            f"thompson {duration(metrics.thompson_performance_ms)}, memory {count(metrics.memory_usage_mb)} MB, "
            f"throughput {count(metrics.throughput_jobs_per_second)}/s, frame {duration(metrics.ui_frame_time_ms)}",
            "figures",
        )

    def action_monitoring_settings(self) -> None:
        """Range, rate and charts in one dialogue."""
        rows = (
            Choice("Time range", tuple(each.label for each in TimeRange), list(TimeRange).index(self.range)),
            Choice("Refresh (ms)", tuple(map(str, RATES)), RATES.index(self.room.settings.refresh_ms)),
            Choice("Charts", CHARTS, CHARTS.index(self.charts.style)),
        )
        self.app.push_screen(MonitoringSettingsView(self.room, rows), self._chosen)

    def _chosen(self, chosen: tuple[int, ...] | None) -> None:
        if chosen is None:
            return
        self.range = list(TimeRange)[chosen[0]]
        self.charts.style = self.room.left.charts = CHARTS[chosen[2]]
        self.room.left.time_range = self.range.label
        if RATES[chosen[1]] != self.room.settings.refresh_ms:
            self.set_rate(RATES[chosen[1]])
        self.work(lambda: self.read(everything=True), "read")

    def on_app_blur(self, _event: events.AppBlur) -> None:
        self._blurred = True

    def on_app_focus(self, _event: events.AppFocus) -> None:
        self._blurred = False
