"""Jobicy: the newest hundred remote postings; pay in fields that are absent when there is none.

The terms ask for a visible credit with a link to the posting, and for a few polls a day at most.

Source: https://github.com/Jobicy/remote-jobs-api
Evidence: documented, recorded (whole answers).
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting, Pay, Workplace
from v7services.adapter import SIX_HOURS, Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, number, raw_text, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, seniority_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "jobicy"
COUNT: Final = 100
"""The most it gives."""


def recognise(where: Address) -> str | None:
    """The site."""
    return "all" if where.on("jobicy.com") else None


def first_request(board: str) -> FetchRequest:
    """The newest."""
    return get("https://jobicy.com/api/v2/remote-jobs", {"count": COUNT})


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{jobs: [...], jobCount, success}`: a window, so what is missing from it is not closed."""
    jobs, _, damage = json_list(body, NAME, "jobs", at=board)
    return attrs.evolve(collect(jobs, lambda item: _posting(item, board, context)), damage=damage, complete=False)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    level, title = text(item, "jobLevel"), html_line(raw_text(item, "jobTitle"))
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=title,
        company=html_line(raw_text(item, "companyName")),
        fetched_at=context.fetched_at,
        locations=[place.strip() for place in html_line(raw_text(item, "jobGeo")).split(",")],
        workplace=Workplace.REMOTE,
        departments=map(html_line, texts(item, "jobIndustry")),
        employment_type=employment_of(*texts(item, "jobType")),
        seniority=seniority_of("mid" if level.lower() == "midweight" else level, title),
        pay=_pay(item),
        posted=instant(item, "pubDate"),
        url=raw_text(item, "url"),
        text=html_text(raw_text(item, "jobDescription")) or html_text(raw_text(item, "jobExcerpt")),
    )


def _pay(item: Any) -> Pay | None:
    currency = text(item, "salaryCurrency")
    pay = make_pay(
        number(item, "salaryMin"), number(item, "salaryMax"), currency=currency, period=text(item, "salaryPeriod")
    )
    # Before version 2.2 the amounts were a year's by name.
    low, high = number(item, "annualSalaryMin"), number(item, "annualSalaryMax")
    return pay or make_pay(low, high, currency=currency, period="year")


ADAPTER: Final = Adapter(
    name=NAME,
    title="Jobicy",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://github.com/Jobicy/remote-jobs-api",
    board_title=lambda _: "Jobicy",
    attribution="Jobicy (jobicy.com)",
    boards=("all",),
    min_interval_s=SIX_HOURS,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
