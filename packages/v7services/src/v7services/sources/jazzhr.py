"""JazzHR (Resumator) export feeds: XML of the syndicated postings, renewed about once a day.

Source: the catalogue's description and one hand-written body: expect surprises.
Evidence: toy, unverified (the time in the id, the cache of a day).
"""

import re
from datetime import UTC, datetime
from typing import Final

import attrs

from v7core.errors import SchemaError
from v7core.models.jobs import Dated, JobPosting, Precision
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import iso_instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, joined
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, seniority_of
from v7services.fields.xml import Element, inner, line, local, salvage, xml_document
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "jazzhr"
_STAMP: Final = re.compile(r"job_(\d{14})_")


def recognise(where: Address) -> str | None:
    """The name in front of applytojob.com, and the feed itself."""
    if where.host == "app.jazz.co" and where.parts[:3] == ("feeds", "export", "jobs"):
        return where.part(3) or None
    return where.label("applytojob.com") or None


def first_request(board: str) -> FetchRequest:
    """The export."""
    return get(f"https://app.jazz.co/feeds/export/jobs/{board}", format=Format.XML)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`<jobs><job>...`; only what the company syndicates, so nothing missing is closed on its word alone."""
    root, damage = xml_document(body, NAME, at=board)
    if local(root) != "jobs":
        raise SchemaError(NAME, f"<{local(root)[:40]}> instead of <jobs>", at="$")
    parsed = collect(salvage(body, root, damage, "job"), lambda element: _posting(element, board, context))
    return attrs.evolve(parsed, damage=damage)


def _posting(element: Element, board: str, context: ParseContext) -> JobPosting:
    number = inner(element, "id")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": number, "title": inner(element, "title")}, "id"),
        title=line(element, "title"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(joined(line(element, "city"), line(element, "state"), line(element, "country")),),
        departments=(line(element, "department"),),
        employment_type=employment_of(line(element, "type")),
        seniority=seniority_of(line(element, "experience")),
        posted=_stamp(number) or iso_instant(inner(element, "createdon"), "createdon"),
        url=inner(element, "url"),
        requisition_id=line(element, "internalcode"),
        text=html_text(inner(element, "description")),
    )


def _stamp(number: str) -> Dated | None:
    """The posting time inside the id; its zone is not stated, so only the day is taken."""
    match = _STAMP.match(number)
    if match is None:
        return None
    try:
        at = datetime.strptime(match[1][:8], "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Dated(at=at, precision=Precision.DAY, provenance="id")


ADAPTER: Final = Adapter(
    name=NAME,
    title="JazzHR",
    kind=SourceKind.FEED,
    evidence=(Evidence.TOY, Evidence.UNVERIFIED),
    home="https://www.jazzhr.com",
    min_interval_s=24 * 3600.0,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
