"""The contract of an adapter as a suite: subclass it, give it the fixture `case`, and `adapter` if it has another."""

import json
import re
import sys
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from typing import Any, Final
from urllib.parse import urlsplit

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7core.errors import InvalidValue, ParseError, SourceError, StatusError
from v7core.models.jobs import JobPosting, Precision
from v7core.models.sources import Skipped
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, ParseDetail
from v7services.catalogue import ADAPTERS, by_name
from v7services.fetching import MAX_DETAILS
from v7services.fields.urls import address
from v7services.http.limits import Rate
from v7services.http.messages import FetchReply, FetchRequest
from v7services.recognise import GENERIC, recognise_address
from v7services.testing.bodies import JsonBody, Leaf, leaf_name
from v7services.testing.cases import FETCHED_AT, NO_ITEMS, Case, Reading, Replay

ELSEWHERE: Final = (
    "https://example.org/careers",
    "https://www.example.com",
    "https://jobs.example.net/acme/jobs/1",
    "http://127.0.0.1:8080/acme",
)
"""Addresses that are no board of anybody."""

CHALLENGE: Final = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    b'<body><div class="h-captcha"></div><script src="/challenge-platform/x.js"></script></body></html>'
)
_OTHER: Final = (b'"words"', b"3", b"null", b'{"error": "no such board"}', b"<other><thing/></other>", b"\x00\x01\x02")

HOSTILE: Final = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07\x1b]52;c;aGk=\x07",
    "\x1bP1;2|q\x1b\\\x90dcs\x9c\x9b2J",
    "a\u202eb\u2066c\u200bd\u2069\ufeff",
    "z" + "\u0301" * 40,
    "nul\x00 bell\x07 back\x08 del\x7f",
    "line\r\nfeed\u2028para\u2029tab\t",
    "[/x][@click=app.bell]boo[/] [bold]",
    "<script>alert(1)</script><b onclick=x>b</b>",
    "javascript:alert(1)",
    "\ud800 lone",
    "x" * 100_000,
)
"""What a source may put anywhere: control sequences, reversed reading order, markup, and too much of it."""

_FAKES: Final[tuple[Any, ...]] = (
    "Zq zq", "2027-02-03T04:05:06Z", "2026-02-03", "https://other.example/zq/1", "remote", "hybrid", "part-time",
    "intern", "de", "77", 1_770_000_123, 77, True, False, "EUR 77 - 99 / hour", "true", "false", "GBP", "month",
    "Fri, 13 Nov 2026 10:00:00 GMT", 1_770_000_123_456,
)  # fmt: skip
"""Values that differ from any fixture's: one of them at least makes a difference where a value is read at all."""

_odd_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40),
    st.sampled_from([
        2**63, 2**70, -(10**30), 1e308, float("nan"), float("inf"), "", "\x00", "\ud800", "9999-99-99",
        "0000-00-00T00:00:00Z", "2026-02-31", "1e999", [], {}, [[[]]], {"name": {"name": []}}, [None, 1, "x", {}],
        "[" * 3000, "<" * 3000, "&lt;" * 500,
    ]),
    st.lists(st.text(max_size=5), max_size=3), st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)  # fmt: skip


