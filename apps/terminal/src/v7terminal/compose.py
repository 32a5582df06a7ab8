"""The composition root: the one file that names concrete classes of several rooms and puts them together.

Everything is imported where it is used, so that a command pays only for what it needs: `react` loads no numpy, `rank`
no screen, and the screen's process neither numpy nor sqlite3.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from v7core.clock import SystemClock
from v7core.protocols import LoadLevel, Recorder
from v7core.registry import MonitoringSystemRegistry, NullRecorder
from v7terminal.console import complain
from v7terminal.exports import Exports, exporting
from v7terminal.paths import Home, prepare

if TYPE_CHECKING:
    from v7core.protocols import StarterPacks
    from v7services.discovery import OnChange
    from v7services.feed import Feed
    from v7services.reacting import Reactor
    from v7services.storage import Storage
    from v7terminal.demo.boards import DemoBoards
    from v7terminal.late import LateFeed
    from v7terminal.polling import LeasedSources
    from v7ui import Ports

CLOCK = SystemClock()
MOST_JOBS = 2_000_000
"""Open postings that are ranked at most: a hundred bytes of memory and 2.5 kB of disk each."""
PATIENCE_S = 1.0
"""So long a deck waits for all jobs of a large home to be rankable; then it shows what is."""


@asynccontextmanager
async def opened_storage(home: Home, *, recorder: Recorder | None = None) -> "AsyncIterator[Storage]":
    """The store of a home, made where there is none.

    Raises:
        ConfigError: the home cannot be used.
        StorageError: the store cannot be opened.
    """
    from v7services.storage import Storage

    storage = await Storage.open(prepare(home).database, clock=CLOCK, recorder=recorder or NullRecorder())
    for notice in storage.notices:
        complain(notice)
    try:
        yield storage
    finally:
        await storage.close()


def packs() -> "StarterPacks":
    """Boards to begin with."""
    from v7services.catalogue import ADAPTERS
    from v7services.starter import ShippedPacks

    return ShippedPacks(ADAPTERS)


def reactor(storage: "Storage") -> "Reactor":
    """Reacting without an engine."""
    from v7services.reacting import Reactor

    return Reactor(storage, CLOCK)


def demo_boards(home: Home) -> "DemoBoards":
    """What a demo home serves, without serving it.

    Raises:
        ConfigError: it is no demo's, or its recorded bodies cannot be read.
    """
    from v7core.errors import ConfigError
    from v7services.catalogue import ADAPTERS
    from v7terminal.demo.boards import DemoBoards
    from v7terminal.demo.home import mark_of

    mark = mark_of(home)
    if mark is None:
        raise ConfigError("home", f"{home.path} is no demo's")
    return DemoBoards(mark, ADAPTERS)


@asynccontextmanager
async def opened_sources(
    home: Home,
    storage: "Storage",
    *,
    recorder: Recorder | None = None,
    load: LoadLevel | None = None,
    on_change: "OnChange | None" = None,
) -> "AsyncIterator[LeasedSources]":
    """The person's sources, ready to be polled; those of a demo home are led to its loopback boards."""
    from v7services.catalogue import ADAPTERS
    from v7services.discovery import Discovery
    from v7services.grouping import Grouping
    from v7services.http.client import Fetcher
    from v7services.http.messages import Origin
    from v7services.lease import Lease, lease_path
    from v7terminal.credentials import credentials_of
    from v7terminal.demo.home import mark_of
    from v7terminal.origins import loopback_origins
    from v7terminal.polling import LeasedSources

    recorder = recorder or NullRecorder()
    named, bases = loopback_origins()
    origins = {Origin(host, port) for host, port in named}
    names = {credential.name for adapter in ADAPTERS for credential in adapter.credentials}
    secrets = credentials_of(home, names)
    adapters, before = ADAPTERS, None
    async with AsyncExitStack() as stack:
        if mark_of(home) is not None:
            boards = demo_boards(home)
            await boards.start()
            stack.push_async_callback(boards.close)
            origins.add(boards.origin)
            adapters, before = boards.adapters(), _replaying(home, boards)
        fetcher = Fetcher(clock=CLOCK, recorder=recorder, allowed_origins=frozenset(origins), secrets=secrets)
        stack.push_async_callback(fetcher.aclose)
        discovery = Discovery(
            storage.sources,
            storage.jobs,
            fetcher,
            adapters,
            recorder=recorder,
            clock=CLOCK,
            load=load,
            origins=bases,
            on_change=Grouping(storage, clock=CLOCK, recorder=recorder).before(on_change),
        )
        yield LeasedSources(discovery, Lease(lease_path(home.database), clock=CLOCK), before=before)


