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

import pytest

from v7core.clock import SystemClock
from v7core.errors import SourceError
from v7core.testing.fakes import ListRecorder
from v7services.http.client import Fetcher
from v7services.http.messages import FetchReply, Origin, get

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
    """In its type, and within the deadline."""
    started = time.monotonic()
    result = await outcome(ready, f"/f/{fault}/gen/jobs.json?n=20")
    assert EXPECTED[fault] == type(result).__name__
    assert time.monotonic() - started < 2.5


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
