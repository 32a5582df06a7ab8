"""The directory: outcomes, breaker, offline, who delays whom."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from v7core.errors import InvalidValue, NotFound, SourceError, StorageError, StorageFault
from v7core.models.sources import PollOutcome, SourceCondition, SourceKey
from v7core.protocols import DegradationStep
from v7core.testing.contracts import SourceDirectoryContract
from v7core.testing.fakes import FixedClock, MemoryLoadLevel
from v7services.catalogue import by_name
from v7services.http.messages import Origin
from v7services.outcomes import next_try

ACME = SourceKey(source="lever", board="acme")
OTHER = SourceKey(source="lever", board="other")
ONE = frozenset({Origin("127.0.0.1", 1)})
"""Where nobody listens; allowed, so that asking there again and again is not slowed down as a stranger's host is."""


def board(server, count, *, first=0, **headers):
    jobs = [
        {"id": f"id-{n}", "text": f"Baker {n}", "categories": {"location": "Leeds"}}
        for n in range(first, first + count)
    ]
    return server.reply(msgspec.json.encode(jobs), **headers)


def path(name="acme"):
    return f"/v0/postings/{name}"


class TestDiscovery(SourceDirectoryContract):
    @pytest.fixture
    def subject(self, discovery):
        return discovery()


async def refreshed(directory, key=ACME):
    await directory.add(key)
    return (await directory.refresh([key]))[0]


async def test_a_sound_poll_is_ok_and_kept(server, discovery, store):
    """With counts, the next try, and the postings open."""
    server.answers[path()] = board(server, 3)
    directory = discovery()
    report = await refreshed(directory)
    assert (PollOutcome.OK, 3, 3, 1) == (report.outcome, report.received, report.new, report.requests)
    assert report.next_try - report.started_at >= timedelta(hours=6)
    assert 3 == len(await store.open_jobs())
    state = (await directory.list())[0]
    assert (SourceCondition.OK, 3, "Acme (Lever)") == (state.condition, state.open_jobs, state.name)
    assert state.latency_ms is not None
    assert state.error_rate == 0.0


async def test_unchanged_is_said(server, discovery):
    """And a day later everything is asked for again, whatever the server says."""
    server.answers[path()] = board(server, 3, ETag='"1"')
    directory = discovery()
    await refreshed(directory)
    server.answers[path()] = server.reply(status="304 Not Modified")
    assert PollOutcome.UNCHANGED == (await refreshed(directory)).outcome


async def test_an_etag_that_is_stuck_is_not_believed_for_ever(server, discovery, clock):
    """After 24 hours the validators stay at home."""
    server.answers[path()] = board(server, 3, ETag='"1"')
    directory = discovery()
    await refreshed(directory)
    clock.advance(25 * 3600)
    await refreshed(directory)
    assert "if-none-match" not in server.asked[-1].headers


@pytest.mark.parametrize(
    ("answer", "outcome", "error"),
    [
        ("404 Not Found", PollOutcome.GONE, "SourceGone"),
        ("500 Oops", PollOutcome.UNREACHABLE, "StatusError"),
        ("403 No", PollOutcome.BLOCKED, "StatusError"),
        ("401 No", PollOutcome.CREDENTIALS, "CredentialsError"),
        ("302 Found", PollOutcome.UNREACHABLE, "RedirectError"),
    ],
)
async def test_a_failed_poll_closes_nothing(server, discovery, store, answer, outcome, error):
    """It has its word, its class and its next try; what was stored stays open."""
    server.answers[path()] = board(server, 3)
    directory = discovery()
    await refreshed(directory)
    server.answers[path()] = server.reply(status=answer)
    report = await refreshed(directory)
    assert (outcome, error, 0) == (report.outcome, report.error, report.closed)
    assert report.next_try is not None
    assert report.reason
    assert 3 == len(await store.open_jobs())
    assert SourceCondition.UNAVAILABLE == (await directory.list())[0].condition


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"<html>Just a moment</html>", PollOutcome.BLOCKED),
        (b'{"a": 1}', PollOutcome.CHANGED_SHAPE),
        (b"", PollOutcome.CHANGED_SHAPE),
        (b'[{"id": 1}, {"id": 2}]', PollOutcome.CHANGED_SHAPE),
        (b'[{"id": "1", "text": "A"}, {}, {}]', PollOutcome.PARTIAL),
    ],
)
async def test_an_odd_document_closes_nothing(server, discovery, store, body, outcome):
    """Degraded or blocked, never "0 jobs"."""
    server.answers[path()] = board(server, 3)
    directory = discovery()
    await refreshed(directory)
    server.answers[path()] = server.reply(body)
    report = await refreshed(directory)
    assert (outcome, 0) == (report.outcome, report.closed)
    assert len(await store.open_jobs()) >= 3


