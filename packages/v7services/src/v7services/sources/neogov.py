"""NEOGOV: public agencies of the United States, one RSS feed an agency with fields of its own namespace.

Source: https://www.governmentjobs.com (its feed); there is no documentation.
Evidence: sanitised (two postings).
"""

import re
from typing import Final

import attrs

from v7core.models.jobs import Dated, JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.feeds import FeedItem, read_feed
from v7services.fields.html import html_text
from v7services.fields.instants import any_instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, number
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, places
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "neogov"
_NUMBER: Final = re.compile(r"/jobs/(\d{3,12})")
_TICKS: Final = re.compile(r":\d{1,3}$")
_TEXTS: Final = ("examplesofduties", "qualifications", "supplementalinformation", "benefits")


def recognise(where: Address) -> str | None:
    """An agency's page, or its feed."""
    if not where.on("governmentjobs.com", "schooljobs.com"):
        return None
    agency = where.query.get("agency", "") or (where.part(1) if where.part(0) == "careers" else "")
    return agency.lower() if re.fullmatch(r"[\w-]{2,60}", agency) else None


def first_request(board: str) -> FetchRequest:
    """The agency's feed."""
    return get("https://www.governmentjobs.com/SearchEngine/JobsFeed", {"agency": board}, format=Format.FEED)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """Everything that the agency shows."""
    feed = read_feed(body, NAME, at=board)
    parsed = collect(feed.items, lambda item: _posting(item, feed.title, board, context))
    return attrs.evolve(parsed, damage=feed.damage)


def _posting(item: FeedItem, agency: str, board: str, context: ParseContext) -> JobPosting:
    number_ = item.extra.get("jobid", "") or next(iter(_NUMBER.findall(item.link)), "")
    parts = [item.html, *(item.extra.get(name, "") for name in _TEXTS)]
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": number_ or item.id, "title": item.title}, "id"),
        title=item.title,
        company=agency or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=places(item.extra.get("location", "")),
        departments=(item.extra.get("department", ""),),
        tags=item.categories,
        employment_type=employment_of(item.extra.get("jobtype", "")),
        pay=make_pay(
            number(item.extra.get("minimumsalary")),
            number(item.extra.get("maximumsalary")),
            currency=item.extra.get("salarycurrency"),
            period=item.extra.get("salaryinterval"),
        ),
        posted=_date(item, "advertisefromdateutc") or any_instant(item.published, "pubDate"),
        closes=_date(item, "advertisetodatetimeutc"),
        url=item.link,
        language="en",
        text="\n\n".join(filter(None, map(html_text, parts))),
    )


def _date(item: FeedItem, name: str) -> Dated | None:
    """ "Sun, 20 Sep 2026 04:59:00:0": ticks behind a colon, in UTC."""
    return any_instant(_TICKS.sub("", item.extra.get(name, "")), name)


ADAPTER: Final = Adapter(
    name=NAME,
    title="NEOGOV",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.SANITISED,),
    home="https://www.governmentjobs.com",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
