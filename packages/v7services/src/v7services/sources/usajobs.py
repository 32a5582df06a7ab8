"""USAJobs: the openings of the United States' federal agencies, with a key that belongs to an e-mail address.

The board is "words/place"; a question without either is refused by the server. Amounts come as text, dates without a
zone are taken for UTC.

Source: https://developer.usajobs.gov/api-reference
Evidence: recorded (five hundred postings of 2016, three of 2026).
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting, Pay, Workplace
from v7services.adapter import Adapter, Credential, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, json_list, number, pick, raw_text, records, text, texts
from v7services.fields.searches import asked, search_board, search_title
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, workplace_flags
from v7services.http.messages import FetchRequest, get

NAME: Final = "usajobs"
PAGE: Final = 250
PAGES: Final = 8
_VAGUE: Final = ("multiple locations", "many vacancies")
_DUTIES: Final = ("MajorDuties", "Requirements", "KeyRequirements", "Education", "Evaluations", "HowToApply")


def recognise(where: Address) -> str | None:
    """A search on the site."""
    if not where.on("usajobs.gov"):
        return None
    return search_board(where.query.get("k", ""), where.query.get("l", ""))


def _page(board: str, page: int) -> FetchRequest:
    words, place = asked(board)
    query = {"Keyword": words or None, "LocationName": place or None, "ResultsPerPage": PAGE, "Page": page}
    headers = (("User-Agent", "{{USAJOBS_EMAIL}}"), ("Authorization-Key", "{{USAJOBS_API_KEY}}"))
    return get("https://data.usajobs.gov/api/search", query, headers=headers)


def first_request(board: str) -> FetchRequest:
    """The first page."""
    return _page(board, 1)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{SearchResult: {SearchResultCountAll, SearchResultItems: [{MatchedObjectId, MatchedObjectDescriptor}]}}`."""
    items, document, damage = json_list(body, NAME, "SearchResult", "SearchResultItems", at=board)
    count = number(document, "SearchResult", "SearchResultCountAll")
    more = bool(items) and count is not None and (context.page + 1) * PAGE < count
    further = more and context.page + 1 < PAGES
    parsed = collect(items, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(board, context.page + 2) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    job = pick(item, "MatchedObjectDescriptor")
    details = pick(job, "UserArea", "Details")
    places = [text(place, "LocationName") for place in records(job, "PositionLocation")]
    display = text(job, "PositionLocationDisplay")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "MatchedObjectId"),
        title=html_line(raw_text(job, "PositionTitle")),
        company=text(job, "OrganizationName") or text(job, "DepartmentName"),
        fetched_at=context.fetched_at,
        locations=places or (() if display.lower() in _VAGUE else (display,)),
        workplace=_workplace(details),
        departments=[text(job, "DepartmentName")],
        tags=[
            *(text(category, "Name") for category in records(job, "JobCategory")),
            *(text(grade, "Code") for grade in records(job, "JobGrade")),
        ],
        # The schedule says full or part time; "permanent" says less, "term" and "internships" more.
        employment_type=employment_of(
            *(name for name in _names(job, "PositionOfferingType") if name.lower() != "permanent"),
            *_names(job, "PositionSchedule"),
        ),
        pay=_pay(job),
        posted=instant(job, "PublicationStartDate"),
        closes=instant(job, "ApplicationCloseDate"),
        url=raw_text(job, "PositionURI").replace(":443/", "/"),
        apply_url=next(iter(texts(job, "ApplyURI")), "").replace(":443/", "/"),
        language="en",
        requisition_id=text(job, "PositionID"),
        text="\n\n".join(filter(None, _paragraphs(job, details))),
    )


def _names(job: Any, field: str) -> list[str]:
    return [text(entry, "Name") for entry in records(job, field)]


def _workplace(details: Any) -> Workplace:
    if flag(details, "RemoteIndicator"):
        return Workplace.REMOTE
    return workplace_flags(remote=None, hybrid=flag(details, "TeleworkEligible"))


def _pay(job: Any) -> Pay | None:
    for entry in records(job, "PositionRemuneration"):
        low, high = number(entry, "MinimumRange"), number(entry, "MaximumRange")
        # "PA" and the like since 2017, "Per Year" before; some years the words stand beside the code.
        period = text(entry, "Description") or text(entry, "RateIntervalCode")
        pay = make_pay(low, high, currency="USD", period=period)
        if pay is not None:
            return pay
    return None


def _paragraphs(job: Any, details: Any) -> list[str]:
    found = [html_text(raw_text(details, "JobSummary"))]
    for name in _DUTIES:
        found += [html_text(part) for part in texts(details, name)]
    return [*found, html_text(raw_text(job, "QualificationSummary"))]


ADAPTER: Final = Adapter(
    name=NAME,
    title="USAJobs",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.RECORDED,),
    home="https://developer.usajobs.gov",
    board_title=search_title,
    attribution="USAJobs (usajobs.gov)",
    credentials=(
        Credential(name="USAJOBS_API_KEY", where="https://developer.usajobs.gov/apirequest"),
        Credential(name="USAJOBS_EMAIL", where="https://developer.usajobs.gov/apirequest"),
    ),
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
