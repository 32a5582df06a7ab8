"""TRAFFIT career sites: everything in the list, values by the names of fields, pages asked for in headers.

Source: the interface of the sites' own pages, as described by others' readers; no answer of it was at hand.
Evidence: unverified.
"""

from typing import Any, Final

import attrs

from v7core.errors import InvalidValue, ParseError
from v7core.models.jobs import JobPosting, Pay, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import (
    external_id,
    flag,
    joined,
    json_document,
    json_list,
    number,
    pick,
    raw_text,
    records,
    text,
    texts,
)
from v7services.fields.urls import Address, host_label
from v7services.fields.work import employment_of, workplace_code
from v7services.http.messages import FetchRequest, get

NAME: Final = "traffit"
PAGE: Final = 100
_NO_BOARDS: Final = ("www", "api", "cdn", "cdn3", "app", "help", "knowledge")
_SECTIONS: Final = ("description", "responsibilities", "requirements", "benefits")


def recognise(where: Address) -> str | None:
    """The name in front of traffit.com."""
    label = where.label("traffit.com")
    return label if label and label not in _NO_BOARDS else None


def _page(board: str, page: int) -> FetchRequest:
    headers = (("X-Request-Page-Size", str(PAGE)), ("X-Request-Current-Page", str(page)))
    return get(f"https://{host_label(board)}.traffit.com/public/job_posts/published", headers=headers)


def first_request(board: str) -> FetchRequest:
    """The first hundred."""
    return _page(board, 1)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`[{advert: {values: [...]}, options}]`; how many there are stands in the reply's headers."""
    items, _, damage = json_list(body, NAME, at=board)
    parsed = collect(items, lambda item: _posting(item, board, context))
    total = number(dict(context.headers), "x-result-total-count")
    pages = number(dict(context.headers), "x-result-total-pages")
    page = context.page + 1
    return attrs.evolve(
        parsed,
        damage=damage,
        total=None if total is None else int(total),
        next_request=_page(board, page + 1) if items and pages is not None and page < pages else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    if flag(item, "awarded"):
        raise InvalidValue("already filled")
    values = {text(value, "field_id"): raw_text(value, "value") for value in records(item, "advert", "values")}
    options = pick(item, "options")
    parts = [html_text(values[name]) for name in _SECTIONS if values.get(name)]
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=text(item, "advert", "name"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(_place(values.get("geolocation", "")),),
        workplace=Workplace.REMOTE if flag(options, "remote") else workplace_code(text(options, "_work_model")),
        departments=texts(options, "branches"),
        employment_type=employment_of(*texts(options, "job_type")),
        pay=_pay(options),
        posted=instant(item, "valid_start"),
        closes=instant(item, "valid_end"),
        url=raw_text(item, "url"),
        language=text(item, "advert", "language"),
        requisition_id=text(item, "advert", "recruitment", "nr_ref"),
        text="\n\n".join(filter(None, parts)),
    )


def _place(geolocation: str) -> str:
    """The place of a JSON text inside the JSON."""
    if not geolocation:
        return ""
    try:
        where, _ = json_document(geolocation.encode("utf-8", "replace"), NAME)
    except ParseError:
        return ""
    return joined(text(where, "locality"), text(where, "country"))


def _pay(options: Any) -> Pay | None:
    return make_pay(
        number(options, "_Salary_MIN"),
        number(options, "_Salary_MAX"),
        currency=text(options, "_Salary_Currency"),
        period=text(options, "_Salary_Rate") or "month",
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="TRAFFIT",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.UNVERIFIED,),
    home="https://traffit.com",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    conditional=False,
)
