"""Sources as people name them on a command line, and as lines and JSON show them."""

from typing import Any

from v7core.errors import NotFound
from v7core.models.sources import SourceKey, SourceState
from v7core.protocols import SourceDirectory


async def key_of(sources: SourceDirectory, name: str) -> SourceKey:
    """The source called `adapter:board`, or the only one whose key, board or name begins like that.

    Raises:
        NotFound: none is, or several are.
    """
    states = await sources.list()
    exact = [state.key for state in states if str(state.key) == name]
    wanted = name.casefold()
    like = [
        state.key
        for state in states
        if any(text.casefold().startswith(wanted) for text in (str(state.key), state.key.board, state.name))
    ]
    found = exact or like
    if len(found) == 1:
        return found[0]
    several = ", ".join(str(key) for key in found[:5])
    raise NotFound(f"several sources are called {name!r}: {several}" if found else f"no source of yours is {name!r}")


def state_document(state: SourceState) -> dict[str, Any]:
    """A source as JSON has it (docs/cli.md)."""
    health = state.condition.health
    return {
        "key": str(state.key),
        "source": state.key.source,
        "board": state.key.board,
        "name": state.name,
        "condition": state.condition,
        "health": health,
        "outcome": state.outcome,
        "reason": state.reason,
        "open_jobs": state.open_jobs,
        "skipped": state.skipped,
        "last_poll": state.last_poll,
        "last_success": state.last_success,
        "next_try": state.next_try,
        "latency_ms": state.latency_ms,
        "error_rate": state.error_rate,
    }


def state_line(state: SourceState) -> str:
    """A source as one line."""
    parts = [
        str(state.key),
        state.name,
        state.condition.value + (f" ({state.reason})" if state.reason else ""),
        f"{state.open_jobs} open",
    ]
    if state.last_success is not None:
        parts.append(f"last good {state.last_success:%Y-%m-%d %H:%M}")
    if state.next_try is not None:
        parts.append(f"next try {state.next_try:%Y-%m-%d %H:%M}")
    return " · ".join(parts)
