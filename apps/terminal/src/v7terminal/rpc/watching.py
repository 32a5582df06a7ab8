"""Ports that only the two processes of the terminal need: how the background one is doing."""

from collections.abc import Sequence
from typing import Protocol

from v7core.models.metrics import PerformanceSnapshot
from v7core.models.sources import SourceKey
from v7performance import Summary


class Warming(Protocol):
    """The engine getting ready."""

    async def ready(self) -> float:
        """Returns when it can rank: the milliseconds that took. Raises what kept it from it."""
        ...


class Due(Protocol):
    """What is to be polled."""

    async def due(self) -> tuple[SourceKey, ...]:
        """Sources whose next try has come, longest overdue first."""
        ...


class MonitorPort(Protocol):
    """A monitor as it is asked from outside."""

    async def current(self) -> PerformanceSnapshot:
        """The latest aggregate of each metric."""
        ...

    async def summaries(self, names: Sequence[str] | None = None) -> dict[str, Summary]:
        """Stages measured there."""
        ...

    async def reset(self) -> None:
        """Forget every measurement."""
        ...
