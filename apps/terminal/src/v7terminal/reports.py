"""A report of something unexpected: written into the home, for its owner to read and to send if they like."""

import os
import platform
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Final

from v7core.text import clean_block
from v7terminal.paths import Home, home_at, write_private

KEPT: Final = 10
"""Reports beyond this are removed, oldest first."""


def report_of(error: BaseException, home: Home | None = None) -> str:
    """Write the report; returns the phrase that says where it is, or why it is nowhere.

    It holds the traceback, versions and the platform; no environment, no arguments, no stored text.
    """
    try:
        folder = (home or home_at()).reports
        if not folder.parent.is_dir():
            folder = Path(tempfile.gettempdir())
        path = folder / f"v7-crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
        write_private(path, _text(error).encode())
        _trim(folder)
    except OSError as problem:
        return f"no report could be written: {problem.strerror}"
    return f"the report is {path}"


def _text(error: BaseException) -> str:
    frames = "".join(traceback.format_exception(error))
    head = f"python {sys.version.split()[0]} on {platform.platform()}"
    return clean_block(f"{head}\n{frames}") + "\n"


def _trim(folder: Path) -> None:
    reports = sorted(folder.glob("v7-crash-*.txt"))
    for old in reports[:-KEPT]:
        old.unlink(missing_ok=True)


MAX_LOG: Final = 1_000_000
"""Bytes of the background process's log beyond which it is begun anew."""


def background_log(home: Home) -> Path:
    """Where the background process writes what nobody else hears; begun anew when it has grown large."""
    path = home.reports / "background.log"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        if path.stat().st_size > MAX_LOG:
            path.replace(path.with_name("background.log.1"))
    except FileNotFoundError:
        pass
    return path
