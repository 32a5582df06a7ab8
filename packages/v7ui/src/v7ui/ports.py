"""What the screens are given: ports of `v7core`, and nothing that stands behind them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from v7core.models.sources import SourceKey
from v7core.protocols import (
    Clock,
    DashboardDataSource,
    JobFeed,
    JobSearch,
    Recorder,
    SavedJobs,
    SavedSearches,
    SettingsStore,
    SourceDirectory,
    StarterPacks,
)
from v7core.registry import MonitoringSystemRegistry

Warm: TypeAlias = Callable[[Callable[[str], None]], Awaitable[None]]
"""Makes the engine ready to rank, telling each step in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Every door of the terminal. Real services or fakes: the screens cannot tell."""

    feed: JobFeed
    search: JobSearch
    searches: SavedSearches
    sources: SourceDirectory
    saved: SavedJobs
    settings: SettingsStore
    dashboard: DashboardDataSource
    recorder: Recorder
    clock: Clock
    open_url: Callable[[str], None]
    """Opens a checked http(s) address outside the terminal; raises `OSError` where there is no browser."""
    registry: MonitoringSystemRegistry | None = None
    """Where the Live screen registers its dashboard as a data source; None: somebody else does."""
    packs: StarterPacks | None = None
    """Boards to begin with; without it the first start asks for an address only."""
    due: Callable[[], Awaitable[tuple[SourceKey, ...]]] | None = None
    """Sources whose next try has come: polled at the start and every minute. None: polling is somebody else's."""
    warm: Warm | None = None
    """Awaited once, after the first paint; the deck is ranked when it returns. None: the engine is ready."""
    state_file: Path | None = None
    """Where the screens note what they showed; None: every start is the first."""
