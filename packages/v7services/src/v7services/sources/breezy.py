"""Breezy boards: one array, pay in free text.

Source: recorded answers; the public list has no documentation.
Evidence: recorded; that `verbose=true` brings descriptions is unverified.
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.pay import pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, joined, json_list, raw_text, records, text
from v7services.fields.urls import Address, host_label
from v7services.fields.work import employment_of, workplace_flags
from v7services.http.messages import FetchRequest, get

NAME: Final = "breezy"


def recognise(where: Address) -> str | None:
    """The name in front of breezy.hr."""
    return where.label("breezy.hr") or None


def first_request(board: str) -> FetchRequest:
    """The whole board with descriptions."""
    return get(f"https://{host_label(board)}.breezy.hr/json", {"verbose": "true"})


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`[{...}, ...]`."""
    items, _, damage = json_list(body, NAME, at=board)
    return attrs.evolve(collect(items, lambda item: _posting(item, board, context)), damage=damage)


def _place(place: Any) -> str:
    name = text(place, "name") or joined(text(place, "city"), text(place, "state", "name"))
    country = text(place, "country", "name")
    return name if country in name else joined(name, country)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    listed = records(item, "locations")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=text(item, "name"),
        company=text(item, "company", "name") or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=[_place(place) for place in listed] if listed else (_place(item.get("location")),),
        workplace=workplace_flags(remote=flag(item, "location", "is_remote") or None),
        departments=filter(None, (text(item, "department"),)),
        employment_type=employment_of(text(item, "type", "name"), text(item, "type", "id")),
        pay=pay_from_text(text(item, "salary")),
        posted=instant(item, "published_date"),
        url=raw_text(item, "url"),
        text=html_text(raw_text(item, "description")),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Breezy",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.RECORDED, Evidence.UNVERIFIED),
    home="https://breezy.hr",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    probe=True,
)
