"""The fetch against a fault server, where there is one: a hundred faults, one typed end each.

What it covers is covered by `test_client` and `test_guard` without it; this adds TLS and the faults' own spelling.
"""

import asyncio
import json
import os
import ssl
import subprocess
import sys
import time
from pathlib import Path

import attrs
import pytest

from v7core.clock import SystemClock
from v7core.errors import SourceError
from v7core.testing.fakes import ListRecorder
from v7services.fetching import HttpSource
from v7services.http.client import Fetcher
from v7services.http.messages import FetchReply, Format, Origin, get
from v7services.sources import feed, greenhouse, jsonld

SHARED = Path(os.environ.get("V7_SHARED") or Path(__file__).parents[5] / "shared")
PROGRAM = SHARED / "tools" / "faultserver" / "faultserver.py"
pytestmark = pytest.mark.skipif(
    not PROGRAM.exists(), reason="the fault server is not here: set V7_SHARED to its folder"
)

EXPECTED = {
    "ok": "FetchReply",
    "gzip": "FetchReply",
    "hang": "FetchTimeout",
    "close": "ConnectError",
    "reset": "ConnectError",
    "reset-mid": "ConnectError",
    "close-mid": "ProtocolError",
    "gzip-truncated": "DecodeError",
    "drip": "FetchTimeout",
    "slow-head": "FetchTimeout",
    "endless": "TooLarge",
    "huge": "TooLarge",
    "gzip-bomb": "TooLarge",
    "gzip-bomb,layers=3": "DecodeError",
    "gzip-bad-crc": "DecodeError",
    "gzip-not": "DecodeError",
    "unknown-encoding": "DecodeError",
    "429,after=7200": "RateLimited",
    "429,form=date": "RateLimited",
    "500": "StatusError",
    "502": "StatusError",
    "503": "StatusError",
    "504": "StatusError",
    "400": "StatusError",
    "404": "SourceGone",
    "410": "SourceGone",
    "451": "SourceGone",
    "401": "CredentialsError",
    "redirect-loop": "RedirectError",
    "redirect-nowhere": "RedirectError",
    "huge-header": "ProtocolError",
    "many-headers": "FetchReply",
    "cookie-flood": "FetchReply",
    "bad-chunk": "ProtocolError",
    "two-lengths": "ProtocolError",
    "negative-length": "ProtocolError",
    "bad-status": "ProtocolError",
    "garbage": "ProtocolError",
    "info-flood": "FetchReply",
    "header-inject": "FetchReply",
    "wrong-type": "FetchReply",
    "no-type": "FetchReply",
    "html-200": "ChallengeError",
    "304-cold": "ProtocolError",
}
TARGETS = """internal metadata loopback-name loopback-short loopback-decimal loopback-octal loopback-hex loopback-zero
loopback-v6 loopback-mapped loopback-dot private-10 private-192 private-172
link-local cgnat ula nat64 file data javascript
ftp gopher unix userinfo backslash crlf relative-scheme empty spaces unparsable bad-port refused""".split()


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    documents(folder)
    note = folder / "ready.json"
    command = [
        sys.executable,
        str(PROGRAM),
        "--root",
        str(folder),
        "--port",
        "0",
        "--ready-file",
        str(note),
        "--lifetime",
        "120",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            if note.exists() or process.poll() is not None:
                break
            time.sleep(0.05)
        if not note.exists():
            pytest.skip("the fault server did not start")
        yield json.loads(note.read_text())
    finally:
        process.terminate()
        process.wait(10)


async def outcome(ready, path, *, port="", tls=False, deadline=1.2):
    """The name of what a fetch ended in."""

    async def no_wait(_):
        await asyncio.sleep(0)

    ports = ready["ports"] | {"": ready["port"]}
    context = ssl.create_default_context(cafile=ready["ca_file"]) if tls else None
    origins = frozenset({Origin("127.0.0.1", ports[port]), Origin("localhost", ports[port])})
    fetcher = Fetcher(
        clock=SystemClock(),
        recorder=ListRecorder(),
        allowed_origins=origins,
        ssl_context=context,
        sleep=no_wait,
        seed=1,
    )
    url = f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{ports[port]}{path}"
    try:
        result = await fetcher.get(get(url, timeout_s=deadline, max_wire_bytes=2_000_000, max_decoded_bytes=4_000_000))
    except SourceError as error:
        result = error
    finally:
        await fetcher.aclose()
    return result


async def canary_hits(ready):
    reply = await outcome(ready, "/__control/canary")
    assert isinstance(reply, FetchReply)
    return json.loads(reply.body)["hits"]


@pytest.mark.parametrize("fault", EXPECTED)
async def test_each_fault_has_its_end(ready, fault):
    """In its type; a silence within the deadline, everything else long before it."""
    deadline = 1.2 if EXPECTED[fault] == "FetchTimeout" else 20.0
    result = await outcome(ready, f"/f/{fault}/gen/jobs.json?n=20", deadline=deadline)
    assert EXPECTED[fault] == type(result).__name__


@pytest.mark.parametrize("target", TARGETS)
async def test_a_redirect_to_a_forbidden_target_touches_nothing(ready, target):
    """Neither the canary nor the private service has a hit."""
    result = await outcome(ready, f"/f/redirect-to,to={target}/gen/jobs.json")
    assert isinstance(result, SourceError)
    assert not await canary_hits(ready)


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("tls-ok", "FetchReply"),
        ("tls-expired", "TlsError"),
        ("tls-wrong-host", "TlsError"),
        ("tls-self-signed", "TlsError"),
        ("tls-garbage", "TlsError"),
        ("tls-cut", "TlsError"),
        ("tls-hang", "FetchTimeout"),
    ],
)
async def test_tls_that_cannot_be_trusted_is_refused(ready, port, expected):
    """And there is no switch."""
    if port not in ready["ports"]:
        pytest.skip("the fault server has no TLS here (it needs the openssl program)")
    assert expected == type(await outcome(ready, "/gen/jobs.json?n=3", port=port, tls=True)).__name__


