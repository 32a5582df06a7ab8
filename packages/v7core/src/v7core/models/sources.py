"""One vocabulary of health: what a poll came to, and how a source stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from v7core.models.jobs import JobPosting


class APIHealthStatus(Enum):
    """The traffic light. Colour and symbol belong to the screen."""

    HEALTHY = "Healthy"
    DEGRADED = "Degraded"
    UNAVAILABLE = "Unavailable"


class SourceCondition(Enum):
    """How a source stands."""

    OK = "ok"
    DEGRADED = "degraded"
    UNAVAILABLE = "unavailable"
    PAUSED = "paused"
    NEVER_POLLED = "never polled"

    @property
    def health(self) -> APIHealthStatus | None:
        """The traffic light; None for what is not counted."""
        return _HEALTH.get(self)


_HEALTH: Final = {
    SourceCondition.OK: APIHealthStatus.HEALTHY,
    SourceCondition.DEGRADED: APIHealthStatus.DEGRADED,
    SourceCondition.UNAVAILABLE: APIHealthStatus.UNAVAILABLE,
}


class PollOutcome(Enum):
    """What one poll of one source came to."""

    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    PARTIAL = "partial"
    RATE_LIMITED = "rate-limited"
    CHANGED_SHAPE = "changed-shape"
    SLOW = "slow"
    SUSPICIOUS_DROP = "suspicious drop"
    GONE = "gone"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    CREDENTIALS = "credentials missing or refused"
    BREAKER_OPEN = "breaker open"
    PAUSED = "paused"
    DISABLED = "disabled by the user"

    @property
    def condition(self) -> SourceCondition:
        """The state a source is in after such a poll."""
        return _CONDITION[self]

    @property
    def sound(self) -> bool:
        """Whether the poll says what the board holds: only then may a missing posting be closed."""
        return self in (PollOutcome.OK, PollOutcome.UNCHANGED, PollOutcome.EMPTY)


_CONDITION: Final = {
    PollOutcome.OK: SourceCondition.OK,
    PollOutcome.UNCHANGED: SourceCondition.OK,
    PollOutcome.EMPTY: SourceCondition.OK,
    PollOutcome.PARTIAL: SourceCondition.DEGRADED,
    PollOutcome.RATE_LIMITED: SourceCondition.DEGRADED,
    PollOutcome.CHANGED_SHAPE: SourceCondition.DEGRADED,
    PollOutcome.SLOW: SourceCondition.DEGRADED,
    PollOutcome.SUSPICIOUS_DROP: SourceCondition.DEGRADED,
    PollOutcome.GONE: SourceCondition.UNAVAILABLE,
    PollOutcome.BLOCKED: SourceCondition.UNAVAILABLE,
    PollOutcome.UNREACHABLE: SourceCondition.UNAVAILABLE,
    PollOutcome.CREDENTIALS: SourceCondition.UNAVAILABLE,
    PollOutcome.BREAKER_OPEN: SourceCondition.UNAVAILABLE,
    PollOutcome.PAUSED: SourceCondition.PAUSED,
    PollOutcome.DISABLED: SourceCondition.PAUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceKey:
    """One board of one adapter."""

    source: str
    """The adapter's name, such as "greenhouse"."""
    board: str
    """Company token, site or feed address: what that adapter needs to know."""

    def __str__(self) -> str:
        return f"{self.source}:{self.board}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What lets the next poll ask "has it changed?"."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    """SHA-256 of the decoded body, for servers that give neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Postings left out of a poll, by reason."""

    reason: str
    """One short phrase, such as "no title"."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What one fetch of one source brought."""

    postings: tuple[JobPosting, ...]
    skipped: tuple[Skipped, ...] = ()
    validators: Validators = Validators()
    unchanged: bool = False
    """The server said so, or the body is the same as last time; `postings` is then empty."""
    complete: bool = True
    """False when pages were left out: what is missing may not be closed."""
    requests: int = 1
    wire_bytes: int = 0
    duration_ms: float | None = None
    """Of its requests, without waiting for a turn of the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """One poll, ended: one outcome, what it changed, and when the next try is due."""

    key: SourceKey
    outcome: PollOutcome
    started_at: datetime
    duration_ms: float
    """Of its requests, without waiting for a turn of the host; of a poll that brought nothing, until it ended."""
    received: int = 0
    new: int = 0
    changed: int = 0
    closed: int = 0
    skipped: tuple[Skipped, ...] = ()
    wire_bytes: int = 0
    requests: int = 0
    reason: str = ""
    """Cleaned, without secrets; empty when all is well."""
    error: str = ""
    """The error class, such as "FetchTimeout"."""
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """One source as the person sees it."""

    key: SourceKey
    name: str
    """For people, such as "Acme (Greenhouse)"."""
    condition: SourceCondition
    reason: str = ""
    outcome: PollOutcome | None = None
    """Of the last poll; None before the first."""
    open_jobs: int = 0
    last_poll: datetime | None = None
    last_success: datetime | None = None
    next_try: datetime | None = None
    latency_ms: float | None = None
    """p95 of the recent polls' mean request; None before the first."""
    error_rate: float | None = None
    """Share of failed polls among the recent ones, in [0, 1]; None before the first."""
    skipped: int = 0
    """Postings left out of the last poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What an address or a token was taken for."""

    key: SourceKey
    name: str
    how: str
    """One phrase: the address pattern or the page's sign that said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StarterPack:
    """Boards to begin with, for a trade and a region; they need no key."""

    name: str
    """For people, such as "Health, Germany"."""
    trades: tuple[str, ...] = ()
    """Lower-case words; none for every trade."""
    regions: tuple[str, ...] = ()
    """Lower-case words; none for everywhere."""
    sources: tuple[Recognised, ...] = ()