async def test_a_suspicious_drop_is_believed_the_third_time(server, discovery, store):
    """A board of 20 that is suddenly 2 keeps its 20 until three polls agree."""
    server.answers[path()] = board(server, 20)
    directory = discovery()
    await refreshed(directory)
    server.answers[path()] = board(server, 2)
    outcomes = [(await refreshed(directory)).outcome for _ in range(3)]
    assert [PollOutcome.SUSPICIOUS_DROP, PollOutcome.SUSPICIOUS_DROP, PollOutcome.OK] == outcomes
    assert 2 == len(await store.open_jobs())


async def test_a_small_board_may_empty(server, discovery, store):
    """Three postings gone at once is an ordinary week."""
    server.answers[path()] = board(server, 3)
    directory = discovery()
    await refreshed(directory)
    server.answers[path()] = board(server, 0)
    assert PollOutcome.EMPTY == (await refreshed(directory)).outcome
    assert () == await store.open_jobs()


async def test_the_breaker_opens_and_lets_one_probe_through(server, discovery, clock):
    """Five outages, then silence until its time has passed; a sound probe closes it."""
    server.answers[path()] = server.reply(status="500 Oops")
    directory = discovery()
    await directory.add(ACME)
    for _ in range(5):
        await directory.refresh()
        clock.advance(61)
    asked = len(server.asked)
    report = (await directory.refresh())[0]
    assert (PollOutcome.BREAKER_OPEN, asked) == (report.outcome, len(server.asked))
    clock.advance(31 * 60)
    server.answers[path()] = board(server, 2)
    assert PollOutcome.OK == (await directory.refresh())[0].outcome
    assert PollOutcome.UNCHANGED == (await directory.refresh())[0].outcome


async def test_a_person_may_ask_although_the_breaker_is_open(server, discovery):
    """A source asked for by name is probed."""
    server.answers[path()] = server.reply(status="404 Not Found")
    directory = discovery()
    await refreshed(directory)
    server.answers[path()] = board(server, 2)
    assert PollOutcome.OK == (await directory.refresh([ACME]))[0].outcome


async def test_rate_limited_is_no_outage(server, discovery, states):
    """The next try is what the server asked for, and the breaker counts nothing."""
    server.answers[path()] = server.reply(status="429 Slow", Retry_After="3600")
    report = await refreshed(discovery())
    assert PollOutcome.RATE_LIMITED == report.outcome
    assert timedelta(minutes=60) <= report.next_try - report.started_at <= timedelta(minutes=67)
    assert (await states.get(ACME)).breaker == ""


async def test_a_machine_that_is_offline_is_one_state(discovery, states, server):
    """Nobody within reach: one reason, no breaker counts, nothing closed."""
    directory = discovery(origins={"lever": "http://127.0.0.1:1"}, allowed=ONE)
    for key in (ACME, OTHER):
        await directory.add(key)
    reports = await directory.refresh()
    assert [("this machine is offline", PollOutcome.UNREACHABLE)] * 2 == [(r.reason, r.outcome) for r in reports]
    assert ["", ""] == [record.breaker for record in await states.all()]


