"""Any RSS, RDF, Atom or JSON feed of jobs. The board is the feed's address.

Company names are where feeds differ: an element of their own, "Role at Company", or nothing (then the feed's title).

Evidence: documented (the formats), toy (feeds of jobs that have no adapter of their own).
"""

import re
from typing import Final

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.feeds import Feed, FeedItem, read_feed
from v7services.fields.html import html_text
from v7services.fields.instants import any_instant
from v7services.fields.pay import pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id
from v7services.fields.urls import Address, safe_url, site_and_path
from v7services.fields.work import employment_of, places
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "feed"
_AT: Final = re.compile(r"(?P<role>.{3,}?)\s+(?:at|@|chez|bei)\s+(?P<company>[^\W_].{0,80})", re.IGNORECASE)
_COMPANY: Final = ("company", "company_name", "companyname", "employer", "organization", "hiringorganization")
_LOCATION: Final = ("location", "job_location", "joblocation", "region", "city", "country")
_TYPE: Final = ("job_type", "jobtype", "employmenttype", "type", "contract")
_PAY: Final = ("salary", "salary_text", "compensation", "pay")
_FEED_WORDS: Final = ("rss", "feed", "atom")
_FILES: Final = (".rss", ".atom", ".rdf", "feed.xml", "rss.xml", "index.xml", "atom.xml", "feed.json")


def recognise(where: Address) -> str | None:
    """An address that says it is a feed; every other feed is found on its page."""
    last = where.part(-1).lower()
    said = last.endswith(_FILES) or last in _FEED_WORDS or "feed" in where.query
    return where.url if said else None


def first_request(board: str) -> FetchRequest:
    """The feed itself."""
    return get(board, format=Format.FEED)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """Items; a feed shows a window, so what is missing from it is not closed."""
    feed = read_feed(body, NAME, at=board)
    parsed = collect(feed.items, lambda item: _posting(item, feed, board, context))
    following = safe_url(feed.next_url, base=board) if feed.next_url else None
    next_request = get(following, format=Format.FEED) if following and following != context.request.url else None
    return Parsed(
        postings=parsed.postings, skipped=parsed.skipped, damage=feed.damage, complete=False, next_request=next_request
    )


def _first(item: FeedItem, names: tuple[str, ...]) -> str:
    return next((item.extra[name] for name in names if item.extra.get(name)), "")


def _posting(item: FeedItem, feed: Feed, board: str, context: ParseContext) -> JobPosting:
    title, company = item.title, _first(item, _COMPANY)
    if not company:
        match = _AT.fullmatch(title)
        if match is not None:
            title, company = match["role"], match["company"]
    # An author is the employer on job boards more often than not, but never an e-mail address.
    company = company or ("" if "@" in item.author else item.author) or feed.title
    where = [place for name in _LOCATION if item.extra.get(name) for place in places(item.extra[name])]
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": item.id, "title": item.title}, "id"),
        title=title,
        company=company,
        fetched_at=context.fetched_at,
        locations=where,
        tags=item.categories,
        employment_type=employment_of(_first(item, _TYPE)),
        pay=pay_from_text(_first(item, _PAY)),
        posted=any_instant(item.published, "published"),
        updated=any_instant(item.updated, "updated"),
        closes=any_instant(_first(item, ("expires", "closingdate", "validthrough")), "expires"),
        url=item.link,
        base=context.url or board,
        language=feed.language,
        text=html_text(item.html),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="RSS, Atom or JSON feed",
    kind=SourceKind.FEED,
    evidence=(Evidence.DOCUMENTED, Evidence.TOY),
    home="https://www.rssboard.org/rss-specification",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    board_title=site_and_path,
    max_pages=5,
)
