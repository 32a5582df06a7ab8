"""What commands measure and tell: figures of one command into the histories, and the document of how all stands."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from v7core.clock import SystemClock
from v7core.errors import V7Error
from v7core.models.sources import SourceState
from v7core.protocols import Recorder, SourceDirectory

if TYPE_CHECKING:
    from v7services.storage import Storage


async def source_states(storage: "Storage") -> tuple[SourceState, ...]:
    """The person's sources as they are kept; asks nobody."""
    from v7services.outcomes import state_of

    return tuple(state_of(record) for record in await storage.sources.all())


class _Kept:
    """Of a `SourceDirectory`, the list."""

    def __init__(self, storage: "Storage") -> None:
        self._storage = storage

    async def list(self) -> tuple[SourceState, ...]:
        return await source_states(self._storage)


async def status_document(storage: "Storage") -> dict[str, Any]:
    """The document every export writes, of a system in which nothing was measured yet but how its sources stand."""
    from v7core.registry import MonitoringSystemRegistry
    from v7performance import ProductionMetricsDashboard, status_of

    sources = cast("SourceDirectory", _Kept(storage))
    return await status_of(ProductionMetricsDashboard(MonitoringSystemRegistry(), sources, clock=SystemClock()))


@asynccontextmanager
async def measured(storage: "Storage") -> AsyncIterator[Recorder]:
    """A recorder for one command; what it took is added to the histories, where `v7 status` finds it.

    A store that refuses them costs the histories, not the command.
    """
    from v7core.models.metrics import MetricPoint, MetricType
    from v7performance import ProductionPerformanceMonitor, tree_footprint_mb

    monitor = ProductionPerformanceMonitor(clock=SystemClock(), window_s=3600.0)
    yield monitor
    footprint = tree_footprint_mb(os.getpid())
    if footprint is not None:
        monitor.record_metric(MetricType.MEMORY_USAGE, footprint)
    snapshot = await monitor.get_current_performance()
    points = [
        MetricPoint(metric=metric.value, at=snapshot.timestamp, value=value, minimum=value, maximum=value, count=count)
        for metric in MetricType
        if (value := snapshot.value(metric)) is not None and (count := snapshot.count(metric))
    ]
    with suppress(V7Error):
        await storage.history.append(points)
