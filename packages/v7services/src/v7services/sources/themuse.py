"""The Muse: half a million postings in pages of twenty, by category; the first few hundred of each are read.

No key is needed for five hundred questions an hour. "Flexible / Remote" is one of the places.

Source: https://www.themuse.com/developers/api/v2
Evidence: sanitised (two hundred postings with the API's own fields, in another envelope). The
names of the categories are from memory.
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, number, raw_text, records, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import seniority_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "themuse"
PAGES: Final = 25
BOARDS: Final = (
    "all", "Accounting and Finance", "Administration and Office", "Advertising and Marketing", "Arts",
    "Business Operations", "Computer and IT", "Construction", "Customer Service", "Data and Analytics", "Design and UX",
    "Education", "Food and Hospitality Services", "Healthcare", "Human Resources and Recruitment", "Legal Services",
    "Manufacturing and Warehouse", "Media, PR, and Communications", "Product Management", "Project Management",
    "Retail", "Sales", "Science and Engineering", "Social Services", "Software Engineering",
    "Transportation and Logistics", "Writing and Editing",
)  # fmt: skip
_REMOTE: Final = "flexible / remote"
_LEVELS: Final = {"management": "manager", "entry": "entry level", "internship": "intern"}


def recognise(where: Address) -> str | None:
    """The site; a category where the address names one."""
    if not where.on("themuse.com"):
        return None
    named = where.query.get("category", "")
    return named if named in BOARDS else "all"


def _page(board: str, page: int) -> FetchRequest:
    category = None if board == "all" else board
    return get("https://www.themuse.com/api/public/jobs", {"page": page, "category": category, "descending": "true"})


def first_request(board: str) -> FetchRequest:
    """The first twenty."""
    return _page(board, 1)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{page, page_count, results: [...]}`."""
    jobs, document, damage = json_list(body, NAME, "results", at=board)
    pages = number(document, "page_count")
    more = bool(jobs) and pages is not None and context.page + 1 < pages
    further = more and context.page + 1 < PAGES
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(board, context.page + 2) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    where = [text(place, "name") for place in records(item, "locations")]
    title = html_line(raw_text(item, "name"))
    levels = [_LEVELS.get(text(level, "short_name"), text(level, "short_name")) for level in records(item, "levels")]
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=title,
        company=html_line(raw_text(item, "company", "name")),
        fetched_at=context.fetched_at,
        locations=[place for place in where if place.lower() != _REMOTE],
        workplace=Workplace.REMOTE if any(place.lower() == _REMOTE for place in where) else Workplace.UNKNOWN,
        departments=[text(category, "name") for category in records(item, "categories")],
        tags=[*texts(item, "tags"), *(text(tag, "name") for tag in records(item, "tags"))],
        seniority=seniority_of(*levels, title),
        posted=instant(item, "publication_date"),
        url=raw_text(item, "refs", "landing_page"),
        text=html_text(raw_text(item, "contents")),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="The Muse",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.SANITISED,),
    home="https://www.themuse.com/developers/api/v2",
    board_title=lambda board: "The Muse" if board == "all" else f"The Muse: {board}",
    attribution="The Muse (themuse.com)",
    boards=BOARDS,
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
