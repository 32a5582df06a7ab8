"""The background process for real: stored things at once, the deck when the engine is warm, one end for both."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager

import psutil
import pytest

from v7core.errors import ComputeError, StorageError, StorageFault
from v7core.models.feed import ReactionKind
from v7core.models.filters import SearchQuery
from v7core.models.metrics import MetricType
from v7core.models.sources import SourceCondition
from v7core.testing import samples
from v7terminal.compose import opened_terminal
from v7terminal.exports import Exports
from v7terminal.paths import Home


@asynccontextmanager
async def terminal(home, exports=None, told=None):
    events = [] if told is None else told
    async with opened_terminal(Home(home), events.append, exports or Exports()) as ports:
        yield ports


def running(word):
    """Children of this process that name a word in their arguments."""
    return [child for child in psutil.Process().children() if word in child.cmdline()]


@pytest.fixture(autouse=True)
def plain_kernels(monkeypatch):
    """What is tested here is not the compiler: the plain twins start at once."""
    monkeypatch.setenv("V7_NO_JIT", "1")


async def warm(ports):
    steps = []
    await asyncio.wait_for(ports.warm(steps.append), 300)
    return steps


async def test_a_demo_home_in_two_processes(demo):
    """Search, sources and settings, then the deck, a reaction, why, and what was measured there, all over the wire."""
    async with terminal(demo) as ports:
        hits = await ports.search.search(SearchQuery(text="nurse", limit=3))
        assert 3 == len(hits)
        assert 9 == len(await ports.sources.list())
        assert (await ports.settings.load()).match_text
        assert await ports.packs.packs()
        steps = await warm(ports)
        assert steps
        deck = await ports.feed.deck(limit=5)
        assert (5, 654) == (len(deck.cards), deck.total)
        first = deck.cards[0].job.id
        done = await ports.feed.react(first, ReactionKind.SAVE)
        assert done.new
        assert [first] == [kept.job.id for kept in await ports.saved.list()]
        why = await ports.feed.why(first)
        assert abs(why.mean - why.intercept - sum(part.logits for part in why.contributions)) < 1e-4
        await ports.feed.undo()
        assert () == await ports.saved.list()
        metrics = await ports.dashboard.refresh_metrics()  # now, not as of a second ago
        assert metrics.thompson_performance_ms is not None
        assert metrics.memory_usage_mb is None or metrics.memory_usage_mb > 50
        assert () != await ports.due()
        reports = await ports.sources.refresh(await ports.due())
        assert {SourceCondition.OK} == {report.outcome.condition for report in reports}


async def test_a_change_of_taste_is_told_on_the_screen_and_kept_as_an_event(home, until):
    """By the reaction that makes it sure, with how to take it back."""
    from v7terminal.compose import opened_storage, reactor

    answers, told = samples.change_of_taste(), []
    async with opened_storage(Home(home)) as storage:
        await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(30)))
        for posting, kind in answers[:69]:
            await reactor(storage).react(posting.id, kind)
    async with terminal(home, told=told) as ports:
        await warm(ports)
        assert [] == told
        posting, kind = answers[69]
        await ports.feed.react(posting.id, kind)
        await until(lambda: told)
        assert "Your taste changed (match)" in told[0]
        assert "`v7 taste refuse 70`" in told[0]
        events = (await ports.dashboard.system_health()).recent_events
        assert ["Learning"] == [event.metadata.get("about") for event in events if event.description == told[0]]


async def test_memory_is_that_of_both_processes_and_asked_for_once(demo):
    """The screen's process looks at the tree; the other records none, so that nothing is counted twice."""
    async with terminal(demo) as ports:
        await warm(ports)
        for _ in range(400):
            metrics = await ports.dashboard.refresh_metrics()
            if metrics.memory_usage_mb is not None:
                break
            await asyncio.sleep(0.05)
        from v7performance import tree_footprint_mb

        whole = tree_footprint_mb(os.getpid())
        assert 0.5 * whole < metrics.memory_usage_mb < 1.5 * whole


