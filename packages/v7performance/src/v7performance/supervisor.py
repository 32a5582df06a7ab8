"""Restarts a service that failed, a limited number of times, and says so each time."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from v7core.clock import SystemClock
from v7core.errors import InvalidValue
from v7core.models.dashboard import EventType, SystemEvent
from v7core.protocols import Clock


class Supervisor:
    """Keeps one service running.

    A service that raises is started again after `backoff_s`, doubled with each failure of the last `within_s`. One more
    failure than `limit` within that time and the supervisor gives up: the failure is the caller's. A restarted service
    that stays up for `settle_s` has recovered. Cancelling the supervisor cancels the service and is no failure.

    Args:
        service: Starts the service; it runs until it returns (done) or raises (failed).
        note: Takes each event, such as `ProductionMetricsDashboard.note`.

    Raises:
        InvalidValue: a limit below 0 or a time that is negative.
    """

    def __init__(
        self,
        name: str,
        service: Callable[[], Coroutine[Any, Any, None]],
        *,
        note: Callable[[SystemEvent], None],
        clock: Clock | None = None,
        limit: int = 3,
        within_s: float = 60.0,
        backoff_s: float = 0.5,
        settle_s: float = 5.0,
    ) -> None:
        if limit < 0 or min(within_s, backoff_s, settle_s) < 0:
            raise InvalidValue("a limit or a time of a supervisor must not be negative")
        self._name = name
        self._service = service
        self._note = note
        self._clock: Clock = clock or SystemClock()
        self._limit = limit
        self._within_s = within_s
        self._backoff_s = backoff_s
        self._settle_s = settle_s
        self._failures: deque[float] = deque()

    async def run(self) -> None:
        """Return when the service returned.

        Raises:
            Exception: what the service raised last, once the limit is used up.
        """
        restarted = False
        while True:
            try:
                await self._attempt(restarted=restarted)
            except Exception as error:
                count = self._count_failure()
                if count > self._limit:
                    self._tell(EventType.PERFORMANCE_DEGRADATION, f"failed and was given up: {error}", error)
                    raise
                self._tell(
                    EventType.PERFORMANCE_DEGRADATION, f"failed, restart {count} of {self._limit}: {error}", error
                )
                await asyncio.sleep(self._backoff_s * 2 ** (count - 1))
                restarted = True
            else:
                return

    async def _attempt(self, *, restarted: bool) -> None:
        task = asyncio.create_task(self._service())
        try:
            if restarted:
                done, _ = await asyncio.wait({task}, timeout=self._settle_s)
                if not done:
                    self._tell(EventType.RECOVERY_COMPLETE, "runs again")
            await task
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _count_failure(self) -> int:
        now = self._clock.monotonic()
        self._failures.append(now)
        while now - self._failures[0] > self._within_s:
            self._failures.popleft()
        return len(self._failures)

    def _tell(self, kind: EventType, what: str, error: Exception | None = None) -> None:
        metadata = {"service": self._name}
        if error is not None:
            metadata["error"] = type(error).__name__
        self._note(
            SystemEvent(timestamp=self._clock.now(), type=kind, description=f"{self._name} {what}", metadata=metadata)
        )
