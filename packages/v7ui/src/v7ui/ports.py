"""What the screens are given: ports of `v7core`, and nothing that stands behind them."""

from collections.abc import Callable
from dataclasses import dataclass

from v7core.protocols import (
    Clock,
    DashboardDataSource,
    JobFeed,
    JobSearch,
    Recorder,
    SavedJobs,
    SettingsStore,
    SourceDirectory,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Every door of the terminal. Real services or fakes: the screens cannot tell."""

    feed: JobFeed
    search: JobSearch
    sources: SourceDirectory
    saved: SavedJobs
    settings: SettingsStore
    dashboard: DashboardDataSource
    recorder: Recorder
    clock: Clock
    open_url: Callable[[str], None]
    """Opens a checked http(s) address outside the terminal; raises `OSError` where there is no browser."""
