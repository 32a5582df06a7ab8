"""Where the person left off: a small file of the screens' own, so that the next start looks like the last end.

Nothing in it is needed: a missing, torn or foreign file is as good as none.
"""

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from v7core.text import clean_text

_MOST_BYTES: Final = 64_000


@dataclass(slots=True)
class Remembered:
    """What screens restore."""

    place: str = ""
    """The screen that was shown; empty for the first one."""
    lens: str = "blend"
    """ "blend", "match" or "manifest"."""
    job: str = ""
    """Under the deck's cursor, hexadecimal."""
    search: str = ""
    """What stood on the search line."""
    time_range: str = "1H"
    """Of the Live screen."""
    charts: str = ""
    """How its charts are drawn; empty for what the terminal shows best."""


def recall(path: Path | None) -> Remembered:
    """Read the file; what is not as it should be keeps its default."""
    if path is None:
        return Remembered()
    try:
        with path.open("rb") as file:
            kept = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return Remembered()
    if not isinstance(kept, dict):
        return Remembered()
    known = {field.name for field in fields(Remembered)}
    return Remembered(
        **{name: clean_text(value) for name, value in kept.items() if name in known and isinstance(value, str)}
    )


def remember(path: Path | None, state: Remembered) -> None:
    """Write the file, whole or not at all, for the person's eyes only.

    Raises:
        OSError: it was not written.
    """
    if path is not None:
        write_private(path, json.dumps(asdict(state)))


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only.

    Raises:
        OSError: it was not written; what was there before still is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)
