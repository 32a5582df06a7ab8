"""JOIN company pages: postings in the data of the page, five at a time, pay in minor units.

A posting's own page is read for its text.

Source: recorded pages; there is no JSON interface.
Evidence: recorded; that a posting's own page carries structured data is unverified.
"""

import re
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.errors import SchemaError
from v7core.models.jobs import JobPosting, Pay
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, joined, json_document, number, pick, raw_text, text
from v7services.fields.schema_org import completed_by_page
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, workplace_code
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "join"
_DATA: Final = re.compile(
    rb"""<script\b[^<>]*id\s*=\s*["']__NEXT_DATA__["'][^<>]*>(.*?)</script""", re.IGNORECASE | re.DOTALL
)


def recognise(where: Address) -> str | None:
    """join.com/companies/acme, with or without a language in front."""
    if where.host in ("join.com", "www.join.com") and "companies" in where.parts:
        return where.part(where.parts.index("companies") + 1).lower() or None
    return None


def _page(board: str, page: int) -> FetchRequest:
    return get(
        f"https://join.com/companies/{quote(board, safe='')}", {"page": page if page > 1 else None}, format=Format.HTML
    )


def first_request(board: str) -> FetchRequest:
    """The company's page."""
    return _page(board, 1)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`__NEXT_DATA__`: `props.pageProps.initialState.{company, jobs: {items, pagination}}`."""
    match = _DATA.search(body)
    if match is None:
        raise SchemaError(NAME, "no data on the page", at=board)
    document, damage = json_document(match[1], NAME, at=board)
    state = pick(document, "props", "pageProps", "initialState")
    items = pick(state, "jobs", "items")
    if not isinstance(items, list):
        raise SchemaError(NAME, "no list of postings", at="props.pageProps.initialState.jobs.items")
    company = text(state, "company", "name") or ADAPTER.board_title(board)
    parsed = collect(items, lambda item: _posting(item, board, company, context))
    total, pages = number(state, "jobs", "pagination", "total"), number(state, "jobs", "pagination", "pageCount")
    page = context.page + 1
    return attrs.evolve(
        parsed,
        damage=damage,
        total=None if total is None else int(total),
        next_request=_page(board, page + 1) if items and pages is not None and page < pages else None,
    )


def _posting(item: Any, board: str, company: str, context: ParseContext) -> JobPosting:
    slug = raw_text(item, "idParam")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=text(item, "title"),
        company=company,
        fetched_at=context.fetched_at,
        locations=(joined(text(item, "city", "cityName"), text(item, "city", "countryName")),),
        workplace=workplace_code(text(item, "workplaceType")),
        departments=(text(item, "category", "name"),),
        employment_type=employment_of(text(item, "employmentType", "name")),
        pay=_pay(item),
        posted=instant(item, "createdAt"),
        url=f"https://join.com/companies/{quote(board, safe='')}/{quote(slug, safe='')}" if slug else None,
    )


def _pay(item: Any) -> Pay | None:
    if flag(item, "settings", "showSalary") is False:
        return None
    return make_pay(
        number(item, "salaryAmountFrom", "amount"),
        number(item, "salaryAmountTo", "amount"),
        currency=text(item, "salaryAmountFrom", "currency") or text(item, "salaryAmountTo", "currency"),
        period=text(item, "salaryFrequency"),
        minor_units=True,
    )


def detail_request(posting: JobPosting) -> FetchRequest | None:
    """The posting's own page."""
    return get(posting.url, format=Format.HTML) if posting.url else None


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """Its structured data."""
    return completed_by_page(body, posting, context.fetched_at, context.url)


ADAPTER: Final = Adapter(
    name=NAME,
    title="JOIN",
    kind=SourceKind.PAGE,
    evidence=(Evidence.RECORDED, Evidence.UNVERIFIED),
    home="https://join.com",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    detail_request=detail_request,
    parse_detail=parse_detail,
    conditional=False,
)
