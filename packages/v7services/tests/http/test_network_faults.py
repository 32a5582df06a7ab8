"""Rows N of the fault model that no other file here has, over loopback: TLS, headers, proxies, pages that lead away."""

import asyncio
import contextlib
import ssl
from pathlib import Path

import attrs
import pytest

from v7core.clock import SystemClock
from v7core.errors import BlockedError, ConnectError, FetchTimeout, ParseError, ProtocolError, TlsError
from v7core.models.sources import PollOutcome, SourceKey
from v7core.testing.fakes import ListRecorder
from v7services.fetching import HttpSource
from v7services.http.messages import Origin, get
from v7services.sources import lever

CERTIFICATE = Path(__file__).parent / "certificates" / "localhost.pem"
"""For localhost, signed by itself, good for a hundred years; its key protects nothing."""
JOBS = b'[{"id": "1", "text": "Baker"}]'


@contextlib.asynccontextmanager
async def listening(answer, context=None):
    """A server of one answer: `answer(reader, writer)`."""

    async def serve(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            await answer(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0)


async def sound(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(JOBS), JOBS))
    await writer.drain()


@pytest.fixture
def served():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def fetcher_for(make_fetcher, port, *, trusting=False, **changes):
    context = ssl.create_default_context(cafile=CERTIFICATE) if trusting else ssl.create_default_context()
    origins = frozenset({Origin("localhost", port), Origin("127.0.0.1", port)})
    return make_fetcher(allowed_origins=origins, ssl_context=context, **changes)


async def test_a_certificate_that_is_trusted_is_accepted(make_fetcher, served):
    """N34's other half: a company's own authority works once it is trusted."""
    async with listening(sound, served) as port:
        reply = await fetcher_for(make_fetcher, port, trusting=True).get(get(f"https://localhost:{port}/"))
    assert JOBS == reply.body


async def test_a_certificate_nobody_vouches_for_is_refused(make_fetcher, served):
    """N34: signed by itself."""
    async with listening(sound, served) as port:
        with pytest.raises(TlsError) as caught:
            await fetcher_for(make_fetcher, port).get(get(f"https://localhost:{port}/"))
    assert "certificate" in str(caught.value)


async def test_a_certificate_of_another_host_is_refused(make_fetcher, served):
    """N34: trusted, but for localhost and not for 127.0.0.1."""
    async with listening(sound, served) as port:
        with pytest.raises(TlsError):
            await fetcher_for(make_fetcher, port, trusting=True).get(get(f"https://127.0.0.1:{port}/"))


