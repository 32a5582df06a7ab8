"""The guarded fetch against a server that misbehaves: one typed error each, nothing asked that may not be."""

import asyncio
import gzip
import json
import zlib

import pytest

from v7core.errors import (
    BlockedError,
    ChallengeError,
    ConnectError,
    CredentialsError,
    DecodeError,
    FetchTimeout,
    ProtocolError,
    RateLimited,
    RedirectError,
    SourceError,
    SourceGone,
    StatusError,
    TooLarge,
)
from v7core.models.sources import Validators
from v7core.testing.fakes import ListRecorder
from v7services.http.limits import Rate
from v7services.http.messages import FetchRequest, Format, get

BOARD = json.dumps({"jobs": [{"id": n} for n in range(20)]}).encode()


async def test_a_sound_reply_comes_whole(server, make_fetcher):
    """Body, size and address are the server's; the request names us and accepts only what we can undo."""
    server.answers["/jobs"] = server.reply(BOARD, ETag='"1"')
    recorder = ListRecorder()
    reply = await make_fetcher(recorder=recorder).get(get(f"{server.base}/jobs", {"q": "a b"}))
    assert (BOARD, 200, len(BOARD), 1) == (reply.body, reply.status, reply.wire_bytes, reply.requests)
    assert {"etag": '"1"'} == {key: value for key, value in reply.headers.items() if key == "etag"}
    headers = server.asked[0].headers
    assert "v7" in headers["user-agent"]
    assert ("gzip, deflate", "/jobs?q=a+b") == (headers["accept-encoding"], server.asked[0].path)
    assert not {"cookie", "authorization"} & set(headers)
    assert len(recorder.values("http.request_ms")) == 1
    assert ([0.0], 1) == (recorder.values("error_rate"), len(recorder.values("network_latency_ms")))
    assert [] == recorder.values("cache_hit_rate")  # nothing was asked that a cache could have answered


async def test_what_a_cache_answers_and_what_fails_is_recorded(server, make_fetcher):
    """1 for a hit and for a failure, 0 for a miss and for a success: the means are the rates."""
    recorder = ListRecorder()
    fetcher = make_fetcher(recorder=recorder)
    server.answers["/jobs"] = server.reply(BOARD, ETag='"1"')
    request = get(f"{server.base}/jobs", validators=Validators(etag='"0"'))
    await fetcher.get(request)
    server.answers["/jobs"] = server.reply(status="304 Not Modified")
    await fetcher.get(request)
    with pytest.raises(SourceError):
        await fetcher.get(get(f"{server.base}/nowhere"))
    assert ([0.0, 1.0], [0.0, 0.0, 1.0]) == (recorder.values("cache_hit_rate"), recorder.values("error_rate"))


async def test_loopback_is_refused_unless_it_was_allowed(server, make_fetcher):
    """Without the exact origin nothing is sent."""
    with pytest.raises(BlockedError):
        await make_fetcher(allowed_origins=frozenset()).get(get(f"{server.base}/jobs"))
    assert [] == server.asked


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "127.1"])
async def test_a_redirect_to_another_port_of_this_machine_is_refused(server, private, fetcher, host):
    """Allowing one origin opens no other, however it is spelled."""
    server.answers["/jobs"] = server.reply(status="302 Found", Location=f"http://{host}:{private.port}/")
    with pytest.raises((BlockedError, RedirectError)):
        await fetcher.get(get(f"{server.base}/jobs"))
    assert [] == private.asked


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "data:text/html,x",
        "javascript:alert(1)",
        "ftp://x/",
        "http://x:99999999/",
        "http://[::1",
        "",
        "gopher://x/",
        "http://a b/",
    ],
)
async def test_a_redirect_that_cannot_be_followed_is_typed(server, fetcher, target):
    """No library error leaks, whatever Location holds."""
    server.answers["/jobs"] = server.reply(status="302 Found", Location=target)
    with pytest.raises(SourceError) as caught:
        await fetcher.get(get(f"{server.base}/jobs"))
    assert isinstance(caught.value, RedirectError | BlockedError | ConnectError)
    assert len(server.asked) == 1


