"""The screens and widgets of V7. `V7App` over `Ports` is the whole terminal; screens and widgets also stand alone."""

from v7ui.app import V7App
from v7ui.look import Look, look_from
from v7ui.ports import Ports
from v7ui.room import Room, make_room
from v7ui.screens.monitoring import ProductionMonitoringView
from v7ui.screens.monitoring_settings import MonitoringSettingsView
from v7ui.widgets.cards import Card, MemoryBudgetCard, PerformanceIndicator, ThompsonPerformanceCard
from v7ui.widgets.health import ErrorView, HealthStatusView
from v7ui.widgets.live import PerformanceChartsView, TimeRange

__all__ = [
    "Card",
    "ErrorView",
    "HealthStatusView",
    "Look",
    "MemoryBudgetCard",
    "MonitoringSettingsView",
    "PerformanceChartsView",
    "PerformanceIndicator",
    "Ports",
    "ProductionMonitoringView",
    "Room",
    "ThompsonPerformanceCard",
    "TimeRange",
    "V7App",
    "look_from",
    "make_room",
]
