"""How a command ends: one line for what went wrong, an exit status by its class, never a traceback on the screen."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Final

import click

from v7core.errors import ComputeError, V7Error
from v7terminal.console import complain

STOP_S: Final = 2.0
"""Within this a command that was told to stop has ended."""


class NobodyReads(Exception):
    """The reader of our output had enough. Not an `OSError`: click ends those with a status of its own."""


def ended(run: Callable[[], object]) -> int:
    """Run a command and say what the shell gets.

    The status is the error class's (`v7core.errors`); 2 for wrong usage; 128 + n after signal n; 1 for a bug, which
    leaves a report; 0 when the reader of our output had enough.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us: then nobody wants to hear
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as the process
    try:
        result = run()
        sys.stdout.flush()
    except V7Error as error:
        return _said(str(error), error.exit_code)
    except click.ClickException as error:
        return _said(error.format_message(), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _said("stopped", 128 + signal.SIGINT)
    except (BrokenPipeError, NobodyReads):
        return _to_nowhere(0)
    except OSError as error:
        return _to_nowhere(_said(f"{error.filename or 'system'}: {error.strerror or error}", 1))
    except MemoryError:
        return _said("memory ran out; what was acknowledged is kept", ComputeError.exit_code)
    except Exception as error:
        from v7terminal.reports import report_of

        return _said(f"unexpected {type(error).__name__}; {report_of(error)}", 1)
    return result if isinstance(result, int) else 0


def _said(message: str, status: int) -> int:
    with suppress(OSError):
        sys.stdout.flush()
    complain(message)
    return status


def _stop(number: int, _frame: FrameType | None) -> None:
    # Leave in order, and leave in time: what was acknowledged is on disk either way.
    stop_in_time(number)
    raise SystemExit(128 + number)


def stop_in_time(number: int) -> None:
    """However long leaving takes, the process has ended with 128 + number in two seconds."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(128 + number))
    signal.setitimer(signal.ITIMER_REAL, STOP_S)


def _to_nowhere(status: int) -> int:
    # The interpreter flushes standard output once more at exit and would complain aloud: give it somewhere to go.
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
    return status