async def test_one_bad_source_delays_nobody(server, discovery, pieces):
    """A board that hangs is waited for alone: the sound one is committed at once."""
    server.answers |= {path(): pieces(b"", every=30.0), path("other"): board(server, 2)}
    told, heard = [], asyncio.Event()

    async def on_change(jobs):
        told.append(jobs)
        heard.set()

    directory = discovery(on_change=on_change)
    for key in (ACME, OTHER):
        await directory.add(key)
    task = asyncio.ensure_future(directory.refresh())
    await asyncio.wait_for(heard.wait(), 5.0)
    assert 2 == len(told[0])
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_many_boards_of_a_host_that_hangs_delay_no_other_host(server, second, discovery, pieces):
    """They wait for their host, in no place that another one could use."""
    server.answers |= {path(f"b{n}"): pieces(b"", every=30.0) for n in range(40)}
    second.answers["/v1/boards/sound/jobs"] = second.reply(b'{"jobs": [{"id": 1, "title": "Baker"}]}')
    heard = asyncio.Event()

    async def on_change(jobs):
        heard.set()

    directory = discovery(
        on_change=on_change,
        allowed=frozenset({Origin("127.0.0.1", server.port), Origin("127.0.0.1", second.port)}),
        origins={"lever": server.base, "greenhouse": second.base},
    )
    for n in range(40):
        await directory.add(SourceKey(source="lever", board=f"b{n}"))
    await directory.add(SourceKey(source="greenhouse", board="sound"))
    task = asyncio.ensure_future(directory.refresh())
    await asyncio.wait_for(heard.wait(), 5.0)
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_many_sources_fall_due_apart():
    """Sources that were polled together are not due together, and none before its interval is over."""
    now = FixedClock().now()
    waits = [
        next_try(PollOutcome.OK, key=SourceKey(source="lever", board=f"b{n}"), now=now, interval_s=6 * 3600) - now
        for n in range(10_000)
    ]
    assert timedelta(hours=6) <= min(waits)
    hours = [wait.total_seconds() / 3600 for wait in waits]
    parts = [sum(low <= hour < low + 0.06 for hour in hours) for low in (6.0, 6.2, 6.4, 6.5)]
    assert min(parts) > 0.5 * max(parts) > 0


async def test_who_listens_may_fail(server, discovery, store):
    """The poll is kept by then."""

    async def on_change(_):
        raise InvalidValue("no")

    server.answers[path()] = board(server, 2)
    assert PollOutcome.OK == (await refreshed(discovery(on_change=on_change))).outcome
    assert 2 == len(await store.open_jobs())


async def test_nobody_is_told_when_nothing_changed(server, discovery):
    """A poll that brings what was there already wakes nobody."""
    told = []

    async def on_change(jobs):
        told.append(jobs)

    server.answers[path()] = [board(server, 2), board(server, 2, X="1")]
    directory = discovery(on_change=on_change)
    await refreshed(directory)
    await refreshed(directory)
    assert 1 == len(told)


async def test_a_store_that_refuses_is_not_a_sources_fault(server, discovery, store, monkeypatch):
    """The caller hears of it."""

    async def refuse(*_):
        raise StorageError(StorageFault.FULL, "the disk is full")

    server.answers[path()] = board(server, 2)
    directory = discovery()
    await directory.add(ACME)
    monkeypatch.setattr(store, "commit_poll", refuse)
    with pytest.raises(StorageError):
        await directory.refresh()


