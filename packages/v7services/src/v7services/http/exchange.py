"""One request and one answer, judged: what a status, a redirect or a broken connection means."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import attrs

from v7core.errors import (
    BlockedError,
    ConnectError,
    CredentialsError,
    FetchTimeout,
    ProtocolError,
    RateLimited,
    RedirectError,
    SourceError,
    SourceGone,
    StatusError,
    TooLarge,
)
from v7core.protocols import Clock
from v7services.http.decoding import Body
from v7services.http.guard import GuardedStream, progress
from v7services.http.limits import DEFAULT_WAIT_S, retry_after
from v7services.http.messages import FetchRequest, Format
from v7services.http.secrets import Filling, places

if TYPE_CHECKING:
    from httpcore2 import AsyncConnectionPool, Response

LARGE: Final = 1_000_000
LARGE_AT_ONCE: Final = 2
MAX_REDIRECTS: Final = 5
KEPT_HEADERS: Final = frozenset(
    {
        "etag",
        "last-modified",
        "link",
        "content-type",
        "cf-mitigated",
        "date",
        "x-result-total-count",
        "x-result-total-pages",
        "x-total-count",
        "content-language",
    }
)
MAX_HEADER: Final = 4_000
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({404, 410, 451})
_CONTROL: Final = re.compile(r"[\x00-\x20\x7f]")
_ACCEPT: Final = {
    Format.JSON: "application/json, */*;q=0.1",
    Format.XML: "application/xml, text/xml, */*;q=0.1",
    Format.HTML: "text/html, application/xhtml+xml, */*;q=0.1",
    Format.TEXT: "text/plain, */*;q=0.1",
    Format.FEED: "application/rss+xml, application/atom+xml, application/feed+json, application/json, */*;q=0.1",
}


@attrs.frozen(kw_only=True)
class Hop:
    """One address to ask, with the credentials in it: never shown, never logged."""

    url: str = attrs.field(repr=False)
    scheme: str
    host: str
    port: int
    target: str = attrs.field(repr=False)
    method: str
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes | None = attrs.field(repr=False)
    number: int = 0
    with_credentials: bool = False

    @property
    def origin(self) -> tuple[str, str, int]:
        """What credentials belong to."""
        return self.scheme, self.host, self.port


@attrs.frozen(kw_only=True)
class Answer:
    """What came of one hop; `error` when it is none that can be used."""

    status: int
    url: str = attrs.field(repr=False)
    """May hold a credential."""
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    not_modified: bool = False
    wire_bytes: int = 0
    redirect: Hop | None = None
    error: SourceError | None = None
    retry_after_s: float | None = None


def first_hop(request: FetchRequest, source: str, filling: Filling, user_agent: str) -> Hop:
    """The request with its credentials in it.

    Raises:
        CredentialsError: one was not given.
        RedirectError, BlockedError: not an address that can be asked.
    """
    url = filling(request.url, in_url=True)
    split = _split(url, source)
    body = request.body
    if body is not None and b"{{" in body:
        body = filling(body.decode("utf-8")).encode()
    own = [(name, filling(value)) for name, value in request.headers]
    headers = _headers(request, user_agent, own)
    named = places(
        request.url, *(value for _, value in request.headers), (request.body or b"").decode("utf-8", "replace")
    )
    return _hop(split, url, request.method, headers, body, with_credentials=bool(named))


def _headers(request: FetchRequest, user_agent: str, own: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    named = {name.lower() for name, _ in own}
    headers = [
        (name, value)
        for name, value in (("Accept", _ACCEPT[request.format]), ("User-Agent", user_agent))
        if name.lower() not in named
    ]
    headers.append(("Accept-Encoding", "gzip, deflate"))
    if request.validators.etag:
        headers.append(("If-None-Match", request.validators.etag))
    if request.validators.last_modified:
        headers.append(("If-Modified-Since", request.validators.last_modified))
    return (*headers, *own)


def _split(url: str, source: str) -> SplitResult:
    """Take an address apart, refusing what no server can be asked by."""
    if _CONTROL.search(url) or "\\" in url:
        raise RedirectError(source, "an unusable address")
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port
    except ValueError as error:
        raise RedirectError(source, "an unusable address") from error
    if split.scheme not in ("http", "https"):
        raise RedirectError(source, f"an address that is not http ({split.scheme[:12] or 'none'})")
    if not host or port == 0:
        raise RedirectError(source, "an address without a host")
    if split.username is not None or split.password is not None:
        raise BlockedError(source, "an address with a user in it", target=host)
    return split


def _hop(
    split: SplitResult,
    url: str,
    method: str,
    headers: tuple[tuple[str, str], ...],
    body: bytes | None,
    *,
    number: int = 0,
    with_credentials: bool = False,
) -> Hop:
    host = (split.hostname or "").rstrip(".")
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise RedirectError(progress.get().source, "an unusable host name") from error
    port = split.port or (443 if split.scheme == "https" else 80)
    path = quote(split.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(split.query, safe="/%:@!$&'()*+,;=~-._?[]{}|")
    target = f"{path}?{query}" if query else path
    return Hop(
        url=url,
        scheme=split.scheme,
        host=host,
        port=port,
        target=target,
        method=method,
        headers=headers,
        body=body,
        number=number,
        with_credentials=with_credentials,
    )


async def exchange(
    pool: "AsyncConnectionPool", hop: Hop, request: FetchRequest, source: str, clock: Clock, large: asyncio.Semaphore
) -> Answer:
    """Ask one hop.

    Args:
        large: Who may hold a body of more than `LARGE` bytes: the others wait within their deadlines, so that the
            bodies of a whole cycle stay within its memory.

    Raises:
        SourceError: nothing usable came: no connection, a broken or endless reply.
    """
    import httpcore2

    silence = max(0.2, request.timeout_s * 2 / 3)
    progress.get().stage = "read"
    shown_host = hop.host if hop.port in (80, 443) else f"{hop.host}:{hop.port}"
    try:
        async with pool.stream(
            hop.method,
            httpcore2.URL(scheme=hop.scheme, host=hop.host, port=hop.port, target=hop.target),
            headers=[("Host", shown_host), *hop.headers],
            content=hop.body,
            extensions={"timeout": {"connect": silence, "read": silence, "write": silence, "pool": None}},
        ) as response:
            return await _judge(response, hop, request, source, clock.now(), large)
    except SourceError:
        raise
    except (httpcore2.ReadTimeout, httpcore2.WriteTimeout) as error:
        raise FetchTimeout(source, "read", after_s=silence) from error
    except httpcore2.TimeoutException as error:
        raise FetchTimeout(source, "connect", after_s=silence) from error
    except httpcore2.NetworkError as error:
        raise ConnectError(source, "the connection was closed") from error
    except httpcore2.RemoteProtocolError as error:
        # A server that closes without a word is not speaking bad HTTP.
        if "without sending a response" in str(error).lower():
            raise ConnectError(source, "the connection was closed without a reply") from error
        raise ProtocolError(source, "the reply broke HTTP") from error
    except Exception as error:  # groups, h11 and value errors leak out of the library
        raise ProtocolError(source, f"the reply could not be read ({type(error).__name__})") from error


async def _judge(
    response: "Response", hop: Hop, request: FetchRequest, source: str, now: datetime, large: asyncio.Semaphore
) -> Answer:
    status = response.status
    headers = _kept(response.headers)
    raw = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    if status in _REDIRECTS:
        return Answer(status=status, url=hop.url, redirect=_redirect(hop, raw.get("location", ""), status, source))
    if status == 304:
        _end(response, 0)
        return Answer(status=status, url=hop.url, headers=headers, not_modified=True)
    if status == 429 or (status == 503 and "retry-after" in raw):
        asked = retry_after(raw.get("retry-after"), raw.get("date"), now)
        error = RateLimited(source, retry_after_s=asked if asked is not None else DEFAULT_WAIT_S)
        return Answer(status=status, url=hop.url, error=error, retry_after_s=error.retry_after_s)
    refused = _refusal(status, hop, request, source)
    if refused is not None:
        return Answer(status=status, url=hop.url, headers=headers, error=refused)
    announced = raw.get("content-length", "")
    if announced.isdigit() and int(announced[:18]) > request.max_wire_bytes:
        raise TooLarge(source, "wire", limit=request.max_wire_bytes)
    body = Body(
        source, raw.get("content-encoding", ""), max_wire=request.max_wire_bytes, max_decoded=request.max_decoded_bytes
    )
    async with AsyncExitStack() as turn:
        waited = False
        async for piece in response.aiter_stream():
            if body.decoded > LARGE and not waited:
                await turn.enter_async_context(large)
                waited = True
            body.feed(piece)
    _end(response, int(announced) if announced.isdigit() else None)
    decoded = body.finish()
    return Answer(status=status, url=hop.url, headers=headers, body=decoded, wire_bytes=body.wire)


def _end(response: "Response", length: int | None) -> None:
    stream = response.extensions.get("network_stream")
    if isinstance(stream, GuardedStream):
        stream.end_of_reply(length)


def _refusal(status: int, hop: Hop, request: FetchRequest, source: str) -> SourceError | None:
    if 200 <= status < 300:
        return None
    if status in _GONE:
        return SourceGone(source, status)
    if status in (401, 407) or (status == 403 and hop.with_credentials):
        wanted = sorted(places(request.url, *(value for _, value in request.headers)))
        place = ", ".join(wanted)
        return CredentialsError(
            source, f"status {status}: {f'{place} was refused' if place else 'a key is wanted'}", place=place
        )
    return StatusError(source, status)


def _redirect(hop: Hop, location: str, status: int, source: str) -> Hop:
    if hop.number >= MAX_REDIRECTS:
        raise RedirectError(source, f"more than {MAX_REDIRECTS} redirects")
    if not location.strip():
        raise RedirectError(source, "a redirect to nowhere")
    try:
        # Headers are bytes; servers send UTF-8 in them.
        target = urljoin(hop.url, location.encode("latin-1").decode("utf-8", "replace").strip())
    except ValueError as error:
        raise RedirectError(source, "a redirect to an unusable address") from error
    split = _split(target, source)
    if hop.scheme == "https" and split.scheme == "http":
        raise BlockedError(source, "a redirect from https to http", target=split.hostname or "")
    method, body = ("GET", None) if status == 303 else (hop.method, hop.body)
    next_hop = _hop(
        split, target, method, hop.headers, body, number=hop.number + 1, with_credentials=hop.with_credentials
    )
    if next_hop.origin == hop.origin:
        return next_hop
    if body is not None:
        raise RedirectError(source, "a redirect of a question to another server")
    # Whatever the source added may be a credential; another server gets none of it, nor our validators.
    plain = tuple((name, value) for name, value in hop.headers if name in ("Accept", "User-Agent", "Accept-Encoding"))
    return attrs.evolve(next_hop, headers=plain, with_credentials=False)


def _kept(headers: Any) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name, value in headers:
        key = name.decode("latin-1").lower()
        if key in KEPT_HEADERS and len(value) <= MAX_HEADER:
            text = value.decode("latin-1")
            if text.isprintable():
                kept[key] = text
    return kept
