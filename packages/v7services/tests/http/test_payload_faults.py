"""Rows P and C of the fault model over a loopback server: typed end, the sound postings kept, nothing fetched besides.

One board in Greenhouse's shape, one feed, one page; the rows' numbers are those of docs/reliability.md.
"""

import json
import unicodedata
from datetime import timedelta

import attrs
import pytest

from v7core.clock import SystemClock
from v7core.errors import ChallengeError, ParseError, SchemaError, SourceError
from v7core.models.sources import PollOutcome, SourceKey
from v7core.testing.fakes import ListRecorder
from v7services.adapter import MAX_ITEMS
from v7services.fetching import HttpSource
from v7services.http.messages import Format, get
from v7services.sources import feed, greenhouse, jsonld
from v7services.testing.contract import CHALLENGE, HOSTILE

CANARY = "/__canary/hit"


def job(number=0, **changes):
    return {
        "id": 4_100_000 + number,
        "title": f"Baker {number}",
        "company_name": "Acme",
        "location": {"name": "Leeds"},
        "absolute_url": f"https://job-boards.greenhouse.io/acme/jobs/{number}",
        "first_published": "2026-10-01T09:15:00-04:00",
        "content": "&lt;p&gt;Bake.&lt;/p&gt;",
        "pay_input_ranges": [{"min_cents": 3_000_000, "max_cents": 3_500_000, "currency_type": "GBP", "title": "Pay"}],
    } | changes


def board(jobs=None, **changes):
    """As bytes; NaN and the like written the way servers write them."""
    return json.dumps({"jobs": [job(n) for n in range(20)] if jobs is None else jobs} | changes).encode()


def rss(*items, head=""):
    written = "".join(items or [f"<item><title>Baker {n}</title><guid>{n}</guid></item>" for n in range(20)])
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>Acme</title>{written}</channel></rss>'.encode()
    )


def page(*blocks, extra=""):
    scripts = "".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
    return f"<!doctype html><html><head>{extra}{scripts}</head><body></body></html>".encode()


def ld(number=0, **changes):
    posting = {
        "@type": "JobPosting",
        "title": f"Baker {number}",
        "identifier": str(number),
        "hiringOrganization": "Acme",
    }
    return json.dumps(posting | changes)


@pytest.fixture
def poll(server, fetcher):
    """One body through the whole fetch and the adapter that fits it."""

    async def run(body, adapter=greenhouse.ADAPTER, **headers):
        server.answers["/document"] = server.reply(body, **headers)
        kind = {"feed": Format.FEED, "jsonld": Format.HTML}.get(adapter.name, Format.JSON)
        asked = attrs.evolve(adapter, first_request=lambda _: get(f"{server.base}/document", format=kind))
        name = "acme" if adapter is greenhouse.ADAPTER else f"{server.base}/document"
        source = HttpSource(asked, name, fetcher, clock=SystemClock(), recorder=ListRecorder())
        result = await source.poll()
        assert {"/document"} == {each.path for each in server.asked}, "something was fetched besides"
        return result

    return run


def titles(result):
    return [posting.title for posting in result.harvest.postings]


def skipped(result):
    return sum(skip.count for skip in result.harvest.skipped)


