"""A fake of every port: in memory, deterministic, and held to the same contract as the real thing."""

from v7core.testing.fakes.faces import (
    CountingCoordination,
    MemoryFeed,
    MemoryPacks,
    MemorySaved,
    MemorySearch,
    MemorySearches,
    MemorySettings,
    MemorySources,
)
from v7core.testing.fakes.keeping import MemoryLog, MemorySource, MemoryStore, standing
from v7core.testing.fakes.measuring import FixedClock, ListRecorder, MemoryHistory, MemoryLoadLevel

__all__ = [
    "CountingCoordination",
    "FixedClock",
    "ListRecorder",
    "MemoryFeed",
    "MemoryHistory",
    "MemoryLoadLevel",
    "MemoryLog",
    "MemoryPacks",
    "MemorySaved",
    "MemorySearch",
    "MemorySearches",
    "MemorySettings",
    "MemorySource",
    "MemorySources",
    "MemoryStore",
    "standing",
]