async def test_the_other_process_ends_with_this_one(demo):
    """And may be killed: the next call is answered by a new one, and the person is told."""
    told = []
    async with terminal(demo, told=told) as ports:
        await warm(ports)
        (child,) = running(str(demo))
        child.kill()
        assert 3 == len((await asyncio.wait_for(ports.feed.deck(limit=3), 300)).cards)
        assert ["background process ended (signal 9), restarted"] == told
        health = await ports.dashboard.system_health()
        assert told[0] in {event.description for event in health.recent_events}
    assert [] == running(str(demo))


async def test_two_at_once_are_both_usable(demo):
    """What one reacts to is gone from the other's deck; one of them polls at a time."""
    async with terminal(demo) as one, terminal(demo) as other:
        await warm(one)
        await warm(other)
        first = (await one.feed.deck(limit=1)).cards[0].job.id
        assert first == (await other.feed.deck(limit=1)).cards[0].job.id
        await one.feed.react(first, ReactionKind.PASS)
        assert first != (await other.feed.deck(limit=1)).cards[0].job.id
        done = await asyncio.gather(one.sources.refresh(), other.sources.refresh(), return_exceptions=True)
        assert any(not isinstance(each, BaseException) for each in done)
        assert {StorageFault.BUSY} >= {each.kind for each in done if isinstance(each, BaseException)}


async def test_a_store_that_does_not_open_is_told_by_every_call(demo):
    """Typed, at once; no crash loop."""
    (demo / "v7.sqlite3").write_bytes(b"no database at all" * 100)
    async with terminal(demo) as ports:
        for call in (ports.settings.load(), ports.feed.deck(), ports.warm(lambda _: None)):
            with pytest.raises(StorageError):
                await asyncio.wait_for(call, 60)


async def test_an_engine_that_does_not_start_leaves_the_store_answering(demo, monkeypatch):
    """The deck says why; search goes on."""
    monkeypatch.setenv("PYTHONPATH", str(demo))
    (demo / "numpy.py").write_text("raise RuntimeError('no numpy for you')")
    async with terminal(demo) as ports:
        with pytest.raises(ComputeError, match="did not start"):
            await asyncio.wait_for(ports.warm(lambda _: None), 60)
        assert await ports.search.search(SearchQuery(limit=1))


async def test_prometheus_and_json_lines_say_what_the_dashboard_says(demo, tmp_path):
    """On loopback, while the app runs."""
    lines = tmp_path / "status.jsonl"
    async with terminal(demo, Exports(file=lines)) as ports:
        await warm(ports)
        await ports.feed.deck()
        for _ in range(400):
            if lines.exists() and lines.read_text().endswith("\n"):
                break
            await asyncio.sleep(0.05)
        document = json.loads(lines.read_text().splitlines()[0])
        assert MetricType.THOMPSON_DURATION.value in document["metrics"]
        assert 9 == len(document["sources"]["each"])


SCREEN = """
import asyncio, json, sys
from pathlib import Path
from v7terminal.compose import opened_terminal
from v7terminal.exports import Exports
from v7terminal.paths import Home

async def main():
    async with opened_terminal(Home(Path(sys.argv[1])), print, Exports()) as ports:
        from v7ui.app import V7App
        app = V7App(ports, banner="DEMO")
        async with app.run_test(size=(80, 24)) as pilot:
            for _ in range(6000):
                await asyncio.sleep(0.05)
                if app.screen.list.rows:
                    break
            else:
                raise SystemExit("no deck")
            await pilot.press("3", "4", "1", "i")
            await asyncio.sleep(1)
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))

asyncio.run(main())
"""


def test_the_screens_process_never_loads_the_engine_or_the_store(demo):
    """Deck, live, sources and a reaction on the demo's home: numpy, numba and sqlite3 stay in the other process."""
    ran = subprocess.run(
        [sys.executable, "-c", SCREEN, str(demo)], capture_output=True, text=True, timeout=400, check=False
    )
    assert 0 == ran.returncode, ran.stderr[-2000:]
    loaded = set(json.loads(ran.stdout.splitlines()[-1]))
    assert set() == loaded & {"numpy", "numba", "llvmlite", "sqlite3", "httpcore2", "v7thompson", "lxml", "attr"}
    assert "textual" in loaded
