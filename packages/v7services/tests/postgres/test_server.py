"""Many people on one server, and everything that can go wrong between them and it."""

import asyncio
import signal
from dataclasses import replace

import pytest

from v7core.document import canonical_document, document_digest
from v7core.errors import ConfigError, InvalidValue, NotFound, StorageError, StorageFault
from v7core.models.feed import ReactionKind
from v7core.models.sources import PollOutcome, SourceKey
from v7core.testing import samples
from v7core.testing.fakes import FixedClock
from v7services.postgres import PostgresStorage, Sharing
from v7services.storage import Storage

pytestmark = pytest.mark.postgres


async def opened(dsn, person="ana"):
    """Another connection."""
    return await PostgresStorage.open(dsn, person, clock=FixedClock(), wait_s=5.0)


async def rows(store, query):
    """What stands in a table."""

    async def work(cursor):
        await cursor.execute(query)
        return await cursor.fetchall()

    return await store.server.read(work)


async def test_people_share_postings_and_keep_their_logs_apart(fresh, store):
    """One catalogue; two logs with numbers of their own."""
    async with await opened(fresh, "ben") as ben:
        await store.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(3)))
        assert 3 == len(await ben.jobs.open_jobs())
        job = samples.posting(1).id
        await asyncio.gather(  # both react to one job at the same time
            store.log.append(samples.reaction(1, key="k")),
            ben.log.append(samples.reaction(1, ReactionKind.PASS, key="k")),
        )
        (hers,), (his,) = await store.log.read(), await ben.log.read()
        assert (job, job) == (hers.job_id, his.job_id)
        assert (1, 1, ReactionKind.PASS) == (hers.sequence, his.sequence, his.kind)
        assert [(1,), (2,)] == await rows(store, "select arrived from event order by arrived")


async def test_the_log_is_never_edited(store):
    """Not even by whoever owns the table."""
    await store.log.append(samples.reaction(0))

    for command in ("update event set key = 'x'", "delete from event", "truncate event"):

        async def work(cursor, command=command):
            await cursor.execute(command)

        with pytest.raises(StorageError, match="never edited"):
            await store.server.write(work)
    assert await store.log.verify() is None


async def test_a_changed_posting_keeps_its_old_version_and_what_is_gone_is_closed(store):
    """As in the file."""
    await store.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(3)))
    edited = samples.posting(1, text="Other words.")
    report = await store.jobs.commit_poll(samples.report(), samples.harvest([samples.posting(0), edited]))
    assert (0, 1, 1) == (report.new, report.changed, report.closed)
    ((version, body),) = await rows(store, "select version, body from old_version")
    assert (1, samples.posting(1).text) == (version, body)
    assert edited == await store.jobs.posting(edited.id)


async def test_a_poll_that_is_refused_leaves_nothing(store):
    """A posting of another board spoils the whole poll."""
    stray = samples.posting(1, key=SourceKey(source="lever", board="other"))
    with pytest.raises(InvalidValue):
        await store.jobs.commit_poll(samples.report(), samples.harvest([samples.posting(0), stray]))
    assert () == await store.jobs.open_jobs()


async def test_polls_of_one_board_take_turns(fresh, store):
    """Twenty at once, from two connections: every posting once."""
    async with await opened(fresh, "ben") as ben:
        some = [samples.harvest(samples.postings(5 + n)) for n in range(5)]
        await asyncio.gather(*(each.jobs.commit_poll(samples.report(), h) for h in some for each in (store, ben)))
        await store.jobs.commit_poll(samples.report(), some[-1])
        assert {str(samples.KEY): 9} == await ben.jobs.counts()


async def test_sources_are_shared_and_remember_their_polls(store):
    """What discovery needs."""
    key = samples.KEY
    first = await store.sources.add(key, "Acme")
    assert first == await store.sources.add(key, "Other name")
    await store.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(2)))
    await store.jobs.commit_poll(samples.report(PollOutcome.UNREACHABLE), None)
    await store.sources.set_breaker(key, "{}")
    record = await store.sources.set_paused(key, paused=True)
    assert (True, "{}", 2) == (record.paused, record.breaker, record.open_jobs)
    assert [PollOutcome.UNREACHABLE, PollOutcome.OK] == [report.outcome for report in record.reports]
    assert (record,) == await store.sources.all()
    await store.sources.remove(key)
    for call in (store.sources.get(key), store.sources.remove(key), store.sources.set_breaker(key, "")):
        with pytest.raises(NotFound):
            await call


