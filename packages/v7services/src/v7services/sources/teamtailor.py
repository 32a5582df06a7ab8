"""Teamtailor boards: a JSON feed whose entries carry a schema.org JobPosting.

Source: recorded feeds; https://www.jsonfeed.org/version/1.1/
Evidence: recorded.
"""

from typing import Final

import attrs

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.feeds import Feed, FeedItem, read_feed
from v7services.fields.instants import iso_instant
from v7services.fields.reading import external_id, pick
from v7services.fields.schema_org import read_job_posting
from v7services.fields.urls import Address, host_label, safe_url
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "teamtailor"


def recognise(where: Address) -> str | None:
    """The name in front of teamtailor.com (or a region of it)."""
    if not where.host.endswith(".teamtailor.com"):
        return None
    label = where.host.removesuffix(".teamtailor.com")
    return label if label not in ("www", "app", "api", "career", "docs") and label.count(".") <= 1 else None


def first_request(board: str) -> FetchRequest:
    """The newest page of the feed."""
    return get(f"https://{host_label(board)}.teamtailor.com/jobs.json", format=Format.FEED)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """A JSON Feed, paged by `next_url`."""
    feed = read_feed(body, NAME, at=board)
    parsed = collect(feed.items, lambda item: _posting(item, feed, board, context))
    following = safe_url(feed.next_url, base=context.request.url) if feed.next_url else None
    return attrs.evolve(
        parsed, damage=feed.damage, next_request=get(following, format=Format.FEED) if following else None
    )


def _posting(item: FeedItem, feed: Feed, board: str, context: ParseContext) -> JobPosting:
    node = pick(item.raw, "_jobposting")
    return read_job_posting(
        node if isinstance(node, dict) else {"description": item.html, "title": item.title},
        source=NAME,
        board=board,
        company=feed.title or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        external_id=external_id({"id": item.id, "title": item.title}, "id"),
        title=item.title,
        posted=iso_instant(item.published, "date_published"),
        updated=iso_instant(item.updated, "date_modified"),
        url=item.link,
        language=feed.language,
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Teamtailor",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.RECORDED,),
    home="https://www.teamtailor.com",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    probe=True,
)