REFUSED = {
    "P1 empty": (b"", ParseError, greenhouse),
    "P2 truncated": (board()[:-500], ParseError, greenhouse),
    "P3 null": (b"null", SchemaError, greenhouse),
    "P3 true": (b"true", SchemaError, greenhouse),
    "P3 text": (b'"jobs"', SchemaError, greenhouse),
    "P3 list": (b"[[]]", SchemaError, greenhouse),
    "P3 object": (b"{}", SchemaError, greenhouse),
    "P4 ten thousand levels": (b"[" * 10_000 + b"]" * 10_000, ParseError, greenhouse),
    "P4 a million levels": (b'{"jobs":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}", ParseError, greenhouse),
    "P11 text after it": (board() + b" and more", ParseError, greenhouse),
    "P11 comments": (b"/* jobs */ " + board(), ParseError, greenhouse),
    "P12 file": (rss(head='<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]>'), ParseError, feed),
    "P12 http": (rss(head=f'<!DOCTYPE r [<!ENTITY e SYSTEM "http://127.0.0.1{CANARY}">]>'), ParseError, feed),
    "P12 parameter": (rss(head='<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'), ParseError, feed),
    "P12 UTF-16": (rss(head='<!DOCTYPE r [<!ENTITY e "x">]>').decode().encode("utf-16"), ParseError, feed),
    "P13 billion laughs": (
        rss(
            "<item><title>&l9;</title></item>",
            head='<!DOCTYPE r [<!ENTITY l0 "lol">'
            + "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
            + "]>",
        ),
        ParseError,
        feed,
    ),
    "P13 quadratic": (
        rss(f"<item><title>{'&a;' * 10_000}</title></item>", head=f'<!DOCTYPE r [<!ENTITY a "{"x" * 10_000}">]>'),
        ParseError,
        feed,
    ),
    "N44 a challenge": (CHALLENGE, ChallengeError, greenhouse),
    "N44 a challenge for a feed": (CHALLENGE, ChallengeError, feed),
    "N44 a challenge for a page": (CHALLENGE, ChallengeError, jsonld),
}


@pytest.mark.parametrize("row", REFUSED)
async def test_what_cannot_be_read_is_a_typed_error(poll, row):
    """Never "0 jobs", whatever came."""
    body, error, module = REFUSED[row]
    with pytest.raises(error) as caught:
        await poll(body, module.ADAPTER)
    assert str(caught.value).isprintable()


KEPT = {
    "P5 NaN": (board([job(0, pay_input_ranges=[{"min_cents": float("nan")}]), job(1)]), 2, 0, True),
    "P5 infinity": (board([job(0, pay_input_ranges=[{"max_cents": float("-inf")}]), job(1)]), 2, 0, True),
    "P5 1e999": (board([job(0, id="X1e999"), job(1)]).replace(b'"X1e999"', b"1e999"), 2, 0, True),
    "P6 2^64": (board([job(0, id=2**64), job(1)]), 2, 0, False),
    "P6 five thousand digits": (board([job(0, id="D"), job(1)]).replace(b'"D"', b"9" * 5_000), 2, 0, True),
    "P7 twice the same key": (
        board([job(0)]).replace(b'"title": "Baker 0"', b'"title": "", "title": "Last"'),
        1,
        0,
        False,
    ),
    "P8 a lone surrogate": (board([job(0, title="Baker \ud800"), job(1)]), 2, 0, True),
    "P9 NUL": (board([job(0, title="Ba\x00ker"), job(1)]), 2, 0, False),
    "P10 one bad posting among 200": (board([job(n) for n in range(199)] + [{"title": [], "id": {}}]), 199, 1, False),
    "P10 only nulls": (board([job(0), dict.fromkeys(job(1))]), 1, 1, False),
    "P11 a byte order mark": (b"\xef\xbb\xbf" + board(), 20, 0, False),
    "P11 UTF-16": (board().decode().encode("utf-16"), 20, 0, False),
    "P1 no jobs": (board([]), 0, 0, False),
}


@pytest.mark.parametrize("row", KEPT)
async def test_one_odd_value_costs_one_posting_at_most(poll, row):
    """The others are kept, the odd one is kept without the value or counted, repairs are said."""
    body, kept, left_out, repaired = KEPT[row]
    result = await poll(body)
    assert (kept, left_out) == (len(result.harvest.postings), skipped(result))
    assert repaired == bool(result.trouble)
    assert all(posting.title.isprintable() for posting in result.harvest.postings)


async def test_the_last_of_two_same_keys_wins(poll):
    """P7, the same each time."""
    assert ["Last"] == titles(await poll(KEPT["P7 twice the same key"][0]))


async def test_a_cut_feed_keeps_what_came_and_closes_nothing(poll):
    """P2: read as far as it goes, and said."""
    result = await poll(rss()[:600], feed.ADAPTER)
    assert titles(result)[:3] == ["Baker 0", "Baker 1", "Baker 2"]
    assert result.trouble
    assert not result.harvest.complete


@pytest.mark.parametrize(
    "broken",
    [
        "<item><title>Open<guid>x</guid>",  # P14: never closed
        "<item><title>A &nbsp; B</title><guid>x</guid></item>",  # P15: an entity nobody defined
        "<item><title>A \x0b B</title><guid>x</guid></item>",  # P15: a character XML may not hold
        "<item><title>A & B</title><guid>x</guid></item>",
    ],
)
async def test_one_broken_item_leaves_the_sound_ones(poll, broken):
    """P14, P15: the sound items before and after it, and a flag."""
    sound = [f"<item><title>Baker {n}</title><guid>{n}</guid></item>" for n in range(3)]
    result = await poll(rss(sound[0], broken, *sound[1:]), feed.ADAPTER)
    assert {"Baker 0", "Baker 1", "Baker 2"} <= set(titles(result))
    assert result.trouble
    assert not result.harvest.complete


async def test_deep_xml_and_deep_pages_end(poll):
    """P4: an error or a reading, within bounds; the process goes on."""
    try:
        result = await poll(rss("<item>" + "<a>" * 100_000 + "</a>" * 100_000 + "</item>"), feed.ADAPTER)
        assert result.trouble
    except ParseError:
        pass
    deep = page(ld(), extra="<div>" * 100_000)
    assert ["Baker 0"] == titles(await poll(deep, jsonld.ADAPTER))


async def test_a_broken_block_among_twenty_costs_itself(poll):
    """P16: nineteen kept, one counted, and what is missing is not closed."""
    result = await poll(page(*(ld(n) for n in range(19)), '{"@type": "JobPosting", "title": '), jsonld.ADAPTER)
    assert (19, 1, False) == (len(result.harvest.postings), skipped(result), result.harvest.complete)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 20_000_000,
        "<b>" * 50_000 + "deep",
        f"<p {' '.join(f'a{n}=1' for n in range(50_000))}>many</p>",
        "&lt;" * 2_000_000,
    ],
    ids=["20 MB", "50,000 nested tags", "50,000 attributes", "two million escapes"],
)
async def test_a_giant_description_is_cut(poll, text):
    """P17: the posting is kept, its text within the cap."""
    result = await poll(board([job(0, content=text), job(1)]))
    assert ["Baker 0", "Baker 1"] == titles(result)
    assert all(len(posting.text) <= 60_000 for posting in result.harvest.postings)


