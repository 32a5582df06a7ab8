"""The app on a real terminal: left as it was found, however the app ends, and an exit status that says how.

Textual restores the terminal at its own end and around ctrl+z. What is added here: a terminal that goes away or is told
to end (SIGHUP, SIGTERM), output that the terminal's encoding cannot hold, and a crash that is reported without the
values of variables, which may be a person's own words.
"""

import asyncio
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

from textual.app import App
from textual.driver import Driver

from v7ui.remember import write_private

GRACE_S: Final = 2.0
"""An app told to end that has not ended by then is ended."""


class Unbroken:
    """A terminal's output that outlives the terminal: what cannot be written is dropped, what it cannot show is "?"."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._encoding = file.encoding or "ascii"
        self._narrow = "utf" not in self._encoding.casefold()

    def write(self, text: str) -> None:
        """Write, or do not."""
        if self._narrow:
            text = text.encode(self._encoding, "replace").decode(self._encoding)
        with suppress(OSError, ValueError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush, or do not."""
        with suppress(OSError, ValueError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def unbroken(driver: type[Driver]) -> type[Driver]:
    """The driver, writing to an `Unbroken` output."""

    class UnbrokenDriver(driver):  # type: ignore[misc,valid-type]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            file = getattr(self, "_file", None)
            if file is not None:
                self._file = Unbroken(file)

    return UnbrokenDriver


def end_on_signals(app: App[Any]) -> None:
    """End the app with status 128 + n on SIGHUP and SIGTERM; call it in the running loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not the main thread, or not this platform
            loop.add_signal_handler(number, _end, app, int(number))


def _end(app: App[Any], number: int) -> None:
    last = threading.Timer(GRACE_S, os._exit, (128 + number,))
    last.daemon = True
    last.start()
    app.exit(return_code=128 + number)


def report_of(error: BaseException, now: datetime) -> str:
    """What broke and where, without the values of variables."""
    return f"V7 broke at {now:%Y-%m-%d %H:%M:%S} UTC\n\n{''.join(traceback.format_exception(error))}"


def write_report(path: Path | None, text: str) -> str:
    """Keep a report for the person's eyes; returns where, or the report itself when it cannot be kept."""
    if path is None:
        return text
    try:
        write_private(path, text)
    except OSError:
        return text
    return f"V7 broke. What happened stands in {path}"


def run(app: App[Any]) -> int:
    """Run an app in this terminal to its end.

    Returns:
        Its exit status: 0 when the person left, 1 when it broke, 128 + n after a signal.
    """
    app.run()
    sys.stderr.flush()
    return app.return_code or 0