async def test_a_broken_chain_is_found(store):
    """An event that was changed behind our back is named by its number."""
    for n in range(4):
        await store.log.append(samples.reaction(n))

    async def forge(cursor):
        await cursor.execute("alter table event disable trigger event_stays")
        await cursor.execute(
            "update event set body = replace(encode(body, 'escape'), 'pass', 'save')::bytea, hash = hash "
            "where sequence = 3"
        )
        await cursor.execute("update event set body = body || ' '::bytea where sequence = 3")
        await cursor.execute("alter table event enable trigger event_stays")

    await store.server.write(forge)
    assert 3 == await store.log.verify()


async def test_a_newer_schema_is_refused(fresh, store):
    """In one line, and nothing is written."""

    async def later(cursor):
        await cursor.execute("update meta set version = 99")

    await store.server.write(later)
    with pytest.raises(StorageError) as refused:
        await opened(fresh)
    assert StorageFault.NEWER is refused.value.kind


async def test_ten_that_come_at_once_make_one_schema(fresh):
    """Whoever comes first makes it."""
    stores = await asyncio.gather(*(opened(fresh, f"person {n}") for n in range(10)))
    for each in stores:
        await each.close()


@pytest.mark.parametrize("dsn", ["postgresql://127.0.0.1:1/x", "host=127.0.0.1 port=1 dbname=x"])
async def test_a_server_that_is_away_is_said_so(dsn):
    """A typed error within the limit, without the address."""
    with pytest.raises(StorageError) as away:
        await PostgresStorage.open(dsn, "ana", wait_s=1.0)
    assert StorageFault.AWAY is away.value.kind
    assert "127.0.0.1" not in str(away.value)


async def test_odd_arguments_are_refused():
    """Before anything is asked."""
    with pytest.raises(ConfigError):
        await PostgresStorage.open("postgresql://[::1", "ana")
    for name in ("", " ", "a\nb", "x" * 201):
        with pytest.raises(InvalidValue):
            await PostgresStorage.open("postgresql://127.0.0.1:1/x", name)


# --- a server that comes and goes -------------------------------------------------------------------------------------


def reaction(n, **named):
    """A reaction to a sample posting, with the document it is about."""
    document = canonical_document(samples.posting(n))
    return replace(samples.reaction(n, **named), document_id=document_digest(document)), document


@pytest.fixture
async def local(tmp_path):
    """A person's own file, with postings and three reactions."""
    storage = await Storage.open(tmp_path / "home" / "v7.sqlite3")
    await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(6)))
    for n in range(3):
        event, document = reaction(n)
        await storage.log.append(event, document=document)
    yield storage
    await storage.close()


async def test_reactions_are_sent_once_and_documents_with_them(local, store):
    """However often it is tried."""
    sharing = Sharing(local, store, "laptop")
    assert 3 == await sharing.not_yet_shared()
    first, again = await sharing.share(), await sharing.share()
    assert (3, 0, 0) == (first.sent, first.not_yet_shared, again.sent)
    assert [e.event_key for e in await local.log.read()] == [e.event_key for e in await store.log.read()]
    assert canonical_document(samples.posting(1)) == await store.log.document((await store.log.read())[1].document_id)


async def test_two_machines_of_one_person_make_one_log(local, store, tmp_path):
    """Each sends its own; an event both have is there once."""
    async with await Storage.open(tmp_path / "other" / "v7.sqlite3") as other:
        for n in (2, 4):
            event, document = reaction(n)
            await other.log.append(event, document=document)
        await Sharing(local, store, "laptop").share()
        done = await Sharing(other, store, "desk").share()
        assert (1, 0) == (done.sent, done.not_yet_shared)
        assert 4 == await store.log.last_sequence()
        assert await store.log.verify() is None


