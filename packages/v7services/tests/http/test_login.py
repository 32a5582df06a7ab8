"""A source that hands out a token first: asked once a poll, shown to the server that is asked, and to no other."""

from typing import cast

import pytest

from v7core.errors import CredentialsError, StatusError
from v7core.testing.fakes import FixedClock, ListRecorder
from v7services.adapter import bearer
from v7services.fetching import HttpSource
from v7services.http.client import Fetcher
from v7services.http.messages import FetchReply
from v7services.sources import francetravail
from v7services.testing.cases import FETCHED_AT

TOKEN = b'{"access_token": "aBcDeFgH-0123456789"}'
PAGE = b'{"resultats": []}'


class Scripted:
    """Answers in turn, and keeps what was asked; a number is an error status."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def get(self, request, *, source="", rate=None):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, int):
            raise StatusError(source, answer)
        return answer if isinstance(answer, FetchReply) else FetchReply(status=200, url=request.url, body=answer)


def _source(fetcher):
    return HttpSource(
        francetravail.ADAPTER,
        "boulanger/51",
        cast("Fetcher", fetcher),
        clock=FixedClock(FETCHED_AT),
        recorder=ListRecorder(),
    )


async def test_the_token_goes_along_with_the_questions():
    """And is asked for before each poll, since it does not live long."""
    fetcher = Scripted(TOKEN, PAGE, TOKEN, PAGE)
    source = _source(fetcher)
    await source.poll()
    await source.poll()
    first, second = fetcher.asked[:2]
    assert b"{{FRANCE_TRAVAIL_SECRET}}" in first.body
    assert "Authorization" not in dict(first.headers)
    assert "Bearer aBcDeFgH-0123456789" == dict(second.headers)["Authorization"]
    assert 4 == len(fetcher.asked)
    assert "aBcDeFgH" not in repr(second)


@pytest.mark.parametrize("status", [400, 403])
async def test_a_refused_client_is_told_which_key_it_is(status):
    """OAuth refuses with these as often as with 401."""
    with pytest.raises(CredentialsError) as caught:
        await _source(Scripted(status)).poll()
    assert "FRANCE_TRAVAIL_ID, FRANCE_TRAVAIL_SECRET" == caught.value.place


async def test_another_failure_of_the_login_stays_what_it_is():
    """A server that is down has refused nobody."""
    with pytest.raises(StatusError) as caught:
        await _source(Scripted(502)).poll()
    assert 502 == caught.value.code


@pytest.mark.parametrize("token", ["", "short", "two words here", "line\r\nX-Other: 1", "ü" * 20])
def test_what_is_no_token_never_gets_into_a_header(token):
    """Whatever the server sends."""
    with pytest.raises(CredentialsError):
        bearer(token, "francetravail")


async def test_no_content_is_nothing_found():
    """Said by the status alone."""
    empty = FetchReply(status=204, url="https://api.francetravail.io", body=b"")
    poll = await _source(Scripted(TOKEN, empty)).poll()
    assert () == poll.harvest.postings
    assert "" == poll.trouble
