"""Reed.co.uk: British postings by a search, with a key; descriptions are cut, dates are day/month/year.

The board is "words/place" ("baker/leeds"). What the amounts are for is not said unless `salaryType` is there, and a
day's rate stands beside a year's, so the period is read from their size.

Source: https://www.reed.co.uk/developers/jobseeker
Evidence: toy (one answer written by hand).
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import Dated, JobPosting, Pay, PayPeriod
from v7services.adapter import SIX_HOURS, Adapter, Credential, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import day_first, instant
from v7services.fields.pay import make_pay, usual_period
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, number, raw_text, text
from v7services.fields.searches import asked, search_board, search_title
from v7services.fields.urls import Address
from v7services.http.messages import FetchRequest, get

NAME: Final = "reed"
PAGE: Final = 100
PAGES: Final = 5


def recognise(where: Address) -> str | None:
    """A search: `/jobs/baker-jobs-in-leeds`, or with `keywords` and `location`."""
    if not where.on("reed.co.uk"):
        return None
    words, place = where.query.get("keywords", ""), where.query.get("location", "")
    if where.part(0) == "jobs" and len(where.parts) == 2 and not (words or place):
        words, _, place = where.part(1).partition("jobs")
        words, place = words.strip("-").replace("-", " "), place.removeprefix("-in-").replace("-", " ")
    return search_board(words, place)


def _page(board: str, skip: int) -> FetchRequest:
    words, place = asked(board)
    query = {"keywords": words or None, "locationName": place or None, "resultsToTake": PAGE, "resultsToSkip": skip}
    headers = (("Authorization", "Basic {{basic:REED_API_KEY}}"),)
    return get("https://www.reed.co.uk/api/1.0/search", query, headers=headers)


def first_request(board: str) -> FetchRequest:
    """The first hundred."""
    return _page(board, 0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{results: [...], totalResults}`."""
    jobs, document, damage = json_list(body, NAME, "results", at=board)
    count = number(document, "totalResults")
    skip = (context.page + 1) * PAGE
    more = bool(jobs) and (skip < count if count is not None else len(jobs) >= PAGE)
    further = more and context.page + 1 < PAGES
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed, damage=damage, complete=not more or further, next_request=_page(board, skip) if further else None
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "jobId", natural=int),
        title=html_line(raw_text(item, "jobTitle")),
        company=html_line(raw_text(item, "employerName")),
        fetched_at=context.fetched_at,
        locations=(text(item, "locationName"),),
        pay=_pay(item),
        posted=_date(item, "date"),
        closes=_date(item, "expirationDate"),
        url=raw_text(item, "jobUrl"),
        text=html_text(raw_text(item, "jobDescription")),
    )


def _date(item: Any, field: str) -> Dated | None:
    return day_first(item, field) or instant(item, field)


def _pay(item: Any) -> Pay | None:
    low, high = number(item, "minimumSalary"), number(item, "maximumSalary")
    said: PayPeriod | str = text(item, "salaryType") or usual_period(high or low)
    return make_pay(low, high, currency=text(item, "currency"), period=said)


ADAPTER: Final = Adapter(
    name=NAME,
    title="Reed",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.TOY,),
    home="https://www.reed.co.uk/developers/jobseeker",
    board_title=search_title,
    attribution="reed.co.uk",
    credentials=(Credential(name="REED_API_KEY", where="https://www.reed.co.uk/developers/jobseeker"),),
    min_interval_s=SIX_HOURS,
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