def _replaying(home: Home, boards: "DemoBoards") -> Callable[[], None]:
    """What moves a replay on by a refresh, and remembers how far it is."""
    import msgspec

    from v7terminal.demo.home import mark_of, put_mark

    def before() -> None:
        boards.advance()
        mark = mark_of(home)
        if mark is not None and mark.replay:
            put_mark(home, msgspec.structs.replace(mark, step=boards.step))

    return before


@asynccontextmanager
async def opened_feed(
    storage: "Storage",
    *,
    recorder: Recorder | None = None,
    load: LoadLevel | None = None,
    on_note: Callable[[str], None] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    patience_s: float | None = None,
) -> "AsyncIterator[Feed]":
    """The deck of a store, its engine warm and what is open in it ranked.

    Args:
        on_note: Takes a sentence about what was learned that a person should know.
        on_progress: Takes (jobs that can be ranked, jobs that will be).
        patience_s: After so long the rest is made rankable while decks are answered already; None waits for all.

    Raises:
        StorageError, ComputeError: it cannot rank.
    """
    from attrs import evolve

    from v7core.errors import ComputeError
    from v7services.coordination import JobCoordinationService
    from v7services.feed import Feed
    from v7thompson.config import EngineConfig
    from v7thompson.engine import ThompsonPerformanceEngine
    from v7thompson.warmup import warm

    recorder = recorder or NullRecorder()
    settings = await storage.settings.load()
    await asyncio.to_thread(warm)  # or the first ranking would be measured with the compiler in it
    config = EngineConfig(
        seed=settings.seed, match_text=settings.match_text, manifest_text=settings.manifest_text, capacity=MOST_JOBS,
        rows_in=None if storage.read_only else storage.database.path.parent,
    )  # fmt: skip
    try:
        engine = ThompsonPerformanceEngine(config, recorder=recorder, clock=CLOCK)
    except ComputeError:  # a full disk is no reason not to rank
        engine = ThompsonPerformanceEngine(evolve(config, rows_in=None), recorder=recorder, clock=CLOCK)
    coordination = JobCoordinationService(engine, recorder=recorder, clock=CLOCK)
    feed = Feed(storage, engine, coordination, clock=CLOCK, recorder=recorder, load=load, on_note=on_note)
    starting = asyncio.create_task(feed.start(on_progress))
    try:
        await asyncio.wait({starting}, timeout=patience_s)
        if starting.done():
            await starting
        yield feed
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await feed.close()
        await coordination.stop()


@asynccontextmanager
async def opened_background(
    home: Home, load: LoadLevel, step: Callable[[str], None], note: Callable[[str], None]
) -> AsyncIterator[dict[str, Any]]:
    """What the background process offers, by the names of `v7terminal.rpc.methods.PORTS`.

    Stored things are answered at once; the feed answers when the engine is warm.

    Args:
        step: Takes what is being done until then, in a few words.
        note: Takes a sentence the person should see.
    """
    from v7performance import ProductionPerformanceMonitor, RuntimeProbes
    from v7terminal.late import LateFeed
    from v7terminal.remote import MonitorDesk

    monitor = ProductionPerformanceMonitor(clock=CLOCK)
    probes = RuntimeProbes(monitor, clock=CLOCK, memory=False)  # the screen's process looks at the whole tree
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(opened_storage(home, recorder=monitor))
        feed = LateFeed(storage.jobs)
        sources = await stack.enter_async_context(
            opened_sources(home, storage, recorder=monitor, load=load, on_change=feed.admit_changes)
        )
        warming = asyncio.create_task(_warm(feed, storage, monitor, load, step, note))
        stack.push_async_callback(_ended, warming)
        await probes.start()
        stack.push_async_callback(probes.stop)
        yield {
            "feed": feed,
            "warming": feed,
            "search": storage.search,
            "searches": storage.searches,
            "packs": packs(),
            "saved": storage.saved,
            "settings": storage.settings,
            "history": storage.history,
            "sources": sources,
            "due": sources,
            "monitor": MonitorDesk(monitor),
        }


