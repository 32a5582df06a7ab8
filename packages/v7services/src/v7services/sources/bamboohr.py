"""BambooHR career pages: a short list, one document a posting for text and dates.

Source: recorded answers of the page's own API; it has no public documentation.
Evidence: recorded (lists); one posting's own document was described by another reader and is unverified.
"""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.pay import pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import (
    external_id,
    flag,
    joined,
    json_document,
    json_list,
    json_record,
    number,
    pick,
    raw_text,
    text,
)
from v7services.fields.urls import Address, host_label, safe_url
from v7services.fields.work import employment_of, seniority_of
from v7services.http.limits import Rate
from v7services.http.messages import FetchRequest, get

NAME: Final = "bamboohr"
_WORKPLACES: Final = {"0": Workplace.ONSITE, "1": Workplace.REMOTE, "2": Workplace.HYBRID}


def recognise(where: Address) -> str | None:
    """The name in front of bamboohr.com."""
    return where.label("bamboohr.com") or None


def first_request(board: str) -> FetchRequest:
    """The list."""
    return get(f"https://{host_label(board)}.bamboohr.com/careers/list")


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{meta: {totalCount}, result: [...]}`."""
    items, document, damage = json_list(body, NAME, "result", at=board)
    total = number(document, "meta", "totalCount")
    parsed = collect(items, lambda item: _posting(item, board, context))
    return attrs.evolve(parsed, damage=damage, total=None if total is None else int(total))


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    own = joined(text(item, "location", "city"), text(item, "location", "state"))
    ats = pick(item, "atsLocation")
    other = joined(text(ats, "city"), text(ats, "state") or text(ats, "province"), text(ats, "country"))
    workplace = _WORKPLACES.get(text(item, "locationType"), Workplace.UNKNOWN)
    number_ = external_id(item, "id")
    return make_posting(
        source=NAME,
        board=board,
        external_id=number_,
        title=text(item, "jobOpeningName"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(own or other,),
        workplace=Workplace.REMOTE if flag(item, "isRemote") else workplace,
        departments=filter(None, (text(item, "departmentLabel"),)),
        employment_type=employment_of(text(item, "employmentStatusLabel")),
        url=f"https://{board}.bamboohr.com/careers/{quote(number_, safe='')}",
    )


def detail_request(posting: JobPosting) -> FetchRequest:
    """One posting's own document."""
    return get(f"https://{posting.board}.bamboohr.com/careers/{quote(posting.external_id, safe='')}/detail")


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """`{result: {jobOpening: {...}}}`."""
    document, _ = json_document(body, NAME, at=posting.external_id)
    opening = json_record(document, NAME, "result", "jobOpening")
    where = joined(*(text(opening, "location", name) for name in ("city", "state", "addressCountry")))
    return replace(
        posting,
        locations=(where,) if where else posting.locations,
        seniority=seniority_of(text(opening, "minimumExperience")) or posting.seniority,
        text=html_text(raw_text(opening, "description")),
        posted=instant(opening, "datePosted") or posting.posted,
        pay=pay_from_text(text(opening, "compensation")) or posting.pay,
        url=safe_url(raw_text(opening, "jobOpeningShareUrl")) or posting.url,
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="BambooHR",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.RECORDED, Evidence.UNVERIFIED),
    home="https://www.bamboohr.com",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    detail_request=detail_request,
    parse_detail=parse_detail,
    rate=Rate(requests=2.0, shared="bamboohr.com"),
)
