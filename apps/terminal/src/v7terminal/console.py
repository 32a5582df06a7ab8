"""Plain output: lines for people and for pipes, JSON for programs, one line for an error."""

import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import PurePath
from typing import Any, TextIO
from uuid import UUID

from v7core.text import clean_text


def say(line: str = "") -> None:
    """One line to standard output. Text of a source was cleaned at ingestion; other text is cleaned by its caller."""
    try:
        print(line)
    except UnicodeEncodeError:  # LANG=C or latin-1: readable beats exact
        encoding = sys.stdout.encoding or "ascii"
        print(line.encode(encoding, "replace").decode(encoding))


def complain(message: str) -> None:
    """One line to standard error, inert whatever it quotes."""
    with suppress(OSError, ValueError):
        line = clean_text(f"v7: {message}", limit=2000)
        print(line.encode("ascii", "replace").decode() if _ascii(sys.stderr) else line, file=sys.stderr, flush=True)


def _ascii(stream: TextIO) -> bool:
    return "utf" not in (getattr(stream, "encoding", None) or "ascii").lower()


def say_json(value: object) -> None:
    """A value as JSON on standard output: fields by name, enums by value, times in ISO 8601, NaN refused."""
    print(json.dumps(plain(value), indent=2, allow_nan=False))


def plain(value: object) -> Any:
    """Core values as what JSON knows."""
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, int) else value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID | PurePath):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    raise TypeError(f"no JSON for {type(value).__name__}")
