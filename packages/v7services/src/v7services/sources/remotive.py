"""Remotive: every open posting in one body, a day late, pay as free text.

The terms ask for a link back, for Remotive to be named, for no more than four polls a day, and that nothing is passed
on to other boards.

Source: https://github.com/remotive-com/remote-jobs-api
Evidence: documented, recorded (cut to a few postings).
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import SIX_HOURS, Adapter, Evidence, ParseContext, Parsed, Rate, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.pay import pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, number, raw_text, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, places
from v7services.http.messages import FetchRequest, get

NAME: Final = "remotive"


def recognise(where: Address) -> str | None:
    """The site, under both of its names."""
    return "all" if where.on("remotive.com", "remotive.io") else None


def first_request(board: str) -> FetchRequest:
    """Everything."""
    return get("https://remotive.com/api/remote-jobs")


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{0-legal-notice, total-job-count, jobs: [...]}`."""
    jobs, document, damage = json_list(body, NAME, "jobs", at=board)
    total = number(document, "total-job-count")
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(parsed, total=None if total is None else int(total), damage=damage)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=html_line(raw_text(item, "title")),
        company=html_line(raw_text(item, "company_name")),
        fetched_at=context.fetched_at,
        locations=places(text(item, "candidate_required_location")),
        workplace=Workplace.REMOTE,
        departments=(html_line(raw_text(item, "category")),),
        tags=texts(item, "tags"),
        employment_type=employment_of(text(item, "job_type")),
        pay=pay_from_text(text(item, "salary"), usual=True),
        posted=instant(item, "publication_date"),
        url=raw_text(item, "url"),
        text=html_text(raw_text(item, "description")),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Remotive",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://github.com/remotive-com/remote-jobs-api",
    board_title=lambda _: "Remotive",
    attribution="Remotive (remotive.com)",
    boards=("all",),
    min_interval_s=SIX_HOURS,
    rate=Rate(requests=2.0, seconds=60.0, in_flight=1),
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
