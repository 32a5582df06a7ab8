"""Jooble: other boards' postings by a search, with a key in the path; snippets, and a date that flatters.

The board is "words/place". `updated` is when Jooble last saw a posting; how old it is stands only in the link's
`jobAge`, and may be years: what is older than two months is left out.

Source: https://jooble.org/api/about
Evidence: recorded (six whole answers).
"""

import re
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import attrs

from v7core.models.jobs import Dated, JobPosting, Precision
from v7services.adapter import SIX_HOURS, Adapter, Credential, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.pay import pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, number, raw_text, text
from v7services.fields.searches import asked, search_board, search_title
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, places
from v7services.http.messages import FetchRequest, post_json

NAME: Final = "jooble"
PAGE: Final = 20
PAGES: Final = 5
MAX_AGE: Final = timedelta(days=60)
_TRACKING: Final = re.compile(r"\?.*")


def recognise(where: Address) -> str | None:
    """A search on one of its sites."""
    if not where.on("jooble.org"):
        return None
    return search_board(where.query.get("ukw", ""), where.query.get("rgns", ""))


def _page(board: str, page: int) -> FetchRequest:
    words, place = asked(board)
    return post_json(
        "https://jooble.org/api/{{JOOBLE_API_KEY}}", {"keywords": words, "location": place, "page": str(page)}
    )


def first_request(board: str) -> FetchRequest:
    """The first twenty."""
    return _page(board, 1)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{totalCount, jobs: [...]}`."""
    jobs, document, damage = json_list(body, NAME, "jobs", at=board)
    count = number(document, "totalCount")
    more = bool(jobs) and count is not None and (context.page + 1) * PAGE < count
    further = more and context.page + 1 < PAGES
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        # What is too old comes and goes with the ranking: nothing is closed for it.
        complete=False,
        next_request=_page(board, context.page + 2) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting | None:
    link = text(item, "link")
    posted = _posted(item, link, context)
    if posted is not None and context.fetched_at - posted.at > MAX_AGE:
        return None
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=html_line(raw_text(item, "title")),
        company=html_line(raw_text(item, "company")) or text(item, "source"),
        fetched_at=context.fetched_at,
        locations=places(html_line(raw_text(item, "location"))),
        employment_type=employment_of(text(item, "type")),
        pay=pay_from_text(text(item, "salary"), usual=True),
        posted=posted,
        url=_TRACKING.sub("", link),
        text=html_text(raw_text(item, "snippet")),
    )


def _posted(item: Any, link: str, context: ParseContext) -> Dated | None:
    updated = instant(item, "updated")
    age = (
        number(parse_qs(urlsplit(link).query, max_num_fields=100).get("jobAge", [""])[0]) if "jobAge=" in link else None
    )
    if age is None or age < 0:
        return updated
    seen = context.fetched_at if updated is None else min(updated.at, context.fetched_at)
    at = (seen - timedelta(days=min(age, 10_000))).replace(hour=0, minute=0, second=0, microsecond=0)
    return Dated(at=at, precision=Precision.APPROXIMATE, provenance="jobAge")


ADAPTER: Final = Adapter(
    name=NAME,
    title="Jooble",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.RECORDED,),
    home="https://jooble.org/api/about",
    board_title=search_title,
    attribution="Jooble (jooble.org)",
    credentials=(Credential(name="JOOBLE_API_KEY", where="https://jooble.org/api/about"),),
    min_interval_s=SIX_HOURS,
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
