"""JobTech: everything the Swedish employment service publishes, newest first, up to where its search ends (2,100).

Times name no zone and are Swedish. The board is "all" or a search, "words/place".

Source: https://jobsearch.api.jobtechdev.se
Evidence: documented, sanitised (two answers, in the shape its search index gives).
"""

from typing import Any, Final

import attrs

from v7core.errors import SchemaError
from v7core.models.jobs import JobPosting, Pay, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import CENTRAL_EUROPE, instant
from v7services.fields.pay import pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import (
    external_id,
    flag,
    joined,
    json_document,
    number,
    pick,
    raw_text,
    records,
    text,
)
from v7services.fields.searches import asked, search_board, search_title
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, workplace_flags, workplace_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "jobtech"
PAGE: Final = 100
LAST: Final = 2_000
"""The offset after which the search refuses."""
_TEXTS: Final = ("text_formatted", "company_information", "needs", "requirements", "conditions")


def recognise(where: Address) -> str | None:
    """Platsbanken, with its search, and the API itself."""
    if where.on("arbetsformedlingen.se") and "platsbanken" in where.parts:
        return search_board(where.query.get("q", ""), "") or "all"
    if where.on("jobsearch.api.jobtechdev.se"):
        return search_board(where.query.get("q", ""), "") or "all"
    return None


def _page(board: str, offset: int) -> FetchRequest:
    words = "" if board == "all" else " ".join(filter(None, asked(board)))
    query = {"q": words or None, "limit": PAGE, "offset": offset, "sort": "pubdate-desc"}
    return get("https://jobsearch.api.jobtechdev.se/search", query)


def first_request(board: str) -> FetchRequest:
    """The newest hundred."""
    return _page(board, 0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{total: {value}, hits: [...]}`; an index's own form, `{hits: {hits: [{_source}]}}`, is read too."""
    document, damage = json_document(body, NAME, at=board)
    hits, total = pick(document, "hits"), number(document, "total", "value")
    if isinstance(hits, dict):
        hits, total = pick(document, "hits", "hits"), number(document, "hits", "total", "value")
        hits = [pick(hit, "_source") for hit in hits] if isinstance(hits, list) else hits
    if not isinstance(hits, list):
        raise SchemaError(NAME, "no list of postings", at="hits")
    offset = (context.page + 1) * PAGE
    more = bool(hits) and total is not None and offset < total
    further = more and offset <= LAST
    parsed = collect(hits, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(board, offset) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting | None:
    if flag(item, "removed"):
        return None
    place = pick(item, "workplace_address")
    towns = dict.fromkeys(filter(None, (text(place, "city").title(), text(place, "municipality"))))
    scope = (number(item, "scope_of_work", "min"), number(item, "scope_of_work", "max"))
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=html_line(raw_text(item, "headline")),
        company=text(item, "employer", "name") or text(item, "employer", "workplace"),
        fetched_at=context.fetched_at,
        locations=[joined(*towns, text(place, "region"), text(place, "country"))],
        workplace=_workplace(item),
        departments=[text(item, "occupation_field", "label"), text(item, "occupation_group", "label")],
        tags=[
            text(item, "occupation", "label"),
            *(
                text(skill, "label")
                for need in ("must_have", "nice_to_have")
                for skill in records(item, need, "skills")
            ),
        ],
        employment_type=employment_of(
            "deltid" if scope[1] is not None and scope[1] < 100 else "",
            text(item, "working_hours_type", "label"),
            text(item, "employment_type", "label"),
        ),
        pay=_pay(item),
        posted=instant(item, "publication_date", zone=CENTRAL_EUROPE),
        closes=instant(item, "application_deadline", zone=CENTRAL_EUROPE)
        or instant(item, "last_publication_date", zone=CENTRAL_EUROPE),
        url=raw_text(item, "webpage_url") or f"https://arbetsformedlingen.se/platsbanken/annonser/{text(item, 'id')}",
        apply_url=raw_text(item, "application_details", "url"),
        requisition_id=text(item, "external_id"),
        text=_description(item),
    )


def _workplace(item: Any) -> Workplace:
    said = workplace_flags(remote=flag(item, "remote_work") or flag(item, "remote") or None)
    return said if said is not Workplace.UNKNOWN else workplace_of((text(item, "headline"),))


def _pay(item: Any) -> Pay | None:
    words = text(item, "salary_description")
    return pay_from_text(words, currency="SEK") if any(c.isdigit() for c in words) else None


def _description(item: Any) -> str:
    parts = [html_text(raw_text(item, "description", name)) for name in _TEXTS]
    if not parts[0]:
        parts[0] = html_text(raw_text(item, "description", "text"))
    return "\n\n".join(filter(None, parts))


ADAPTER: Final = Adapter(
    name=NAME,
    title="JobTech (Sweden)",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.DOCUMENTED, Evidence.SANITISED),
    home="https://jobsearch.api.jobtechdev.se",
    board_title=lambda board: "Platsbanken" if board == "all" else search_title(board),
    attribution="Arbetsförmedlingen / JobTech (CC0)",
    boards=("all",),
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
