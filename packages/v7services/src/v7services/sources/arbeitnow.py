"""Arbeitnow: pages of a hundred and more, newest first, mostly Germany and Britain; some descriptions are escaped.

Source: https://www.arbeitnow.com/blog/job-board-api
Evidence: recorded (a whole page, and two that were cut).
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import epoch_s
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, json_list, raw_text, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, is_work_model, places, seniority_of, workplace_flags, workplace_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "arbeitnow"
PAGES: Final = 10
"""The newest thousand and more: as far back as anybody scrolls."""


def recognise(where: Address) -> str | None:
    """The site."""
    return "all" if where.on("arbeitnow.com") else None


def _page(number: int) -> FetchRequest:
    return get("https://www.arbeitnow.com/api/job-board-api", {"page": number})


def first_request(board: str) -> FetchRequest:
    """The newest page."""
    return _page(1)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{data: [...], links: {next}, meta}`; the next address is built here, since theirs carries a changing search."""
    jobs, document, damage = json_list(body, NAME, "data", at=board)
    more = bool(jobs) and bool(raw_text(document, "links", "next"))
    further = more and context.page + 1 < PAGES
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(context.page + 2) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    kinds, title, where = texts(item, "job_types"), html_line(raw_text(item, "title")), text(item, "location")
    workplace = workplace_flags(remote=flag(item, "remote") or None)
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "slug"),
        title=title,
        company=html_line(raw_text(item, "company_name")),
        fetched_at=context.fetched_at,
        locations=[place for place in places(where) if not is_work_model(place)],
        # "remote" is false for hybrid work, and for postings that did not say.
        workplace=workplace_of((where, title)) if "hybrid" in f"{where} {title}".lower() else workplace,
        tags=texts(item, "tags"),
        employment_type=employment_of(*kinds),
        seniority=seniority_of(title, *kinds),
        posted=epoch_s(item, "created_at"),
        url=raw_text(item, "url"),
        text=html_text(raw_text(item, "description")),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Arbeitnow",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.RECORDED,),
    home="https://www.arbeitnow.com/blog/job-board-api",
    board_title=lambda _: "Arbeitnow",
    attribution="Arbeitnow (arbeitnow.com)",
    boards=("all",),
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