async def test_a_user_in_a_redirect_is_refused(server, fetcher):
    """`user@host` is how one host passes for another."""
    server.answers["/jobs"] = server.reply(
        status="302 Found", Location=f"http://boards.example@127.0.0.1:{server.port}/x"
    )
    with pytest.raises(BlockedError):
        await fetcher.get(get(f"{server.base}/jobs"))


async def test_redirects_are_followed_and_counted(server, fetcher):
    """A few hops work; the address of the reply is the last one."""
    server.answers |= {"/a": server.reply(status="301 Moved", Location="/b"), "/b": server.reply(BOARD)}
    reply = await fetcher.get(get(f"{server.base}/a"))
    assert (f"{server.base}/b", 2) == (reply.url, reply.requests)


async def test_a_redirect_loop_ends(server, fetcher):
    """After five hops."""
    server.answers["/a"] = server.reply(status="302 Found", Location="/a")
    with pytest.raises(RedirectError):
        await fetcher.get(get(f"{server.base}/a"))
    assert len(server.asked) == 6


async def test_credentials_stay_with_their_origin(server, make_fetcher):
    """A redirect to another name carries neither the key nor any other header of the source."""
    from v7services.http.messages import Origin

    origins = frozenset({Origin("127.0.0.1", server.port), Origin("localhost", server.port)})
    fetcher = make_fetcher(allowed_origins=origins, secrets={"DEMO_KEY": "s3cret"}.get)
    server.answers |= {
        "/a": server.reply(status="307 Moved", Location=f"http://localhost:{server.port}/b"),
        "/b": server.reply(BOARD),
    }
    headers = (("X-Api-Key", "{{DEMO_KEY}}"), ("X-Other", "1"))
    await fetcher.get(get(f"{server.base}/a", headers=headers))
    first, second = server.asked
    assert ("s3cret", "1") == (first.headers["x-api-key"], first.headers["x-other"])
    assert not {"x-api-key", "x-other"} & set(second.headers)


async def test_a_question_is_not_handed_on_to_another_server(server, make_fetcher):
    """A POST body may hold a key."""
    from v7services.http.messages import Origin

    origins = frozenset({Origin("127.0.0.1", server.port), Origin("localhost", server.port)})
    server.answers["/a"] = server.reply(status="307 Moved", Location=f"http://localhost:{server.port}/b")
    with pytest.raises(RedirectError):
        await make_fetcher(allowed_origins=origins).get(FetchRequest(url=f"{server.base}/a", method="POST", body=b"{}"))


async def test_a_key_is_put_in_and_never_shown(server, make_fetcher):
    """In address, header and body; the reply's address holds the place and not the value."""
    fetcher = make_fetcher(secrets={"DEMO_KEY": "s3/cret"}.get)
    server.answers["/jobs"] = server.reply(BOARD)
    request = FetchRequest(
        url=f"{server.base}/jobs?key={{{{DEMO_KEY}}}}",
        method="POST",
        body=b'{"k":"{{DEMO_KEY}}"}',
        headers=(("Authorization", "Basic {{basic:DEMO_KEY}}"),),
    )
    reply = await fetcher.get(request)
    asked = server.asked[0]
    assert ("/jobs?key=s3%2Fcret", b'{"k":"s3/cret"}') == (asked.path, asked.body)
    assert asked.headers["authorization"] == "Basic czMvY3JldDo="
    assert "cret" not in reply.url
    assert "{{DEMO_KEY}}" in reply.url


async def test_a_missing_key_names_its_place(server, fetcher):
    """And nothing is sent."""
    with pytest.raises(CredentialsError) as caught:
        await fetcher.get(get(f"{server.base}/jobs?key={{{{DEMO_KEY}}}}"))
    assert ("DEMO_KEY", []) == (caught.value.place, server.asked)