class SourceContract:
    """What every source keeps, whoever wrote it."""

    @pytest.fixture
    def adapter(self, case: Case) -> Adapter:
        """The one the catalogue has under the case's name."""
        return by_name()[case.name]

    @pytest.fixture
    def adapters(self) -> tuple[Adapter, ...]:
        """Everything an address is shown to."""
        return ADAPTERS

    @pytest.fixture
    async def replay(self, case: Case, adapter: Adapter) -> Replay:
        """The case, walked once."""
        replay = Replay(case)
        await replay.poll(adapter)
        return replay

    # --- what it reads ----------------------------------------------------------------------------------------------

    async def test_every_field_of_every_posting_is_as_expected(self, case: Case, adapter: Adapter) -> None:
        """Pages and details included; what is not spelled out is expected to be empty."""
        poll = await Replay(case).poll(adapter)
        assert "" == poll.trouble
        assert list(case.postings) == list(poll.harvest.postings)
        assert case.skipped == {skip.reason: skip.count for skip in poll.harvest.skipped}
        assert case.complete == poll.harvest.complete
        assert case.postings, "a case without a posting shows nothing"

    async def test_every_answer_of_the_case_is_asked_for(self, case: Case, replay: Replay) -> None:
        """And nothing else: the addresses, the bodies of the questions and the number of pages are part of the case."""
        assert {page.url for page in case.pages} == {request.url for request in replay.asked}
        assert len(case.pages) == len(replay.asked)

    async def test_nothing_that_the_source_sends_is_dropped_unsaid(
        self, case: Case, adapter: Adapter, replay: Replay
    ) -> None:
        """Each value of a posting makes a difference when it changes, or `unused` says why it does not."""
        read: set[str] = set()
        sent: set[str] = set()
        for reading in _with_postings(replay):
            body = reading.taken_apart()
            for posting in body.postings():  # each alone in its document: the others would only be read again
                before = self._parse(adapter, case, reading, body.with_postings([posting]))
                for leaf, value in body.leaves(posting):
                    name = leaf_name(leaf)
                    sent.add(name)
                    if name not in read and any(
                        before != self._parse(adapter, case, reading, body.with_postings([body.put(posting, leaf, x)]))
                        for x in _others(value)
                    ):
                        read.add(name)
        for content, posting, context in replay.details:
            if adapter.parse_detail is None or not _is_json(content):
                continue
            whole = adapter.parse_detail(content, posting, context)
            body = JsonBody(b'{"it": [' + content + b"]}", "it")
            document = body.postings()[0]
            for leaf, value in body.leaves(document):
                name = f"detail.{leaf_name(leaf)}"
                sent.add(name)
                if name in read:
                    continue
                for other in _others(value):
                    changed = json.dumps(body.put(document, leaf, other)).encode()
                    try:
                        differs = whole != adapter.parse_detail(changed, posting, context)
                    except ParseError:
                        differs = True
                    if differs:
                        read.add(name)
                        break
        unused = {name for name in sent - read if not _covered(name, case)}
        assert not unused, f"say in [unused] why, or read it: {sorted(unused)}"
        stale = {name for name in case.unused if not any(s == name or s.startswith(f"{name}.") for s in sent - read)}
        assert not stale, f"in [unused], but read, or not in the fixtures: {sorted(stale)}"

    async def test_the_same_posting_keeps_its_id(self, case: Case, adapter: Adapter, replay: Replay) -> None:
        """A day later, and in any order; only dates made of words may move."""
        for reading in _with_postings(replay):
            before = self._parse(adapter, case, reading)
            context = attrs.evolve(reading.context, fetched_at=reading.context.fetched_at + timedelta(days=1))
            later = adapter.parse(reading.body, case.board, context)
            assert [_undated(p) for p in before.postings] == [_undated(p) for p in later.postings]
            body = reading.taken_apart()
            shuffled = self._parse(adapter, case, reading, body.with_postings(body.postings()[::-1]))
            assert {p.id for p in before.postings} == {p.id for p in shuffled.postings}

    async def test_a_second_poll_changes_nothing(self, case: Case, adapter: Adapter) -> None:
        """What is stored of a posting completes it again, and its own document is not asked for twice."""
        first = (await Replay(case).poll(adapter)).harvest.postings
        replay = Replay(case)
        second = (await replay.poll(adapter, {posting.id: posting for posting in first})).harvest.postings
        assert first == second
        assert sum(not posting.text for posting in first) >= len(replay.details)

    # --- what it survives -------------------------------------------------------------------------------------------

    async def test_an_odd_posting_is_counted_and_costs_the_others_nothing(
        self, case: Case, adapter: Adapter, replay: Replay
    ) -> None:
        """Each with a reason in words."""
        for reading in _with_postings(replay):
            body, before = reading.taken_apart(), self._parse(adapter, case, reading)
            for odd in body.odd():
                postings = body.postings()
                with_odd = body.with_postings([*postings[:1], odd, *postings[1:]])
                after = self._parse(adapter, case, reading, with_odd)
                assert before.postings == after.postings
                assert _count(before.skipped) + 1 == _count(after.skipped), odd
                assert all(skip.reason.isprintable() and skip.reason for skip in after.skipped)

    async def test_an_odd_document_is_a_typed_error(self, case: Case, adapter: Adapter, replay: Replay) -> None:
        """Empty, of another shape, a challenge page: never "0 jobs"."""
        for reading in replay.readings:
            array = reading.body.lstrip(b"\xef\xbb\xbf \n")[:1] == b"["
            for odd in (b"", b" \n", *_OTHER, CHALLENGE, b"{}" if array else b"[]"):
                with pytest.raises(ParseError):
                    self._parse(adapter, case, reading, odd)
        for content, posting, context in replay.details:
            assert adapter.parse_detail is not None
            assert content
            for odd in (b"", *_OTHER, CHALLENGE):
                with pytest.raises(ParseError):
                    adapter.parse_detail(odd, posting, context)

    async def test_a_cut_document_never_looks_whole(self, case: Case, adapter: Adapter, replay: Replay) -> None:
        """It is an error, or says that it is damaged or not everything."""
        for reading in _with_postings(replay):
            whole = self._parse(adapter, case, reading)
            for share in (0.2, 0.5, 0.8, 0.95):
                try:
                    cut = self._parse(adapter, case, reading, reading.body[: int(len(reading.body) * share)])
                except ParseError:
                    continue
                assert cut.damage or not cut.complete or cut.postings == whole.postings

    async def test_one_damaged_field_never_stops_the_rest(self, case: Case, adapter: Adapter, replay: Replay) -> None:
        """However odd the value, wherever it stands, the other postings still arrive, and nothing untyped is raised."""
        for reading in _with_postings(replay):
            self._damage(adapter, case, reading)

    def _damage(self, adapter: Adapter, case: Case, reading: Reading) -> None:
        body = reading.taken_apart()
        postings = body.postings()
        spots = [(n, leaf) for n, posting in enumerate(postings) for leaf in _spots(body.leaves(posting))]

        @settings(max_examples=60, deadline=None, database=None)
        @given(st.sampled_from(spots), _odd_values)
        def damage(spot: tuple[int, Leaf], value: Any) -> None:
            position, leaf = spot
            others = body.with_postings(postings[:position] + postings[position + 1 :])
            expected = {p.id for p in self._parse(adapter, case, reading, others).postings}
            found = self._parse(adapter, case, reading, body.changed(position, leaf, value))
            assert expected <= {p.id for p in found.postings}

        damage()

    async def test_a_damaged_detail_raises_nothing_untyped(self, case: Case, adapter: Adapter, replay: Replay) -> None:
        """A `SourceError`, or the posting as far as it can be read."""
        for content, posting, context in replay.details[:3]:
            if adapter.parse_detail is not None and _is_json(content):
                _damage_detail(adapter.parse_detail, content, posting, context)

    async def test_hostile_text_is_inert(self, case: Case, adapter: Adapter, replay: Replay) -> None:
        """Whatever stands in any value, what is kept presses no key, moves no cursor and turns no line around."""
        for reading in _with_postings(replay):
            body = reading.taken_apart()
            read = (p for p in body.postings() if self._parse(adapter, case, reading, body.with_postings([p])).postings)
            posting = next(read)  # alone in its document: the others would only be read again
            for leaf, value in body.leaves(posting):
                for hostile in HOSTILE:
                    for words in (hostile, f"{value} {hostile}"):
                        try:
                            changed = body.with_postings([body.put(posting, leaf, words)])
                            parsed = self._parse(adapter, case, reading, changed)
                        except ParseError as error:
                            assert str(error).isprintable()  # noqa: PT017 - either is a sound end
                            continue
                        for each in parsed.postings:
                            _assert_inert(each)
                        assert parsed.damage.isprintable()
                        assert all(skip.reason.isprintable() for skip in parsed.skipped)

    # --- how it walks -----------------------------------------------------------------------------------------------

    async def test_the_same_page_for_ever_ends(self, case: Case, adapter: Adapter) -> None:
        """A page that brings nothing new is the last one."""
        endless = _Endless(case, fresh=False)
        await endless.poll(adapter)
        assert len(endless.asked) <= len(case.pages) + 2 + MAX_DETAILS

    async def test_fresh_pages_for_ever_end(self, case: Case, adapter: Adapter) -> None:
        """At the adapter's own bound, whatever the server says."""
        endless = _Endless(case, fresh=True)
        await endless.poll(adapter)
        assert len(endless.asked) <= adapter.max_pages + 1 + MAX_DETAILS

    # --- what it takes for its own ----------------------------------------------------------------------------------

    def test_addresses_are_recognised_and_nobody_elses(
        self, case: Case, adapter: Adapter, adapters: tuple[Adapter, ...]
    ) -> None:
        """Each address of the table by this adapter and no other, and the addresses of nobody by none."""
        for url, board in case.recognise.items():
            where = address(url)
            assert where is not None
            assert board == adapter.recognise(where), url
            claims = {other.name for other in adapters if other.name not in GENERIC and other.recognise(where)}
            assert claims <= {adapter.name}, url
            found = recognise_address(where, adapters)
            assert found is not None
            assert (adapter.name, board) == (found.key.source, found.key.board)
        for url in ELSEWHERE:
            where = address(url)
            assert where is not None
            assert adapter.recognise(where) is None

    def test_it_says_what_it_is(self, case: Case, adapter: Adapter) -> None:
        """A name fit for ids, evidence, a page to look things up; a name for people without anything hostile in it."""
        assert adapter.name == case.name
        assert adapter.name.isalnum()
        assert adapter.name.islower()
        said = re.search(r"Evidence:((?:.|\n(?!\n))*)", sys.modules[adapter.parse.__module__].__doc__ or "")
        assert said is not None, "the module says nothing about its evidence"
        named = {evidence for evidence in Evidence if evidence.value in said[1]}
        assert set(adapter.evidence) == named, "the module's docstring and `evidence` differ"
        assert adapter.home.startswith("https://")
        assert adapter.board_title(case.board)
        assert case.recognise or adapter.name in GENERIC
        assert adapter.first_request(case.board).url.startswith(("https://", "http://"))

    @pytest.mark.parametrize("end", ["/", "#", "?x=", "\\", ":1/", "%2f", " "])
    def test_no_board_leads_to_another_server(self, adapter: Adapter, case: Case, end: str) -> None:
        """Whatever is written for a board, the source's own host is asked, or nobody."""
        if adapter.name in GENERIC:  # its board is an address
            own = urlsplit(adapter.first_request(case.board).url).hostname
            assert urlsplit(case.board).hostname == own
            return
        parts = case.board.split("/")
        for n, foreign in product(range(len(parts)), (f"evil.example{end}", f"me@evil.example{end}")):
            try:
                url = adapter.first_request("/".join((*parts[:n], foreign, *parts[n + 1 :]))).url
            except InvalidValue:
                continue
            assert "evil.example" != urlsplit(url).hostname

    @staticmethod
    def _parse(adapter: Adapter, case: Case, reading: Reading, body: bytes | None = None) -> Parsed:
        return adapter.parse(reading.body if body is None else body, case.board, reading.context)


