"""The circuit breaker of one source: a pure state machine, kept as text between runs.

closed --5 failures in a row--> open --its time has passed--> half-open: one probe --sound--> closed
                                  ^------------------------- the probe failed: twice as long -------'
"""

from datetime import datetime, timedelta
from typing import Final

import attrs
import msgspec

FAILURES_TO_OPEN: Final = 5
FIRST_PAUSE: Final = timedelta(minutes=30)
LONGEST_PAUSE: Final = timedelta(hours=24)


@attrs.frozen(kw_only=True)
class Breaker:
    """How often a source has failed, and until when it is left alone."""

    failures: int = 0
    """In a row."""
    trips: int = 0
    """Times it opened in a row: each doubles the pause."""
    open_until: datetime | None = None
    """Aware UTC; None while closed. After that time the next poll is the one probe."""

    def is_open(self, now: datetime) -> bool:
        """Whether the source is to be left alone now."""
        return self.open_until is not None and now < self.open_until

    def succeeded(self) -> "Breaker":
        """After an answer of any kind that shows the source is there."""
        return Breaker()

    def failed(self, now: datetime, *, at_once: bool = False) -> "Breaker":
        """After an outage.

        Args:
            at_once: Do not wait for more: the board is gone.
        """
        failures = self.failures + 1
        # A failed probe opens it again whatever the count says.
        if not at_once and self.open_until is None and failures < FAILURES_TO_OPEN:
            return attrs.evolve(self, failures=failures)
        pause = min(FIRST_PAUSE * 2 ** min(self.trips, 10), LONGEST_PAUSE)
        pause = LONGEST_PAUSE if at_once else pause
        return Breaker(failures=failures, trips=self.trips + 1, open_until=now + pause)

    def dump(self) -> str:
        """As it is kept."""
        return msgspec.json.encode(attrs.asdict(self)).decode()


class _Kept(msgspec.Struct):
    failures: int = 0
    trips: int = 0
    open_until: datetime | None = None


def load_breaker(kept: str) -> Breaker:
    """From `Breaker.dump`; a closed one for the empty text and for anything that cannot be read."""
    if not kept:
        return Breaker()
    try:
        found = msgspec.json.decode(kept, type=_Kept)
    except msgspec.DecodeError:
        return Breaker()
    if found.open_until is not None and found.open_until.tzinfo is None:
        return Breaker()
    return Breaker(failures=max(0, found.failures), trips=max(0, found.trips), open_until=found.open_until)
