"""Turns: the one place where it is decided who goes next."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, ParamSpec, TypeVar

from v7core.errors import SystemResourcesExhausted

P = ParamSpec("P")
R = TypeVar("R")


class Serial:
    """Runs work one piece at a time, in the order it came, each to its end even if its caller is cancelled.

    Lives on one event loop. Work must not take a turn inside its own turn: it would wait for itself.
    """

    def __init__(self) -> None:
        self._turn: Final = asyncio.Lock()  # fair: first come, first served
        self._tasks: Final[set[asyncio.Task[Any]]] = set()
        self._closed = False

    def start(self, work: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> asyncio.Task[R]:
        """Queue work for its turn; nobody has to wait for the task that is returned.

        Raises:
            SystemResourcesExhausted: no more work is taken.
        """
        if self._closed:
            raise SystemResourcesExhausted("closed: no more work is taken")

        async def take_turn() -> R:
            async with self._turn:
                return await work(*args, **kwargs)

        task = asyncio.create_task(take_turn())
        self._tasks.add(task)  # the loop keeps only a weak reference
        task.add_done_callback(self._ended)
        return task

    async def run(self, work: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """The result of the work, when its turn has come and it has ended.

        Raises:
            SystemResourcesExhausted: no more work is taken.
        """
        return await asyncio.shield(self.start(work, *args, **kwargs))

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # marks it as seen: whoever asked may have gone

    async def close(self) -> None:
        """Take no more work; return when all that was taken has ended."""
        self._closed = True
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))