async def test_nothing_that_a_page_names_is_fetched(poll, server):
    """P18: not the refresh, not the image, not the frame; one request was made."""
    refresh = (
        f'<meta http-equiv="refresh" content="0;url={server.base}{CANARY}"><img src="{CANARY}"><link href="{CANARY}">'
    )
    assert ["Baker 0"] == titles(await poll(page(ld(), extra=refresh), jsonld.ADAPTER))
    assert 1 == len(server.asked)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_arrives_inert(poll, hostile):
    """C1 to C7, C9, C10: in every text of a posting; no control character, no reordering, one line, within its cap."""
    changed = {"title": f"Baker {hostile}", "company_name": hostile, "location": {"name": hostile}, "content": hostile}
    result = await poll(board([job(0, **changed), job(1)]))
    assert 2 == len(result.harvest.postings) + skipped(result)
    assert "Baker 1" in titles(result)
    for posting in result.harvest.postings:
        line = " ".join((posting.title, posting.company, *posting.locations))
        assert line.isprintable()
        assert not any(unicodedata.category(character) in ("Cc", "Cf") for character in line)
        assert len(posting.title) <= 500
        assert "<script" not in posting.text


ODD_URLS = """javascript:alert(1) file:///etc/passwd data:text/html,<script>1</script> http://jobs.example@127.0.0.1/
https://jobs.example\\@evil.invalid/ -oProxyCommand=id --help mailto:a@b smb://evil.invalid/share
\\\\evil.invalid\\share ms-msdt:/id https://jobs.example:99999/ https://[::1 https:///x""".split()
ODD_URLS += ["https://jobs.example/\x1b]0;x\x07", "https://j.example/" + "a" * 70_000, ""]


@pytest.mark.parametrize("url", ODD_URLS, ids=range(len(ODD_URLS)))
async def test_an_odd_address_is_not_kept(poll, url):
    """C11: the posting is, without a link."""
    result = await poll(board([job(0, absolute_url=url)]))
    assert [None] == [posting.url for posting in result.harvest.postings]


async def test_a_host_in_another_script_is_kept_as_what_is_asked(poll):
    """C11: one script cannot pass for another."""
    result = await poll(board([job(0, absolute_url="https://\u0430cme.example/jobs")]))
    assert "https://xn--cme-5cd.example/jobs" == result.harvest.postings[0].url


ODD_DATES = [
    "9999-99-99",
    "0000-00-00T00:00:00Z",
    "2026-02-31T00:00:00Z",
    "1970-01-01",
    "yesterday",
    "",
    "1e18",
    "∞",
    "9" * 50,
]


@pytest.mark.parametrize("date", [*ODD_DATES, -1, 2**63, float("nan"), None, [], {}, True])
async def test_an_absurd_date_is_missing(poll, date):
    """C12: never clamped into something that looks true."""
    result = await poll(board([job(0, first_published=date)]))
    assert [None] == [posting.posted for posting in result.harvest.postings]


async def test_a_date_in_the_future_is_missing(poll):
    """C12: nothing is posted next year; a day of two clocks' difference is allowed."""
    soon = (SystemClock().now() + timedelta(days=1)).isoformat()
    late = (SystemClock().now() + timedelta(days=400)).isoformat()
    result = await poll(board([job(0, first_published=soon), job(1, first_published=late)]))
    assert [True, False] == [posting.posted is not None for posting in result.harvest.postings]


