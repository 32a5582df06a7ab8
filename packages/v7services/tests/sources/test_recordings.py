"""Recorded bodies of real boards, where they are: each parses with the number of postings its list states.

The recordings are other people's postings, so they are not part of this project; `test_contract` covers the same shapes
over fixtures of our own. A difference from the stated number stands in `DIFFERENT` with its reason.
"""

import os
import re
from pathlib import Path

import attrs
import pytest

from v7core.errors import ParseError
from v7services.adapter import ParseContext
from v7services.catalogue import by_name
from v7services.fields.postings import make_posting
from v7services.testing.cases import FETCHED_AT

SHARED = Path(os.environ.get("V7_SHARED") or Path(__file__).parents[5] / "shared")
PAYLOADS = SHARED / "payloads"
LIST = PAYLOADS / "PROVENANCE.md"

BOARDS = {
    "adzuna": "gb/baker/leeds",
    "comeet": "acme/token",
    "icims": "careers-acme.icims.com",
    "icims/jshq_jibe_p1.json": "jibe:careers.acme.example",
    "jsonld": "https://acme.example/jobs/1",
    "oracle": "acme.fa.us2.oraclecloud.com/CX",
    "workday": "acme/wd5/careers",
    "xmlfeeds": "https://acme.example/jobs.xml",
}
"""Boards that have more than a name; "acme" otherwise, or the first that the source has."""

OTHER = None
"""Not a body that this adapter asks for: it has to say so with a typed error."""
DIFFERENT: dict[str, tuple[int | None, str]] = {
    "ashby/wealth-com.json": (4, "one of the five is not listed, which means that it must not be shown"),
    "getonbrd/real_shapes.json": (OTHER, "postings without the envelope that the interface sends them in"),
    "greenhouse/cz_detail.json": (OTHER, "one posting's own document, which is never asked for: lists have everything"),
    "hackernews/algolia_search_small.json": (0, "stories, not comments: the step before the postings"),
    "hackernews/algolia_story_search.json": (0, "stories, not comments: the step before the postings"),
    "hackernews/may2026_algolia_comments.json": (335, "the others are replies, not postings of their own"),
    "hackernews/quinto3.json": (1, "the others are replies, not postings of their own"),
    "icims/wipfli_search.html": (2, "the list did not count its postings"),
    "jobvite/toy.json": (OTHER, "an answer of the JSON interface, which has been retired"),
    "join/ergon_join_page.html": (2, "the list did not count its postings"),
    "oracle/jshq_p1.json": (2, "the list counted the items, of which each site has one"),
    "oracle/zag.json": (2, "the list counted the items, of which each site has one"),
    "xmlfeeds/lba_hellowork.xml": (5, "the list did not count its postings"),
    "xmlfeeds/lba_jobteaser.xml": (2, "the list did not count its postings"),
    "xmlfeeds/lba_kelio.xml": (2, "the list did not count its postings"),
    "jazzhr/zag.xml": (2, "the list did not count its postings"),
    "jobtech/importer_source.json": (OTHER, "how postings reach the service, not how it gives them out"),
    **{
        f"jooble/okg_q{n}.json": (0, "all are older than two months by the day of the test, and left out")
        for n in (1, 2, 3, 4, 5, 8)
    },
    "jsonld/himalayas_html.html": (OTHER, "a page without structured data"),
    "nav/ad_dto.json": (OTHER, "the service's own inner record of one posting"),
    "remoteok/ergon_remoteok_sample.json": (3, "the first entry is the terms of use"),
    "remoteok/jiunitk.json": (4, "the first entry is the terms of use"),
    "rippling/am_list.json": (2, "one posting in two places is two rows with one id"),
    "simplify/cvrve_newgrad2025.json": (
        449,
        "the others are closed or hidden",
    ),
    "simplify/newgrad_2024-10.json": (
        138,
        "the others are closed or hidden",
    ),
    "teamtailor/ih_list.html": (OTHER, "the board's page, not its feed"),
    "themuse/lcarlini202.json": (OTHER, "an aggregator's own file made of answers"),
    "weworkremotely/lcarlini377.json": (OTHER, "an aggregator's own file made of the feed"),
    "workable/sample.json": (OTHER, "an answer of the paged interface, which is not asked"),
    "workday/robots.txt": (OTHER, "no document of postings"),
}
"""Postings expected where they differ from the stated number, and why."""

DETAILS = ("icims/ks_job_detail.html", "smartrecruiters/am_detail.json", "workday/gdit_detail.json")
"""One posting's own document: it completes a listed posting."""

ASKED = {
    "hackernews/may2026_algolia_comments.json": "https://hn.algolia.com/api/v1/search_by_date?tags=comment,story_47975571",
    "hackernews/quinto3.json": "https://hn.algolia.com/api/v1/search_by_date?tags=comment,story_47219668",
}
"""What a body answers, where that is not a source's first question."""

_ROW = re.compile(r"\| ([a-z0-9]+)/(\S+) \| (-?\d+) \| (\w+) \|")


def _recordings() -> list[tuple[str, str, int]]:
    if not LIST.exists():
        return []
    found = (_ROW.match(line) for line in LIST.read_text("utf-8").splitlines())
    rows = [(match[1], match[2], int(match[3])) for match in found if match is not None]
    return [row for row in rows if row[0] in by_name() and not row[1].endswith(".metadata.json")]


RECORDINGS = _recordings()
pytestmark = pytest.mark.skipif(not RECORDINGS, reason="no recorded payloads here: set V7_SHARED to their folder")


def _context(adapter, board, url=None):
    request = adapter.first_request(board)
    request = request if url is None else attrs.evolve(request, url=url)
    return ParseContext(fetched_at=FETCHED_AT, request=request, url=request.url)


@pytest.mark.parametrize(("source", "file", "stated"), RECORDINGS, ids=lambda value: str(value))
def test_a_recorded_body_parses_with_the_stated_number_of_postings(source, file, stated):
    """Every posting of it, none skipped without being counted."""
    adapter = by_name()[source]
    board = BOARDS.get(f"{source}/{file}") or BOARDS.get(source) or (adapter.boards[0] if adapter.boards else "acme")
    expected, _ = DIFFERENT.get(f"{source}/{file}", (stated, ""))
    body = (PAYLOADS / source / file).read_bytes()
    context = _context(adapter, board, ASKED.get(f"{source}/{file}"))
    if f"{source}/{file}" in DETAILS:
        listed = make_posting(
            source=source, board=board, external_id="1", title="As listed", company="Acme", fetched_at=FETCHED_AT
        )
        assert adapter.parse_detail(body, listed, context).text
        return
    if expected is OTHER:
        with pytest.raises(ParseError):
            adapter.parse(body, board, context)
        return
    parsed = adapter.parse(body, board, context)
    assert expected == len(parsed.postings) + sum(skip.count for skip in parsed.skipped)
    assert all(posting.title and posting.company for posting in parsed.postings)


def test_every_difference_is_of_a_recording_that_exists():
    """And is one: a reason that no longer holds is taken out."""
    stated = {f"{source}/{file}": count for source, file, count in RECORDINGS}
    for name, (expected, reason) in DIFFERENT.items():
        assert name in stated
        assert expected != stated[name]
        assert reason
