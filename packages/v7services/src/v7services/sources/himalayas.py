"""Himalayas: a hundred thousand remote postings in pages of twenty, newest first; the newest few hundred are read.

Source: https://himalayas.app/api
Evidence: recorded (whole answers; that more than twenty a page are refused was seen in them).
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import epoch_s
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, number, raw_text, records, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, seniority_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "himalayas"
PAGE: Final = 20
PAGES: Final = 25


def recognise(where: Address) -> str | None:
    """The site."""
    return "all" if where.on("himalayas.app") else None


def _page(offset: int) -> FetchRequest:
    return get("https://himalayas.app/jobs/api", {"limit": PAGE, "offset": offset})


def first_request(board: str) -> FetchRequest:
    """The newest twenty."""
    return _page(0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{totalCount, offset, limit, jobs: [...]}`."""
    jobs, document, damage = json_list(body, NAME, "jobs", at=board)
    total = number(document, "totalCount")
    offset = (context.page + 1) * PAGE
    more = bool(jobs) and total is not None and offset < total
    further = more and context.page + 1 < PAGES
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(offset) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    # Restrictions were objects once, and are names now.
    where = [*texts(item, "locationRestrictions"), *(text(e, "name") for e in records(item, "locationRestrictions"))]
    title, company = html_line(raw_text(item, "title")), html_line(raw_text(item, "companyName"))
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": text(item, "guid") or text(item, "applicationLink"), "item": item}, "id"),
        title=title,
        company=company if company != "name" else text(item, "companySlug").replace("-", " ").title(),
        fetched_at=context.fetched_at,
        locations=where,
        workplace=Workplace.REMOTE,
        departments=texts(item, "parentCategories"),
        tags=[category.replace("-", " ") for category in texts(item, "categories")],
        employment_type=employment_of(text(item, "employmentType")),
        seniority=seniority_of(*texts(item, "seniority"), title),
        pay=make_pay(
            number(item, "minSalary"),
            number(item, "maxSalary"),
            currency=text(item, "currency"),
            period=text(item, "salaryPeriod"),
        ),
        posted=epoch_s(item, "pubDate"),
        closes=epoch_s(item, "expiryDate"),
        url=raw_text(item, "guid") or raw_text(item, "applicationLink"),
        apply_url=raw_text(item, "applicationLink"),
        text=html_text(raw_text(item, "description")) or html_text(raw_text(item, "excerpt")),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Himalayas",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.RECORDED,),
    home="https://himalayas.app/api",
    board_title=lambda _: "Himalayas",
    attribution="Himalayas (himalayas.app)",
    boards=("all",),
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
