"""Graceful degradation: which budget was broken for how long decides how much work is shed.

Time is cut into windows. A window is broken when any ranking, memory or frame figure measured in it broke its budget,
and sound when it was looked at and none did; a window nobody looked at counts as neither. After `shed_after` broken
windows in a row the system takes one step down, in the order of `DegradationStep`: refresh less often, keep a coarser
history, poll fewer sources, rank a smaller pool. After `restore_after` sound windows in a row it takes one step back.
Each step is an event. Restoring is slower than shedding so that a system at its limit does not swing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from v7core.errors import InvalidValue
from v7core.models.dashboard import EventType, SystemEvent
from v7core.models.metrics import (
    MemoryBudgetExceeded,
    PerformanceBudgetViolation,
    ThompsonPerformanceDegraded,
    UIResponsivenessCompromised,
)
from v7core.protocols import DegradationStep, LoadLevel

_SHEDDING: Final = (ThompsonPerformanceDegraded, MemoryBudgetExceeded, UIResponsivenessCompromised)
_WORDS: Final = {
    DegradationStep.NONE: "full work",
    DegradationStep.SLOWER_REFRESH: "the dashboard refreshes less often",
    DegradationStep.COARSER_HISTORY: "histories are kept at a coarser resolution",
    DegradationStep.FEWER_POLLS: "fewer sources are polled at once",
    DegradationStep.SMALLER_POOL: "fewer candidates are ranked",
}


class LocalLoadLevel:
    """A `LoadLevel` within one process: one attribute, so reading it costs what reading an attribute costs."""

    def __init__(self) -> None:
        self._step = DegradationStep.NONE

    def current(self) -> DegradationStep:
        """The step last published."""
        return self._step

    def publish(self, step: DegradationStep) -> None:
        """Everybody who asks from now on sees this step."""
        self._step = DegradationStep(step)


class BudgetEnforcer:
    """Turns broken budgets into steps of shedding, and sound ones into steps back.

    Raises:
        InvalidValue: the window is not above 0, or a count is below 1.
    """

    def __init__(self, load: LoadLevel, *, window_s: float = 5.0, shed_after: int = 3, restore_after: int = 6) -> None:
        if not window_s > 0 or shed_after < 1 or restore_after < 1:
            raise InvalidValue("the window must be above 0 seconds and both counts at least 1")
        self._load = load
        self._window_s = window_s
        self._shed_after = shed_after
        self._restore_after = restore_after
        self._opened: float | None = None
        self._worst: PerformanceBudgetViolation | None = None
        self._broken = 0
        self._sound = 0

    def observe(
        self, violations: Sequence[PerformanceBudgetViolation], *, now: float, at: datetime
    ) -> SystemEvent | None:
        """Look once; the event when this look closes a window and the window changes the step.

        Args:
            violations: Of figures measured lately; a stale figure is no evidence and must be left out.
            now: Monotonic seconds.
            at: The same moment, aware UTC.
        """
        event = None
        if self._opened is not None and now - self._opened >= self._window_s:
            event = self._close(at)
            self._opened = None
        if self._opened is None:
            self._opened, self._worst = now, None
        for violation in violations:
            if isinstance(violation, _SHEDDING):
                self._worst = violation
                break
        return event

    def _close(self, at: datetime) -> SystemEvent | None:
        step = self._load.current()
        if self._worst is not None:
            self._broken, self._sound = self._broken + 1, 0
            if self._broken >= self._shed_after and step < DegradationStep.SMALLER_POOL:
                self._broken = 0
                return self._move(DegradationStep(step + 1), at, type(self._worst).__name__)
        else:
            self._broken, self._sound = 0, self._sound + 1
            if self._sound >= self._restore_after and step > DegradationStep.NONE:
                self._sound = 0
                return self._move(DegradationStep(step - 1), at, None)
        return None

    def _move(self, step: DegradationStep, at: datetime, cause: str | None) -> SystemEvent:
        self._load.publish(step)
        metadata = {"step": step.name}
        if cause is None:
            return SystemEvent(
                timestamp=at,
                type=EventType.RECOVERY_COMPLETE,
                description=f"Load restored: {_WORDS[step]}",
                metadata=metadata,
            )
        return SystemEvent(
            timestamp=at,
            type=EventType.PERFORMANCE_DEGRADATION,
            description=f"Load shed: {_WORDS[step]}",
            metadata=metadata | {"cause": cause},
        )