def _is_json(content: bytes) -> bool:
    return content.lstrip()[:1] in (b"{", b"[")


def _damage_detail(parse_detail: ParseDetail, content: bytes, posting: JobPosting, context: ParseContext) -> None:
    body = JsonBody(b'{"it": [' + content + b"]}", "it")
    document = body.postings()[0]

    @settings(max_examples=60, deadline=None, database=None)
    @given(st.sampled_from(_spots(body.leaves(document))), _odd_values)
    def damage(leaf: Leaf, value: Any) -> None:
        try:
            found = parse_detail(json.dumps(body.put(document, leaf, value)).encode(), posting, context)
        except SourceError:
            return
        assert posting.id == found.id
        _assert_inert(found)

    damage()


def _covered(name: str, case: Case) -> bool:
    return any(name == said or name.startswith(f"{said}.") for said in case.unused)


def _with_postings(replay: Replay) -> list[Reading]:
    return [reading for reading in replay.readings if reading.items != NO_ITEMS]


def _others(value: Any) -> tuple[Any, ...]:
    near: tuple[Any, ...] = ()
    if isinstance(value, bool):
        near = (not value,)
    elif isinstance(value, int | float):
        near = (value + 1,)
    elif isinstance(value, str):
        near = (f"{value} Zq", f"Zq{value}", f"{value}7")
    return (*near, *_FAKES)


