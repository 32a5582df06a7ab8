"""What the dashboard shows. Everything measured is None until it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID, uuid4

from v7core.models.sources import APIHealthStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampedValue:
    """One point of a history."""

    id: UUID = field(default_factory=uuid4)
    timestamp: datetime
    value: float

    @property
    def normalized_value(self) -> float:
        """The value clamped to [0, 1]."""
        return min(1.0, max(0.0, self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardMetrics:
    """The figures on the cards."""

    active_job_sources: int | None = None
    """Enabled sources."""
    total_jobs_available: int | None = None
    thompson_performance_ms: float | None = None
    memory_usage_mb: float | None = None
    cache_hit_rate: float | None = None
    error_rate: float | None = None
    source_health_score: float | None = None
    """Healthy share of the enabled sources that were polled, in [0, 1]."""
    network_latency_ms: float | None = None
    ui_frame_time_ms: float | None = None
    throughput_jobs_per_second: float | None = None
    statuses: Mapping[str, APIHealthStatus] = field(default_factory=dict)
    """Every polled source that counts, by its key as text ("greenhouse:acme")."""

    def status_of(self, adapter: str) -> APIHealthStatus | None:
        """The worst status among an adapter's boards; None when none was polled."""
        found = [status for key, status in self.statuses.items() if key.split(":", 1)[0] == adapter]
        return max(found, key=list(APIHealthStatus).index, default=None)

    @property
    def greenhouse_status(self) -> APIHealthStatus | None:
        """The worst of the Greenhouse boards."""
        return self.status_of("greenhouse")

    @property
    def lever_status(self) -> APIHealthStatus | None:
        """The worst of the Lever sites."""
        return self.status_of("lever")

    @property
    def rss_source_status(self) -> APIHealthStatus | None:
        """The worst of the feeds."""
        return self.status_of("feed")


class TrendDirection(Enum):
    """Where a metric is going; what is better depends on the metric."""

    IMPROVING = "Improving"
    STABLE = "Stable"
    DEGRADING = "Degrading"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceTrendData:
    """Histories, oldest first, and their trends; a trend is None until there are points enough to say."""

    thompson_performance_history: tuple[TimestampedValue, ...] = ()
    memory_usage_history: tuple[TimestampedValue, ...] = ()
    throughput_history: tuple[TimestampedValue, ...] = ()
    frame_time_history: tuple[TimestampedValue, ...] = ()
    thompson_trend: TrendDirection | None = None
    memory_trend: TrendDirection | None = None
    throughput_trend: TrendDirection | None = None
    frame_time_trend: TrendDirection | None = None

    @property
    def overall_trend(self) -> TrendDirection | None:
        """Degrading if any is; improving if Thompson is and memory is not degrading; else stable."""
        trends = (self.thompson_trend, self.memory_trend, self.throughput_trend, self.frame_time_trend)
        if all(trend is None for trend in trends):
            return None
        if TrendDirection.DEGRADING in trends:
            return TrendDirection.DEGRADING
        return TrendDirection.IMPROVING if self.thompson_trend is TrendDirection.IMPROVING else TrendDirection.STABLE


class SystemStatus(Enum):
    """The whole system in a word."""

    HEALTHY = "Healthy"
    WARNING = "Warning"
    CRITICAL = "Critical"
    MAINTENANCE = "Maintenance"
    """A migration, rebuild or restore is running."""


class AlertType(Enum):
    """What an alert is about."""

    PERFORMANCE = "Performance"
    MEMORY = "Memory"
    NETWORK = "Network"
    API = "API"
    SYSTEM = "System"


class AlertSeverity(Enum):
    """How bad it is."""

    INFO = "Info"
    WARNING = "Warning"
    ERROR = "Error"
    CRITICAL = "Critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardAlert:
    """Something that wants attention until it is over or acknowledged."""

    id: UUID = field(default_factory=uuid4)
    type: AlertType
    severity: AlertSeverity
    title: str
    message: str
    timestamp: datetime
    is_active: bool = True
    acknowledged: bool = False


class EventType(Enum):
    """What happened."""

    STARTUP = "Startup"
    SHUTDOWN = "Shutdown"
    PERFORMANCE_DEGRADATION = "Performance Degradation"
    MEMORY_WARNING = "Memory Warning"
    API_FAILURE = "API Failure"
    RECOVERY_COMPLETE = "Recovery Complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemEvent:
    """Something that happened, and is over."""

    id: UUID = field(default_factory=uuid4)
    timestamp: datetime
    type: EventType
    description: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemHealthData:
    """Status, alerts and events; the status is None until something was checked."""

    overall_status: SystemStatus | None = None
    active_alerts: tuple[DashboardAlert, ...] = ()
    recent_events: tuple[SystemEvent, ...] = ()
    """Newest first."""
    uptime: float = 0.0
    """Seconds since the start."""
    last_health_check: datetime | None = None

    @staticmethod
    def status_for(alerts: tuple[DashboardAlert, ...], *, maintenance: bool = False) -> SystemStatus:
        """Critical alert: critical; error or warning alert: warning; else healthy. Maintenance goes before all."""
        if maintenance:
            return SystemStatus.MAINTENANCE
        severities = {alert.severity for alert in alerts if alert.is_active}
        if AlertSeverity.CRITICAL in severities:
            return SystemStatus.CRITICAL
        if severities & {AlertSeverity.ERROR, AlertSeverity.WARNING}:
            return SystemStatus.WARNING
        return SystemStatus.HEALTHY
