"""What a dashboard asks others for: the sources' states and the stages of every monitor."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

from v7core.errors import V7Error
from v7core.models.dashboard import DashboardMetrics
from v7core.models.metrics import PerformanceSnapshot
from v7core.models.sources import APIHealthStatus, SourceCondition, SourceState
from v7core.protocols import PerformanceMonitoring, SourceDirectory
from v7performance.figures import Summary

SOURCES_S: Final = 1.0
"""Seconds for which the sources' states are taken as current."""


@runtime_checkable
class StageReporting(Protocol):
    """A monitor that also tells its stages; proxies of monitors elsewhere may."""

    async def stages(self, names: Collection[str] | None = None) -> Mapping[str, Summary]: ...


class Sources:
    """The sources' states, asked for at most every `SOURCES_S`; a directory that fails leaves them unknown."""

    def __init__(self, directory: SourceDirectory | None) -> None:
        self._directory = directory
        self._asked: float | None = None
        self.states: tuple[SourceState, ...] | None = None
        """None until the directory answered, and while it fails."""
        self.failed = False

    async def refresh(self, now: float) -> bool:
        """Ask again when it is time; True when there is a fresh answer."""
        if self._directory is None or (self._asked is not None and now - self._asked < SOURCES_S):
            return False
        self._asked = now
        try:
            self.states = await self._directory.list()
        except V7Error:
            self.states, self.failed = None, True
            return False
        self.failed = False
        return True


def figures(snapshot: PerformanceSnapshot, states: Sequence[SourceState] | None) -> DashboardMetrics:
    """The cards' figures; what depends on sources stays None without their states."""
    measured: dict[str, Any] = {
        "thompson_performance_ms": snapshot.thompson_duration_ms,
        "memory_usage_mb": snapshot.memory_usage_mb,
        "cache_hit_rate": snapshot.cache_hit_rate,
        "error_rate": snapshot.error_rate,
        "network_latency_ms": snapshot.network_latency_ms,
        "ui_frame_time_ms": snapshot.ui_frame_time_ms,
        "throughput_jobs_per_second": snapshot.throughput_jobs_per_second,
    }
    if states is None:
        return DashboardMetrics(**measured)
    statuses = {str(state.key): health for state in states if (health := state.condition.health) is not None}
    healthy = sum(health is APIHealthStatus.HEALTHY for health in statuses.values())
    return DashboardMetrics(
        active_job_sources=sum(state.condition is not SourceCondition.PAUSED for state in states),
        total_jobs_available=sum(state.open_jobs for state in states),
        source_health_score=healthy / len(statuses) if statuses else None,
        statuses=statuses,
        **measured,
    )


async def gather_stages(
    monitors: Iterable[PerformanceMonitoring], names: Collection[str] | None = None
) -> dict[str, Summary]:
    """Stages of every monitor that tells them, by name; where several measured one, that with the worst p95 stands."""
    telling = [monitor for monitor in monitors if isinstance(monitor, StageReporting)]
    answers = await asyncio.gather(*(monitor.stages(names) for monitor in telling), return_exceptions=True)
    found: dict[str, Summary] = {}
    for answer in answers:
        if isinstance(answer, BaseException):
            continue  # a process that is gone has no stages; its monitor's figures are left out likewise
        for name, summary in answer.items():
            if name not in found or summary.p95 > found[name].p95:
                found[name] = summary
    return dict(sorted(found.items()))
