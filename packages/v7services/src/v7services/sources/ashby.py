"""Ashby job boards: one body, pay in tiers, unlisted postings that must not be shown.

Source: https://developers.ashbyhq.com/docs/public-job-posting-api
Evidence: documented, recorded.
"""

from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.models.jobs import JobPosting, Pay, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay, pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, joined, json_list, number, pick, raw_text, records, text
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, workplace_code, workplace_flags
from v7services.http.limits import Rate
from v7services.http.messages import FetchRequest, get

NAME: Final = "ashby"


def recognise(where: Address) -> str | None:
    """A board's name keeps its case, spaces and dots."""
    if where.host == "jobs.ashbyhq.com":
        return where.part(0) or None
    if where.host == "api.ashbyhq.com" and where.part(1) == "job-board":
        return where.part(2) or None
    return None


def first_request(board: str) -> FetchRequest:
    """The whole board; the server takes ten seconds and more for large ones."""
    url = f"https://api.ashbyhq.com/posting-api/job-board/{quote(board, safe='')}"
    return get(url, {"includeCompensation": "true"}, timeout_s=60.0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{jobs: [...]}`; what is not listed is left out without being counted."""
    jobs, _, damage = json_list(body, NAME, "jobs", at=board)
    return attrs.evolve(collect(jobs, lambda item: _posting(item, board, context)), damage=damage)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting | None:
    if flag(item, "isListed") is False:
        return None
    where = [text(item, "location"), *(text(place, "location") for place in records(item, "secondaryLocations"))]
    if not any(where):
        address = pick(item, "address", "postalAddress")
        where = [joined(*(text(address, name) for name in ("addressLocality", "addressRegion", "addressCountry")))]
    workplace = workplace_code(text(item, "workplaceType"))
    if workplace is Workplace.UNKNOWN:  # the two can disagree; the newer field is the more exact one
        workplace = workplace_flags(remote=flag(item, "isRemote") or None)
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=text(item, "title"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=where,
        workplace=workplace,
        departments=filter(None, (text(item, "department"), text(item, "team"))),
        employment_type=employment_of(text(item, "employmentType")),
        pay=_pay(item),
        posted=instant(item, "publishedAt"),
        url=raw_text(item, "jobUrl"),
        apply_url=raw_text(item, "applyUrl"),
        text=raw_text(item, "descriptionPlain") or html_text(raw_text(item, "descriptionHtml")),
    )


def _pay(item: Any) -> Pay | None:
    if flag(item, "shouldDisplayCompensationOnJobPostings") is False:
        return None
    summary = text(item, "compensation", "compensationTierSummary")
    for component in records(item, "compensation", "summaryComponents"):
        if text(component, "compensationType") == "Salary":
            low, high = number(component, "minValue"), number(component, "maxValue")
            currency, period = text(component, "currencyCode"), text(component, "interval")
            pay = make_pay(low, high, currency=currency, period=period, original=summary)
            if pay is not None:
                return pay
    return pay_from_text(text(item, "compensation", "scrapeableCompensationSalarySummary"))


ADAPTER: Final = Adapter(
    name=NAME,
    title="Ashby",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://developers.ashbyhq.com/docs/public-job-posting-api",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    rate=Rate(in_flight=2),
    probe=True,
)
