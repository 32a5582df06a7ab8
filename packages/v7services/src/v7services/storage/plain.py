"""Times, ids and JSON as they are kept."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from v7core.errors import InvalidValue, StorageError, StorageFault

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_SORTED: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)


def micros(at: datetime) -> int:
    """Microseconds since 1970 UTC, exact.

    Raises:
        InvalidValue: the time has no zone.
    """
    if at.tzinfo is None:
        raise InvalidValue("a time without a time zone")
    return (at - _EPOCH) // _MICROSECOND


def instant(kept: int) -> datetime:
    """Aware UTC."""
    return _EPOCH + timedelta(microseconds=kept)


def maybe_micros(at: datetime | None) -> int | None:
    """None stays None."""
    return None if at is None else micros(at)


def maybe_instant(kept: int | None) -> datetime | None:
    """None stays None."""
    return None if kept is None else instant(kept)


def job_key(kept: bytes) -> UUID:
    """The id of a job as it is kept."""
    return UUID(bytes=kept)


def dump(value: object) -> str:
    """Compact JSON, members as they come.

    Raises:
        InvalidValue: a number is not finite.
    """
    try:
        return _ENCODER.encode(value)
    except ValueError as error:
        raise InvalidValue("a number that is not finite cannot be kept") from error


def canonical(value: object) -> bytes:
    """The one way to write a value down: members sorted, no space, UTF-8.

    Raises:
        InvalidValue: a number is not finite, or a text is not valid Unicode.
    """
    try:
        return _SORTED.encode(value).encode()
    except ValueError as error:  # UnicodeEncodeError is one
        raise InvalidValue("a number that is not finite, or text that is not valid Unicode, cannot be kept") from error


def load(kept: str | bytes) -> Any:
    """JSON read back.

    Raises:
        StorageError: CORRUPT.
    """
    try:
        return json.loads(kept)
    except (ValueError, RecursionError) as error:
        raise StorageError(StorageFault.CORRUPT, "a value in the store cannot be read") from error


def without_nul(text: str) -> str:
    """The text.

    Raises:
        InvalidValue: it holds a NUL, at which half of the tools that read the file would cut it.
    """
    if "\0" in text:
        raise InvalidValue("text with a NUL cannot be kept")
    return text
