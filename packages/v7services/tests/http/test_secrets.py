"""Credentials go to their server and nowhere else: no error, log, metric, value or repr holds one, however it fails."""

import logging
import traceback

import pytest

from v7core.errors import CredentialsError, SourceError
from v7core.testing.fakes import ListRecorder
from v7services.http.exchange import first_hop
from v7services.http.messages import FetchRequest, Format, Origin, get, post_json
from v7services.http.secrets import Filling, no_secrets, places

SECRET = "s3cr3t/with+signs&="
SHOWN = ("s3cr3t", "czNjcjN0")
"""As it is and in base64; percent signs do not change the first letters."""


def requests(base):
    """A key in every place a source puts one."""
    return {
        "path": get(f"{base}/api/{{{{DEMO_KEY}}}}/jobs"),
        "query": get(f"{base}/jobs", {"key": "{{DEMO_KEY}}"}),
        "header": get(f"{base}/jobs", headers=(("X-Api-Key", "{{DEMO_KEY}}"),)),
        "basic": get(f"{base}/jobs", headers=(("Authorization", "Basic {{basic:DEMO_KEY}}"),)),
        "body": post_json(f"{base}/jobs", {"key": "{{DEMO_KEY}}"}),
    }


def answers(server, private):
    """How a server may end it; some send back what they were sent."""

    async def echo(writer):
        asked = server.asked[-1]
        said = f"{asked.path} {asked.headers} {asked.body!r}"
        writer.write(server.reply(f"<title>log in</title>{said}".encode(), status="200 OK"))

    async def to_itself(writer):
        writer.write(server.reply(status="302 Found", Location=server.asked[-1].path))

    async def to_private(writer):
        where = f"{private.base}{server.asked[-1].path}"
        writer.write(server.reply(status="302 Found", Location=where))

    async def to_a_user(writer):
        writer.write(server.reply(status="302 Found", Location=f"http://x:{SECRET.replace('/', '')}@127.0.0.1/"))

    return {
        "refused": server.reply(status="401 No"),
        "forbidden": server.reply(status="403 No"),
        "gone": server.reply(status="404 No"),
        "failing": server.reply(status="500 Oops"),
        "limited": server.reply(status="429 Slow", Retry_After="7200"),
        "echoed in a page": echo,
        "a circle": to_itself,
        "a private address": to_private,
        "a user in the address": to_a_user,
        "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[",
        "silence": b"",
        "broken": b"nonsense\r\n\r\n",
        "sound": server.reply(b"[]"),
    }


async def run(server, private, make_fetcher, place, ending):
    """One fetch; everything of it that somebody could be shown, in one text."""
    recorder = ListRecorder()
    answer = answers(server, private)[ending]
    server.answers = dict.fromkeys(["/jobs", f"/api/{requests('')['path'].url}"], answer)
    server.answers["/api/s3cr3t%2Fwith%2Bsigns%26%3D/jobs"] = answer
    fetcher = make_fetcher(
        secrets={"DEMO_KEY": SECRET}.get,
        recorder=recorder,
        allowed_origins=frozenset({Origin("127.0.0.1", server.port)}),
    )
    request = requests(server.base)[place]
    try:
        result = await fetcher.get(request, source="demo")
        shown = [repr(result), str(result), result.url, repr(result.headers)]
    except SourceError as error:
        shown = [repr(error), str(error), repr(error.args), repr(vars(error)), *traceback.format_exception(error)]
    return "\n".join([*shown, repr(request), str(recorder.records), repr(fetcher), repr(vars(fetcher))])


@pytest.mark.parametrize("place", requests(""))
@pytest.mark.parametrize("ending", answers(type("Server", (), {"reply": staticmethod(lambda *_, **__: b"")}), None))
async def test_nothing_that_can_be_shown_holds_a_key(server, private, make_fetcher, caplog, place, ending):
    """The server got it, and the log at its most talkative, the metrics, the error and every repr did not."""
    caplog.set_level(logging.DEBUG)
    shown = await run(server, private, make_fetcher, place, ending)
    sent = " ".join(f"{asked.path} {asked.headers} {asked.body!r}" for asked in server.asked)
    assert any(part in sent for part in SHOWN)
    assert not any(part in shown + caplog.text for part in SHOWN)
    assert [] == private.asked


def test_a_hop_shows_nothing_of_what_it_carries():
    """It is the one value with the key in it."""
    filling = Filling("demo", {"DEMO_KEY": SECRET}.get)
    for request in requests("http://127.0.0.1:9").values():
        hop = first_hop(request, "demo", filling, "v7")
        assert not any(part in repr(hop) + repr(filling) + repr(request) for part in SHOWN)


@pytest.mark.parametrize("value", [None, "", "line\nbreak", "bell\x07", "\x1b[31m"])
def test_a_key_that_is_none_is_refused_by_name(value):
    """Before anything is sent; the error names its place and quotes nothing."""
    filling = Filling("demo", lambda _: value)
    with pytest.raises(CredentialsError) as caught:
        filling("{{DEMO_KEY}}")
    assert "DEMO_KEY" == caught.value.place
    assert str(caught.value).isprintable()


def test_places_are_names_in_capitals():
    """Anything else in braces is the source's own text."""
    assert {"DEMO_KEY", "A1"} == places("x={{DEMO_KEY}}", "{{basic:A1}}", "{{lower}} {{}} {{X}} {DEMO}")
    assert no_secrets("DEMO_KEY") is None


async def test_every_key_of_a_request_is_taken_out_of_an_error_and_its_causes():
    """Longest first, so that one key inside another leaves nothing behind."""
    filling = Filling("demo", {"SHORT": "abc", "LONG": "abcdef"}.get)
    filling("{{SHORT}} {{LONG}}")
    error = SourceError("demo", "asked abcdef and abc")
    error.__cause__ = ValueError("abcdef")
    filling.clean(error)
    assert "demo: asked {{LONG}} and {{SHORT}}" == str(error)
    assert "{{LONG}}" == str(error.__cause__)


async def test_a_source_without_its_key_asks_nobody(server, make_fetcher):
    """Off until it is given."""
    with pytest.raises(CredentialsError):
        await make_fetcher().get(FetchRequest(url=f"{server.base}/?k={{{{DEMO_KEY}}}}", format=Format.JSON))
    assert [] == server.asked
