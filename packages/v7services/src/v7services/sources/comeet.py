"""Comeet (Spark Hire Recruit) boards: one array; the public token is part of the board and never logged by itself.

The board is "company-uid/token", as the careers page carries both.

Source: https://developers.comeet.com/reference/careers-api-overview
Evidence: documented, recorded.
"""

import re
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, joined, json_list, raw_text, records, text
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, seniority_of, workplace_code, workplace_flags
from v7services.http.messages import FetchRequest, get

NAME: Final = "comeet"
_COMPANY: Final = re.compile(rb"""company-uid["']?\s*[:=]\s*["']([0-9A-F]{1,6}\.[0-9A-F]{1,6})["']""")
_TOKEN: Final = re.compile(rb"""token["']?\s*[:=]\s*["']([0-9A-F]{8,80})["']""")


def recognise(where: Address) -> str | None:
    """Only the API's own address names both the company and its token; pages embed it."""
    if where.on("comeet.co", "comeet.com") and "company" in where.parts and where.query.get("token"):
        company = where.part(where.parts.index("company") + 1)
        return f"{company}/{where.query['token']}" if company else None
    return None


def embedded(page: bytes) -> str | None:
    """`COMEET.init({"token": ..., "company-uid": ...})`, as the careers page's script has it."""
    company, token = _COMPANY.search(page), _TOKEN.search(page)
    return f"{company[1].decode('ascii')}/{token[1].decode('ascii')}" if company and token else None


def first_request(board: str) -> FetchRequest:
    """Every position with its texts."""
    company, _, token = board.partition("/")
    url = f"https://www.comeet.co/careers-api/2.0/company/{quote(company, safe='')}/positions"
    return get(url, {"token": token, "details": "true"})


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`[{...}, ...]`."""
    items, _, damage = json_list(body, NAME, at=board.partition("/")[0])
    return attrs.evolve(collect(items, lambda item: _posting(item, board, context)), damage=damage)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting | None:
    if flag(item, "is_internal"):
        return None
    place = item.get("location")
    where = joined(*(text(place, name) for name in ("city", "state", "country"))) if text(place, "city") else ""
    details = [(text(part, "name"), html_text(raw_text(part, "value"))) for part in records(item, "details")]
    remote = workplace_flags(remote=flag(place, "is_remote") or None)
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "uid"),
        title=text(item, "name"),
        company=text(item, "company_name") or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(where or text(place, "name") or text(place, "country"),),
        workplace=workplace_code(text(item, "workplace_type")) if text(item, "workplace_type") else remote,
        departments=filter(None, (text(item, "department"),)),
        employment_type=employment_of(text(item, "employment_type")),
        seniority=seniority_of(text(item, "experience_level")),
        updated=instant(item, "time_updated"),
        url=raw_text(item, "url_active_page") or raw_text(item, "url_comeet_hosted_page"),
        text="\n\n".join(f"{name}\n{words}".strip() for name, words in details if words),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Comeet",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://developers.comeet.com/reference/careers-api-overview",
    board_title=lambda board: board.partition("/")[0],
    recognise=recognise,
    embedded=embedded,
    first_request=first_request,
    parse=parse,
)
