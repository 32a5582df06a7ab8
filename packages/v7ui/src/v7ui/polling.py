"""Polling sources: progress while it runs, and one line at its end."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeAlias

from v7core.models.sources import PollReport, SourceCondition, SourceKey
from v7ui.formatting import plural
from v7ui.room import Room
from v7ui.widgets.painted import Span

Reports: TypeAlias = tuple[PollReport, ...]

LOOK_S = 1.0
"""How often the sources that are done are counted."""


async def poll(room: Room, tell: Callable[[], None], keys: Iterable[SourceKey] | None = None) -> Reports:
    """Poll these sources, or all that are enabled, keeping `room.polled` true meanwhile.

    Cancelling it stops the waiting; what has come in stays.
    """
    wanted = None if keys is None else frozenset(keys)
    began = room.ports.clock.now()
    room.polled = (0, _asked(room, wanted))
    tell()
    counting = asyncio.create_task(_count(room, tell, wanted, began))
    try:
        return await room.ports.sources.refresh(None if wanted is None else list(wanted))
    finally:
        counting.cancel()
        room.polled = None
        tell()


def _asked(room: Room, wanted: frozenset[SourceKey] | None) -> int:
    if wanted is not None:
        return len(wanted)
    return sum(state.condition is not SourceCondition.PAUSED for state in room.sources)


async def _count(room: Room, tell: Callable[[], None], wanted: frozenset[SourceKey] | None, began: datetime) -> None:
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            room.sources = await room.ports.sources.list()
        except Exception:  # noqa: S112 - the poll itself says what went wrong
            continue
        asked = [state for state in room.sources if wanted is None or state.key in wanted]
        done = sum(state.last_poll is not None and state.last_poll >= began for state in asked)
        room.polled = (done, max(done, _asked(room, wanted)))
        tell()


def is_news(reports: Reports) -> bool:
    """Whether a round that nobody asked for is worth a line in place of the one that stands there."""
    return any(report.new or not report.outcome.sound for report in reports)


def summary(reports: Reports) -> Span:
    """What a round of polls brought."""
    new, failed = sum(report.new for report in reports), sum(not report.outcome.sound for report in reports)
    text = f"Polled {plural(len(reports), 'source')}: {plural(new, 'new job')}"
    return (f"{text}, {failed} with trouble (see 4 Sources)", "warn") if failed else (text, "good")
