"""The one guarded fetch: every byte V7 reads from the network comes through `Fetcher.get`.

Built on the connection pool of httpcore2 and not on a client above it, because every rule here is about what such a
client does by itself: follow redirects, keep cookies, read proxies and netrc from the environment, undo any encoding
without a limit, and wait as long as a byte still comes now and then.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import attrs

from v7core.errors import (
    ConnectError,
    DnsError,
    FetchTimeout,
    ProtocolError,
    RateLimited,
    SourceError,
    StatusError,
)
from v7core.models.metrics import MetricType
from v7core.protocols import Clock, Recorder
from v7services.http.exchange import LARGE_AT_ONCE, Answer, Hop, exchange, first_hop
from v7services.http.guard import Guard, Progress, Resolve, progress, resolve
from v7services.http.limits import DEFAULT_WAIT_S, HostLimits, Rate, backoff
from v7services.http.messages import FetchReply, FetchRequest, Origin
from v7services.http.secrets import Filling, Secrets, no_secrets
from v7services.http.sniffing import refuse_challenge

if TYPE_CHECKING:
    from httpcore2 import AsyncConnectionPool

USER_AGENT: Final = "v7-job-feed/0.1 (a person's own job reader; +https://github.com/v7-terminal/v7)"
"""Courteous: names the program and where to complain; says nothing about who runs it."""
ATTEMPTS: Final = 3
SHORT_WAIT_S: Final = 5.0
"""A host that asks for no more than this is waited for within the request."""
LOCAL_RATE: Final = Rate(requests=200.0, seconds=1.0, in_flight=8)
"""For allowed loopback origins: the demo's own boards need no courtesy."""


