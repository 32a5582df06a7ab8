"""Just Join IT: technology jobs in Poland, a hundred a page, pay by kind of contract with converted twins.

The board is "all" or a category. Of several amounts the one that the employer gave is kept: the others are conversions.

Source: https://justjoin.it/api/candidate-api/offers; there is no documentation, and how its pages go on is hearsay.
Evidence: recorded (three postings).
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import EmploymentType, JobPosting, Pay
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, number, raw_text, records, text
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, seniority_of, workplace_code
from v7services.http.messages import FetchRequest, get

NAME: Final = "justjoin"
PAGE: Final = 100
PAGES: Final = 10
BOARDS: Final = (
    "all", "admin", "ai", "analytics", "architecture", "c", "data", "devops", "erp", "game", "go", "html", "java",
    "javascript", "mobile", "net", "other", "php", "pm", "python", "ruby", "scala", "security", "support", "testing",
    "ux",
)  # fmt: skip


def recognise(where: Address) -> str | None:
    """The site; a category where the address names one ("/job-offers/all-locations/python")."""
    if not where.on("justjoin.it"):
        return None
    named = where.part(-1).lower()
    return named if where.part(0) == "job-offers" and named in BOARDS else "all"


def _page(board: str, start: int) -> FetchRequest:
    query = {
        "from": start,
        "itemsCount": PAGE,
        "categories": None if board == "all" else board,
        "sortBy": "publishedAt",
        "orderBy": "descending",
    }
    return get("https://justjoin.it/api/candidate-api/offers", query)


def first_request(board: str) -> FetchRequest:
    """The newest hundred."""
    return _page(board, 0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{data: [...], meta: {next: {cursor, itemsCount}}}`."""
    jobs, document, damage = json_list(body, NAME, "data", at=board)
    cursor = number(document, "meta", "next", "cursor")
    more = bool(jobs) and cursor is not None and number(document, "meta", "next", "itemsCount") != 0
    further = more and context.page + 1 < PAGES
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(board, int(cursor)) if further and cursor is not None else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    towns = [text(place, "city") for place in records(item, "locations")] or [text(item, "city")]
    level = text(item, "experienceLevel")
    title = html_line(raw_text(item, "title"))
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "guid"),
        title=title,
        company=text(item, "companyName"),
        fetched_at=context.fetched_at,
        locations=[f"{town}, Poland" if town else "" for town in towns],
        workplace=workplace_code(text(item, "workplaceType")),
        departments=(text(item, "category", "key"),),
        tags=[text(skill, "name") for name in ("requiredSkills", "niceToHaveSkills") for skill in records(item, name)],
        employment_type=_employment(item),
        seniority=seniority_of("executive" if level == "c_level" else level, title),
        pay=_pay(item),
        posted=instant(item, "publishedAt"),
        updated=instant(item, "lastPublishedAt"),
        closes=instant(item, "expiredAt"),
        url=f"https://justjoin.it/job-offer/{text(item, 'slug')}",
        apply_url=text(item, "applyUrl"),
    )


def _employment(item: Any) -> EmploymentType | None:
    hours = employment_of(text(item, "workingTime"))
    kinds = {text(each, "type") for each in records(item, "employmentTypes")}
    if hours is EmploymentType.FULL_TIME and kinds and "permanent" not in kinds:
        return employment_of(*sorted(kinds)) or hours
    return hours


def _pay(item: Any) -> Pay | None:
    kinds = [each for each in records(item, "employmentTypes") if text(each, "currencySource") != "conversion"]
    kinds.sort(key=lambda each: text(each, "type") != "permanent")
    for each in kinds:
        low, high = number(each, "from"), number(each, "to")
        pay = make_pay(low, high, currency=text(each, "currency"), period=text(each, "unit") or "month")
        if pay is not None:
            return pay
    return None


ADAPTER: Final = Adapter(
    name=NAME,
    title="Just Join IT",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.RECORDED,),
    home="https://justjoin.it",
    board_title=lambda board: "Just Join IT" if board == "all" else f"Just Join IT: {board}",
    attribution="Just Join IT (justjoin.it)",
    boards=BOARDS,
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
