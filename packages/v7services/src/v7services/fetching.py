"""One board walked through the guarded fetch: pages, details, validators, and whether what came is everything."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeAlias, TypeVar
from urllib.parse import urlsplit

import attrs

from v7core.errors import CredentialsError, RateLimited, SourceError, StatusError
from v7core.models.jobs import JobId, JobPosting, Workplace
from v7core.models.sources import Harvest, Skipped, SourceKey, Validators
from v7core.protocols import Clock, Recorder
from v7services.adapter import MAX_ITEMS, Adapter, Headers, Login, ParseContext, Parsed
from v7services.fields.work import is_work_model
from v7services.http.client import Fetcher
from v7services.http.messages import FetchReply, FetchRequest

_T = TypeVar("_T")
Known: TypeAlias = Callable[[JobId], Awaitable[JobPosting | None]]
"""What is stored of a posting, None when nothing is."""

POLL_S: Final = 240.0
"""For one poll with all of its pages; each request has its own deadline besides."""
MAX_DETAILS: Final = 40
"""Documents of single postings that one poll asks for; the next poll goes on."""
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_LARGE: Final = 100_000
"""Bytes above which parsing leaves the event loop."""


@attrs.frozen(kw_only=True)
class Poll:
    """A harvest, and what went wrong on the way without ending it."""

    harvest: Harvest
    trouble: str = ""
    slow: bool = False


@attrs.define
class _Walk:
    """What one poll has gathered so far."""

    postings: dict[JobId, JobPosting] = attrs.field(factory=dict)
    skipped: dict[str, int] = attrs.field(factory=dict)
    requests: int = 0
    asked_ms: float = 0.0
    wire_bytes: int = 0
    pages: int = 0
    total: int | None = None
    complete: bool = True
    trouble: str = ""
    slow: bool = False
    headers: Headers = attrs.field(default=(), repr=False)
    """That a login gave; for `host` alone."""
    host: str | None = None

    def received(self) -> int:
        return len(self.postings) + sum(self.skipped.values())

    def take(self, parsed: Parsed) -> bool:
        """Add a page; False when it brought nothing that was not there before."""
        before = self.received()
        for posting in parsed.postings:
            self.postings.setdefault(posting.id, posting)
        for skip in parsed.skipped:
            self.skipped[skip.reason] = self.skipped.get(skip.reason, 0) + skip.count
        if self.total is None:
            self.total = parsed.total
        self.complete = self.complete and parsed.complete
        if parsed.damage:
            self.stop(parsed.damage)
        return self.received() > before

    def stop(self, trouble: str) -> None:
        """What was read is kept, and known not to be everything."""
        self.complete = False
        self.trouble = self.trouble or trouble


class HttpSource:
    """A `JobSource`: an adapter's board behind the fetch.

    Args:
        known: Lets a poll keep the details it has instead of asking for them again.
        base_url: Asked in place of the board's own scheme and host: the demo's boards.
    """

    def __init__(
        self,
        adapter: Adapter,
        board: str,
        fetcher: Fetcher,
        *,
        clock: Clock,
        recorder: Recorder,
        known: Known | None = None,
        base_url: str | None = None,
    ) -> None:
        self._adapter = adapter
        self._key = SourceKey(source=adapter.name, board=board)
        self._fetcher = fetcher
        self._clock = clock
        self._recorder = recorder
        self._known = known
        self._base_url = base_url

    @property
    def key(self) -> SourceKey:
        return self._key

    @property
    def turn(self) -> asyncio.Semaphore:
        """Held while it is polled among others: see `Fetcher.boards`."""
        url = self._base_url or self._adapter.first_request(self._key.board).url
        return self._fetcher.boards(url, self._adapter.rate)

    async def fetch(self, since: Validators = Validators()) -> Harvest:  # noqa: B008 - a frozen value
        """Everything the board shows now, or `unchanged`; raises `SourceError` when not even the first page came."""
        return (await self.poll(since)).harvest

    async def poll(self, since: Validators = Validators()) -> Poll:  # noqa: B008 - a frozen value
        """As `fetch`, with what went wrong after the first page.

        Raises:
            SourceError: the first page did not come, or could not be read.
        """
        started = self._clock.monotonic()
        walk = _Walk()
        conditional = self._adapter.conditional
        request = attrs.evolve(
            self._adapter.first_request(self._key.board), validators=since if conditional else Validators()
        )
        if self._adapter.login is not None:
            walk.headers = await self._log_in(self._adapter.login, walk)
            walk.host = urlsplit(request.url).hostname
        reply = await self._ask(request, walk)
        if reply.not_modified:
            return Poll(harvest=self._harvest(walk, since, unchanged=True))
        digest = await self._off_loop(len(reply.body), lambda: hashlib.sha256(reply.body).hexdigest())
        if conditional and digest == since.body_hash:
            return Poll(harvest=self._harvest(walk, since, unchanged=True))
        parsed = await self._parse(reply, request, walk)
        await self._pages(parsed, request, walk, started)
        whole = await self._details(walk, started)
        if walk.total is not None and walk.received() < walk.total:
            walk.complete = False
        validators = Validators()
        if conditional and whole and not walk.trouble:
            validators = Validators(
                etag=reply.headers.get("etag"), last_modified=reply.headers.get("last-modified"), body_hash=digest
            )
        return Poll(harvest=self._harvest(walk, validators), trouble=walk.trouble, slow=walk.slow)

    async def _pages(self, parsed: Parsed, first: FetchRequest, walk: _Walk, started: float) -> None:
        """Later pages: whatever happens to one, what was read before stays."""
        seen = {(first.url, first.body, first.headers)}
        while True:
            news = walk.take(parsed)
            request = parsed.next_request
            if request is None:
                return None
            if not news and not request.note:
                return None  # the same page again: the end of a list that does not know its end
            if (request.url, request.body, request.headers) in seen:
                return walk.stop("the pages go round in a circle")
            if not request.note and urlsplit(request.url).hostname != urlsplit(first.url).hostname:
                return walk.stop("the next page is on another server")
            if walk.pages >= self._adapter.max_pages:
                return walk.stop(f"more than {self._adapter.max_pages} pages")
            if len(walk.postings) >= MAX_ITEMS:
                return walk.stop(f"more than {MAX_ITEMS} postings")
            if self._late(started):
                walk.slow = True
                return walk.stop("the time for one poll was up")
            seen.add((request.url, request.body, request.headers))
            try:
                reply = await self._ask(request, walk)
                parsed = await self._parse(reply, request, walk)
            except SourceError as error:
                # Before anything was read it is the poll that failed, not a later page.
                if not walk.received():
                    raise
                return walk.stop(error.message)

    async def _details(self, walk: _Walk, started: float) -> bool:
        """Complete postings by their own documents, as far as the budget goes; whether all of them are complete."""
        ask, read = self._adapter.detail_request, self._adapter.parse_detail
        if ask is None or read is None:
            return True
        left, whole = MAX_DETAILS, True
        for posting in list(walk.postings.values()):
            stored = await self._known(posting.id) if self._known is not None else None
            if stored is not None and stored.text and _still_true(posting, stored):
                walk.postings[posting.id] = _completed(posting, stored)
                continue
            request = ask(posting)
            if request is None:
                continue
            if left <= 0 or self._late(started):
                whole = False
                continue
            left -= 1
            try:
                reply = await self._ask(request, walk)
                context = ParseContext(fetched_at=self._clock.now(), request=request, url=reply.url)
                walk.postings[posting.id] = read(reply.body, posting, context)
            except (RateLimited, CredentialsError):
                left, whole = 0, False
            except SourceError:
                whole = False
        return whole

    def _late(self, started: float) -> bool:
        return self._clock.monotonic() - started >= POLL_S

    async def _log_in(self, login: Login, walk: _Walk) -> Headers:
        try:
            reply = await self._ask(login.request, walk)
        except StatusError as error:
            if error.code not in (400, 403):
                raise
            # OAuth's way to refuse a client: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
            place = ", ".join(each.name for each in self._adapter.credentials)
            raise CredentialsError(error.source, f"status {error.code}: no token was given", place=place) from error
        return login.headers(reply.body)

    async def _ask(self, request: FetchRequest, walk: _Walk) -> FetchReply:
        sent = request
        if walk.headers and urlsplit(request.url).hostname == walk.host:
            sent = attrs.evolve(request, headers=(*request.headers, *walk.headers))
        if self._base_url is not None:
            sent = _moved(sent, self._base_url)
        reply = await self._fetcher.get(sent, source=self._key.source, rate=self._adapter.rate)
        walk.requests += reply.requests
        walk.asked_ms += reply.duration_ms
        walk.wire_bytes += reply.wire_bytes
        self._recorder.record(f"source.{self._key.source}.latency_ms", reply.duration_ms)
        return reply

    async def _parse(self, reply: FetchReply, request: FetchRequest, walk: _Walk) -> Parsed:
        context = ParseContext(
            fetched_at=self._clock.now(),
            request=request,
            page=walk.pages,
            received=walk.received(),
            total=walk.total,
            headers=reply.headers,
            url=reply.url if self._base_url is None else request.url,
        )
        walk.pages += 1
        if reply.status == 204:  # said without a word: nothing
            return Parsed()
        begun = self._clock.monotonic()
        parsed = await self._off_loop(
            len(reply.body), lambda: self._adapter.parse(reply.body, self._key.board, context)
        )
        self._recorder.record("ingest.parse_ms", (self._clock.monotonic() - begun) * 1000.0)
        return parsed

    @staticmethod
    async def _off_loop(size: int, work: Callable[[], _T]) -> _T:
        return work() if size < _LARGE else await asyncio.to_thread(work)

    @staticmethod
    def _harvest(walk: _Walk, validators: Validators, *, unchanged: bool = False) -> Harvest:
        return Harvest(
            postings=tuple(walk.postings.values()),
            skipped=tuple(Skipped(reason=reason, count=count) for reason, count in walk.skipped.items()),
            validators=validators,
            unchanged=unchanged,
            complete=walk.complete,
            requests=walk.requests,
            wire_bytes=walk.wire_bytes,
            duration_ms=walk.asked_ms,
        )


def _still_true(listed: JobPosting, stored: JobPosting) -> bool:
    """Whether a posting's own document is still what was read: nothing in the list says otherwise."""
    if listed.title != stored.title:
        return False
    if listed.updated is not None and stored.updated is not None and listed.updated.at > stored.updated.at:
        return False
    now, then = _words(listed.locations), _words(stored.locations)
    return not now or not then or not now.isdisjoint(then)


