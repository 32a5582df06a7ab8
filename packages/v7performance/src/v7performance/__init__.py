"""Measured performance for any asyncio program: monitor, budgets, histories, trends, alerts, exports.

Names load their modules when they are first asked for, so that a program pays only for the parts it uses.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from v7core.models.dashboard import (
    AlertSeverity,
    AlertType,
    DashboardAlert,
    DashboardMetrics,
    EventType,
    PerformanceTrendData,
    SystemEvent,
    SystemHealthData,
    SystemStatus,
    TimestampedValue,
    TrendDirection,
)
from v7core.models.sources import APIHealthStatus

if TYPE_CHECKING:
    from v7performance.alerts import AlertBook, AlertRule, default_rules
    from v7performance.budgets import Budgets
    from v7performance.dashboard import ProductionMetricsDashboard
    from v7performance.exporters import JsonLinesWriter, PrometheusServer, to_prometheus
    from v7performance.figures import Summary
    from v7performance.formatting import NO_DATA, format_duration, format_duration_short, format_percentage
    from v7performance.history import HistoryKeeper
    from v7performance.monitor import ProductionPerformanceMonitor, timed
    from v7performance.probes import RuntimeProbes, footprint_mb, tree_footprint_mb, tree_resident_mb
    from v7performance.shedding import BudgetEnforcer, LocalLoadLevel
    from v7performance.status import status_of, to_json_line
    from v7performance.supervisor import Supervisor
    from v7performance.trends import trend

_HOMES: Final = {
    "AlertBook": "alerts",
    "AlertRule": "alerts",
    "BudgetEnforcer": "shedding",
    "Budgets": "budgets",
    "HistoryKeeper": "history",
    "JsonLinesWriter": "exporters",
    "LocalLoadLevel": "shedding",
    "NO_DATA": "formatting",
    "ProductionMetricsDashboard": "dashboard",
    "ProductionPerformanceMonitor": "monitor",
    "PrometheusServer": "exporters",
    "RuntimeProbes": "probes",
    "Summary": "figures",
    "Supervisor": "supervisor",
    "default_rules": "alerts",
    "footprint_mb": "probes",
    "format_duration": "formatting",
    "format_duration_short": "formatting",
    "format_percentage": "formatting",
    "status_of": "status",
    "timed": "monitor",
    "to_json_line": "status",
    "to_prometheus": "exporters",
    "tree_footprint_mb": "probes",
    "tree_resident_mb": "probes",
    "trend": "trends",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "NO_DATA",
    "APIHealthStatus",
    "AlertBook",
    "AlertRule",
    "AlertSeverity",
    "AlertType",
    "BudgetEnforcer",
    "Budgets",
    "DashboardAlert",
    "DashboardMetrics",
    "EventType",
    "HistoryKeeper",
    "JsonLinesWriter",
    "LocalLoadLevel",
    "PerformanceTrendData",
    "ProductionMetricsDashboard",
    "ProductionPerformanceMonitor",
    "PrometheusServer",
    "RuntimeProbes",
    "Summary",
    "Supervisor",
    "SystemEvent",
    "SystemHealthData",
    "SystemStatus",
    "TimestampedValue",
    "TrendDirection",
    "default_rules",
    "footprint_mb",
    "format_duration",
    "format_duration_short",
    "format_percentage",
    "status_of",
    "timed",
    "to_json_line",
    "to_prometheus",
    "tree_footprint_mb",
    "tree_resident_mb",
    "trend",
]
