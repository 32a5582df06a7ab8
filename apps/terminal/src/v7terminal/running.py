"""A command's coroutine, run so that a signal cancels it: what it holds is let go of in order, and in time."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, TypeVar

import click

from v7terminal.ending import stop_in_time

T = TypeVar("T")

STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, but SIGINT, SIGTERM and SIGHUP cancel the work instead of breaking into it anywhere.

    Raises:
        click.Abort: SIGINT ended it.
        SystemExit: 128 + n, another signal did.
    """
    stopped: list[int] = []

    async def main() -> Any:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()

        def stop(number: int) -> None:
            stopped.append(number)
            stop_in_time(number)
            if task is not None:
                task.cancel()

        for number in STOPPING:
            loop.add_signal_handler(number, stop, number)
        try:
            return await work
        except asyncio.CancelledError:
            if not stopped:
                raise
            return None
        finally:
            for number in STOPPING:
                loop.remove_signal_handler(number)

    done: T = asyncio.run(main())
    if not stopped:
        return done
    if stopped[0] == signal.SIGINT:
        raise click.Abort
    raise SystemExit(128 + stopped[0])


@contextmanager
def interruptible() -> Iterator[None]:
    """For what holds up the loop, such as a question to the person or a pipe nobody writes to: signals break into it.

    Raises:
        KeyboardInterrupt, SystemExit: as without a loop.
    """
    before = {number: signal.signal(number, _break_in) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _break_in(number: int, _frame: FrameType | None) -> None:
    stop_in_time(number)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