def _words(places: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for place in places if not is_work_model(place) for word in _WORD.findall(place.casefold()))


def _completed(listed: JobPosting, stored: JobPosting) -> JobPosting:
    """A listed posting with what its own document said before; so a second poll of the same board changes nothing."""
    return replace(
        listed,
        company=stored.company,
        locations=stored.locations or listed.locations,
        workplace=listed.workplace if stored.workplace is Workplace.UNKNOWN else stored.workplace,
        departments=stored.departments or listed.departments,
        tags=listed.tags or stored.tags,
        employment_type=stored.employment_type or listed.employment_type,
        seniority=stored.seniority or listed.seniority,
        pay=listed.pay or stored.pay,
        posted=stored.posted or listed.posted,
        updated=listed.updated or stored.updated,
        closes=stored.closes or listed.closes,
        url=stored.url or listed.url,
        apply_url=listed.apply_url or stored.apply_url,
        language=listed.language or stored.language,
        requisition_id=stored.requisition_id or listed.requisition_id,
        text=listed.text or stored.text,
    )


def _moved(request: FetchRequest, base_url: str) -> FetchRequest:
    """The same question to another server, which is told whom it speaks for."""
    split = urlsplit(request.url)
    target = f"{split.path or '/'}{f'?{split.query}' if split.query else ''}"
    headers = (*request.headers, ("X-Forwarded-Host", split.hostname or ""))
    return attrs.evolve(request, url=f"{base_url.rstrip('/')}{target}", headers=headers)