async def test_what_changed_on_the_server_arrives_here(local, store):
    """A board that somebody else polled."""
    key = SourceKey(source="lever", board="other")
    await store.jobs.commit_poll(samples.report(key=key), samples.harvest(samples.postings(4, key=key)))
    sharing = Sharing(local, store, "laptop")
    first, again = await sharing.share(), await sharing.share()
    assert (1, 4, 0) == (first.boards, first.postings, again.boards)
    await store.jobs.commit_poll(samples.report(key=key), samples.harvest(samples.postings(1, key=key)))
    await sharing.share()
    assert {str(samples.KEY): 6, str(key): 1} == await local.jobs.counts()


async def test_an_outage_loses_and_doubles_nothing(server, fresh, local):
    """The server ends at once, is away, and comes back: what was acknowledged here is there, once."""
    store = await opened(fresh)
    try:
        sharing = Sharing(local, store, "laptop")
        server.stop(signal.SIGQUIT)
        away = await sharing.share()
        assert (0, None) == (away.sent, away.not_yet_shared)
        assert away.problem
        event, document = reaction(5)
        assert (await local.log.append(event, document=document)).new
        server.start()
        for _ in range(12):  # connections come back later each time
            back = await sharing.share()
            if not back.problem:
                break
        assert (4, 0, "") == (back.sent, back.not_yet_shared, back.problem)
        assert 4 == await store.log.last_sequence()
    finally:
        await store.close()


async def test_a_server_killed_in_the_middle_keeps_what_it_acknowledged_once(server, fresh):
    """Reactions are appended while the server crashes; each is tried by its key until it is acknowledged."""
    store = await opened(fresh)
    acknowledged = {}

    async def append(n):
        for _ in range(600):
            try:
                done = await store.log.append(samples.reaction(n % 7, key=f"k{n}"))
            except StorageError as error:
                assert error.kind in (StorageFault.AWAY, StorageFault.IO), error  # noqa: PT017
                await asyncio.sleep(0.1)
            else:
                acknowledged[done.event_key] = done.sequence
                return

    try:
        work = asyncio.gather(*(append(n) for n in range(200)))
        for _ in range(2):
            while len(acknowledged) < 30 and not work.done():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            server.stop(signal.SIGQUIT)
            server.start()
            await asyncio.sleep(0.2)
        await work
        events = await answered(store.log.read)
        assert {event.event_key: event.sequence for event in events} == acknowledged
        assert list(range(1, 201)) == sorted(acknowledged.values())
        assert await answered(store.log.verify) is None
    finally:
        await store.close()


async def answered(ask):
    """What a server says that was ended a moment ago: connections come back one by one, later each time."""
    for _ in range(12):
        try:
            return await ask()
        except StorageError as error:
            if error.kind is not StorageFault.AWAY:
                raise
    return await ask()


async def test_a_commit_whose_answer_was_lost_is_one_event(store, monkeypatch):
    """The server has it, the answer never came: sending it again by its key adds nothing."""
    sound = store.server.write
    lost = []

    async def losing(work):
        done = await sound(work)
        if not lost:
            lost.append(done)
            raise StorageError(StorageFault.AWAY, "the connection was lost")
        return done

    monkeypatch.setattr(store.server, "write", losing)
    done = await store.log.append(samples.reaction(0, key="k"))
    assert (1, False) == (done.sequence, done.new)
    assert 1 == await store.log.last_sequence()


async def test_a_cancelled_poll_leaves_nothing_half_done(store):
    """Whole, or not at all; the pool stays usable."""
    for wait in (0.0, 0.001, 0.01, 0.05):
        task = asyncio.ensure_future(store.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(50))))
        await asyncio.sleep(wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(await store.jobs.open_jobs()) in (0, 50)


async def test_newest_first_and_words_in_titles_before_others(store):
    """What a search shows first."""
    old = samples.posting(0, title="Gardener", text="Flowers.")
    newer = replace(samples.posting(1, title="Clerk", text="You write to a gardener."), posted=None)
    await store.jobs.commit_poll(samples.report(), samples.harvest([newer, old]))
    from v7core.models.filters import SearchQuery

    hits = await store.search.search(SearchQuery(text="gardener"))
    assert [old.id, newer.id] == [hit.job.id for hit in hits]
    assert "gardener" in hits[1].snippet