def _spots(leaves: Any) -> list[Leaf]:
    """Every value, and everything that holds one."""
    found: dict[Leaf, None] = {}
    for leaf, _ in leaves:
        for length in range(1, len(leaf) + 1):
            if not (isinstance(leaf[0], int) and length % 2):  # XML: a position and the tag are one step
                found[leaf[:length]] = None
    return list(found) or [()]


def _count(skipped: tuple[Skipped, ...]) -> int:
    return sum(skip.count for skip in skipped)


def _undated(posting: JobPosting) -> JobPosting:
    vague = posting.posted is not None and posting.posted.precision in (Precision.APPROXIMATE, Precision.AT_LEAST)
    return replace(posting, posted=None) if vague else posting


def _assert_inert(posting: JobPosting) -> None:
    for each in fields(posting):
        value = getattr(posting, each.name)
        if each.name == "text":
            assert all(line.isprintable() for line in value.split("\n"))
        elif isinstance(value, str):
            assert value.isprintable(), each.name
            assert "://" not in value or each.name not in ("url", "apply_url") or value.startswith("http")
        elif isinstance(value, tuple):
            assert all(words.isprintable() for words in value), each.name
    assert posting.pay is None or posting.pay.original.isprintable()
    assert all(url is None or url.startswith(("https://", "http://")) for url in (posting.url, posting.apply_url))


