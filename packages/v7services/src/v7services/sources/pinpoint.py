"""Pinpoint boards: everything in one body, amounts only where they are shown to people.

Source: recorded answers of the board's own list.
Evidence: recorded.
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, joined, json_list, number, raw_text, text
from v7services.fields.urls import Address, host_label
from v7services.fields.work import employment_of, workplace_code
from v7services.http.messages import FetchRequest, get

NAME: Final = "pinpoint"
_SECTIONS: Final = ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits")


def recognise(where: Address) -> str | None:
    """The name in front of pinpointhq.com."""
    return where.label("pinpointhq.com") or None


def first_request(board: str) -> FetchRequest:
    """The whole board."""
    return get(f"https://{host_label(board)}.pinpointhq.com/postings.json")


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{data: [...]}`."""
    items, _, damage = json_list(body, NAME, "data", at=board)
    return attrs.evolve(collect(items, lambda item: _posting(item, board, context)), damage=damage)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    sections = [(text(item, f"{name}_header"), html_text(raw_text(item, name))) for name in _SECTIONS]
    pay = None
    if flag(item, "compensation_visible"):
        pay = make_pay(
            number(item, "compensation_minimum"),
            number(item, "compensation_maximum"),
            currency=text(item, "compensation_currency"),
            period=text(item, "compensation_frequency"),
            original=text(item, "compensation"),
        )
    place = joined(text(item, "location", "city") or text(item, "location", "name"), text(item, "location", "province"))
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=text(item, "title"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(place,),
        workplace=workplace_code(text(item, "workplace_type")),
        departments=filter(None, (text(item, "job", "department", "name"), text(item, "job", "division", "name"))),
        employment_type=employment_of(text(item, "employment_type")),
        pay=pay,
        closes=instant(item, "deadline_at"),
        url=raw_text(item, "url"),
        requisition_id=text(item, "job", "requisition_id"),
        text="\n\n".join(f"{head}\n{words}".strip() for head, words in sections if words),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Pinpoint",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.RECORDED,),
    home="https://developers.pinpointhq.com",
    probe=True,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