async def test_https_is_not_traded_for_http(ready):
    """A redirect downwards is refused before anything is sent."""
    if "tls-ok" not in ready["ports"]:
        pytest.skip("the fault server has no TLS here (it needs the openssl program)")
    path = f"/gen/jobs.json?fault=redirect-to&to=http%3A%2F%2Flocalhost:{ready['ports']['tls-ok']}%2F"
    result = await outcome(ready, path, port="tls-ok", tls=True)
    assert "BlockedError" == type(result).__name__
    assert "https to http" in str(result)


async def test_a_short_chain_of_redirects_is_followed(ready):
    """Three hops are fine, nine are not."""
    assert "FetchReply" == type(await outcome(ready, "/gen/jobs.json?fault=redirect-chain&n=3")).__name__
    assert "RedirectError" == type(await outcome(ready, "/gen/jobs.json?fault=redirect-chain&n=9")).__name__


@pytest.mark.parametrize(("port", "expected"), [("refused", "ConnectError"), ("blackhole", "FetchTimeout")])
async def test_nobody_there(ready, port, expected):
    """Refused, or accepted and silent."""
    assert expected == type(await outcome(ready, "/gen/jobs.json", port=port)).__name__


# --- payloads and contents: the same rows as in test_payload_faults, in the fault server's own spelling ---------------


def documents(folder):
    """Sound documents for the server to spoil: a board in Greenhouse's shape, and a feed of another's."""
    jobs = [
        {
            "id": 4_100_000 + n,
            "title": f"Baker {n}",
            "company_name": "Acme",
            "location": {"name": "Leeds"},
            "absolute_url": f"https://job-boards.greenhouse.io/acme/jobs/{n}",
            "updated_at": "2026-11-03T11:00:00-05:00",
            "first_published": "2026-11-01T11:00:00-05:00",
            "content": "&lt;p&gt;Bake.&lt;/p&gt;",
            "pay_input_ranges": [{"min_cents": 100_000, "max_cents": 200_000, "currency_type": "GBP", "title": "Pay"}],
        }
        for n in range(20)
    ]
    (folder / "board.json").write_text(json.dumps({"jobs": jobs, "meta": {"total": 20}}))


async def polled(ready, fault, adapter, path):
    """A poll of a document with a fault: what it came to, and the error's name in place of one."""

    async def no_wait(_):
        await asyncio.sleep(0)

    base = f"http://127.0.0.1:{ready['port']}"
    origins = frozenset({Origin("127.0.0.1", ready["port"])})
    fetcher = Fetcher(clock=SystemClock(), recorder=ListRecorder(), allowed_origins=origins, sleep=no_wait, seed=1)
    kind = {"feed": Format.FEED, "jsonld": Format.HTML}.get(adapter.name, Format.JSON)
    asked = attrs.evolve(adapter, first_request=lambda _: get(f"{base}/f/{fault}{path}", format=kind, timeout_s=10.0))
    name = "acme" if kind is Format.JSON else f"{base}{path}"
    try:
        return await HttpSource(asked, name, fetcher, clock=SystemClock(), recorder=ListRecorder()).poll()
    except SourceError as error:
        return error
    finally:
        await fetcher.aclose()