async def test_https_is_not_traded_for_http(make_fetcher, served):
    """N33: a redirect downwards is refused before anything is sent."""

    async def down(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with listening(down, served) as port:
        with pytest.raises(BlockedError) as caught:
            await fetcher_for(make_fetcher, port, trusting=True).get(get(f"https://localhost:{port}/"))
    assert "https to http" in str(caught.value)


async def test_what_is_not_tls_is_a_tls_error(make_fetcher):
    """N35: a server that speaks something else, and one that hangs up in the middle."""

    async def garbage(reader, writer):
        writer.write(b"220 mail.example ready\r\n" * 10)
        await writer.drain()

    async def cut(reader, writer):
        await reader.read(20)

    for answer in (garbage, cut):
        async with listening(answer) as port:
            with pytest.raises(TlsError):
                await fetcher_for(make_fetcher, port).get(get(f"https://localhost:{port}/"))


async def test_a_handshake_that_hangs_ends_with_the_deadline(make_fetcher):
    """N35."""

    async def silent(reader, writer):
        await reader.read(-1)

    async with listening(silent) as port:
        with pytest.raises(FetchTimeout) as caught:
            await fetcher_for(make_fetcher, port).get(get(f"https://localhost:{port}/", timeout_s=0.5))
    assert caught.value.stage in ("tls", "total")


async def test_a_port_where_nobody_listens(make_fetcher):
    """N7: refused, tried again with pauses, then said."""
    async with listening(sound) as port:
        pass
    with pytest.raises(ConnectError):
        await fetcher_for(make_fetcher, port).get(get(f"http://127.0.0.1:{port}/"))


async def test_a_reset_in_the_middle_is_not_half_a_list(make_fetcher):
    """N10: half a body is never read."""

    async def reset(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[]")
        await writer.drain()
        writer.transport.abort()

    async with listening(reset) as port:
        with pytest.raises((ConnectError, ProtocolError)):
            await fetcher_for(make_fetcher, port).get(get(f"http://127.0.0.1:{port}/"))


async def test_a_proxy_of_the_environment_is_not_asked(server, fetcher, monkeypatch):
    """N49: documented, and so: the variables are not read, whatever they say."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.answers["/jobs"] = server.reply(JOBS)
    assert JOBS == (await fetcher.get(get(f"{server.base}/jobs"))).body


async def test_giant_headers_end_in_a_typed_error(server, fetcher):
    """N37: a megabyte in one header is no reply."""
    server.answers["/jobs"] = server.reply(JOBS, X_Long="x" * 1_000_000)
    with pytest.raises(ProtocolError):
        await fetcher.get(get(f"{server.base}/jobs"))


async def test_many_headers_and_cookies_are_not_kept(server, fetcher):
    """N37: five hundred of them are read over; nothing of them goes back."""
    head = "".join(f"Set-Cookie: c{n}=1\r\n" for n in range(500))
    raw = server.reply(JOBS).replace(b"\r\n\r\n", b"\r\n" + head.encode() + b"\r\n", 1)
    server.answers["/jobs"] = raw
    for _ in range(2):
        reply = await fetcher.get(get(f"{server.base}/jobs"))
    assert "set-cookie" not in reply.headers
    assert all("cookie" not in asked.headers for asked in server.asked)


async def test_interim_replies_do_not_go_on_for_ever(server, fetcher, pieces):
    """N39: the sound reply after a flood, or the end of the deadline."""
    server.answers["/jobs"] = pieces(b"HTTP/1.1 103 Early Hints\r\n\r\n", forever=True)
    with pytest.raises((FetchTimeout, ProtocolError)):
        await fetcher.get(get(f"{server.base}/jobs", timeout_s=0.5))


FORGED = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"


@pytest.mark.parametrize(
    ("first", "connections"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]" + FORGED, 2),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n" + FORGED, 2),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]", 1),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n", 1),
    ],
)
async def test_what_follows_a_body_is_not_the_next_reply(make_fetcher, first, connections):
    """N40: such a connection is not used again; a sound one is."""
    opened = []

    async def answer(reader, writer):
        opened.append(1)
        while True:
            await reader.readuntil(b"\r\n\r\n")
            sound_one = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(JOBS), JOBS)
            writer.write(first if len(opened) == 1 and not answered else sound_one)
            answered.append(1)
            await writer.drain()

    answered = []
    async with listening(answer) as port:
        fetcher = fetcher_for(make_fetcher, port)
        assert b"[1]" == (await fetcher.get(get(f"http://127.0.0.1:{port}/"))).body
        assert JOBS == (await fetcher.get(get(f"http://127.0.0.1:{port}/"))).body
        await fetcher.aclose()
    assert connections == len(opened)


async def test_control_characters_of_headers_are_shown_nowhere(server, fetcher):
    """N41: neither in what is kept nor in an error."""
    server.answers["/jobs"] = server.reply(JOBS, ETag='"\x1b]0;x\x07"', Last_Modified="\x9b31m")
    try:
        reply = await fetcher.get(get(f"{server.base}/jobs"))
    except ProtocolError as error:
        assert str(error).isprintable()  # noqa: PT017 - refusing it is as good
    else:
        assert all(value.isprintable() for value in reply.headers.values())


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ('[{"id": "1", "text": "Bäcker"}]'.encode("latin-1"), "B\ufffdcker"),
        ('[{"id": "1", "text": "Bäcker"}]'.encode("utf-16"), "Bäcker"),
        ('[{"id": "1", "text": "Bäcker"}]'.encode(), "Bäcker"),
    ],
)
async def test_bytes_that_are_not_utf8_are_repaired_and_said(server, fetcher, body, title):
    """N43: never silently another text."""
    server.answers["/v0/postings/acme"] = server.reply(body, Content_Type="application/json; charset=klingon")
    options = {"clock": SystemClock(), "recorder": ListRecorder(), "base_url": server.base}
    poll = await HttpSource(lever.ADAPTER, "acme", fetcher, **options).poll()
    assert [title] == [posting.title for posting in poll.harvest.postings]
    assert bool(poll.trouble) == ("\ufffd" in title)


async def test_a_flapping_etag_is_no_change(server, discovery):
    """N46: the same body under a new name each time."""
    directory = discovery()
    key = SourceKey(source="lever", board="acme")
    await directory.add(key)
    outcomes = []
    for tag in ('"1"', '"2"', '"3"'):
        server.answers["/v0/postings/acme"] = server.reply(JOBS, ETag=tag, Vary="*", Cache_Control="max-age=3153600000")
        outcomes.append((await directory.refresh([key]))[0].outcome)
    assert [PollOutcome.OK, PollOutcome.UNCHANGED, PollOutcome.UNCHANGED] == outcomes


def paged(server, following):
    """Lever's list as one of pages, the next of which is `following`."""

    def parse(body, board, context):
        return attrs.evolve(lever.parse(body, board, context), next_request=following(context.page))

    return attrs.evolve(
        lever.ADAPTER, first_request=lambda _: get(f"{server.base}/0"), parse=parse, conditional=False, max_pages=5
    )


def numbered(number):
    return b'[{"id": "%d", "text": "Baker"}]' % number


@pytest.mark.parametrize(("name", "words"), [("circle", "circle"), ("away", "another server"), ("endless", "pages")])
async def test_pages_that_lead_nowhere_end(server, private, fetcher, name, words):
    """N47: a circle, another server, no end: what was read is kept, and known not to be everything."""
    for number in range(20):
        server.answers[f"/{number}"] = server.reply(numbered(number))
    following = {
        "circle": lambda page: get(f"{server.base}/{(page + 1) % 2}"),
        "away": lambda _: get(f"http://localhost:{private.port}/"),
        "endless": lambda page: get(f"{server.base}/{page + 1}"),
    }[name]
    source = HttpSource(paged(server, following), "acme", fetcher, clock=SystemClock(), recorder=ListRecorder())
    poll = await source.poll()
    assert words in poll.trouble
    assert poll.harvest.postings
    assert not poll.harvest.complete
    assert len(server.asked) <= 5
    assert [] == private.asked


async def test_a_cut_document_of_consistent_length_is_no_short_list(server, fetcher):
    """N12's other half: not compressed, so only the parser can see it."""
    server.answers["/v0/postings/acme"] = server.reply(JOBS[:-2])
    options = {"clock": SystemClock(), "recorder": ListRecorder(), "base_url": server.base}
    with pytest.raises(ParseError):
        await HttpSource(lever.ADAPTER, "acme", fetcher, **options).poll()
