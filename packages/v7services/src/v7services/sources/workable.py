"""Workable accounts: the whole list with descriptions in one body, dates without a time.

Source: recorded answers of the widget's own API; it has no public documentation.
Evidence: recorded.
"""

from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, joined, json_list, raw_text, records, text
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, seniority_of, workplace_code, workplace_flags
from v7services.http.limits import Rate
from v7services.http.messages import FetchRequest, get

NAME: Final = "workable"
_NOT_ACCOUNTS: Final = ("j", "api", "jobs", "view")


def recognise(where: Address) -> str | None:
    """Accounts of apply.workable.com, and the old names in front of workable.com."""
    if where.host == "apply.workable.com":
        if where.part(0) == "api":
            return where.part(where.parts.index("accounts") + 1) or None if "accounts" in where.parts else None
        return None if where.part(0) in _NOT_ACCOUNTS else where.part(0).lower() or None
    label = where.label("workable.com")
    return label if label not in ("", "apply", "www", "help", "resources") else None


def first_request(board: str) -> FetchRequest:
    """Everything, with descriptions."""
    return get(f"https://apply.workable.com/api/v1/widget/accounts/{quote(board, safe='')}", {"details": "true"})


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{name, jobs: [...]}`."""
    jobs, document, damage = json_list(body, NAME, "jobs", at=board)
    company = text(document, "name") or ADAPTER.board_title(board)
    return attrs.evolve(collect(jobs, lambda item: _posting(item, board, company, context)), damage=damage)


def _posting(item: Any, board: str, company: str, context: ParseContext) -> JobPosting:
    listed = [place for place in records(item, "locations") if flag(place, "hidden") is not True]
    where = [joined(text(place, "city"), text(place, "region"), text(place, "country")) for place in listed]
    if not any(where):
        where = [joined(text(item, "city"), text(item, "state"), text(item, "country"))]
    remote = flag(item, "telecommuting")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "shortcode"),
        title=text(item, "title"),
        company=company,
        fetched_at=context.fetched_at,
        locations=where,
        workplace=workplace_code(text(item, "workplace_type"))
        if text(item, "workplace_type")
        else workplace_flags(remote=remote),
        departments=filter(None, (text(item, "department"),)),
        tags=(text(item, "function"), text(item, "industry"), text(item, "education")),
        employment_type=employment_of(text(item, "employment_type")),
        seniority=seniority_of(text(item, "experience")),
        posted=instant(item, "published_on") or instant(item, "created_at"),
        url=raw_text(item, "url"),
        apply_url=raw_text(item, "application_url"),
        requisition_id=text(item, "code"),
        text=html_text(raw_text(item, "description")),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Workable",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.RECORDED,),
    home="https://help.workable.com/hc/en-us/articles/115012771647",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    # One server for all accounts, quick to refuse for an hour: one question at a time.
    rate=Rate(requests=1.0, in_flight=1, shared="workable.com"),
    probe=True,
)
