"""Jobvite career sites: the list on a page; where the page names the company's number, an XML feed with everything.

Source: others' readers of the pages and of the feed; no answer of either was at hand.
Evidence: unverified.
"""

import re
from typing import Final
from urllib.parse import quote

import attrs
from selectolax.lexbor import LexborHTMLParser, LexborNode

from v7core.errors import InvalidValue, SchemaError
from v7core.models.jobs import JobPosting
from v7core.text import clean_text
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import any_instant, month_first
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id
from v7services.fields.schema_org import completed_by_page
from v7services.fields.urls import Address, safe_url
from v7services.fields.work import employment_of
from v7services.fields.xml import Element, inner, line, local, salvage, xml_document
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "jobvite"
FEED: Final = "feed"
_NUMBER: Final = re.compile(rb"""companyEId\s*["']?\s*[:=]\s*["']([A-Za-z0-9]{4,16})["']""")
_JOB: Final = re.compile(r"/job/([A-Za-z0-9_-]{4,40})/?$")
_SEVERAL: Final = re.compile(r"\d+ Locations?", re.IGNORECASE)
_NAMES: Final = ".jv-job-list-name, .jv-featured-job-title"
_PLACES: Final = ".jv-job-list-location, .jv-featured-job-location"


def recognise(where: Address) -> str | None:
    """jobs.jobvite.com/acme, in both of its shapes."""
    if where.host != "jobs.jobvite.com":
        return None
    return (where.part(1) if where.part(0) == "careers" else where.part(0)).lower() or None


def first_request(board: str) -> FetchRequest:
    """The page with every posting."""
    return get(f"https://jobs.jobvite.com/{quote(board, safe='')}/jobs/viewall", format=Format.HTML)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """The page, then the feed it leads to."""
    if context.request.note == FEED:
        return _feed(body, board, context)
    if not body.lstrip().startswith(b"<") or (b"jv-" not in body and b"jobvite" not in body.lower()):
        raise SchemaError(NAME, "no page of a Jobvite site", at=board)
    number = _NUMBER.search(body)
    if number is not None:
        url = f"https://app.jobvite.com/CompanyJobs/Xml.aspx?c={number[1].decode('ascii')}"
        return Parsed(next_request=get(url, format=Format.XML, note=FEED))
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    parsed = collect(tree.css(_NAMES), lambda cell: _row(cell, board, context))
    return attrs.evolve(parsed, complete=b"</html" in body.lower())


def _feed(body: bytes, board: str, context: ParseContext) -> Parsed:
    root, damage = xml_document(body, NAME, at=board)
    if local(root) not in ("result", "jobs"):
        raise SchemaError(NAME, f"<{local(root)[:40]}> instead of <result>", at="$")
    parsed = collect(salvage(body, root, damage, "job"), lambda job: _posting(job, board, context))
    return attrs.evolve(parsed, damage=damage)


def _posting(job: Element, board: str, context: ParseContext) -> JobPosting:
    number, date = inner(job, "id"), inner(job, "date")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": number, "title": inner(job, "title")}, "id"),
        title=line(job, "title"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(line(job, "location"),),
        departments=(line(job, "category"), line(job, "department")),
        employment_type=employment_of(line(job, "jobtype")),
        posted=month_first({"date": date}, "date") or any_instant(date, "date"),
        url=inner(job, "detail-url"),
        apply_url=inner(job, "apply-url"),
        requisition_id=line(job, "requisitionid"),
        text=html_text(inner(job, "description")),
    )


def _row(cell: LexborNode, board: str, context: ParseContext) -> JobPosting:
    link, place = cell.css_first("a[href*='/job/']"), None
    above: LexborNode | None = cell
    for _ in range(6):
        above = above.parent if above is not None else None
        if above is None:
            break
        if link is None and above.tag == "a":
            link = above
        if above.tag in ("li", "tr"):
            place = above.css_first(_PLACES)
            break
    href = (link.attributes.get("href") or "").split("?")[0] if link is not None else ""
    match = _JOB.search(href)
    if match is None:
        raise InvalidValue("no link to a posting")
    where = "" if place is None else clean_text(place.text(deep=True))
    return make_posting(
        source=NAME,
        board=board,
        external_id=match[1],
        title=clean_text(cell.text(deep=True)),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=() if _SEVERAL.fullmatch(where) else (where,),
        url=safe_url(href, base="https://jobs.jobvite.com"),
    )


def detail_request(posting: JobPosting) -> FetchRequest | None:
    """The posting's own page, where the feed gave no text."""
    return None if posting.text or posting.url is None else get(posting.url, format=Format.HTML)


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """Its structured data."""
    return completed_by_page(body, posting, context.fetched_at, context.url)


ADAPTER: Final = Adapter(
    name=NAME,
    title="Jobvite",
    kind=SourceKind.PAGE,
    evidence=(Evidence.UNVERIFIED,),
    home="https://www.jobvite.com",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    detail_request=detail_request,
    parse_detail=parse_detail,
    conditional=False,
)