@pytest.mark.parametrize(
    ("low", "high"), [(0, 0), (-5, -1), (1e30, 1e31), ("lots", None), (True, False), (float("nan"), 1e400), ([], {})]
)
async def test_absurd_pay_is_missing(poll, low, high):
    """C13: no amount is better than a wrong one."""
    pay = [{"min_cents": low, "max_cents": high, "currency_type": "GBP", "title": ""}]
    result = await poll(board([job(0, pay_input_ranges=pay)]))
    assert [None] == [posting.pay for posting in result.harvest.postings]


async def test_pay_that_falls_is_kept_in_words_only(poll):
    """C13: nobody knows which of the two is wrong."""
    pay = [{"min_cents": 500, "max_cents": 100, "currency_type": "GBP", "title": "Hourly"}]
    (posting,) = (await poll(board([job(0, pay_input_ranges=pay)]))).harvest.postings
    assert (None, None, "GBP") == (posting.pay.minimum, posting.pay.maximum, posting.pay.currency)
    assert "5 - 1" in posting.pay.original


async def test_ids_that_differ_stay_apart(poll):
    """C14: 1, "1", 1.0, true and "" are five postings; the same one twice is one and is counted."""
    ids = [1, "1", 1.0, True, ""]
    result = await poll(board([job(n, id=value) for n, value in enumerate(ids)] + [job(9, id=1)]))
    assert 5 == len({posting.id for posting in result.harvest.postings})
    assert 1 == skipped(result)


async def test_an_id_is_the_same_in_both_spellings_of_a_letter(poll):
    """C14: composed and decomposed."""
    one = (await poll(board([job(0, id="caf\u00e9")]))).harvest.postings[0]
    other = (await poll(board([job(0, id="cafe\u0301")]))).harvest.postings[0]
    assert one.id == other.id


async def test_a_flood_is_capped_and_said(poll):
    """C20: twenty thousand are kept, the rest counted."""
    result = await poll(board([{"id": n, "title": "Baker"} for n in range(MAX_ITEMS + 500)]))
    assert (MAX_ITEMS, 500) == (len(result.harvest.postings), skipped(result))


@pytest.fixture
def refreshed(server, discovery):
    """Polls of one board, one after the other, through the directory and its store."""
    key = SourceKey(source="greenhouse", board="acme")
    directory = discovery()

    async def run(*jobs, **headers):
        server.answers["/v1/boards/acme/jobs"] = server.reply(board(list(jobs)), **headers)
        await directory.add(key)
        (report,) = await directory.refresh([key])
        return report

    return run


async def test_the_same_id_with_other_content_is_a_change(refreshed):
    """C15: not a new posting."""
    await refreshed(job(0), job(1))
    report = await refreshed(job(0, title="Head Baker"), job(1))
    assert (PollOutcome.OK, 0, 1) == (report.outcome, report.new, report.changed)


async def test_another_order_is_no_change(refreshed):
    """C18: nothing new, nothing changed, nothing closed."""
    jobs = [job(n) for n in range(10)]
    await refreshed(*jobs)
    report = await refreshed(*jobs[::-1])
    assert (PollOutcome.OK, 0, 0, 0) == (report.outcome, report.new, report.changed, report.closed)


async def test_a_server_whose_clock_goes_back_changes_nothing(refreshed):
    """C19: what counts is our own order of polls."""
    await refreshed(job(0), Date="Mon, 02 Nov 2026 09:30:00 GMT")
    report = await refreshed(job(0), job(1), Date="Mon, 02 Nov 2020 09:30:00 GMT")
    assert (PollOutcome.OK, 1, 0) == (report.outcome, report.new, report.changed)


async def test_a_suspicious_poll_keeps_everything(refreshed, store):
    """Promise 2: an empty board where there were postings closes nothing at once; the next sound poll ends it."""
    jobs = [job(n) for n in range(30)]
    await refreshed(*jobs)
    before = await store.open_jobs()
    assert PollOutcome.SUSPICIOUS_DROP is (await refreshed()).outcome
    assert before == await store.open_jobs()
    assert PollOutcome.OK is (await refreshed(*jobs)).outcome
    assert before == await store.open_jobs()


@pytest.mark.parametrize("body", [b"", b"null", b"{", CHALLENGE, b"\x00" * 5_000])
async def test_an_error_is_always_one_of_ours(poll, body):
    """Whatever it was, it is a `SourceError`, so one bad source never ends the cycle of the others."""
    with pytest.raises(SourceError):
        await poll(body)
