"""Working Nomads: one array of curated remote postings without an id; the number in the address is it.

Source: https://www.workingnomads.com/api/exposed_jobs/
Evidence: recorded (four postings; there is no documentation).
"""

import re
from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, raw_text, text
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, places
from v7services.http.messages import FetchRequest, get

NAME: Final = "workingnomads"
_NUMBER: Final = re.compile(r"/(\d{3,12})/?(?:[?#]|$)")
_CONTRACT: Final = re.compile(r"(?:full|part)[ -]?time|contract|freelance|internship|temporary", re.IGNORECASE)


def recognise(where: Address) -> str | None:
    """The site."""
    return "all" if where.on("workingnomads.com") else None


def first_request(board: str) -> FetchRequest:
    """What is shown now."""
    return get("https://www.workingnomads.com/api/exposed_jobs/")


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`[{...}, ...]`: a selection, so what is missing from it is not closed."""
    jobs, _, damage = json_list(body, NAME, at=board)
    return attrs.evolve(collect(jobs, lambda item: _posting(item, board, context)), damage=damage, complete=False)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    link = text(item, "url")
    number = _NUMBER.search(link)
    tags = [tag.strip() for tag in html_line(raw_text(item, "tags")).split(",")]
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": number[1] if number else link, "item": item}, "id"),
        title=html_line(raw_text(item, "title")),
        company=html_line(raw_text(item, "company_name")),
        fetched_at=context.fetched_at,
        locations=places(html_line(raw_text(item, "location"))),
        workplace=Workplace.REMOTE,
        departments=(html_line(raw_text(item, "category_name")),),
        tags=tags,
        employment_type=employment_of(*(tag for tag in tags if _CONTRACT.fullmatch(tag))),
        posted=instant(item, "pub_date"),
        url=link,
        text=html_text(raw_text(item, "description")),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Working Nomads",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.RECORDED,),
    home="https://www.workingnomads.com/jobs",
    board_title=lambda _: "Working Nomads",
    attribution="Working Nomads (workingnomads.com)",
    boards=("all",),
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
