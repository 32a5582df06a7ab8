"""Gem boards: all published posts in one body.

Source: https://api.gem.com/job_board/v0/reference. The fields were seen in one sanitised body and in another project's
reader only.
Evidence: sanitised (one body), unverified (the address and most fields).
"""

from typing import Any, Final

import attrs

from v7core.errors import SchemaError
from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import epoch_s, instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, json_document, pick, raw_text, records, text
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, places, workplace_code, workplace_flags
from v7services.http.messages import FetchRequest, get

NAME: Final = "gem"


def recognise(where: Address) -> str | None:
    """Boards of jobs.gem.com, and the API."""
    if where.host == "jobs.gem.com":
        return where.part(0) if where.part(0) != "api" else None
    if where.host == "api.gem.com" and where.part(0) == "job_board":
        return where.part(2) or None
    return None


def first_request(board: str) -> FetchRequest:
    """The whole board."""
    return get(f"https://api.gem.com/job_board/v0/{board}/job_posts/")


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """An array of posts, or `{jobs: [...]}`."""
    document, damage = json_document(body, NAME, at=board)
    items = document if isinstance(document, list) else pick(document, "jobs")
    if not isinstance(items, list):
        raise SchemaError(NAME, "no list of postings", at="$")
    return attrs.evolve(collect(items, lambda item: _posting(item, board, context)), damage=damage)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    where = text(item, "location") or text(item, "location", "name")
    listed = [text(place, "name") for place in records(item, "locations")]
    departments = [text(each, "name") for each in records(item, "departments")] or [text(item, "department")]
    workplace = workplace_code(text(item, "location_type") or text(item, "locationType"))
    if workplace is Workplace.UNKNOWN:
        workplace = workplace_flags(remote=flag(item, "remote") or None)
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=text(item, "title"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(*places(where), *listed),
        workplace=workplace,
        departments=filter(None, departments),
        employment_type=employment_of(text(item, "employment_type") or text(item, "employmentType")),
        posted=epoch_s(item, "firstPublishedTsSec") or instant(item, "first_published_at"),
        updated=instant(item, "updated_at"),
        url=raw_text(item, "absolute_url") or raw_text(item, "applyUrl"),
        requisition_id=text(item, "requisition_id"),
        text=html_text(raw_text(item, "content")) or raw_text(item, "content_plain"),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Gem",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.SANITISED, Evidence.UNVERIFIED),
    home="https://api.gem.com/job_board/v0/reference",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