async def test_a_refused_key_names_its_place(server, make_fetcher):
    """401 and 403 alike, when a key was sent; never its value."""
    server.answers["/jobs"] = server.reply(status="403 Forbidden")
    with pytest.raises(CredentialsError) as caught:
        await make_fetcher(secrets={"DEMO_KEY": "s3cret"}.get).get(
            get(f"{server.base}/jobs", headers=(("X-Key", "{{DEMO_KEY}}"),))
        )
    assert caught.value.place == "DEMO_KEY"
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error", "tries"),
    [
        ("404 Not Found", SourceGone, 1),
        ("410 Gone", SourceGone, 1),
        ("451 Law", SourceGone, 1),
        ("400 Bad", StatusError, 1),
        ("403 Forbidden", StatusError, 1),
        ("401 Unauthorized", CredentialsError, 1),
        ("500 Oops", StatusError, 3),
        ("503 Busy", StatusError, 3),
    ],
)
async def test_a_status_is_an_error_of_its_kind(server, fetcher, status, error, tries):
    """Only 5xx are tried again."""
    server.answers["/jobs"] = server.reply(status=status)
    with pytest.raises(error):
        await fetcher.get(get(f"{server.base}/jobs"))
    assert tries == len(server.asked)


async def test_an_outage_that_ends_is_not_seen(server, fetcher):
    """503, then a cut connection, then sound: one reply, three requests."""
    server.answers["/jobs"] = [server.reply(status="503 Busy"), b"", server.reply(BOARD)]
    reply = await fetcher.get(get(f"{server.base}/jobs"))
    assert (BOARD, 3) == (reply.body, reply.requests)


async def test_a_host_that_fails_everybody_gets_no_storm(server, fetcher):
    """Retries of one host are budgeted over all of its boards: ten a minute."""
    server.answers["/jobs"] = server.reply(status="500 Oops")
    for _ in range(20):
        with pytest.raises(StatusError):
            await fetcher.get(get(f"{server.base}/jobs"))
    assert len(server.asked) == 20 + 10


async def test_a_host_that_asks_for_a_pause_gets_it(server, fetcher):
    """429 with a long Retry-After: no request to that host before, whatever the board."""
    server.answers["/jobs"] = server.reply(status="429 Slow down", Retry_After="7200")
    for path in ("jobs", "other"):
        with pytest.raises(RateLimited) as caught:
            await fetcher.get(get(f"{server.base}/{path}"))
        assert 7190 < caught.value.retry_after_s <= 7200
    assert len(server.asked) == 1


async def test_a_short_pause_is_waited_for(server, make_fetcher):
    """A second or two fit into the request."""
    server.answers["/jobs"] = [server.reply(status="429 Slow down", Retry_After="1"), server.reply(BOARD)]
    reply = await make_fetcher(sleep=asyncio.sleep).get(get(f"{server.base}/jobs"))
    assert (BOARD, 2) == (reply.body, reply.requests)


async def test_waiting_for_a_turn_is_no_latency(server, make_fetcher, monkeypatch):
    """The one that waited for the first to be answered was itself answered at once."""
    monkeypatch.setattr("v7services.http.client.LOCAL_RATE", Rate(requests=100.0, in_flight=1))

    asked = asyncio.Event()

    async def late(writer):
        asked.set()
        await asyncio.sleep(0.5)
        writer.write(server.reply(b"{}"))

    server.answers |= {"/late": late, "/soon": server.reply(b"{}")}
    fetcher = make_fetcher()
    first = asyncio.ensure_future(fetcher.get(get(f"{server.base}/late")))
    await asked.wait()
    behind = await fetcher.get(get(f"{server.base}/soon"))
    assert 400.0 < (await first).duration_ms
    assert behind.duration_ms < (await first).duration_ms / 2


async def test_silence_ends(server, fetcher, pieces):
    """A server that accepts and says nothing."""
    server.answers["/jobs"] = pieces(b"", every=5.0)
    with pytest.raises(FetchTimeout) as caught:
        await fetcher.get(get(f"{server.base}/jobs", timeout_s=0.3))
    assert caught.value.stage in ("read", "total")  # which of the two deadlines is seen first on a busy machine


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
async def test_a_drip_ends(server, fetcher, pieces, head):
    """Every byte would reset a read timeout; the deadline is for everything."""
    server.answers["/jobs"] = pieces(head or b"HTTP/1.1 200 OK\r\nX: ", b"a", every=0.05, forever=True)
    with pytest.raises(FetchTimeout) as caught:
        await fetcher.get(get(f"{server.base}/jobs", timeout_s=0.4))
    assert caught.value.stage == "total"


