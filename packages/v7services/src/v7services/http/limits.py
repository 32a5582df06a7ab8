"""How often a host is asked: one budget for all of its boards, the pauses it asked for, the retries it gets."""

import asyncio
import math
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import attrs
from aiolimiter import AsyncLimiter

from v7core.protocols import Clock

MIN_WAIT_S: Final = 1.0
MAX_WAIT_S: Final = 6 * 3600.0
"""What a server may ask us to wait, clamped."""
DEFAULT_WAIT_S: Final = 60.0
"""For a 429 that does not say how long."""
RETRIES_A_MINUTE: Final = 10
"""Of one host, over all of its boards: a host that fails everybody is not asked three times by everybody."""


@attrs.frozen(kw_only=True)
class Rate:
    """What a host is asked at most, over all of its boards."""

    requests: float = 1.0
    seconds: float = 1.0
    in_flight: int = 2
    shared: str = ""
    """The domain whose boards share one budget ("recruitee.com"); "" is one budget per full host name."""

    def host(self, host: str) -> str:
        """Whose budget a host name uses."""
        return self.shared if self.shared and (host == self.shared or host.endswith(f".{self.shared}")) else host


class HostLimits:
    """The budget of one host. Confined to one event loop."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._clock = clock
        self._limiter = AsyncLimiter(rate.requests, rate.seconds)
        self._in_flight = asyncio.Semaphore(rate.in_flight)
        self.boards: Final = asyncio.Semaphore(rate.in_flight)
        """Boards of this host that are polled side by side."""
        self._cool_until = -math.inf
        self._retries: list[float] = []

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until the host may be asked, and count as one of those in flight while the block runs."""
        async with self._in_flight, self._limiter:
            yield

    def cooling(self) -> float:
        """Seconds until the host may be asked again; 0 when it may be now."""
        return max(0.0, self._cool_until - self._clock.monotonic())

    def cool(self, seconds: float) -> None:
        """The host asked for a pause; a later end wins."""
        self._cool_until = max(self._cool_until, self._clock.monotonic() + seconds)

    def may_retry(self) -> bool:
        """Take one retry out of the host's budget; False when it is used up."""
        now = self._clock.monotonic()
        self._retries = [at for at in self._retries if now - at < 60.0]
        if len(self._retries) >= RETRIES_A_MINUTE:
            return False
        self._retries.append(now)
        return True


def retry_after(value: str | None, date: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, clamped to [1 s, 6 h]; None when there is none that can be read.

    Args:
        value: The header: seconds, or an HTTP date.
        date: The reply's Date header; a date is read by the server's clock, since ours may differ.
        now: Ours, aware UTC, used when the reply has no Date.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text) if len(text) < 12 else MAX_WAIT_S
    else:
        until = _http_date(text)
        if until is None:
            return None
        seconds = (until - (_http_date(date or "") or now)).total_seconds()
    return min(max(seconds, MIN_WAIT_S), MAX_WAIT_S)


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text) if len(text) < 60 else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if at is None:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def backoff(attempt: int, rng: random.Random, *, first_s: float = 0.5, cap_s: float = 20.0) -> float:
    """Seconds before retry number `attempt` (from 1): full jitter, so that many clients do not come back together.

    Source: Brooker (2015), "Exponential Backoff And Jitter", AWS Architecture Blog.
    """
    return rng.uniform(0.2, 1.0) * min(cap_s, first_s * 2.0 ** (attempt - 1))
