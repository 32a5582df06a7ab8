"""Recruitee boards: everything in one body, dates that are almost ISO.

Source: https://docs.recruitee.com/reference/offers
Evidence: documented, recorded.
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, joined, json_list, number, raw_text, records, text, texts
from v7services.fields.urls import Address, host_label
from v7services.fields.work import employment_of, seniority_of, workplace_flags
from v7services.http.limits import Rate
from v7services.http.messages import FetchRequest, get

NAME: Final = "recruitee"
_CODES: Final = ("category_code", "education_code")


def recognise(where: Address) -> str | None:
    """The name in front of recruitee.com; own domains are found on their page."""
    return where.label("recruitee.com") or None


def first_request(board: str) -> FetchRequest:
    """Every published offer."""
    return get(f"https://{host_label(board)}.recruitee.com/api/offers/")


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{offers: [...]}`."""
    offers, _, damage = json_list(body, NAME, "offers", at=board)
    return attrs.evolve(collect(offers, lambda item: _posting(item, board, context)), damage=damage)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    where = [
        joined(text(place, "city") or text(place, "name"), text(place, "state"), text(place, "country"))
        for place in records(item, "locations")
    ]
    if not any(where):
        where = [joined(text(item, "city"), text(item, "state_name"), text(item, "country")) or text(item, "location")]
    description = [html_text(raw_text(item, "description")), html_text(raw_text(item, "requirements"))]
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=text(item, "title"),
        company=text(item, "company_name") or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=where,
        workplace=workplace_flags(
            remote=flag(item, "remote"), hybrid=flag(item, "hybrid"), onsite=flag(item, "on_site")
        ),
        departments=filter(None, (text(item, "department"),)),
        tags=(
            *texts(item, "tags"),
            *(text(item, code).replace("_", " ") for code in _CODES),
        ),
        employment_type=employment_of(text(item, "employment_type_code")),
        seniority=seniority_of(text(item, "experience_code")),
        pay=make_pay(
            number(item, "salary", "min"),
            number(item, "salary", "max"),
            currency=text(item, "salary", "currency"),
            period=text(item, "salary", "period"),
        ),
        posted=instant(item, "published_at") or instant(item, "created_at"),
        updated=instant(item, "updated_at"),
        closes=instant(item, "close_at"),
        url=raw_text(item, "careers_url"),
        apply_url=raw_text(item, "careers_apply_url"),
        text="\n\n".join(part for part in description if part),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Recruitee",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://docs.recruitee.com/reference/offers",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    rate=Rate(requests=2.0, shared="recruitee.com"),
    probe=True,
)
