"""One document of everything measured: what every export and `v7 status --json` is written from."""

import json
from dataclasses import asdict
from typing import Any, Final

from v7core.models.metrics import MetricType
from v7performance.dashboard import ProductionMetricsDashboard

VERSION: Final = 1
"""Of the document's shape: raised when a field changes its meaning or goes."""


async def status_of(dashboard: ProductionMetricsDashboard) -> dict[str, Any]:
    """The document: JSON values only, null for what was never measured, every figure under a name with its unit."""
    metrics = await dashboard.current_metrics()
    snapshot = await dashboard.performance()
    health = await dashboard.system_health()
    verdict = await dashboard.validate()
    trends = await dashboard.performance_trend()
    return {
        "version": VERSION,
        "at": snapshot.timestamp.isoformat(),
        "status": health.overall_status.value if health.overall_status else None,
        "uptime_s": health.uptime,
        "degradation_step": dashboard.step.name,
        "metrics": {metric.value: snapshot.value(metric) for metric in MetricType},
        "samples": {metric.value: snapshot.count(metric) for metric in MetricType},
        "budgets": {metric.value: limit for metric in MetricType if (limit := dashboard.budgets.limit(metric))},
        "compliant": verdict.is_compliant if verdict.score is not None or verdict.violations else None,
        "violations": [{"kind": type(violation).__name__, **asdict(violation)} for violation in verdict.violations],
        "budget_score": verdict.score,
        "dashboard_score": dashboard.budgets.dashboard_score(snapshot),
        "trends": {
            "thompson_duration_ms": trends.thompson_trend.value if trends.thompson_trend else None,
            "memory_usage_mb": trends.memory_trend.value if trends.memory_trend else None,
            "throughput_jobs_per_second": trends.throughput_trend.value if trends.throughput_trend else None,
            "ui_frame_time_ms": trends.frame_time_trend.value if trends.frame_time_trend else None,
            "overall": trends.overall_trend.value if trends.overall_trend else None,
        },
        "sources": {
            "active": metrics.active_job_sources,
            "jobs": metrics.total_jobs_available,
            "health_score": metrics.source_health_score,
            "statuses": {key: status.value for key, status in sorted(metrics.statuses.items())},
            "each": {
                str(state.key): {
                    "condition": state.condition.value,
                    "reason": state.reason,
                    "jobs": state.open_jobs,
                    "latency_ms": state.latency_ms,
                    "error_rate": state.error_rate,
                }
                for state in sorted(dashboard.source_states, key=lambda state: str(state.key))
            },
        },
        "stages": {name: asdict(stage) for name, stage in (await dashboard.stages()).items()},
        "alerts": [
            {
                "title": alert.title,
                "severity": alert.severity.value,
                "type": alert.type.value,
                "message": alert.message,
                "since": alert.timestamp.isoformat(),
                "acknowledged": alert.acknowledged,
            }
            for alert in health.active_alerts
        ],
    }


def to_json_line(status: dict[str, Any]) -> str:
    """The document as one line of JSON, without the line's end."""
    return json.dumps(status, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
