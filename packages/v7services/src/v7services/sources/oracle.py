"""Oracle Recruiting Cloud career sites: pages of two hundred inside one item, one document a posting for its texts.

The board is "host/site", such as "eabc.fa.us2.oraclecloud.com/CX_1".

Source: https://docs.oracle.com/en/cloud/saas/human-resources/farws/api-candidate-experience.html
Evidence: sanitised, recorded (cut); a posting's own document is unverified.
"""

import re
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.errors import InvalidValue, SchemaError
from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, json_record, number, pick, raw_text, records, text
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, seniority_of, workplace_code
from v7services.http.messages import FetchRequest, get

NAME: Final = "oracle"
PAGE: Final = 200
"""The most a site gives."""
_HOST: Final = re.compile(r"[a-z0-9-]+\.fa(?:\.[a-z0-9-]+)?\.oraclecloud\d{0,2}\.com")
_SITE: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
_IN_FINDER: Final = re.compile(r"siteNumber=([A-Za-z0-9_-]{1,60})")
_TEXTS: Final = (
    "ExternalDescriptionStr",
    "ExternalResponsibilitiesStr",
    "ExternalQualificationsStr",
    "CorporateDescriptionStr",
    "OrganizationDescriptionStr",
)


def recognise(where: Address) -> str | None:
    """A career site of any pod, and the interface behind it."""
    if _HOST.fullmatch(where.host) is None:
        return None
    if "sites" in where.parts:
        site = where.part(where.parts.index("sites") + 1)
    else:
        match = _IN_FINDER.search(where.query.get("finder", ""))
        site = match[1] if match else ""
    return f"{where.host}/{site}" if _SITE.fullmatch(site) else None


def _split(board: str) -> tuple[str, str]:
    host, _, site = board.partition("/")
    if _HOST.fullmatch(host) is None or _SITE.fullmatch(site) is None:
        raise InvalidValue(f"an Oracle board is host/site, not {board!r}")
    return f"https://{host}", site


def _page(board: str, offset: int) -> FetchRequest:
    host, site = _split(board)
    # Without `expand` the list is silently missing.
    return get(
        f"{host}/hcmRestApi/resources/latest/recruitingCEJobRequisitions",
        {
            "onlyData": "true",
            "expand": "requisitionList.workLocation,requisitionList.secondaryLocations",
            "finder": f"findReqs;siteNumber={site},limit={PAGE},offset={offset},sortBy=POSTING_DATES_DESC",
        },
    )


def first_request(board: str) -> FetchRequest:
    """The newest two hundred."""
    return _page(board, 0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{items: [{TotalJobsCount, requisitionList: [...]}]}`; the outer counts are always 1."""
    holders, _, damage = json_list(body, NAME, "items", at=board)
    items = [item for holder in holders for item in pick(holder, "requisitionList") or ()]
    if holders and not any(isinstance(pick(holder, "requisitionList"), list) for holder in holders):
        raise SchemaError(NAME, "no list of postings", at="items.requisitionList")
    if not holders:
        raise SchemaError(NAME, "no such site", at="items")
    parsed = collect(items, lambda item: _posting(item, board, context))
    total = number(holders, 0, "TotalJobsCount")
    offset = (context.page + 1) * PAGE
    return attrs.evolve(
        parsed,
        damage=damage,
        total=None if total is None else int(total),
        next_request=_page(board, offset) if items and total is not None and offset < total else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    host, site = _split(board)
    number_ = external_id(item, "Id")
    where = [text(item, "PrimaryLocation") or text(item, "PrimaryLocationCountry")]
    where += [text(place, "Name") for place in records(item, "secondaryLocations")]
    return make_posting(
        source=NAME,
        board=board,
        external_id=number_,
        title=text(item, "Title"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=where,
        workplace=workplace_code(text(item, "WorkplaceTypeCode") or text(item, "WorkplaceType")),
        departments=(text(item, "Department"), text(item, "JobFunction"), text(item, "JobFamily")),
        employment_type=employment_of(text(item, "JobSchedule"), text(item, "ContractType"), text(item, "JobType")),
        posted=instant(item, "PostedDate"),
        closes=instant(item, "PostingEndDate"),
        url=f"{host}/hcmUI/CandidateExperience/en/sites/{site}/job/{quote(number_, safe='')}",
        language=text(item, "Language"),
    )


def detail_request(posting: JobPosting) -> FetchRequest:
    """One posting's own document."""
    host, site = _split(posting.board)
    finder = f"ById;Id={quote(posting.external_id, safe='')},siteNumber={site}"
    url = f"{host}/hcmRestApi/resources/latest/recruitingCEJobRequisitionDetails"
    return get(url, {"onlyData": "true", "finder": finder})


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """`{items: [{External…Str}]}`."""
    items, _, _ = json_list(body, NAME, "items", at=posting.external_id)
    item = json_record(items, NAME, 0)
    parts = [html_text(raw_text(item, name)) for name in _TEXTS]
    where = (text(item, "PrimaryLocation"), *(text(place, "Name") for place in records(item, "secondaryLocations")))
    places = tuple(dict.fromkeys(filter(None, where)))
    return replace(
        posting,
        text="\n\n".join(filter(None, parts)) or html_text(raw_text(item, "ShortDescriptionStr")),
        locations=places or posting.locations,
        departments=posting.departments or tuple(filter(None, (text(item, "Category"),))),
        employment_type=employment_of(text(item, "JobSchedule")) or posting.employment_type,
        seniority=seniority_of(text(item, "JobLevel")) or posting.seniority,
        posted=instant(item, "ExternalPostedStartDate") or posting.posted,
        closes=instant(item, "ExternalPostedEndDate") or posting.closes,
        requisition_id=text(item, "RequisitionId") or posting.requisition_id,
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Oracle Recruiting",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.RECORDED, Evidence.SANITISED, Evidence.UNVERIFIED),
    home="https://docs.oracle.com/en/cloud/saas/human-resources/farws/api-candidate-experience.html",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    detail_request=detail_request,
    parse_detail=parse_detail,
    board_title=lambda board: board.split(".")[0],
    conditional=False,
)
