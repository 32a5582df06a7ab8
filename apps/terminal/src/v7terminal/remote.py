"""What the screen's process has of the background one's measurements and load, and the other way round."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from v7core.models.dashboard import EventType, SystemEvent
from v7core.models.metrics import MetricType, PerformanceSnapshot, PerformanceValidationResult
from v7core.protocols import DegradationStep
from v7performance import Budgets, LocalLoadLevel, ProductionPerformanceMonitor, Summary
from v7terminal.rpc.watching import MonitorPort

LOAD: Final = "load"
"""The note that carries a step of shedding to the background process."""
WARMING: Final = "warming"
"""The note in which the background process says what it is doing until it can rank."""

NOTE: Final = "note"
"""The note in which the background process says what the person should know of what was learned."""


class RemoteMonitor:
    """`PerformanceMonitoring` of another process. What is recorded here is not measured there, and is dropped."""

    def __init__(self, there: MonitorPort) -> None:
        self._there = there
        self._budgets = Budgets()

    def record_metric(self, metric: MetricType, value: float) -> None:
        """Nothing: the figure belongs to the process that measured it."""

    def record(self, name: str, value: float) -> None:
        """Nothing, likewise."""

    async def get_current_performance(self) -> PerformanceSnapshot:
        return await self._there.current()

    async def stages(self, names: Collection[str] | None = None) -> Mapping[str, Summary]:
        """Its stages, as `ProductionPerformanceMonitor.stages`."""
        return await self._there.summaries(None if names is None else list(names))

    async def reset_counters(self) -> None:
        await self._there.reset()

    async def validate_performance(self) -> PerformanceValidationResult:
        return self._budgets.validate(await self.get_current_performance())


class MonitorDesk:
    """The answering side: a monitor as `MonitorPort`."""

    def __init__(self, monitor: ProductionPerformanceMonitor) -> None:
        self._monitor = monitor

    async def current(self) -> PerformanceSnapshot:
        return await self._monitor.get_current_performance()

    async def summaries(self, names: Sequence[str] | None = None) -> dict[str, Summary]:
        return dict(await self._monitor.stages(names))

    async def reset(self) -> None:
        await self._monitor.reset_counters()


class SharedLoad(LocalLoadLevel):
    """A `LoadLevel` that also tells the other process.

    Args:
        tell: Takes the topic and the step's number.
    """

    def __init__(self, tell: Callable[[str, object], None]) -> None:
        super().__init__()
        self._tell = tell

    def publish(self, step: DegradationStep) -> None:
        super().publish(step)
        self._tell(LOAD, int(step))


def failure_event(text: str, at: datetime) -> SystemEvent:
    """A sentence about the background process as an event of the dashboard."""
    return SystemEvent(timestamp=at, type=EventType.PERFORMANCE_DEGRADATION, description=text)


def learning_event(text: str, at: datetime) -> SystemEvent:
    """A sentence of the background process about what was learned as an event of the dashboard."""
    about = {"about": "Learning"}  # none of the types is meant for it
    return SystemEvent(timestamp=at, type=EventType.PERFORMANCE_DEGRADATION, description=text, metadata=about)
