"""The architecture guide's names, one by one: where each lives here and what it holds.

Methods are snake_case, classes keep their names. Whatever a core protocol names lives in v7core and is re-exported,
as the same object, under the guide's package.
"""

import dataclasses
import importlib
import inspect
from enum import Enum

import pytest

import v7core

CONSTANTS = {
    "max_thompson_duration_ms": 10.0,
    "max_memory_budget_mb": 200.0,
    "max_ui_frame_time_ms": 16.0,
    "thompson_optimal_duration_ms": 0.028,
    "thompson_performance_advantage": 357.0,
    "immediate_response_ms": 100,
    "fast_response_ms": 300,
    "acceptable_response_ms": 1000,
    "real_time_refresh_ms": 100,
    "dashboard_refresh_ms": 1000,
    "background_refresh_ms": 5000,
}

FIELDS = {
    "v7core.PerformanceSnapshot": "id timestamp thompson_duration_ms memory_usage_mb network_latency_ms cache_hit_rate "
    "error_rate ui_frame_time_ms throughput_jobs_per_second",
    "v7core.PerformanceValidationResult": "is_compliant violations score",
    "v7core.ThompsonPerformanceDegraded": "actual budget",
    "v7core.MemoryBudgetExceeded": "actual budget",
    "v7core.UIResponsivenessCompromised": "actual budget",
    "v7core.NetworkLatencyHigh": "actual acceptable",
    "v7core.ErrorRateElevated": "actual threshold",
    "v7core.JobData": "id source payload priority",
    "v7core.ProcessingResult": "batch_id processed_count success_count failure_count duration_ms thompson_duration_ms "
    "throughput_jobs_per_second performance_score",
    "v7core.QueueStatus": "queued_job_count is_processing average_processing_time_ms last_performance_score",
    "v7core.TimestampedValue": "id timestamp value",
    "v7core.DashboardMetrics": "active_job_sources total_jobs_available thompson_performance_ms memory_usage_mb "
    "cache_hit_rate error_rate source_health_score network_latency_ms statuses",
    "v7core.PerformanceTrendData": "thompson_performance_history memory_usage_history throughput_history "
    "frame_time_history thompson_trend memory_trend",
    "v7core.SystemHealthData": "overall_status active_alerts recent_events uptime last_health_check",
    "v7core.DashboardAlert": "id type severity title message timestamp is_active",
    "v7core.SystemEvent": "id timestamp type description metadata",
    "v7core.ThompsonProcessingResult": "processed_job_count duration_ms throughput_jobs_per_second "
    "is_within_performance_budget performance_score",
    "v7core.ThompsonBatchConfiguration": "batch_size estimated_duration_ms expected_throughput source_distribution",
    "v7core.PerformanceDegradationEvent": "timestamp duration_ms severity",
}

METHODS = {
    "v7core.PerformanceMonitoring": "record_metric get_current_performance reset_counters validate_performance",
    "v7core.DashboardDataSource": "current_metrics performance_trend system_health start_real_time_monitoring "
    "stop_monitoring",
    "v7core.JobCoordination": "process_job_batch get_optimal_batch_size get_current_throughput",
    "v7core.MonitoringSystemRegistry": "shared register_performance_monitor register_dashboard_data_source "
    "record_metric get_current_performance_snapshot unregister_performance_monitor",
    "v7core.MonitoringCoordinator": "register register_data_source record_metric get_current_snapshot",
    "v7core.TimestampedValue": "normalized_value",
    "v7core.DashboardMetrics": "greenhouse_status lever_status rss_source_status",
    "v7core.PerformanceTrendData": "overall_trend",
    "v7thompson.ThompsonPerformanceEngine": "process_job_batch calculate_optimal_batch_size update_performance_metrics",
    "v7thompson.ThompsonPerformanceMetrics": "update_in_place register_performance_degradation",
    "v7services.JobCoordinationService": "process_job_batch get_optimal_batch_size get_current_throughput "
    "add_jobs_to_queue get_queue_status",
    "v7performance.ProductionPerformanceMonitor": "record_metric get_current_performance reset_counters "
    "validate_performance",
    "v7performance.ProductionMetricsDashboard": "refresh_metrics format_percentage format_duration current_metrics "
    "performance_trend system_health start_real_time_monitoring stop_monitoring",
}