class Fetcher:
    """Fetches documents, and raises `SourceError` and nothing else. Confined to one event loop; close it with `aclose`.

    The environment's proxies, netrc and cookies are never used.

    Args:
        allowed_origins: Loopback host and port pairs that may be asked; everything else that is not public is refused.
        secrets: Values of the credentials that requests have a place for.
        ssl_context: Trusted authorities; the system's unless told otherwise (SSL_CERT_FILE is honoured).
        resolver, sleep, seed: Replaced in tests.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        recorder: Recorder,
        allowed_origins: frozenset[Origin] = frozenset(),
        secrets: Secrets = no_secrets,
        user_agent: str = USER_AGENT,
        ssl_context: ssl.SSLContext | None = None,
        resolver: Resolve = resolve,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        seed: int | None = None,
    ) -> None:
        self._clock = clock
        self._recorder = recorder
        self._allowed = allowed_origins
        self._secrets = secrets
        self._user_agent = user_agent
        self._ssl_context = ssl_context
        self._guard = Guard(allowed_origins, resolver)
        self._sleep = sleep
        self._random = random.Random(seed)
        self._hosts: dict[str, HostLimits] = {}
        self._pool: AsyncConnectionPool | None = None
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)

    async def aclose(self) -> None:
        """Close the connections; the fetcher can be used again."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    async def get(self, request: FetchRequest, *, source: str = "", rate: Rate = Rate()) -> FetchReply:  # noqa: B008 - a frozen value
        """One document, whole and decoded, or "not modified".

        `request.timeout_s` bounds everything but waiting for the host's turn: names, redirects, retries, the last byte.

        Args:
            source: For errors and metrics; the host when empty.
            rate: How often the host may be asked, over all of its boards.

        Raises:
            SourceError: see its subclasses for what the caller may do. Cancellation passes through.
        """
        source = source or (urlsplit(request.url).hostname if request.url.isprintable() else None) or "fetch"
        filling = Filling(source, self._secrets)
        state = Progress(source)
        token = progress.set(state)
        sent = _Sent()
        try:
            async with asyncio.timeout(request.timeout_s) as deadline:
                reply = await self._persist(request, source, rate, filling, deadline, sent)
        except TimeoutError as error:
            self._recorder.record(MetricType.ERROR_RATE.value, 1.0)
            stage = state.stage if state.stage in ("dns", "connect", "tls") else "total"
            raise FetchTimeout(source, stage, after_s=request.timeout_s) from error
        except SourceError as error:
            self._recorder.record(MetricType.ERROR_RATE.value, 1.0)
            filling.clean(error)
            raise
        finally:
            progress.reset(token)
            self._recorder.record("http.request_ms", sent.duration_ms)
        self._recorder.record(MetricType.ERROR_RATE.value, 0.0)
        self._recorder.record(MetricType.NETWORK_LATENCY.value, reply.duration_ms / max(1, reply.requests))
        if _has_validators(request):
            self._recorder.record(MetricType.CACHE_HIT_RATE.value, float(reply.not_modified))
        self._recorder.record("http.wire_bytes", float(reply.wire_bytes))
        return reply

    async def _persist(
        self, request: FetchRequest, source: str, rate: Rate, filling: Filling, deadline: asyncio.Timeout, sent: "_Sent"
    ) -> FetchReply:
        """Try, and try again where that may help: with jitter, within the deadline and the host's budget."""
        hop = first_hop(request, source, filling, self._user_agent)
        host = self._host(hop, rate)
        attempt = 0
        while True:
            attempt += 1
            try:
                self._refuse_cooling(host, source)
                answer = await self._walk(hop, source, rate, request, deadline, sent)
                sent.wire_bytes += answer.wire_bytes
                if answer.status == 304 and not _has_validators(request):
                    raise ProtocolError(source, "not modified, but nothing was asked for")
                if not answer.not_modified:
                    refuse_challenge(source, answer.body, request.format, answer.headers)
                return FetchReply(
                    status=answer.status,
                    url=filling.redact(answer.url),
                    headers=answer.headers,
                    body=answer.body,
                    not_modified=answer.not_modified,
                    wire_bytes=sent.wire_bytes,
                    requests=sent.requests,
                    duration_ms=sent.duration_ms,
                )
            except SourceError as error:
                wait = self._wait_before(error, attempt, host, deadline)
                if wait is None or not host.may_retry():
                    raise
                await self._sleep(wait)

    async def _walk(
        self, hop: Hop, source: str, rate: Rate, request: FetchRequest, deadline: asyncio.Timeout, sent: "_Sent"
    ) -> Answer:
        """Follow the redirects ourselves: each hop's address is judged before it is asked."""
        while True:
            host = self._host(hop, rate)
            async with _Paused(deadline, host):
                sent.requests += 1
                begun = self._clock.monotonic()
                try:
                    answer = await exchange(await self._open_pool(), hop, request, source, self._clock, self._large)
                finally:
                    sent.duration_ms += (self._clock.monotonic() - begun) * 1000.0
            if answer.retry_after_s is not None:
                host.cool(answer.retry_after_s)
            if answer.error is not None:
                raise answer.error
            if answer.redirect is None:
                return answer
            hop = answer.redirect

    async def _open_pool(self) -> "AsyncConnectionPool":
        if self._pool is None:
            from httpcore2 import AsyncConnectionPool

            # At DEBUG it writes out what servers send, and a redirect may repeat the key that it was asked with.
            logging.getLogger("httpcore2").setLevel(logging.WARNING)
            context = self._ssl_context
            if context is None:  # reading the system's authorities takes tens of milliseconds: not on the loop
                from httpcore2 import default_ssl_context

                context = await asyncio.to_thread(default_ssl_context)
            if self._pool is None:
                self._pool = AsyncConnectionPool(
                    ssl_context=context,
                    max_connections=64,
                    max_keepalive_connections=32,
                    keepalive_expiry=20.0,
                    network_backend=self._guard,
                )
        return self._pool

    def boards(self, url: str, rate: Rate) -> asyncio.Semaphore:
        """Held while a board is polled that begins at this address.

        More polls of one host than it answers side by side would wait for each other in places of other hosts' boards.
        """
        try:
            split = urlsplit(url)
            host, port = split.hostname or "", split.port
        except ValueError:  # what is no address is refused when it is asked
            host, port = "", None
        return self._limits(host, port or 0, rate).boards

    def _host(self, hop: Hop, rate: Rate) -> HostLimits:
        return self._limits(hop.host, hop.port, rate)

    def _limits(self, host: str, port: int, rate: Rate) -> HostLimits:
        local = Origin(host, port) in self._allowed
        name = f"{host}:{port}" if local else rate.host(host)
        if name not in self._hosts:
            self._hosts[name] = HostLimits(LOCAL_RATE if local else rate, self._clock)
        return self._hosts[name]

    @staticmethod
    def _refuse_cooling(host: HostLimits, source: str) -> None:
        cooling = host.cooling()
        if cooling > 0:
            raise RateLimited(source, retry_after_s=cooling)

    def _wait_before(
        self, error: SourceError, attempt: int, host: HostLimits, deadline: asyncio.Timeout
    ) -> float | None:
        """Seconds before the next try; None when there is no point in one."""
        if attempt >= ATTEMPTS or not _worth_a_retry(error, attempt):
            return None
        wait = backoff(attempt, self._random)
        if isinstance(error, RateLimited):
            wait = max(wait, host.cooling() or error.retry_after_s)
            if wait > SHORT_WAIT_S:
                return None
        ends = deadline.when()
        return wait if ends is None or asyncio.get_running_loop().time() + wait < ends else None


def _worth_a_retry(error: SourceError, attempt: int) -> bool:
    if isinstance(error, DnsError):
        return error.temporary or attempt == 1
    if isinstance(error, StatusError):
        return error.code >= 500 or error.code == 408
    if isinstance(error, FetchTimeout):
        return error.stage == "connect"
    if isinstance(error, RateLimited):
        return error.retry_after_s < DEFAULT_WAIT_S
    return isinstance(error, ConnectError)


def _has_validators(request: FetchRequest) -> bool:
    return bool(request.validators.etag or request.validators.last_modified)


@attrs.define
class _Sent:
    """What one document has cost so far. Waiting for a turn, and between tries, is no time of the server's."""

    requests: int = 0
    duration_ms: float = 0.0
    wire_bytes: int = 0


class _Paused:
    """A turn of a host, the deadline standing still while it is waited for: a queue is not the server's fault."""

    def __init__(self, deadline: asyncio.Timeout, host: HostLimits) -> None:
        self._deadline = deadline
        self._turn = host.turn()

    async def __aenter__(self) -> None:
        loop = asyncio.get_running_loop()
        ends, waiting = self._deadline.when(), loop.time()
        self._deadline.reschedule(None)
        try:
            await self._turn.__aenter__()
        finally:
            if ends is not None:
                self._deadline.reschedule(ends + loop.time() - waiting)

    async def __aexit__(self, *error: object) -> None:
        await self._turn.__aexit__(*error)  # type: ignore[arg-type]
