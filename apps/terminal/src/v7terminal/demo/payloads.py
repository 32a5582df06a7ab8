"""Recorded bodies as boards: which file is which board of which source, read off the names alone.

A folder is a source; a file is one board, named by its stem up to `__`; what follows is the date of the snapshot.
`*.metadata.json` and whatever begins with `_` or `.` is not a body.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

from v7core.errors import ConfigError
from v7core.text import clean_text

MAX_BODY: Final = 64 * 1024 * 1024

FEED_SITES: Final = ("djangojobs",)
"""Sources that are a feed and nothing else: their bodies go to the feed adapter."""


@attrs.frozen
class Recorded:
    """One board and its bodies."""

    source: str
    """The folder."""
    adapter: str
    """The adapter that reads it."""
    board: str
    bodies: tuple[Path, ...]
    """Oldest first."""


@attrs.frozen
class LeftOut:
    """Something in the folder that is no board of ours."""

    name: str
    files: int
    reason: str


@attrs.frozen
class Findings:
    """What a folder of recorded bodies holds."""

    boards: tuple[Recorded, ...]
    left_out: tuple[LeftOut, ...]


def look_through(root: Path, adapters: Mapping[str, str]) -> Findings:
    """Every board below `root`.

    Args:
        root: The folder of folders.
        adapters: Folder name to adapter name, for those we can read.

    Raises:
        ConfigError: there is no such folder, or it cannot be read.
    """
    try:
        folders = sorted(path for path in root.iterdir() if path.is_dir() and _counts(path))
        contents = {folder.name: _bodies(folder) for folder in folders}
    except OSError as error:
        raise ConfigError("payloads", f"{root}: {error.strerror or error}") from error
    boards: list[Recorded] = []
    left_out: list[LeftOut] = []
    for name, files in contents.items():
        adapter = adapters.get(name)
        if adapter is None:
            left_out.append(LeftOut(clean_text(name), len(files), "no adapter for this source"))
        else:
            boards += _boards(name, adapter, files)
    return Findings(tuple(boards), tuple(left_out))


def _boards(source: str, adapter: str, files: list[Path]) -> list[Recorded]:
    series: dict[str, list[Path]] = {}
    for file in files:
        series.setdefault(file.stem.split("__", 1)[0], []).append(file)
    return [Recorded(source, adapter, clean_text(board), tuple(bodies)) for board, bodies in series.items()]


def _bodies(folder: Path) -> list[Path]:
    # A stamp sorts as text: 20260808T195722760851Z.
    return sorted(file for file in folder.iterdir() if file.is_file() and _counts(file))


def _counts(path: Path) -> bool:
    return not path.name.startswith(("_", ".")) and not path.name.endswith(".metadata.json")


def body_of(path: Path) -> bytes:
    """The recorded bytes, whole.

    Raises:
        ConfigError: they cannot be read, or are more than a board may send.
    """
    try:
        if path.stat().st_size > MAX_BODY:
            raise ConfigError("payloads", f"{path.name} is larger than {MAX_BODY} bytes")
        return path.read_bytes()
    except OSError as error:
        raise ConfigError("payloads", f"{path.name}: {error.strerror or error}") from error
