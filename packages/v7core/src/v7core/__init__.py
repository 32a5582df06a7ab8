"""The values, ports, constants and errors every V7 package shares. Standard library only.

Names load on first use, so that a command which needs two of them does not pay for sixty.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from v7core.clock import SystemClock
    from v7core.constants import SacredUIConstants
    from v7core.document import DocumentField, canonical_document, document_digest
    from v7core.errors import (
        BatchTooLarge,
        BlockedError,
        ChallengeError,
        ComputeError,
        ComputeFault,
        ConfigError,
        ConnectError,
        CredentialsError,
        DecodeError,
        DnsError,
        EmptyBatch,
        FetchTimeout,
        InvalidValue,
        JobProcessingError,
        NotFound,
        ParseError,
        PerformanceBudgetViolated,
        ProcessingTimeout,
        ProtocolError,
        RateLimited,
        RedirectError,
        SchemaError,
        SourceError,
        SourceGone,
        StatusError,
        StorageError,
        StorageFault,
        SystemResourcesExhausted,
        TlsError,
        TooLarge,
        V7Error,
    )
    from v7core.filter_language import FILTER_HELP, holds_words, parse_filters, spell_filters
    from v7core.models.dashboard import (
        AlertSeverity,
        AlertType,
        DashboardAlert,
        DashboardMetrics,
        EventType,
        PerformanceTrendData,
        SystemEvent,
        SystemHealthData,
        SystemStatus,
        TimestampedValue,
        TrendDirection,
    )
    from v7core.models.feed import (
        REWARDS,
        Acknowledgement,
        Card,
        Contribution,
        Deck,
        Draw,
        Explanation,
        Forgetting,
        LogEvent,
        ProfileKind,
        Reaction,
        ReactionKind,
        Retraction,
        ScoredJob,
        Shown,
    )
    from v7core.models.filters import JobFilter, SavedSearch, SearchHit, SearchQuery
    from v7core.models.jobs import (
        Dated,
        EmploymentType,
        JobData,
        JobId,
        JobPosting,
        JobPriority,
        JobSummary,
        Pay,
        PayPeriod,
        Precision,
        Seniority,
        Ternary,
        Workplace,
        job_id,
        short_id,
    )
    from v7core.models.metrics import (
        ErrorRateElevated,
        MemoryBudgetExceeded,
        MetricPoint,
        MetricType,
        NetworkLatencyHigh,
        PerformanceBudgetViolation,
        PerformanceSnapshot,
        PerformanceValidationResult,
        ThompsonPerformanceDegraded,
        UIResponsivenessCompromised,
    )
    from v7core.models.person import ApplicationStage, SavedJob, Settings
    from v7core.models.processing import (
        DegradationSeverity,
        PerformanceDegradationEvent,
        ProcessingResult,
        QueueStatus,
        ThompsonBatchConfiguration,
        ThompsonProcessingResult,
    )
    from v7core.models.sources import (
        APIHealthStatus,
        Harvest,
        PollOutcome,
        PollReport,
        Recognised,
        Skipped,
        SourceCondition,
        SourceKey,
        SourceState,
        StarterPack,
        Validators,
    )
    from v7core.protocols import (
        Clock,
        DashboardDataSource,
        DegradationStep,
        JobCoordination,
        JobFeed,
        JobSearch,
        JobSource,
        JobStore,
        LoadLevel,
        MetricHistory,
        PerformanceMonitoring,
        ReactionLog,
        Recorder,
        SavedJobs,
        SavedSearches,
        SettingsStore,
        SourceDirectory,
        StarterPacks,
    )
    from v7core.registry import MonitoringCoordinator, MonitoringSystemRegistry, NullRecorder
    from v7core.text import clean_block, clean_text

_NAMES: Final = {
    "v7core.clock": ("SystemClock"),
    "v7core.constants": ("SacredUIConstants"),
    "v7core.document": ("DocumentField canonical_document document_digest"),
    "v7core.errors": (
        "BatchTooLarge BlockedError ChallengeError ComputeError ComputeFault ConfigError ConnectError "
        "CredentialsError DecodeError DnsError EmptyBatch FetchTimeout InvalidValue JobProcessingError "
        "NotFound ParseError PerformanceBudgetViolated ProcessingTimeout ProtocolError RateLimited "
        "RedirectError SchemaError SourceError SourceGone StatusError StorageError StorageFault "
        "SystemResourcesExhausted TlsError TooLarge V7Error"
    ),
    "v7core.filter_language": ("FILTER_HELP holds_words parse_filters spell_filters"),
    "v7core.models.dashboard": (
        "AlertSeverity AlertType DashboardAlert DashboardMetrics EventType PerformanceTrendData "
        "SystemEvent SystemHealthData SystemStatus TimestampedValue TrendDirection"
    ),
    "v7core.models.feed": (
        "Acknowledgement Card Contribution Deck Draw Explanation Forgetting LogEvent ProfileKind REWARDS "
        "Reaction ReactionKind Retraction ScoredJob Shown"
    ),
    "v7core.models.filters": ("JobFilter SavedSearch SearchHit SearchQuery"),
    "v7core.models.jobs": (
        "Dated EmploymentType JobData JobId JobPosting JobPriority JobSummary Pay PayPeriod Precision "
        "Seniority Ternary Workplace job_id short_id"
    ),
    "v7core.models.metrics": (
        "ErrorRateElevated MemoryBudgetExceeded MetricPoint MetricType NetworkLatencyHigh "
        "PerformanceBudgetViolation PerformanceSnapshot PerformanceValidationResult "
        "ThompsonPerformanceDegraded UIResponsivenessCompromised"
    ),
    "v7core.models.person": ("ApplicationStage SavedJob Settings"),
    "v7core.models.processing": (
        "DegradationSeverity PerformanceDegradationEvent ProcessingResult QueueStatus "
        "ThompsonBatchConfiguration ThompsonProcessingResult"
    ),
    "v7core.models.sources": (
        "APIHealthStatus Harvest PollOutcome PollReport Recognised Skipped SourceCondition SourceKey "
        "SourceState StarterPack Validators"
    ),
    "v7core.protocols": (
        "Clock DashboardDataSource DegradationStep JobCoordination JobFeed JobSearch JobSource JobStore "
        "LoadLevel MetricHistory PerformanceMonitoring ReactionLog Recorder SavedJobs SavedSearches SettingsStore "
        "SourceDirectory StarterPacks"
    ),
    "v7core.registry": ("MonitoringCoordinator MonitoringSystemRegistry NullRecorder"),
    "v7core.text": ("clean_block clean_text"),
}
"""The names of each module, apart by spaces; the block above says the same to type checkers."""
_HOMES: Final = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    module = _HOMES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "FILTER_HELP",
    "REWARDS",
    "APIHealthStatus",
    "Acknowledgement",
    "AlertSeverity",
    "AlertType",
    "ApplicationStage",
    "BatchTooLarge",
    "BlockedError",
    "Card",
    "ChallengeError",
    "Clock",
    "ComputeError",
    "ComputeFault",
    "ConfigError",
    "ConnectError",
    "Contribution",
    "CredentialsError",
    "DashboardAlert",
    "DashboardDataSource",
    "DashboardMetrics",
    "Dated",
    "Deck",
    "DecodeError",
    "DegradationSeverity",
    "DegradationStep",
    "DnsError",
    "DocumentField",
    "Draw",
    "EmploymentType",
    "EmptyBatch",
    "ErrorRateElevated",
    "EventType",
    "Explanation",
    "FetchTimeout",
    "Forgetting",
    "Harvest",
    "InvalidValue",
    "JobCoordination",
    "JobData",
    "JobFeed",
    "JobFilter",
    "JobId",
    "JobPosting",
    "JobPriority",
    "JobProcessingError",
    "JobSearch",
    "JobSource",
    "JobStore",
    "JobSummary",
    "LoadLevel",
    "LogEvent",
    "MemoryBudgetExceeded",
    "MetricHistory",
    "MetricPoint",
    "MetricType",
    "MonitoringCoordinator",
    "MonitoringSystemRegistry",
    "NetworkLatencyHigh",
    "NotFound",
    "NullRecorder",
    "ParseError",
    "Pay",
    "PayPeriod",
    "PerformanceBudgetViolated",
    "PerformanceBudgetViolation",
    "PerformanceDegradationEvent",
    "PerformanceMonitoring",
    "PerformanceSnapshot",
    "PerformanceTrendData",
    "PerformanceValidationResult",
    "PollOutcome",
    "PollReport",
    "Precision",
    "ProcessingResult",
    "ProcessingTimeout",
    "ProfileKind",
    "ProtocolError",
    "QueueStatus",
    "RateLimited",
    "Reaction",
    "ReactionKind",
    "ReactionLog",
    "Recognised",
    "Recorder",
    "RedirectError",
    "Retraction",
    "SacredUIConstants",
    "SavedJob",
    "SavedJobs",
    "SavedSearch",
    "SavedSearches",
    "SchemaError",
    "ScoredJob",
    "SearchHit",
    "SearchQuery",
    "Seniority",
    "Settings",
    "SettingsStore",
    "Shown",
    "Skipped",
    "SourceCondition",
    "SourceDirectory",
    "SourceError",
    "SourceGone",
    "SourceKey",
    "SourceState",
    "StarterPack",
    "StarterPacks",
    "StatusError",
    "StorageError",
    "StorageFault",
    "SystemClock",
    "SystemEvent",
    "SystemHealthData",
    "SystemResourcesExhausted",
    "SystemStatus",
    "Ternary",
    "ThompsonBatchConfiguration",
    "ThompsonPerformanceDegraded",
    "ThompsonProcessingResult",
    "TimestampedValue",
    "TlsError",
    "TooLarge",
    "TrendDirection",
    "UIResponsivenessCompromised",
    "V7Error",
    "Validators",
    "Workplace",
    "canonical_document",
    "clean_block",
    "clean_text",
    "document_digest",
    "holds_words",
    "job_id",
    "parse_filters",
    "short_id",
    "spell_filters",
]