class _Endless(Replay):
    """A server that has another page whatever is asked: the same one, or one with postings never seen."""

    def __init__(self, case: Case, *, fresh: bool) -> None:
        super().__init__(case)
        self._fresh = fresh

    def page(self, request: FetchRequest) -> Any:
        return super().page(request) or next((page for page in self.case.pages if page.items != NO_ITEMS), None)

    async def get(self, request: FetchRequest, *, source: str = "", rate: Rate = Rate()) -> FetchReply:  # noqa: B008
        reply = await super().get(request, source=source, rate=rate)
        page = self.page(request)
        if page is None or page.items == NO_ITEMS:
            if page is None:
                raise StatusError(source, 404)
            return reply
        reading = Reading(body=reply.body, context=_no_context(request), items=page.items)
        body = reading.taken_apart()
        postings = body.postings()
        if self._fresh:
            number = len(self.asked)
            for position, posting in enumerate(postings):
                for leaf, value in list(body.leaves(posting)):
                    if isinstance(value, str) and not value.startswith(("http", "/")):
                        posting = body.put(posting, leaf, f"{value}{number}")  # noqa: PLW2901
                    elif isinstance(value, int) and not isinstance(value, bool):
                        posting = body.put(posting, leaf, value + number)  # noqa: PLW2901
                postings[position] = posting
        return attrs.evolve(reply, body=body.with_postings(postings))


def _no_context(request: FetchRequest) -> ParseContext:
    return ParseContext(fetched_at=FETCHED_AT, request=request)
