"""Eightfold career sites: ten or so a page; the first answer names the domain that the later questions need.

Sites of the newer kind refuse the first interface and are asked by the second one.

Source: recorded answers (cut); the interface has no public documentation.
Evidence: recorded; the second interface and a posting's own document are unverified.
"""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.errors import InvalidValue, SchemaError
from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import epoch_s
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, json_document, json_record, number, pick, raw_text, text, texts
from v7services.fields.urls import Address, address, host_label
from v7services.fields.work import employment_of, workplace_code
from v7services.http.messages import FetchRequest, get

NAME: Final = "eightfold"
PAGE: Final = 20
_PCSX: Final = "pcsx"


def recognise(where: Address) -> str | None:
    """The name in front of eightfold.ai; own domains are found on their page."""
    return where.label("eightfold.ai") or None


def _ask(board: str, *, start: int, domain: str | None, note: str = "") -> FetchRequest:
    host = f"https://{host_label(board)}.eightfold.ai"
    query = {"domain": domain, "start": start, "num": PAGE}
    if note == _PCSX:
        return get(f"{host}/api/pcsx/search", query | {"query": "", "location": ""}, note=note)
    return get(f"{host}/api/apply/v2/jobs", query, note=note)


def first_request(board: str) -> FetchRequest:
    """Without a domain: the answer names it."""
    return _ask(board, start=0, domain=None)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{domain, count, positions: [...]}`, or the same below `data`."""
    document, damage = json_document(body, NAME, at=board)
    newer = context.request.note == _PCSX
    if not newer and pick(document, "positions") is None and "PCSX" in text(document, "message"):
        return Parsed(next_request=_ask(board, start=0, domain=f"{board}.com", note=_PCSX))
    held = pick(document, "data") if newer else document
    items = pick(held, "positions")
    if not isinstance(items, list):
        raise SchemaError(NAME, "no list of postings", at="positions")
    parsed = collect(items, lambda item: _posting(item, board, context))
    total = number(held, "count")
    asked = address(context.request.url)
    read = int(number(asked.query, "start") or 0) + len(items) if asked is not None else len(items)
    domain = text(document, "domain") or text(held, "domain") or f"{board}.com"
    more = bool(items) and total is not None and read < total
    return attrs.evolve(
        parsed,
        damage=damage,
        total=None if total is None else int(total),
        next_request=_ask(board, start=read, domain=domain, note=context.request.note) if more else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    if flag(item, "isPrivate"):
        raise InvalidValue("private")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=text(item, "name") or text(item, "posting_name"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=texts(item, "locations") or texts(item, "location"),
        workplace=workplace_code(text(item, "work_location_option") or text(item, "workLocationOption")),
        departments=(text(item, "department"),),
        employment_type=employment_of(text(item, "type")),
        posted=epoch_s(item, "t_create") or epoch_s(item, "postedTs"),
        updated=epoch_s(item, "t_update"),
        url=raw_text(item, "canonicalPositionUrl") or raw_text(item, "positionUrl"),
        base=f"https://{host_label(board)}.eightfold.ai",
        language=text(item, "locale"),
        requisition_id=text(item, "display_job_id") or text(item, "displayJobId"),
        text=html_text(raw_text(item, "job_description")),
    )


def detail_request(posting: JobPosting) -> FetchRequest | None:
    """One posting's own document, where the list left its text out."""
    if posting.text:
        return None
    number_ = quote(posting.external_id, safe="")
    return get(f"https://{host_label(posting.board)}.eightfold.ai/api/apply/v2/jobs/{number_}")


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """`{job_description}`."""
    document = json_record(json_document(body, NAME, at=posting.external_id)[0], NAME)
    if not isinstance(document.get("job_description"), str):
        raise SchemaError(NAME, "no description", at="job_description")
    return replace(posting, text=html_text(raw_text(document, "job_description")))


ADAPTER: Final = Adapter(
    name=NAME,
    title="Eightfold",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.RECORDED, Evidence.UNVERIFIED),
    home="https://eightfold.ai",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    detail_request=detail_request,
    parse_detail=parse_detail,
    conditional=False,
    max_pages=60,
)
