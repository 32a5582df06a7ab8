"""SmartRecruiters: paged lists without descriptions, one document a posting for the rest.

Source: https://developers.smartrecruiters.com/docs/posting-api
Evidence: documented, recorded; the caps on pages are unverified.
"""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import (
    external_id,
    flag,
    joined,
    json_document,
    json_list,
    json_record,
    number,
    raw_text,
    text,
)
from v7services.fields.urls import Address, safe_url
from v7services.fields.work import employment_of, seniority_of, workplace_flags
from v7services.http.limits import Rate
from v7services.http.messages import FetchRequest, get

NAME: Final = "smartrecruiters"
PAGE: Final = 100
_API: Final = "https://api.smartrecruiters.com/v1/companies"
_SECTIONS: Final = ("jobDescription", "qualifications", "additionalInformation", "companyDescription")


def recognise(where: Address) -> str | None:
    """Public pages, careers pages and the API; a company's name keeps its case."""
    if where.host in ("jobs.smartrecruiters.com", "careers.smartrecruiters.com"):
        return where.part(0) or None
    if where.host == "api.smartrecruiters.com" and where.part(1) == "companies":
        return where.part(2) or None
    return None


def _page(board: str, offset: int) -> FetchRequest:
    return get(f"{_API}/{quote(board, safe='')}/postings", {"limit": PAGE, "offset": offset})


def first_request(board: str) -> FetchRequest:
    """The first hundred."""
    return _page(board, 0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{offset, limit, totalFound, content: [...]}`."""
    items, document, damage = json_list(body, NAME, "content", at=board)
    parsed = collect(items, lambda item: _posting(item, board, context))
    total = number(document, "totalFound")
    # A server may give fewer than were asked for, so the next page starts where this one ended.
    read = int(number(document, "offset") or 0) + len(items)
    more = bool(items) and total is not None and read < total
    return attrs.evolve(
        parsed,
        damage=damage,
        total=None if total is None else int(total),
        next_request=_page(board, read) if more else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    where = text(item, "location", "fullLocation") or joined(
        text(item, "location", "city"), text(item, "location", "region"), text(item, "location", "country").upper()
    )
    number_ = external_id(item, "id")
    return make_posting(
        source=NAME,
        board=board,
        external_id=number_,
        title=text(item, "name"),
        company=text(item, "company", "name") or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(where.replace(", ,", ","),),
        workplace=workplace_flags(remote=flag(item, "location", "remote"), hybrid=flag(item, "location", "hybrid")),
        departments=filter(None, (text(item, "department", "label"), text(item, "function", "label"))),
        tags=filter(None, (text(item, "industry", "label"),)),
        # The label first: the id of "Full-time" is "permanent".
        employment_type=employment_of(text(item, "typeOfEmployment", "label"), text(item, "typeOfEmployment", "id")),
        seniority=seniority_of(text(item, "experienceLevel", "label")),
        posted=instant(item, "releasedDate"),
        url=f"https://jobs.smartrecruiters.com/{quote(board, safe='')}/{quote(number_, safe='')}",
        language=text(item, "language", "code"),
        requisition_id=text(item, "refNumber"),
    )


def detail_request(posting: JobPosting) -> FetchRequest:
    """One posting's own document."""
    return get(f"{_API}/{quote(posting.board, safe='')}/postings/{quote(posting.external_id, safe='')}")


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """Sections in the order people read them."""
    document, _ = json_document(body, NAME, at=posting.external_id)
    held = json_record(document, NAME, "jobAd", "sections")
    sections = (held.get(name) for name in _SECTIONS)
    parts = [(text(section, "title"), html_text(raw_text(section, "text"))) for section in sections]
    return replace(
        posting,
        text="\n\n".join(f"{title}\n{words}".strip() for title, words in parts if words),
        url=safe_url(raw_text(document, "postingUrl")) or posting.url,
        apply_url=safe_url(raw_text(document, "applyUrl")),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="SmartRecruiters",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED, Evidence.UNVERIFIED),
    home="https://developers.smartrecruiters.com/docs/posting-api",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    detail_request=detail_request,
    parse_detail=parse_detail,
    rate=Rate(requests=2.0),
    conditional=False,
)
