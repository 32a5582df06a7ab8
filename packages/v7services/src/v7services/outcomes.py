"""What a poll came to, in the one vocabulary of health, when the next try is due, how a source stands. Pure."""

import math
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from v7core.errors import (
    BlockedError,
    ChallengeError,
    CredentialsError,
    DecodeError,
    ParseError,
    RateLimited,
    SourceError,
    SourceGone,
    StatusError,
    TooLarge,
)
from v7core.models.sources import Harvest, PollOutcome, PollReport, SourceCondition, SourceKey, SourceState
from v7services.records import SourceRecord

AGREEING_POLLS: Final = 3
"""So many polls in a row have to say that most of a board is gone before it is believed."""
DROP_SHARE: Final = 0.5
DROP_LEAST: Final = 5
"""A board with fewer open postings may empty at once."""
ODD_SHARE: Final = 0.5
FULL_FETCH_AGE: Final = timedelta(hours=24)
"""A server may say "not modified" for ever: after this, its word is not taken."""
FIRST_RETRY: Final = timedelta(minutes=15)
JITTER: Final = 0.1
RECENT: Final = 10
"""Polls that latency and error rate look back on."""


def outcome_of_error(error: SourceError) -> PollOutcome:
    """The word for a poll that brought nothing."""
    if isinstance(error, RateLimited):
        return PollOutcome.RATE_LIMITED
    if isinstance(error, CredentialsError):
        return PollOutcome.CREDENTIALS
    if isinstance(error, SourceGone):
        return PollOutcome.GONE
    if isinstance(error, BlockedError | ChallengeError):
        return PollOutcome.BLOCKED
    if isinstance(error, StatusError):
        return PollOutcome.BLOCKED if error.code == 403 else PollOutcome.UNREACHABLE
    if isinstance(error, ParseError | DecodeError | TooLarge):
        return PollOutcome.CHANGED_SHAPE
    return PollOutcome.UNREACHABLE


def outcome_of_harvest(
    harvest: Harvest, *, trouble: str, slow: bool, open_before: int, reports: Sequence[PollReport]
) -> tuple[PollOutcome, str]:
    """The word and the reason for a poll that brought something.

    Args:
        trouble: What went wrong after the first body; "" for nothing.
        slow: The poll's time was up before the last page.
        open_before: Open postings of the source before this poll.
        reports: Earlier polls, latest first.
    """
    if harvest.unchanged:
        return PollOutcome.UNCHANGED, ""
    kept, odd = len(harvest.postings), sum(skip.count for skip in harvest.skipped)
    if slow:
        return PollOutcome.SLOW, trouble
    if odd and not kept:
        return PollOutcome.CHANGED_SHAPE, f"all {odd} postings unreadable: {harvest.skipped[0].reason}"
    if trouble:
        return PollOutcome.PARTIAL, trouble
    if odd > ODD_SHARE * (kept + odd):
        return PollOutcome.PARTIAL, f"{odd} of {kept + odd} postings unreadable: {harvest.skipped[0].reason}"
    if harvest.complete and open_before >= DROP_LEAST and kept < DROP_SHARE * open_before:
        earlier = 0
        for report in reports:
            if report.outcome is not PollOutcome.SUSPICIOUS_DROP:
                break
            earlier += 1
        if earlier + 1 < AGREEING_POLLS:
            return PollOutcome.SUSPICIOUS_DROP, f"{kept} postings where there were {open_before}"
    return (PollOutcome.OK if kept else PollOutcome.EMPTY), ""


def full_fetch_due(reports: Sequence[PollReport], now: datetime) -> bool:
    """Whether the source is to be asked without "has it changed?"."""
    last = next((report for report in reports if report.outcome in (PollOutcome.OK, PollOutcome.EMPTY)), None)
    return last is None or now - last.started_at >= FULL_FETCH_AGE


def next_try(
    outcome: PollOutcome,
    *,
    key: SourceKey,
    now: datetime,
    interval_s: float,
    failures: int = 0,
    retry_after_s: float | None = None,
    open_until: datetime | None = None,
) -> datetime:
    """When the source is due again.

    Sound polls wait for the interval, spread by the source's name so that they do not all fall due together; outages
    wait 15 minutes, doubling up to the interval; a server's wish and an open breaker are kept to.

    Args:
        interval_s: The least time between two polls of this source, seconds.
        failures: Outages in a row, this one included.
        retry_after_s: As the server asked.
        open_until: Of the breaker.
    """
    spread = 1.0 + JITTER * (zlib.crc32(str(key).encode()) / 2**32)
    wait = timedelta(seconds=interval_s * spread)
    if outcome is PollOutcome.RATE_LIMITED and retry_after_s is not None:
        wait = timedelta(seconds=max(retry_after_s, 60.0) * spread)
    elif outcome is PollOutcome.UNREACHABLE:
        wait = min(wait, FIRST_RETRY * spread * 2 ** min(max(failures - 1, 0), 10))
    at = now + wait
    return at if open_until is None else max(at, open_until)


def state_of(record: SourceRecord) -> SourceState:
    """A kept source as the person sees it."""
    last = record.reports[0] if record.reports else None
    polled = [report for report in record.reports[:RECENT] if report.outcome is not PollOutcome.BREAKER_OPEN]
    answered = [report for report in polled if report.requests and not report.error]
    latencies = sorted(report.duration_ms / report.requests for report in answered)
    failed = sum(report.outcome.condition is SourceCondition.UNAVAILABLE for report in polled)
    condition = SourceCondition.NEVER_POLLED if last is None else last.outcome.condition
    return SourceState(
        key=record.key,
        name=record.name,
        condition=SourceCondition.PAUSED if record.paused else condition,
        reason="" if last is None or record.paused else last.reason,
        outcome=None if last is None else last.outcome,
        open_jobs=record.open_jobs,
        last_poll=None if last is None else last.started_at,
        last_success=record.last_success,
        next_try=None if record.paused else record.next_try,
        latency_ms=latencies[math.ceil(0.95 * len(latencies)) - 1] if latencies else None,
        error_rate=failed / len(polled) if polled else None,
        skipped=0 if last is None else sum(skip.count for skip in last.skipped),
    )