async def _warm(
    late: "LateFeed",
    storage: "Storage",
    recorder: Recorder,
    load: LoadLevel,
    step: Callable[[str], None],
    note: Callable[[str], None],
) -> None:
    """Make the engine ready and hand the feed over; it lives until this is cancelled."""
    from v7core.errors import ComputeError, ComputeFault, V7Error
    from v7terminal.late import compile_apart

    try:
        from v7thompson.kernel_cache import is_cached  # in here: what keeps it from loading is told, too

        if not is_cached():
            step("compiling the engine, this once")
            await compile_apart()
        step("loading the engine, reading what is stored")
        async with opened_feed(
            storage,
            recorder=recorder,
            load=load,
            on_note=note,
            on_progress=lambda done, whole: step(f"{done} of {whole} jobs"),
            patience_s=PATIENCE_S,
        ) as feed:
            late.arrive(feed)
            await asyncio.Event().wait()
    except V7Error as error:
        late.fail(error)
    except Exception as error:
        logging.getLogger(__name__).exception("the engine did not start")
        late.fail(ComputeError(ComputeFault.UNAVAILABLE, f"the engine did not start ({type(error).__name__})"))


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def opened_terminal(home: Home, tell: Callable[[str], None], exports: Exports) -> "AsyncIterator[Ports]":
    """What the screens are given: the ports of the background process, and this process's own measurements.

    The background process is started before anything else, so that both start side by side.

    Args:
        tell: Takes a sentence when the background process ends unasked, or has something to say.
    """
    import msgspec

    from v7core.models.dashboard import SystemEvent
    from v7core.protocols import (
        JobFeed,
        JobSearch,
        MetricHistory,
        SavedJobs,
        SavedSearches,
        SettingsStore,
        SourceDirectory,
        StarterPacks,
    )
    from v7terminal.remote import NOTE, WARMING, failure_event, learning_event
    from v7terminal.reports import background_log
    from v7terminal.rpc.client import stub
    from v7terminal.rpc.process import BackendProcess, backend_command
    from v7terminal.rpc.watching import Due, MonitorPort, Warming

    happened: list[Callable[[SystemEvent], None]] = [lambda event: tell(event.description)]
    steps: list[Callable[[str], None]] = []
    said = deque(("starting",), maxlen=1)

    def happens(event: SystemEvent) -> None:
        for each in happened:
            each(event)

    def noted(topic: str, value: msgspec.Raw) -> None:
        if topic == NOTE:
            happens(learning_event(msgspec.msgpack.decode(value, type=str), CLOCK.now()))
        elif topic == WARMING:
            said.append(msgspec.msgpack.decode(value, type=str))
            for each in steps:
                each(said[-1])

    child = BackendProcess(
        backend_command(prepare(home).path),
        CLOCK,
        log=background_log(home),
        on_note=noted,
        on_event=lambda text: happens(failure_event(text, CLOCK.now())),
    )
    await child.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(child.stop)
        from v7performance import ProductionMetricsDashboard, ProductionPerformanceMonitor
        from v7terminal.browser import open_url
        from v7terminal.remote import RemoteMonitor, SharedLoad
        from v7ui import Ports

        monitor, registry = ProductionPerformanceMonitor(clock=CLOCK), MonitoringSystemRegistry()
        registry.register_performance_monitor(monitor)
        registry.register_performance_monitor(RemoteMonitor(stub("monitor", MonitorPort, child.call)))
        sources = stub("sources", SourceDirectory, child.call)
        history = stub("history", MetricHistory, child.call)
        dashboard = ProductionMetricsDashboard(registry, sources, history, CLOCK, SharedLoad(child.tell))
        happened.append(dashboard.note)
        warming = stub("warming", Warming, child.call)

        async def warm(step: Callable[[str], None]) -> None:
            from v7performance import RuntimeProbes  # psutil, which the first paint does without

            probes = RuntimeProbes(monitor, clock=CLOCK)
            await probes.start()
            stack.push_async_callback(probes.stop)
            await dashboard.start_real_time_monitoring()
            stack.push_async_callback(dashboard.stop_monitoring)
            await stack.enter_async_context(exporting(dashboard, exports))
            steps.append(step)
            step(said[-1])
            try:
                await warming.ready()
            finally:
                steps.remove(step)

        yield Ports(
            feed=stub("feed", JobFeed, child.call),
            search=stub("search", JobSearch, child.call),
            searches=stub("searches", SavedSearches, child.call),
            packs=stub("packs", StarterPacks, child.call),
            saved=stub("saved", SavedJobs, child.call),
            settings=stub("settings", SettingsStore, child.call),
            sources=sources,
            dashboard=dashboard,
            recorder=monitor,
            clock=CLOCK,
            open_url=open_url,
            warm=warm,
            due=stub("due", Due, child.call).due,
            registry=registry,
            state_file=home.screen_state,
        )
