"""What happened lately, newest first."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from v7core.models.dashboard import SystemEvent

MAX_EVENTS: Final = 200
"""Older events make room for newer ones."""


class EventLog:
    """The last `MAX_EVENTS` events of this run."""

    def __init__(self) -> None:
        self._events: deque[SystemEvent] = deque(maxlen=MAX_EVENTS)

    def extend(self, events: Iterable[SystemEvent]) -> None:
        """Note events, the oldest first."""
        for event in events:
            self._events.appendleft(event)

    def recent(self, limit: int = MAX_EVENTS) -> tuple[SystemEvent, ...]:
        """Newest first."""
        return tuple(self._events)[:limit]
