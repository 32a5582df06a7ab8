"""One board through the fetch: pages, details, validators, and whether what came is everything."""

import attrs
import msgspec
import pytest

from v7core.clock import SystemClock
from v7core.errors import SchemaError, SourceError, StatusError
from v7core.models.sources import Validators
from v7core.testing.contracts import JobSourceContract
from v7core.testing.fakes import ListRecorder
from v7services.adapter import Adapter, Evidence, Parsed, SourceKind, collect
from v7services.fetching import HttpSource
from v7services.fields.postings import make_posting
from v7services.http.messages import get
from v7services.sources import lever

SITE = "https://pages.example"


def _lever(*numbers):
    return msgspec.json.encode(
        [
            {"id": f"id-{n}", "text": f"Baker {n}", "categories": {"location": "Leeds"}, "createdAt": 1_770_000_000_000}
            for n in numbers
        ]
    )


def _posting(item, board, context):
    return make_posting(
        source="pages",
        board=board,
        external_id=str(item["id"]),
        title=item.get("title", "Baker"),
        company="Acme",
        fetched_at=context.fetched_at,
        text=item.get("text", ""),
    )


def _parse(body, board, context):
    document = msgspec.json.decode(body)
    parsed = collect(document["jobs"], lambda item: _posting(item, board, context))
    following = document.get("next")
    return attrs.evolve(parsed, next_request=get(following) if following else None, total=document.get("total"))


PAGES = Adapter(
    name="pages",
    title="Pages",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.TOY,),
    home=SITE,
    recognise=lambda _: None,
    first_request=lambda board: get(f"{SITE}/{board}"),
    parse=_parse,
    conditional=False,
    max_pages=4,
)


@pytest.fixture
def source(server, fetcher):
    def make(adapter=PAGES, board="jobs", **changes):
        options = {"clock": SystemClock(), "recorder": ListRecorder(), "base_url": server.base}
        return HttpSource(adapter, board, fetcher, **(options | changes))

    return make


class TestHttpSource(JobSourceContract):
    @pytest.fixture
    def subject(self, server, source):
        server.answers["/v0/postings/acme"] = server.reply(_lever(1, 2, 3))
        return source(lever.ADAPTER, "acme")

    async def test_broken(self, server, source):
        """One that fails raises `SourceError` and nothing else."""
        await self.must_fail(source(lever.ADAPTER, "nobody"))


def page(server, jobs, following="", **more):
    document = {"jobs": jobs, "next": f"{SITE}{following}" if following else None} | more
    return server.reply(msgspec.json.encode(document))


async def test_pages_are_walked_to_the_end(server, source):
    """Every page once, in order; the demo's server is told whom it speaks for."""
    server.answers |= {
        "/jobs": page(server, [{"id": 1}, {"id": 2}], "/2", total=3),
        "/2": page(server, [{"id": 3}]),
    }
    poll = await source().poll()
    assert (["1", "2", "3"], True, "", 2) == (
        [posting.external_id for posting in poll.harvest.postings],
        poll.harvest.complete,
        poll.trouble,
        poll.harvest.requests,
    )
    assert server.asked[0].headers["x-forwarded-host"] == "pages.example"


async def test_fewer_than_announced_is_not_everything(server, source):
    """What is missing may then not be closed."""
    server.answers["/jobs"] = page(server, [{"id": 1}], total=2)
    assert not (await source().poll()).harvest.complete


@pytest.mark.parametrize(
    ("second", "trouble"),
    [
        (lambda s: page(s, [{"id": 2}], "/jobs"), "circle"),
        (lambda s: s.reply(status="500 Oops"), "status 500"),
        (lambda s: page(s, [{"id": 2}], ".evil.example/x"), "another server"),
        (lambda s: s.reply(b"<html>"), "HTML"),
    ],
)
async def test_what_was_read_before_a_bad_page_is_kept(server, source, second, trouble):
    """And known not to be everything."""
    server.answers |= {"/jobs": page(server, [{"id": 1}], "/2"), "/2": second(server)}
    poll = await source().poll()
    assert "1" == poll.harvest.postings[0].external_id
    assert not poll.harvest.complete
    assert trouble in poll.trouble


async def test_pages_without_end_end(server, source):
    """At the adapter's cap."""
    server.answers |= {f"/{n}": page(server, [{"id": n}], f"/{n + 1}") for n in range(1, 99)}
    poll = await source(board="1").poll()
    assert (4, False) == (len(poll.harvest.postings), poll.harvest.complete)
    assert "4 pages" in poll.trouble


