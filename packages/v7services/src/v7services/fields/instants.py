"""Foreign dates to `Dated`: aware UTC, how exact they are, which field said so. What makes no sense is missing."""

import re
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any, Final

from v7core.models.jobs import Dated, Precision
from v7services.fields.reading import number, pick

EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""Outside of these a date is a mistake or a joke."""

_DATE_ONLY: Final = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
_LOOSE: Final = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)[T ](\d\d?):(\d\d)(?::(\d\d))?(?:[.,](\d+))?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_SLASHED: Final = re.compile(r"(\d\d?)[/.](\d\d?)[/.](\d{4}|\d\d)")
_AGO: Final = re.compile(r"(\d+|an?|one)\s*(\+)?\s*(hour|day|week|month|year)s?(\s*\+)?(?:\s+ago)?", re.IGNORECASE)
_UNITS: Final = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}


class _CentralEurope(tzinfo):
    """+01:00; +02:00 from the last Sunday of March to the last one of October, 01:00 UTC. Needs no zone database."""

    def utcoffset(self, dt: datetime | None) -> timedelta:
        return timedelta(hours=1) + self.dst(dt)

    def dst(self, dt: datetime | None) -> timedelta:
        if dt is None:
            return timedelta(0)
        begins, ends = (_last_sunday(dt.year, month) + timedelta(hours=2) for month in (3, 10))
        return timedelta(hours=1) if begins <= dt.replace(tzinfo=None) < ends + timedelta(hours=1) else timedelta(0)

    def tzname(self, dt: datetime | None) -> str:
        return "CET" if self.dst(dt) == timedelta(0) else "CEST"


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31)  # noqa: DTZ001 - a clock on the wall
    return last - timedelta(days=(last.weekday() + 1) % 7)


CENTRAL_EUROPE: Final = _CentralEurope()
"""For sources whose texts are a clock on the wall in Stockholm, Oslo, Paris or Berlin."""


def _dated(at: datetime, precision: Precision, provenance: str) -> Dated | None:
    try:
        at = at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return Dated(at=at, precision=precision, provenance=provenance) if EARLIEST <= at < LATEST else None


def instant(item: Any, *path: str | int, zone: tzinfo = UTC) -> Dated | None:
    """An ISO 8601 text, or one like it ("2026-03-01 10:00:00 UTC", seven-digit fractions), or a date alone.

    Midnight without a zone is a day.

    Args:
        zone: Of texts that name none.
    """
    found = pick(item, *path)
    if not isinstance(found, str):
        return None
    return iso_instant(found, str(path[-1]) if path else "", zone=zone)


def iso_instant(found: str, provenance: str, *, zone: tzinfo = UTC) -> Dated | None:
    """As `instant`, of a text."""
    found = found.strip()
    if len(found) > 40:
        return None
    try:
        if len(found) <= 10:
            match = _DATE_ONLY.fullmatch(found)
            if match is None:
                return None
            day = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
            return _dated(day, Precision.DAY, provenance)
        try:
            at = datetime.fromisoformat(found)
        except ValueError:
            match = _LOOSE.fullmatch(found)
            if match is None:
                return None
            at = datetime(*map(int, match.group(1, 2, 3, 4, 5)), int(match[6] or 0), tzinfo=_zone(match[8]))  # type: ignore[misc, arg-type]
        if at.tzinfo is None and at.time() == time.min:  # a day, written by what knows instants only
            return _dated(at.replace(tzinfo=UTC), Precision.DAY, provenance)
        return _dated(at if at.tzinfo else at.replace(tzinfo=zone), Precision.INSTANT, provenance)
    except (ValueError, OverflowError):
        return None


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    if name[0] not in "+-":
        return UTC
    digits = name[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if name[0] == "-" else offset)


def epoch_s(item: Any, *path: str | int) -> Dated | None:
    """Seconds since 1970."""
    return _epoch(item, path, 1.0)


def epoch_ms(item: Any, *path: str | int) -> Dated | None:
    """Milliseconds since 1970."""
    return _epoch(item, path, 1000.0)


def _epoch(item: Any, path: tuple[str | int, ...], scale: float) -> Dated | None:
    value = number(item, *path)
    if value is None:
        return None
    try:
        at = datetime.fromtimestamp(value / scale, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return _dated(at, Precision.INSTANT, str(path[-1]) if path else "")


def mail_instant(found: str, provenance: str) -> Dated | None:
    """RFC 822 and its kin, as feeds write them: two-digit years, zone names, no zone (then UTC)."""
    if not 8 <= len(found.strip()) <= 60:
        return None
    try:
        at = parsedate_to_datetime(found.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _dated(at if at.tzinfo else at.replace(tzinfo=UTC), Precision.INSTANT, provenance)


def any_instant(found: str, provenance: str) -> Dated | None:
    """Whatever a feed holds: ISO first, then RFC 822."""
    return iso_instant(found, provenance) or mail_instant(found, provenance)


def day_first(item: Any, *path: str | int) -> Dated | None:
    """ "31/12/2026" or "31.12.26"."""
    return _slashed(item, path, day=1, month=2)


def month_first(item: Any, *path: str | int) -> Dated | None:
    """ "12/31/2026" or "6/18/26"."""
    return _slashed(item, path, day=2, month=1)


def _slashed(item: Any, path: tuple[str | int, ...], *, day: int, month: int) -> Dated | None:
    found = pick(item, *path)
    match = _SLASHED.fullmatch(found.strip()) if isinstance(found, str) else None
    if match is None:
        return None
    year = int(match[3])
    try:
        at = datetime(year + 2000 if year < 100 else year, int(match[month]), int(match[day]), tzinfo=UTC)
    except ValueError:
        return None
    return _dated(at, Precision.DAY, str(path[-1]) if path else "")


def ago(found: str, now: datetime, provenance: str) -> Dated | None:
    """ "Posted Today", "Yesterday", "3 Days Ago", "30+ Days Ago", resolved against the time of the fetch."""
    words = found.lower()
    if "today" in words or "just now" in words or "just posted" in words:
        return _day(now, Precision.APPROXIMATE, provenance)
    if "yesterday" in words:
        return _day(now - timedelta(days=1), Precision.APPROXIMATE, provenance)
    match = _AGO.search(words)
    if match is None or len(match[1]) > 4:
        return None
    count = int(match[1]) if match[1].isdigit() else 1
    at_least = match[2] is not None or match[4] is not None
    days = count * _UNITS[match[3].lower()]
    try:
        at = now - timedelta(days=days)
    except OverflowError:
        return None
    return _day(at, Precision.AT_LEAST if at_least else Precision.APPROXIMATE, provenance)


def _day(at: datetime, precision: Precision, provenance: str) -> Dated | None:
    # Cut to the day: the same words an hour later must not look like a change.
    return _dated(at.replace(hour=0, minute=0, second=0, microsecond=0), precision, provenance)