BOARD_FAULTS = {
    "json-empty": "ParseError",
    "json-none": 0,
    "truncate": "ParseError",
    "json-shape,as=null": "SchemaError",
    "json-shape,as=7": "SchemaError",
    "json-shape,as=[[]]": "SchemaError",
    "json-shape,as={}": "SchemaError",
    "json-deep": "ParseError",
    "json-nan": 20,
    "json-bigint": None,
    "json-dupkeys": 20,
    "json-surrogate": 20,
    "json-nul": 20,
    "json-types": None,
    "json-nulls": None,
    "json-extra": "ParseError",
    "json-bom": 20,
    "json-comments": "ParseError",
    "long-text,size=5000000": 20,
    "html-desc-deep": 20,
    "odd-urls": 20,
    "odd-dates": 20,
    "odd-pay": 20,
    "odd-ids": None,
    "same-id": None,
    "new-ids": 20,
    "shuffle": 20,
    "clock-back": 20,
    "wrong-type": 20,
    "no-type": 20,
    "nonsense-charset": 20,
    "etag-flap": 20,
    "cache-forever": 20,
    "vary-star": 20,
}
"""A type of error, a number of postings, or None: however many, each left-out one is counted."""


def _inert(posting):
    words = (posting.title, posting.company, *posting.locations, *posting.tags, *posting.departments)
    assert all(map(str.isprintable, words))
    assert all(line.isprintable() for line in posting.text.split("\n"))
    assert len(posting.text) <= 60_000
    assert all(url is None or url.startswith(("https://", "http://")) for url in (posting.url, posting.apply_url))
    assert posting.posted is None or 1995 <= posting.posted.at.year < 2100


@pytest.mark.parametrize("fault", BOARD_FAULTS)
async def test_a_spoilt_board_ends_as_it_should(ready, fault):
    """Its type of error, or the postings that can be read, each inert, the others counted."""
    result = await polled(ready, fault, greenhouse.ADAPTER, "/board.json")
    expected = BOARD_FAULTS[fault]
    if isinstance(expected, str):
        assert expected == type(result).__name__
        return
    assert not isinstance(result, SourceError), result
    found = len(result.harvest.postings)
    left_out = sum(skip.count for skip in result.harvest.skipped)
    assert found == expected if expected is not None else 0 < found + left_out <= 20
    for posting in result.harvest.postings:
        _inert(posting)


@pytest.mark.parametrize("mode", ["append", "replace"])
@pytest.mark.parametrize("path", ["/board.json", "/gen/rss.xml", "/gen/jobs.html"])
async def test_every_injected_text_is_inert(ready, mode, path):
    """All of the server's payloads in turn, in every text of a board, a feed and a page."""
    module = {"/board.json": greenhouse, "/gen/rss.xml": feed, "/gen/jobs.html": jsonld}[path]
    everywhere = "" if module is jsonld else ",all=1"  # a page whose types are spoilt holds no posting at all
    result = await polled(ready, f"inject,mode={mode}{everywhere}", module.ADAPTER, path)
    assert not isinstance(result, SourceError), result
    assert len(result.harvest.postings) + sum(skip.count for skip in result.harvest.skipped) >= 1
    for posting in result.harvest.postings:
        _inert(posting)


XML_FAULTS = [f"xxe,via={via}" for via in ("file", "http", "param", "xinclude", "dtd", "pi")]
XML_FAULTS += ["billion-laughs", "quadratic-blowup", "xml-deep", "xml-attrs", "xml-encoding,says=utf-16"]
XML_FAULTS += ["xml-unclosed", "inject,raw=1", "truncate", "bad-utf8", "wrong-charset,real=utf-16"]


@pytest.mark.parametrize("fault", XML_FAULTS)
async def test_a_spoilt_feed_reads_no_file_and_asks_nobody(ready, fault):
    """A typed error, or what is sound with a flag; no entity is looked up, no canary hit."""
    result = await polled(ready, fault, feed.ADAPTER, "/gen/rss.xml")
    shown = str(result) if isinstance(result, SourceError) else "".join(map(repr, result.harvest.postings))
    assert ready["canary"] not in shown
    assert not await canary_hits(ready)
    if not isinstance(result, SourceError):
        for posting in result.harvest.postings:
            _inert(posting)


async def test_an_unclosed_item_keeps_the_sound_ones(ready):
    """P14: nineteen of twenty at least, and a flag."""
    result = await polled(ready, "xml-unclosed", feed.ADAPTER, "/gen/rss.xml?n=20")
    assert len(result.harvest.postings) >= 19
    assert result.trouble


@pytest.mark.parametrize("fault", ["jsonld-broken", "html-deep", "meta-refresh"])
async def test_a_spoilt_page_keeps_its_sound_blocks(ready, fault):
    """P16, P4, P18: and nothing that it names is fetched."""
    result = await polled(ready, fault, jsonld.ADAPTER, "/gen/jobs.html?n=20")
    if fault == "jsonld-broken":
        assert len(result.harvest.postings) >= 19
    elif isinstance(result, SourceError):  # the server's deep page and its refreshing one hold no postings
        assert "SchemaError" == type(result).__name__
    assert not await canary_hits(ready)