MEMBERS = {
    "MetricType": "thompson_duration_ms memory_usage_mb network_latency_ms cache_hit_rate error_rate ui_frame_time_ms "
    "throughput_jobs_per_second".split(),
    "JobPriority": [1, 2, 3, 4],
    "APIHealthStatus": "Healthy Degraded Unavailable".split(),
    "TrendDirection": "Improving Stable Degrading".split(),
    "SystemStatus": "Healthy Warning Critical Maintenance".split(),
    "AlertType": "Performance Memory Network API System".split(),
    "AlertSeverity": "Info Warning Error Critical".split(),
    "EventType": [
        "Startup", "Shutdown", "Performance Degradation", "Memory Warning", "API Failure", "Recovery Complete",
    ],
    "DegradationSeverity": "Low Moderate High Critical".split(),
}  # fmt: skip

REEXPORTED = {
    "v7thompson": "JobData JobPriority ThompsonProcessingResult ThompsonBatchConfiguration PerformanceDegradationEvent "
    "DegradationSeverity",
    "v7services": "ProcessingResult QueueStatus JobProcessingError",
    "v7performance": "APIHealthStatus TimestampedValue DashboardMetrics PerformanceTrendData TrendDirection "
    "SystemHealthData SystemStatus DashboardAlert SystemEvent",
}

UI = (
    "ProductionMonitoringView TimeRange ThompsonPerformanceCard MemoryBudgetCard PerformanceChartsView "
    "HealthStatusView MonitoringSettingsView PerformanceIndicator Card ErrorView"
).split()


def named(path):
    """The object at "package.Name"."""
    package, name = path.split(".")
    return getattr(importlib.import_module(package), name)


def test_the_constants_and_their_values():
    """Eleven, no more."""
    found = {k: v for k, v in vars(v7core.SacredUIConstants).items() if not k.startswith("_")}
    assert CONSTANTS == found


@pytest.mark.parametrize("path", FIELDS)
def test_values_hold_the_guides_fields(path):
    """All of them; more of ours may stand beside."""
    fields = {field.name for field in dataclasses.fields(named(path))}
    assert set() == set(FIELDS[path].split()) - fields


@pytest.mark.parametrize("path", METHODS)
def test_services_offer_the_guides_methods(path):
    """All of them; more of ours may stand beside."""
    assert [] == [name for name in METHODS[path].split() if not hasattr(named(path), name)]


@pytest.mark.parametrize("name", MEMBERS)
def test_enumerations_have_the_guides_members(name):
    """The same values, in the same order."""
    kind = getattr(v7core, name)
    assert issubclass(kind, Enum)
    assert MEMBERS[name] == [member.value for member in kind]


@pytest.mark.parametrize("package", REEXPORTED)
def test_what_core_protocols_name_is_reexported_not_copied(package):
    """The same object under the guide's path."""
    module = importlib.import_module(package)
    for name in REEXPORTED[package].split():
        assert getattr(module, name) is getattr(v7core, name)


@pytest.mark.parametrize("name", UI)
def test_the_screens_of_the_guide_exist(name):
    """Under their own names."""
    assert inspect.isclass(named(f"v7ui.{name}"))


def test_every_measured_field_starts_unknown():
    """None until it was measured: nothing is made up."""
    for kind in (v7core.DashboardMetrics, v7core.PerformanceTrendData):
        value = kind()
        for field in dataclasses.fields(kind):
            if "None" in str(field.type):
                assert getattr(value, field.name) is None
