"""What an address is taken for: by its pattern, and else by one guarded look at the page."""

import pytest

from v7core.errors import BlockedError, NotFound
from v7services.catalogue import ADAPTERS
from v7services.recognise import recognise_page

PAGES = {
    "a board in a frame": (
        b'<iframe src="https://boards.greenhouse.io/embed/job_board?for=acme&amp;b=https://acme.example"></iframe>',
        "greenhouse:acme",
    ),
    "a board behind a script, for addresses with gh_jid": (
        b'<div id="grnhse_app"></div><script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>',
        "greenhouse:acme",
    ),
    "a European board": (b'<a href="https://job-boards.eu.greenhouse.io/acme">Jobs</a>', "greenhouse:eu:acme"),
    "an address inside a script's JSON": (
        rb'<script>window.x = {"url": "https:\/\/jobs.lever.co\/acme\/0f7c"}</script>',
        "lever:acme",
    ),
    "an address without a scheme": (b'<a href="//jobs.ashbyhq.com/Acme%20Bread">Jobs</a>', "ashby:Acme Bread"),
    "the board that is linked most": (
        b'<a href="https://jobs.lever.co/other">a customer</a>'
        + b'<a href="https://acme.recruitee.com/o/baker">Baker</a>' * 3,
        "recruitee:acme",
    ),
    "a board that only a script names": (
        b'<script>COMEET.init({"token": "6F329B2DE0", "company-uid": "F6.003"});</script>',
        "comeet:F6.003/6F329B2DE0",
    ),
    "a link to a board of many companies is not this company's": (
        (
            b"<a href='https://weworkremotely.com'>we also post here</a>\n"
            b"<link rel='alternate' type='application/rss+xml' href='/jobs.rss'>"
        ),
        "feed:https://acme.example/jobs.rss",
    ),
    "a feed the page names": (
        b'<link rel="alternate" type="application/feed+json" href="https://acme.example/jobs.json">',
        "feed:https://acme.example/jobs.json",
    ),
    "structured postings": (
        b'<script type="application/ld+json">{"@type": "JobPosting", "title": "Baker"}</script>',
        "jsonld:https://acme.example/careers",
    ),
    "a feed itself": (b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "feed:https://acme.example/careers"),
    "a JSON feed itself": (
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
        "feed:https://acme.example/careers",
    ),
    "a file of jobs": (b"<source><job><title>Baker</title></job></source>", "xmlfeeds:https://acme.example/careers"),
    "nothing": (b"<html><body><a href='/about'>About</a> JobPosting</body></html>", None),
    "links that are none": (
        b'<a href="javascript:alert(1)">x</a><a href="https://jobs.lever.co@evil.example">',
        None,
    ),
    "nothing at all": (b"", None),
    "not a page": (b"\x00\xff\xfe" * 100, None),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_known_by_what_it_holds(name):
    """The board, and how it was found in words."""
    page, expected = PAGES[name]
    found = recognise_page(page, "https://acme.example/careers", ADAPTERS)
    assert expected == (None if found is None else str(found.key))
    assert found is None or (found.how and found.name)


def test_a_page_full_of_links_is_read_only_so_far():
    """Two thousand links and two megabytes; what comes later is not looked for."""
    page = b'<a href="https://acme.example/x">x</a>' * 2_500 + b'<a href="https://jobs.lever.co/acme">Jobs</a>'
    assert recognise_page(page, "https://acme.example/careers", ADAPTERS) is None


async def test_an_address_that_says_enough_asks_nobody(server, discovery):
    """Not even a look."""
    found = await discovery().recognise("https://jobs.lever.co/acme")
    assert "lever:acme" == str(found.key)
    assert [] == server.asked


async def test_an_address_that_says_nothing_is_looked_at_once(server, discovery):
    """With the posting's number of the employer's own page in it."""
    server.answers["/careers"] = server.reply(PAGES["a board in a frame"][0], Content_Type="text/html")
    found = await discovery().recognise(f"{server.base}/careers?gh_jid=4100002")
    assert "greenhouse:acme" == str(found.key)
    assert "boards.greenhouse.io" in found.how
    assert 1 == len(server.asked)


async def test_where_a_redirect_ends_counts(server, discovery):
    """The old address leads to the page that says it."""
    server.answers["/old"] = server.reply(b"", status="301 Moved", Location="/new")
    server.answers["/new"] = server.reply(PAGES["a feed the page names"][0])
    assert "feed:https://acme.example/jobs.json" == str((await discovery().recognise(f"{server.base}/old")).key)


async def test_a_page_without_a_board_is_not_found(server, discovery):
    """And nothing is guessed."""
    server.answers["/careers"] = server.reply(PAGES["nothing"][0])
    with pytest.raises(NotFound):
        await discovery().recognise(f"{server.base}/careers")


async def test_a_private_page_is_not_looked_at(private, discovery):
    """The guard stands before this look as before every other."""
    with pytest.raises(BlockedError):
        await discovery().recognise(f"{private.base}/")
    assert [] == private.asked