async def test_a_list_that_repeats_itself_has_ended(server, source):
    """Some lists answer every page number with their last page: that is an end, not a fault."""
    server.answers |= {f"/{n}": page(server, [{"id": 1}], f"/{n + 1}") for n in range(1, 9)}
    poll = await source(board="1").poll()
    assert (1, True, "") == (len(poll.harvest.postings), poll.harvest.complete, poll.trouble)


async def test_the_first_page_failing_is_the_poll_failing(server, source):
    """With the error of the page."""
    server.answers["/jobs"] = server.reply(status="500 Oops")
    with pytest.raises(StatusError):
        await source().poll()
    server.answers["/v0/postings/acme"] = server.reply(b'{"error": 1}')
    with pytest.raises(SchemaError):
        await source(lever.ADAPTER, "acme").poll()


async def test_a_board_without_validators_is_compared_by_its_body(server, source):
    """The same bytes again are unchanged; one more posting is not."""
    server.answers["/v0/postings/acme"] = server.reply(_lever(1, 2))
    board = source(lever.ADAPTER, "acme")
    first = await board.fetch()
    assert (await board.fetch(first.validators)).unchanged
    server.answers["/v0/postings/acme"] = server.reply(_lever(1, 2, 3))
    assert len((await board.fetch(first.validators)).postings) == 3


async def test_an_etag_is_sent_back(server, source):
    """And 304 is unchanged."""
    server.answers["/v0/postings/acme"] = [server.reply(_lever(1), ETag='"7"'), server.reply(status="304 Not Modified")]
    board = source(lever.ADAPTER, "acme")
    first = await board.fetch()
    assert first.validators.etag == '"7"'
    assert (await board.fetch(first.validators)).unchanged
    assert server.asked[1].headers["if-none-match"] == '"7"'


def _detailed(known=()):
    def read(body, posting, context):
        return attrs.evolve(posting, text=msgspec.json.decode(body)["text"])

    from dataclasses import replace

    return attrs.evolve(
        PAGES,
        detail_request=lambda posting: get(f"{SITE}/detail/{posting.external_id}"),
        parse_detail=lambda body, posting, context: replace(posting, text=msgspec.json.decode(body)["text"]),
    )


async def test_details_are_asked_for_once(server, source):
    """A posting whose details are stored is completed from the store, and costs no request."""
    server.answers |= {
        "/jobs": page(server, [{"id": 1}, {"id": 2}]),
        "/detail/1": server.reply(b'{"text": "ovens"}'),
        "/detail/2": server.reply(b'{"text": "mixers"}'),
    }
    stored = {}

    async def known(job):
        return stored.get(job)

    first = await source(_detailed(), known=known).poll()
    stored |= {posting.id: posting for posting in first.harvest.postings}
    second = await source(_detailed(), known=known).poll()
    assert ["ovens", "mixers"] == [posting.text for posting in second.harvest.postings]
    assert (3, 1) == (first.harvest.requests, second.harvest.requests)
    assert first.harvest.postings == second.harvest.postings


async def test_a_detail_that_fails_costs_only_itself(server, source):
    """The posting is kept as the list had it."""
    server.answers |= {"/jobs": page(server, [{"id": 1}, {"id": 2}]), "/detail/2": server.reply(b'{"text": "mixers"}')}
    poll = await source(_detailed()).poll()
    assert (["", "mixers"], True) == ([p.text for p in poll.harvest.postings], poll.harvest.complete)


async def test_damage_is_trouble(server, source):
    """A document that could be read only in part closes nothing."""
    damaged = attrs.evolve(PAGES, parse=lambda *_: Parsed(damage="cut"))
    server.answers["/jobs"] = server.reply(b"{}")
    poll = await source(damaged).poll()
    assert (False, "cut", Validators()) == (poll.harvest.complete, poll.trouble, poll.harvest.validators)


async def test_nothing_but_source_errors(server, source):
    """Also from a body that is not what was declared."""
    for body in (b"", b"{", b"[]", b'{"jobs": 1}', b"\xff\xfe"):
        server.answers["/v0/postings/acme"] = server.reply(body)
        try:
            await source(lever.ADAPTER, "acme").poll()
        except SourceError:
            continue
        assert body == b"[]"