async def test_what_is_due(server, discovery, clock):
    """Never polled comes first; a sound poll waits six hours, twice that while polls are being shed."""
    server.answers |= {path(): board(server, 2)}
    load = MemoryLoadLevel()
    directory = discovery(load=load)
    await refreshed(directory)
    await directory.add(OTHER)
    assert (OTHER,) == await directory.due()
    clock.advance(7 * 3600)
    assert (OTHER, ACME) == await directory.due()
    load.publish(DegradationStep.FEWER_POLLS)
    assert (OTHER,) == await directory.due()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("https://jobs.lever.co/acme/123", ACME),
        ("jobs.lever.co/acme", ACME),
        ("lever:acme", ACME),
        ("https://boards.greenhouse.io/Acme", SourceKey(source="greenhouse", board="acme")),
    ],
)
async def test_a_board_is_recognised_by_its_address(discovery, server, text, key):
    """Without asking anybody."""
    assert key == (await discovery().recognise(text)).key
    assert [] == server.asked


@pytest.mark.parametrize(
    ("page", "key"),
    [
        (
            '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>',
            SourceKey(source="greenhouse", board="acme"),
        ),
        ('<a href="https://jobs.lever.co/acme?x=1&amp;y=2">Jobs</a>', ACME),
        ('<script>fetch("https:\\/\\/x"); u = "https://api.lever.co/v0/postings/acme?mode=json"</script>', ACME),
    ],
)
async def test_a_board_is_recognised_on_a_careers_page(discovery, server, page, key):
    """By what the page embeds, links to or asks for."""
    server.answers["/careers"] = server.reply(f"<html><body>{page}</body></html>".encode())
    found = await discovery().recognise(f"{server.base}/careers")
    assert key == found.key


async def test_a_feed_is_recognised_on_its_page(discovery, server):
    """By the link that names it; relative addresses start at the page."""
    server.answers["/careers"] = server.reply(b'<link rel="alternate" type="application/rss+xml" href="/jobs.rss">')
    found = await discovery().recognise(f"{server.base}/careers")
    assert SourceKey(source="feed", board=f"{server.base}/jobs.rss") == found.key


async def test_a_bare_word_is_tried_as_a_board(discovery, server):
    """At every kind of board that is known by one word; a board without postings is none."""
    server.answers[path("acme")] = board(server, 2)
    server.answers["/v1/boards/acme/jobs"] = server.reply(b'{"jobs": []}')
    found = await discovery().recognise("Acme")
    assert (ACME, "Lever has a board of that name") == (found.key, found.how)


async def test_a_bare_word_nobody_could_be_asked_about_is_no_missing_board(discovery):
    """The network is what is missing."""
    directory = discovery(origins=dict.fromkeys(by_name(), "http://127.0.0.1:1"), allowed=ONE)
    with pytest.raises(SourceError):
        await directory.recognise("acme")


@pytest.mark.parametrize("text", ["", "no", "no board", "nobody:acme", "ftp://x.example", "javascript:alert(1)"])
async def test_what_is_nothing_is_not_found(discovery, text):
    """Nor asked."""
    with pytest.raises(NotFound):
        await discovery().recognise(text)


async def test_a_board_that_cannot_be_is_refused(discovery, states, server):
    """Nothing is kept of it; one that an earlier version kept fails alone."""
    directory = discovery()
    for key in (SourceKey(source="workday", board="acme"), SourceKey(source="breezy", board="evil.example/")):
        with pytest.raises(InvalidValue):
            await directory.add(key)
    assert () == await directory.list()
    await states.add(SourceKey(source="workday", board="acme"), "Acme (Workday)")
    await directory.add(ACME)
    server.answers[path()] = board(server, 3)
    bad, sound = await directory.refresh()
    assert (PollOutcome.OK, PollOutcome.UNREACHABLE) == (sound.outcome, bad.outcome)
    assert "tenant/wdN/site" in bad.reason


async def test_an_unknown_kind_of_source_is_refused(discovery):
    """Nothing is added."""
    directory = discovery()
    with pytest.raises(InvalidValue):
        await directory.add(SourceKey(source="nobody", board="acme"))
    assert () == await directory.list()
