"""The screens and widgets of V7. `V7App` over `Ports` is the whole terminal; screens and widgets also stand alone.

Names load their modules when they are first asked for: what is not on the first screen does not delay it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from v7ui.app import V7App
    from v7ui.look import Look, look_from
    from v7ui.ports import Ports
    from v7ui.room import Room, make_room
    from v7ui.screens.monitoring import ProductionMonitoringView
    from v7ui.screens.monitoring_settings import MonitoringSettingsView
    from v7ui.widgets.cards import Card, MemoryBudgetCard, PerformanceIndicator, ThompsonPerformanceCard
    from v7ui.widgets.health import ErrorView, HealthStatusView
    from v7ui.widgets.live import PerformanceChartsView, TimeRange

_HOMES: Final = {
    "Card": "widgets.cards",
    "ErrorView": "widgets.health",
    "HealthStatusView": "widgets.health",
    "Look": "look",
    "MemoryBudgetCard": "widgets.cards",
    "MonitoringSettingsView": "screens.monitoring_settings",
    "PerformanceChartsView": "widgets.live",
    "PerformanceIndicator": "widgets.cards",
    "Ports": "ports",
    "ProductionMonitoringView": "screens.monitoring",
    "Room": "room",
    "ThompsonPerformanceCard": "widgets.cards",
    "TimeRange": "widgets.live",
    "V7App": "app",
    "look_from": "look",
    "make_room": "room",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


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
