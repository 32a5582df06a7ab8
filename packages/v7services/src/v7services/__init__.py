"""Job sources behind one guarded fetch, a durable store and log, and the feed built on them.

Names load their modules when they are first asked for: `import v7services` costs nothing and loads no engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from v7core.errors import JobProcessingError
from v7core.models.processing import ProcessingResult, QueueStatus

if TYPE_CHECKING:
    from v7services.coordination import JobCoordinationService
    from v7services.discovery import Discovery
    from v7services.feed import Feed
    from v7services.reacting import Reactor
    from v7services.storage import Storage

_HOMES: Final = {
    "Discovery": "discovery",
    "Feed": "feed",
    "JobCoordinationService": "coordination",
    "Reactor": "reacting",
    "Storage": "storage",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "Discovery",
    "Feed",
    "JobCoordinationService",
    "JobProcessingError",
    "ProcessingResult",
    "QueueStatus",
    "Reactor",
    "Storage",
]
