"""Which addresses may be asked. The address that was checked is the one that is connected to, at every connection."""

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

import attrs
from httpcore2 import AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream
from httpcore2 import ConnectError as CoreConnectError
from httpcore2 import ConnectTimeout as CoreConnectTimeout

from v7core.errors import BlockedError, ConnectError, DnsError, FetchTimeout, TlsError
from v7services.http.messages import Origin

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[Any]]
"""As `socket.getaddrinfo(host, port, type=SOCK_STREAM)`; blocking, called in a thread of its own."""

MAX_LOOKUPS: Final = 64
"""Name look-ups in flight: each holds a thread that nothing can stop."""
MAX_ADDRESSES: Final = 4
CONNECT_S: Final = 10.0
"""For all addresses of a name together."""

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.ip_network("::/96")
_SITE_LOCAL: Final = ipaddress.ip_network("fec0::/10")


@attrs.define
class Progress:
    """What a request is doing, so that a deadline can say where it passed."""

    source: str
    stage: str = "connect"


progress: ContextVar[Progress] = ContextVar("progress")
"""Of the request that runs in this task."""


def resolve(host: str, port: int) -> Sequence[Any]:
    """The system's resolver."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def is_public(address: IpAddress) -> bool:
    """Whether an address is on the public internet, also after unwrapping IPv4 inside of IPv6.

    Loopback, private, link-local, shared (CGNAT), unique local, multicast, reserved and documentation ranges are not.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and (address in _NAT64 or address in _COMPATIBLE):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address in _SITE_LOCAL:
            return False
    return address.is_global and not address.is_multicast


class Guard(AsyncNetworkBackend):
    """Opens connections to checked addresses only.

    Args:
        allowed: Loopback origins that may be asked.
        resolver: Replaced in tests.
    """

    def __init__(self, allowed: frozenset[Origin] = frozenset(), resolver: Resolve = resolve) -> None:
        self._allowed = allowed
        self._resolver = resolver
        self._backend = AnyIOBackend()
        self._lookups = 0

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the backend's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Resolve, check every address, connect to the first that answers.

        Raises:
            DnsError, BlockedError, FetchTimeout, ConnectError: no such host, one that is refused, or none that answers.
        """
        state = progress.get()
        state.stage = "dns"
        addresses = await self.addresses(host, port)
        state.stage = "connect"
        deadline = time.monotonic() + min(CONNECT_S, timeout or CONNECT_S)
        failure: Exception | None = None
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            share = max(0.05, (deadline - time.monotonic()) / left)
            try:
                stream = await self._backend.connect_tcp(str(address), port, share, local_address, socket_options)
            except (CoreConnectError, CoreConnectTimeout) as error:
                failure = error
                continue
            state.stage = "read"
            return GuardedStream(stream, state.source)
        if isinstance(failure, CoreConnectTimeout):
            raise FetchTimeout(state.source, "connect", after_s=min(CONNECT_S, timeout or CONNECT_S)) from failure
        raise ConnectError(state.source, "the connection was refused") from failure

    async def addresses(self, host: str, port: int) -> list[IpAddress]:
        """The checked addresses of a name, at most `MAX_ADDRESSES`, in the resolver's order.

        Raises:
            DnsError: no such name, or the resolver failed for now.
            BlockedError: one of them may not be asked; a name that mixes public and private ones is refused whole.
        """
        source = progress.get().source
        found = await self._look_up(host, port)
        loopback = Origin(host, port) in self._allowed
        for address in found:
            if not is_public(address) and not (loopback and address.is_loopback):
                raise BlockedError(source, "an address that is not on the public internet", target=f"{host}:{port}")
        if not found:
            raise DnsError(source, "the name has no address")
        return found[:MAX_ADDRESSES]

    async def _look_up(self, host: str, port: int) -> list[IpAddress]:
        source = progress.get().source
        try:
            return [ipaddress.ip_address(host.strip("[]"))]
        except ValueError:
            pass
        if self._lookups >= MAX_LOOKUPS:
            raise DnsError(source, "the resolver does not answer", temporary=True)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[Any]] = loop.create_future()

        def settle(result: Sequence[Any] | None, error: Exception | None) -> None:
            self._lookups -= 1
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result or ())

        def work() -> None:
            result, error = None, None
            try:
                result = self._resolver(host, port)
            except Exception as problem:  # whatever it raises belongs to the waiting task
                error = problem
            try:
                loop.call_soon_threadsafe(settle, result, error)
            except RuntimeError:  # the loop has ended meanwhile
                return

        self._lookups += 1
        # A daemon thread of its own: a resolver that hangs must not hold a shared pool, nor the end of the process.
        threading.Thread(target=work, name="v7-dns", daemon=True).start()
        try:
            infos = await answer
        except socket.gaierror as error:
            temporary = error.errno == socket.EAI_AGAIN
            message = "the resolver failed for now" if temporary else "the name does not exist"
            raise DnsError(source, message, temporary=temporary) from error
        except (OSError, UnicodeError, ValueError) as error:
            raise DnsError(source, "not a usable name") from error
        found = [ipaddress.ip_address(str(info[4][0]).split("%", 1)[0]) for info in infos]
        return list(dict.fromkeys(found))


_LAST_CHUNK: Final = b"0\r\n\r\n"


class GuardedStream(AsyncNetworkStream):
    """A connection that says "TLS" when TLS is what failed, and is not used again after bytes that belong to no reply.

    The library keeps what came after a reply and takes it for the beginning of the next one.
    """

    def __init__(self, stream: AsyncNetworkStream, source: str) -> None:
        self._stream = stream
        self._source = source
        self._head = bytearray()
        self._received = 0
        self._tail = b""
        self._spoilt = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        data = await self._stream.read(max_bytes, timeout)
        self._received += len(data)
        if b"\r\n\r\n" not in self._head:
            self._head += data
        self._tail = (self._tail + data)[-len(_LAST_CHUNK) :]
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._head.clear()
        self._received = 0
        await self._stream.write(buffer, timeout)

    def end_of_reply(self, length: int | None) -> None:
        """The reply to the last question has been read.

        Args:
            length: Bytes of its body on the wire; None when it came in chunks.
        """
        if length is None:
            self._spoilt = self._tail != _LAST_CHUNK
        else:
            self._spoilt = self._received != self._head.find(b"\r\n\r\n") + 4 + length

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncNetworkStream:
        state = progress.get()
        state.stage = "tls"
        try:
            stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except CoreConnectTimeout as error:
            raise FetchTimeout(self._source, "tls", after_s=timeout or CONNECT_S) from error
        except (CoreConnectError, OSError) as error:
            raise TlsError(self._source, _tls_reason(error)) from error
        state.stage = "read"
        return GuardedStream(stream, self._source)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable" and self._spoilt:  # which makes the pool close it instead of using it again
            return True
        return self._stream.get_extra_info(info)


def _tls_reason(error: BaseException) -> str:
    seen: BaseException | None = error
    for _ in range(6):
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"the certificate is not acceptable: {seen.verify_message}"
        if isinstance(seen, ssl.SSLError):
            return f"the TLS handshake failed ({(seen.reason or 'unknown').lower().replace('_', ' ')})"
        seen = seen.__cause__ or seen.__context__ if seen is not None else None
    return "the TLS handshake was cut"
