"""Rippling boards: a posting in several places is several rows with one id; texts are one document each.

Source: recorded answers of the board's own API.
Evidence: recorded (lists), sanitised; one posting's own document is unverified.
"""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.errors import SchemaError
from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_document, json_list, json_record, raw_text, text
from v7services.fields.urls import Address
from v7services.fields.work import employment_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "rippling"
_API: Final = "https://api.rippling.com/platform/api/ats/v1/board"


def recognise(where: Address) -> str | None:
    """Boards of ats.rippling.com (with or without a language in front), and the API."""
    if where.host == "ats.rippling.com":
        first = (
            where.part(1)
            if len(where.part(0)) in (2, 5) and len(where.parts) > 1 and where.part(1) != "jobs"
            else where.part(0)
        )
        return first or None
    if where.host == "api.rippling.com" and "board" in where.parts:
        return where.part(where.parts.index("board") + 1) or None
    return None


def first_request(board: str) -> FetchRequest:
    """The list."""
    return get(f"{_API}/{quote(board, safe='')}/jobs")


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`[{uuid, name, workLocation}, ...]`, one row a place."""
    rows, _, damage = json_list(body, NAME, at=board)
    groups: dict[object, list[dict[str, Any]]] = {}
    odd: list[Any] = []
    for row in rows:
        key = row.get("uuid") if isinstance(row, dict) else None
        if isinstance(key, str):
            groups.setdefault(key, []).append(row)
        else:
            odd.append(row)
    merged = [_merged(group) for group in groups.values()]
    return attrs.evolve(collect([*merged, *odd], lambda item: _posting(item, board, context)), damage=damage)


def _merged(group: list[dict[str, Any]]) -> dict[str, Any]:
    named = next((row for row in group if text(row, "name")), group[0])
    return named | {"places": [text(row, "workLocation", "label") for row in group]}


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "uuid"),
        title=text(item, "name"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=item.get("places", ()),
        departments=filter(None, (text(item, "department", "label"),)),
        url=raw_text(item, "url"),
    )


def detail_request(posting: JobPosting) -> FetchRequest:
    """One posting's own document."""
    return get(f"{_API}/{quote(posting.board, safe='')}/jobs/{quote(posting.external_id, safe='')}")


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """Texts about the role and the company, the kind of contract, the date."""
    document = json_record(json_document(body, NAME, at=posting.external_id)[0], NAME)
    if "uuid" not in document and "description" not in document:
        raise SchemaError(NAME, "no posting", at="$")
    parts = [html_text(raw_text(document, "description", name)) for name in ("role", "company")]
    return replace(
        posting,
        company=text(document, "companyName") or posting.company,
        text="\n\n".join(part for part in parts if part),
        employment_type=employment_of(*(text(document, "employmentType", *name) for name in ((), ("label",), ("id",))))
        or posting.employment_type,
        posted=instant(document, "createdOn") or posting.posted,
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Rippling",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.RECORDED, Evidence.SANITISED, Evidence.UNVERIFIED),
    home="https://www.rippling.com/products/hr/recruiting",
    detail_request=detail_request,
    parse_detail=parse_detail,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
