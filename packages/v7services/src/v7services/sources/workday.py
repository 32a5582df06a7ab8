"""Workday career sites: pages of twenty by POST, relative dates, one document a posting for the rest.

The board is "tenant/wdN/site". Large tenants clamp their list at 2,000, which is then not everything.

Source: recorded answers of the site's own API; it has no public documentation.
Evidence: recorded; that later pages say a total of 0 and that lists end at 2,000 is unverified.
"""

import re
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.errors import InvalidValue
from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import ago, instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_document, json_list, json_record, number, raw_text, text, texts
from v7services.fields.urls import Address, host_label, safe_url
from v7services.fields.work import employment_of, workplace_code
from v7services.http.messages import FetchRequest, get, post_json

NAME: Final = "workday"
PAGE: Final = 20
"""The most a tenant gives."""
CLAMP: Final = 2_000
_HOST: Final = re.compile(r"([a-z0-9_-]+)\.(wd\d+)\.myworkdayjobs\.com")
_SITE_HOST: Final = re.compile(r"(wd\d+)\.myworkdaysite\.com")
_LOCALE: Final = re.compile(r"[a-z]{2}-[A-Z]{2}")
_SEVERAL: Final = re.compile(r"\d+ Locations?", re.IGNORECASE)


def recognise(where: Address) -> str | None:
    """Both kinds of host, with or without a language, and the API itself."""
    parts = [part for part in where.parts if not _LOCALE.fullmatch(part)]
    match = _HOST.fullmatch(where.host)
    if match is not None:
        if parts[:2] == ["wday", "cxs"]:
            parts = parts[3:]
        return f"{match[1]}/{match[2]}/{parts[0]}" if parts else None
    match = _SITE_HOST.fullmatch(where.host)
    if match is not None and parts[:1] == ["recruiting"] and len(parts) >= 3:
        return f"{parts[1]}/{match[1]}/{parts[2]}"
    return None


def _base(board: str) -> tuple[str, str, str]:
    parts = board.split("/")
    if len(parts) != 3 or not all(parts):
        raise InvalidValue(f"a Workday board is tenant/wdN/site, not {board!r}")
    tenant, shard = map(host_label, parts[:2])
    return f"https://{tenant}.{shard}.myworkdayjobs.com", tenant, quote(parts[2], safe="")


def _page(board: str, offset: int) -> FetchRequest:
    host, tenant, site = _base(board)
    question = {"appliedFacets": {}, "limit": PAGE, "offset": offset, "searchText": ""}
    return post_json(f"{host}/wday/cxs/{tenant}/{site}/jobs", question)


def first_request(board: str) -> FetchRequest:
    """The newest twenty."""
    return _page(board, 0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{total, jobPostings: [...]}`; later pages may say a total of 0."""
    items, document, damage = json_list(body, NAME, "jobPostings", at=board)
    parsed = collect(items, lambda item: _posting(item, board, context))
    said = number(document, "total")
    total = context.total if context.total is not None else None if said is None else int(said)
    offset = (context.page + 1) * PAGE
    more = bool(items) and total is not None and offset < min(total, CLAMP)
    return attrs.evolve(
        parsed,
        damage=damage,
        total=total,
        complete=total is None or total < CLAMP,
        next_request=_page(board, offset) if more else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    host, _, site = _base(board)
    path = raw_text(item, "externalPath")
    if not path.startswith("/"):
        raise InvalidValue("no path")
    where = text(item, "locationsText")
    # ".../Night-Baker_R-0017-1": what follows the title stays when the title changes, and differs where one requisition
    # has several postings. The requisition itself is one of the unnamed bullets.
    number_ = path.rpartition("/")[2].rpartition("_")[2]
    reference = next((each for each in texts(item, "bulletFields") if each in number_), None)
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": number_ if any(map(str.isdigit, number_)) else path}, "id"),
        title=text(item, "title"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=() if _SEVERAL.fullmatch(where) else (where,),
        workplace=workplace_code(text(item, "remoteType")),
        employment_type=employment_of(text(item, "timeType")),
        posted=ago(text(item, "postedOn"), context.fetched_at, "postedOn"),
        url=safe_url(f"{host}/{site}{path}"),
        requisition_id=reference,
    )


def detail_request(posting: JobPosting) -> FetchRequest | None:
    """One posting's own document, found by the path of its page."""
    host, tenant, site = _base(posting.board)
    _, found, path = (posting.url or "").partition(f"{host}/{site}")
    return get(f"{host}/wday/cxs/{tenant}/{site}{path}") if found and path else None


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """`{jobPostingInfo, hiringOrganization}`."""
    document, _ = json_document(body, NAME, at=posting.external_id)
    info = json_record(document, NAME, "jobPostingInfo")
    places = tuple(dict.fromkeys(filter(None, (text(info, "location"), *texts(info, "additionalLocations")))))
    workplace = workplace_code(text(info, "remoteType"))
    return replace(
        posting,
        text=html_text(raw_text(info, "jobDescription")),
        locations=places or posting.locations,
        posted=instant(info, "startDate") or posting.posted,
        company=text(document, "hiringOrganization", "name") or posting.company,
        workplace=posting.workplace if workplace is Workplace.UNKNOWN else workplace,
        employment_type=employment_of(text(info, "timeType")) or posting.employment_type,
        requisition_id=text(info, "jobReqId") or posting.requisition_id,
        url=safe_url(raw_text(info, "externalUrl")) or posting.url,
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Workday",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.RECORDED, Evidence.UNVERIFIED),
    home="https://www.workday.com",
    detail_request=detail_request,
    parse_detail=parse_detail,
    board_title=lambda board: board.split("/")[0].replace("-", " ").replace("_", " ").title(),
    conditional=False,
    max_pages=100,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
