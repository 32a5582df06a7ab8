"""Each port's contract as a suite: subclass it and give it the fixture `subject`.

A test here states one promise of `v7core.protocols`; every implementation and every fake keeps all of them.
"""

from v7core.testing.contracts.faces import (
    JobCoordinationContract,
    JobFeedContract,
    JobSearchContract,
    SavedJobsContract,
    SavedSearchesContract,
    SettingsStoreContract,
    SourceDirectoryContract,
    StarterPacksContract,
)
from v7core.testing.contracts.keeping import JobSourceContract, JobStoreContract, ReactionLogContract
from v7core.testing.contracts.measuring import (
    ClockContract,
    DashboardDataSourceContract,
    LoadLevelContract,
    MetricHistoryContract,
    PerformanceMonitoringContract,
    RecorderContract,
)
from v7core.testing.contracts.support import NOWHERE, refuses

__all__ = [
    "NOWHERE",
    "ClockContract",
    "DashboardDataSourceContract",
    "JobCoordinationContract",
    "JobFeedContract",
    "JobSearchContract",
    "JobSourceContract",
    "JobStoreContract",
    "LoadLevelContract",
    "MetricHistoryContract",
    "PerformanceMonitoringContract",
    "ReactionLogContract",
    "RecorderContract",
    "SavedJobsContract",
    "SavedSearchesContract",
    "SettingsStoreContract",
    "SourceDirectoryContract",
    "StarterPacksContract",
    "refuses",
]
