"""We Work Remotely: RSS, the company in front of the role, one feed a category.

Source: https://weworkremotely.com/remote-job-rss-feed
Evidence: documented, recorded.
"""

import re
from typing import Final

import attrs

from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.feeds import FeedItem, read_feed
from v7services.fields.html import html_text
from v7services.fields.instants import any_instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id
from v7services.fields.urls import Address
from v7services.fields.work import employment_of
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "weworkremotely"
BOARDS: Final = (
    "all",
    "remote-programming-jobs",
    "remote-full-stack-programming-jobs",
    "remote-back-end-programming-jobs",
    "remote-front-end-programming-jobs",
    "remote-devops-sysadmin-jobs",
    "remote-design-jobs",
    "remote-product-jobs",
    "remote-customer-support-jobs",
    "remote-sales-and-marketing-jobs",
    "remote-management-and-finance-jobs",
    "all-other-remote-jobs",
)
_HEADQUARTERS: Final = re.compile(r"^Headquarters:\s*(.+)$", re.MULTILINE)


def recognise(where: Address) -> str | None:
    """The site, or one of its categories."""
    if not where.on("weworkremotely.com"):
        return None
    named = where.part(-1).removesuffix(".rss")
    return named if where.part(0) == "categories" and named in BOARDS else "all"


def first_request(board: str) -> FetchRequest:
    """A category's feed, or everything."""
    path = "remote-jobs.rss" if board == "all" else f"categories/{board}.rss"
    return get(f"https://weworkremotely.com/{path}", format=Format.FEED)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """A feed shows a window: what is missing from it is not closed."""
    feed = read_feed(body, NAME, at=board)
    parsed = collect(feed.items, lambda item: _posting(item, board, context))
    return attrs.evolve(parsed, damage=feed.damage, complete=False)


def _posting(item: FeedItem, board: str, context: ParseContext) -> JobPosting:
    company, colon, role = item.title.partition(": ")
    words = html_text(item.html)
    places = [item.extra.get(name, "") for name in ("region", "country", "state")]
    headquarters = _HEADQUARTERS.search(words)
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": item.id, "title": item.title}, "id"),
        title=role if colon else item.title,
        company=company if colon else _from_link(item.link),
        fetched_at=context.fetched_at,
        locations=filter(None, places) if any(places) else (headquarters[1],) if headquarters else (),
        workplace=Workplace.REMOTE,
        tags=(*item.categories, *item.extra.get("skills", "").split(", ")),
        employment_type=employment_of(item.extra.get("type", "")),
        posted=any_instant(item.published, "pubDate"),
        closes=any_instant(item.extra.get("expires_at", ""), "expires_at"),
        url=item.link,
        text=words,
    )


def _from_link(link: str) -> str:
    """The company's part of "…/remote-jobs/acme-night-nurse": all there is when the title names none."""
    return link.rstrip("/").rpartition("/")[2].split("-")[0].title()


ADAPTER: Final = Adapter(
    name=NAME,
    title="We Work Remotely",
    kind=SourceKind.FEED,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://weworkremotely.com/remote-job-rss-feed",
    board_title=lambda board: "We Work Remotely" if board == "all" else board.replace("-", " ").capitalize(),
    attribution="weworkremotely.com",
    boards=BOARDS,
    min_interval_s=3 * 3600.0,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