async def test_an_endless_body_is_cut_off_at_the_cap(server, fetcher, pieces):
    """On the wire."""
    server.answers["/jobs"] = pieces(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 60_000, forever=True)
    with pytest.raises(TooLarge) as caught:
        await fetcher.get(get(f"{server.base}/jobs", max_wire_bytes=500_000))
    assert ("wire", 500_000) == (caught.value.stage, caught.value.limit)


async def test_an_announced_giant_is_not_read(server, fetcher, pieces):
    """Content-Length is enough to refuse."""
    server.answers["/jobs"] = pieces(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", every=5.0)
    with pytest.raises(TooLarge):
        await fetcher.get(get(f"{server.base}/jobs", timeout_s=2.0))


async def test_a_bomb_is_cut_off_while_it_unfolds(server, fetcher):
    """50 MB of zeros in 50 kB, packed once and twice."""
    bomb = gzip.compress(bytes(50_000_000))
    server.answers["/once"] = server.reply(bomb, Content_Encoding="gzip")
    server.answers["/twice"] = server.reply(gzip.compress(bomb), Content_Encoding="gzip, gzip")
    for path in ("once", "twice"):
        with pytest.raises(TooLarge) as caught:
            await fetcher.get(get(f"{server.base}/{path}", max_decoded_bytes=1_000_000))
        assert caught.value.stage == "decoded"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BOARD)),
        ("x-gzip", gzip.compress(BOARD)),
        ("deflate", zlib.compress(BOARD)),
        ("identity", BOARD),
        ("gzip", gzip.compress(BOARD[:9]) + gzip.compress(BOARD[9:])),
        ("deflate, gzip", gzip.compress(zlib.compress(BOARD))),
    ],
)
async def test_what_was_packed_comes_out_again(server, fetcher, encoding, packed):
    """Also in several members, and twice packed."""
    server.answers["/jobs"] = server.reply(packed, Content_Encoding=encoding)
    reply = await fetcher.get(get(f"{server.base}/jobs"))
    assert (BOARD, len(packed)) == (reply.body, reply.wire_bytes)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(BOARD)[:-9]),
        ("gzip", BOARD),
        ("gzip", gzip.compress(BOARD)[:-8] + b"12345678"),
        ("br", BOARD),
        ("zstd", BOARD),
        ("gzip", gzip.compress(BOARD) + b"tail"),
        ("deflate", zlib.compress(BOARD) + b"tail"),
        ("gzip, gzip, gzip", BOARD),
    ],
)
async def test_a_body_that_cannot_be_undone_is_an_error(server, fetcher, encoding, body):
    """Cut, damaged, not packed, packed by something we did not ask for: never half a list."""
    server.answers["/jobs"] = server.reply(body, Content_Encoding=encoding)
    with pytest.raises(DecodeError):
        await fetcher.get(get(f"{server.base}/jobs"))


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
    ],
)
async def test_broken_http_is_one_error(server, fetcher, raw):
    """Cut, mislabelled, oversized heads: `ProtocolError`, not a library's."""
    server.answers["/jobs"] = raw
    with pytest.raises(ProtocolError):
        await fetcher.get(get(f"{server.base}/jobs"))


async def test_closed_without_a_word_is_tried_again_and_typed(server, fetcher):
    """Three times."""
    server.answers["/jobs"] = b""
    with pytest.raises(ConnectError):
        await fetcher.get(get(f"{server.base}/jobs"))
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("declared", "page"),
    [
        (Format.JSON, b"<!DOCTYPE html><title>Just a moment...</title>"),
        (Format.JSON, b"\n <html>Log in"),
        (Format.XML, b"<html><body>"),
        (Format.FEED, b"<!-- x --><!doctype html>"),
        (Format.HTML, b"<html><title>Access denied</title>"),
        (Format.HTML, b"<form><input name=p type='password'>"),
    ],
)
async def test_a_login_page_is_not_an_empty_board(server, fetcher, declared, page):
    """Whatever Content-Type says."""
    server.answers["/jobs"] = server.reply(page, Content_Type="application/json")
    with pytest.raises(ChallengeError):
        await fetcher.get(get(f"{server.base}/jobs", format=declared))


