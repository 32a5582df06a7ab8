"""Get on Board: technology jobs in Latin America, by category, in JSON:API's way of nesting; pay is a month's.

Source: https://api-doc.getonbrd.com; that amounts are a month's in dollars unless said is how the site shows them.
Evidence: sanitised (three postings without their envelope).
"""

from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import epoch_s
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, json_list, number, pick, raw_text, records, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import workplace_flags
from v7services.http.messages import FetchRequest, get

NAME: Final = "getonbrd"
PAGE: Final = 100
PAGES: Final = 10
BOARDS: Final = (
    "programming", "design-ux", "data-science-analytics", "digital-marketing", "sysadmin-devops-qa",
    "mobile-developer", "customer-support", "sales", "operations-management", "machine-learning-ai",
    "cybersecurity", "hr", "advertising-media",
)  # fmt: skip
_MODALITY: Final = {
    "fully_remote": Workplace.REMOTE,
    "remote_local": Workplace.REMOTE,
    "hybrid": Workplace.HYBRID,
    "no_remote": Workplace.ONSITE,
}
_TEXTS: Final = ("description", "functions", "desirable", "benefits")


def recognise(where: Address) -> str | None:
    """The site; a category where the address names one."""
    if not where.on("getonbrd.com"):
        return None
    return next((part for part in where.parts if part in BOARDS), BOARDS[0])


def _page(board: str, page: int) -> FetchRequest:
    url = f"https://www.getonbrd.com/api/v0/categories/{quote(board, safe='')}/jobs"
    return get(url, {"per_page": PAGE, "page": page, "expand": '["company"]'})


def first_request(board: str) -> FetchRequest:
    """The first hundred of a category."""
    return _page(board, 1)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{data: [...]}`; a page that is not full is the last one."""
    jobs, _, damage = json_list(body, NAME, "data", at=board)
    more = len(jobs) >= PAGE
    further = more and context.page + 1 < PAGES
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(board, context.page + 2) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    job = pick(item, "attributes")
    company = text(job, "company", "data", "attributes", "name")
    modality = _MODALITY.get(text(job, "remote_modality"), Workplace.UNKNOWN)
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=html_line(raw_text(job, "title")),
        company=company or text(item, "relationships", "company", "data", "attributes", "name"),
        fetched_at=context.fetched_at,
        locations=[
            *texts(job, "countries"),
            *(text(c, "attributes", "name") for c in records(job, "location_cities", "data")),
        ],
        workplace=workplace_flags(remote=flag(job, "remote") or None) if modality is Workplace.UNKNOWN else modality,
        departments=(text(job, "category_name"),),
        tags=[text(tag, "attributes", "name") for tag in records(item, "relationships", "tags", "data")],
        pay=make_pay(
            number(job, "min_salary"),
            number(job, "max_salary"),
            currency=text(job, "salary_currency") or "USD",
            period="month",
        ),
        posted=epoch_s(job, "published_at"),
        url=text(item, "links", "public_url"),
        text="\n\n".join(filter(None, (html_text(raw_text(job, name)) for name in _TEXTS))),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Get on Board",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.SANITISED,),
    home="https://api-doc.getonbrd.com",
    board_title=lambda board: f"Get on Board: {board.replace('-', ' ')}",
    attribution="Get on Board (getonbrd.com)",
    boards=BOARDS,
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
