"""Greenhouse job boards: one body a board, HTML escaped once, pay in cents.

Source: https://developers.greenhouse.io/job-board.html
Evidence: documented, recorded.
"""

from typing import Any, Final
from urllib.parse import quote

from v7core.errors import SchemaError
from v7core.models.jobs import EmploymentType, JobPosting, Pay, Workplace
from v7core.text import join_blocks
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_document, number, pick, raw_text, records, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, is_work_model, places, workplace_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "greenhouse"
_EU: Final = "eu:"
_HOSTS: Final = (
    "boards.greenhouse.io",
    "job-boards.greenhouse.io",
    "boards.eu.greenhouse.io",
    "job-boards.eu.greenhouse.io",
)
_APIS: Final = ("boards-api.greenhouse.io", "boards-api.eu.greenhouse.io", "api.greenhouse.io")
_CONTRACT: Final = (
    "employment type",
    "employment",
    "commitment",
    "contract type",
    "job type",
    "worker type",
    "time type",
)
_PLACE: Final = ("location type", "workplace type", "workplace", "remote", "remote status", "work model")
_KEYWORDS: Final = ("keywords", "skills", "tags", "tech stack")


def recognise(where: Address) -> str | None:
    """Boards old and new, European ones ("eu:"), embedded ones, and the API itself."""
    eu = _EU if ".eu." in where.host else ""
    if where.host in _APIS:
        token = where.part(2) if where.parts[:2] == ("v1", "boards") else ""
    elif where.host in _HOSTS:
        token = where.query.get("for", "") if where.part(0) == "embed" else where.part(0)
    else:
        return None
    return f"{eu}{token.lower()}" if token and token.replace("-", "").replace("_", "").isalnum() else None


def first_request(board: str) -> FetchRequest:
    """The whole board with descriptions and pay."""
    eu = ".eu" if board.startswith(_EU) else ""
    token = quote(board.removeprefix(_EU), safe="")
    url = f"https://boards-api{eu}.greenhouse.io/v1/boards/{token}/jobs"
    return get(url, {"content": "true", "pay_transparency": "true"})


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{jobs: [...], meta: {total}}`."""
    document, damage = json_document(body, NAME, at=board)
    if not isinstance(pick(document, "jobs"), list):
        raise SchemaError(NAME, "no list of jobs", at="jobs")
    parsed = collect(pick(document, "jobs"), lambda item: _posting(item, board, context))
    total = number(document, "meta", "total")
    return Parsed(
        postings=parsed.postings, skipped=parsed.skipped, total=None if total is None else int(total), damage=damage
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    metadata = {text(entry, "name").lower(): entry for entry in records(item, "metadata")}
    where = [place for place in places(text(item, "location", "name")) if not is_work_model(place)]
    if not where:  # only a way of working: the towns are the offices'
        where = [text(office, "location") or text(office, "name") for office in records(item, "offices")]
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=html_line(raw_text(item, "title")),
        company=text(item, "company_name") or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=where,
        workplace=_workplace(item, metadata),
        departments=[text(department, "name") for department in records(item, "departments")],
        tags=[tag for name in _KEYWORDS for tag in texts(metadata.get(name), "value")],
        employment_type=_employment(metadata),
        pay=_pay(item),
        posted=instant(item, "first_published"),
        updated=instant(item, "updated_at"),
        closes=instant(item, "application_deadline"),
        url=raw_text(item, "absolute_url"),
        language=text(item, "language"),
        requisition_id=text(item, "requisition_id"),
        text=_description(item),
    )


def _description(item: Any) -> str:
    parts = [raw_text(item, "content"), *(raw_text(entry, "blurb") for entry in records(item, "pay_input_ranges"))]
    return join_blocks(*map(html_text, parts))


def _workplace(item: Any, metadata: dict[str, Any]) -> Workplace:
    words = [text(item, "location", "name"), *(word for name in _PLACE for word in texts(metadata.get(name), "value"))]
    return workplace_of(words)


def _employment(metadata: dict[str, Any]) -> EmploymentType | None:
    return employment_of(*(word for name in _CONTRACT for word in texts(metadata.get(name), "value")))


def _pay(item: Any) -> Pay | None:
    for entry in records(item, "pay_input_ranges"):
        low, high = number(entry, "min_cents"), number(entry, "max_cents")
        title = text(entry, "title")
        # Amounts are a year's unless the title says otherwise: https://developers.greenhouse.io/job-board.html#pay-transparency
        period = title if "hour" in title.lower() or "month" in title.lower() else "year"
        pay = make_pay(low, high, currency=text(entry, "currency_type"), period=period, minor_units=True)
        if pay is not None:
            return pay
    return None


ADAPTER: Final = Adapter(
    name=NAME,
    title="Greenhouse",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://developers.greenhouse.io/job-board.html",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    probe=True,
)