async def test_the_declared_format_wins_over_the_content_type(server, fetcher):
    """JSON sent as text/html is JSON."""
    server.answers["/jobs"] = server.reply(BOARD, Content_Type="text/html; charset=latin-9")
    assert BOARD == (await fetcher.get(get(f"{server.base}/jobs"))).body


async def test_unchanged_is_believed_only_when_asked(server, fetcher):
    """Validators are sent as they came; a 304 that nobody asked for is broken HTTP."""
    server.answers["/jobs"] = server.reply(status="304 Not Modified", Content_Length="")
    validators = Validators(etag='"1"', last_modified="Sat, 14 Mar 2026 09:30:00 GMT")
    assert (await fetcher.get(get(f"{server.base}/jobs", validators=validators))).not_modified
    headers = server.asked[0].headers
    assert (validators.etag, validators.last_modified) == (headers["if-none-match"], headers["if-modified-since"])
    with pytest.raises(ProtocolError):
        await fetcher.get(get(f"{server.base}/jobs"))


async def test_no_more_than_a_few_in_flight_at_one_host(server, make_fetcher):
    """However many boards it has."""

    async def slowly(writer):
        await asyncio.sleep(0.02)
        writer.write(server.reply(BOARD))

    server.answers["/jobs"] = slowly
    fetcher = make_fetcher()
    await asyncio.gather(*(fetcher.get(get(f"{server.base}/jobs?n={n}"), rate=Rate(in_flight=1)) for n in range(24)))
    assert (24, True) == (len(server.asked), server.peak <= 8)


async def test_waiting_for_a_turn_does_not_use_up_the_deadline(server, make_fetcher, pieces):
    """Twenty questions of 0.1 s, eight at a time, each with 0.25 s to answer."""
    server.answers["/jobs"] = pieces(b"", server.reply(BOARD), every=0.1)
    fetcher = make_fetcher()
    asked = [fetcher.get(get(f"{server.base}/jobs?n={n}", timeout_s=0.9)) for n in range(40)]
    assert len(await asyncio.gather(*asked)) == 40


async def test_cancelling_is_not_an_error_of_the_source(server, fetcher, pieces):
    """It passes through, and the fetcher still works."""
    server.answers |= {"/slow": pieces(b"", every=5.0), "/jobs": server.reply(BOARD)}
    task = asyncio.ensure_future(fetcher.get(get(f"{server.base}/slow")))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert BOARD == (await fetcher.get(get(f"{server.base}/jobs"))).body


async def test_cookies_are_not_kept(server, fetcher):
    """Each request starts afresh."""
    server.answers["/jobs"] = server.reply(BOARD, Set_Cookie="a=1")
    for _ in range(2):
        await fetcher.get(get(f"{server.base}/jobs"))
    assert all("cookie" not in asked.headers for asked in server.asked)


async def test_giant_bodies_take_turns_and_small_ones_do_not_wait(server, fetcher, pieces):
    """Two at once; a third one waits within its own deadline, so that all of them together fit into memory."""
    megabyte = b"x" * 1_000_000
    for number in range(3):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n"
        server.answers[f"/giant{number}"] = pieces(head + megabyte, megabyte, b"x", every=0.2, forever=True)
    server.answers["/small"] = server.reply(BOARD)
    giants = [fetcher.get(get(f"{server.base}/giant{n}", timeout_s=1.5, format=Format.TEXT)) for n in range(3)]
    waiting = asyncio.gather(*giants, return_exceptions=True)
    await asyncio.sleep(0.6)
    assert BOARD == (await fetcher.get(get(f"{server.base}/small"))).body
    assert ["FetchTimeout"] * 3 == [type(error).__name__ for error in await waiting]
