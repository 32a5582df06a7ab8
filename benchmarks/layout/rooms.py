"""The layouts: who runs the backend, behind one small face (`start`, `deck`, `snapshot`, `stop`)."""

import asyncio
import itertools
import socket
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from benchmarks.layout import wire

_EMPTY = wire.Snapshot(0, 0, ready=False, rank_ms=0.0, sources=())


class Plan(NamedTuple):
    """What a backend is started with; `seconds` is how long it refreshes."""

    addresses: list[str]
    home: Path
    size: int
    seconds: float


class Idle:
    """No backend at all: the noise floor."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    async def start(self) -> None:
        """Nothing to start."""

    async def deck(self, limit: int) -> tuple[wire.Card, ...]:
        return ()

    def snapshot(self) -> wire.Snapshot:
        return _EMPTY

    async def stop(self) -> None:
        """Nothing to stop."""

    def marks(self) -> dict[str, Any]:
        return {}


class OnLoop(Idle):
    """HTTP and parsing on the UI's loop; store and engine in threads."""

    _backend: Any = None

    def _make(self, *, parse_here: bool) -> Any:
        from benchmarks.layout.backend import Backend  # its imports cost 100 ms, so not on the loop

        return Backend(self._plan.addresses, self._plan.home, self._plan.size, parse_here=parse_here)

    async def start(self) -> None:
        self._backend = await asyncio.to_thread(self._make, parse_here=True)
        asyncio.get_running_loop().call_later(self._plan.seconds, self._backend.stopping.set)
        self._task = asyncio.create_task(self._backend.run())

    async def deck(self, limit: int) -> tuple[wire.Card, ...]:
        return await self._backend.deck(limit) if self._backend else ()

    def snapshot(self) -> wire.Snapshot:
        return self._backend.snapshot() if self._backend else _EMPTY

    async def stop(self) -> None:
        self._backend.stopping.set()
        await self._task

    def marks(self) -> dict[str, Any]:
        return {name: getattr(self._backend, name) for name in ("ready_at", "first_round_at", "rounds")}


class InThread(OnLoop):
    """The whole backend in one thread with an event loop of its own; the UI shares only the interpreter lock."""

    switch_interval: float | None = None

    async def start(self) -> None:
        if self.switch_interval:
            sys.setswitchinterval(self.switch_interval)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._backend = self._make(parse_here=False)
        self._loop.call_later(self._plan.seconds, self._backend.stopping.set)
        self._over = asyncio.Event()
        await self._backend.run()
        await self._over.wait()

    async def deck(self, limit: int) -> tuple[wire.Card, ...]:
        if self._backend is None:
            return ()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._backend.deck(limit), self._loop))

    async def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._backend.stopping.set)
        self._loop.call_soon_threadsafe(self._over.set)
        await asyncio.to_thread(self._thread.join)


class InThreadEager(InThread):
    """The same, with the lock handed over ten times as often (0.5 ms)."""

    switch_interval = 0.0005


class InChild(Idle):
    """The backend in one child process behind a socket pair."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._snapshot, self._calls, self._ids = _EMPTY, {}, itertools.count()

    async def start(self) -> None:
        ours, theirs = socket.socketpair()
        plan = self._plan
        arguments = [plan.home, plan.size, plan.seconds, msgspec.json.encode(plan.addresses).decode()]
        command = ["-m", "benchmarks.layout.worker", theirs.fileno(), *arguments]
        with theirs, (plan.home / "worker.log").open("wb") as log:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                *map(str, command),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        self._listening = asyncio.create_task(self._listen(reader))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            try:
                message = await wire.receive(reader)
            except asyncio.IncompleteReadError:
                for call in self._calls.values():
                    call.cancel()
                return
            if isinstance(message, wire.Event):
                self._snapshot = message.snapshot
            elif isinstance(message, wire.Deck):
                self._calls.pop(message.id).set_result(message.cards)

    async def deck(self, limit: int) -> tuple[wire.Card, ...]:
        number = next(self._ids)
        call = self._calls[number] = asyncio.get_running_loop().create_future()
        self._writer.write(wire.frame(wire.Request(number, limit)))
        return await call

    def snapshot(self) -> wire.Snapshot:
        return self._snapshot

    async def stop(self) -> None:
        self._writer.close()
        await self._child.wait()

    def marks(self) -> dict[str, Any]:
        return msgspec.json.decode((self._plan.home / "backend.json").read_bytes())


class InChildEarly(InChild):
    """The same child, started before the first paint rather than after it."""


LAYOUTS = {
    "idle": Idle,
    "loop": OnLoop,
    "thread": InThread,
    "thread-0.5ms": InThreadEager,
    "child": InChild,
    "child-early": InChildEarly,
}
