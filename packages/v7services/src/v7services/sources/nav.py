"""NAV: what the Norwegian employment service publishes, as a feed of changes with one document a posting.

A public token is asked for before each poll. The feed runs from old to new, so its newest page is asked first, and then
what has changed within three days. A posting that is over says so in the feed and is told to have closed then: the
terms ask that it is shown no longer.

Source: https://github.com/navikt/pam-stilling-feed
Evidence: documented (the service's own code; no answer of the feed was at hand).
"""

import re
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.errors import InvalidValue, ParseError, SchemaError
from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, Login, ParseContext, Parsed, SourceKind, bearer, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import CENTRAL_EUROPE, any_instant, instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import (
    external_id,
    joined,
    json_document,
    json_list,
    json_record,
    pick,
    raw_text,
    records,
    text,
)
from v7services.fields.urls import Address, safe_url
from v7services.fields.work import employment_of, workplace_of
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "nav"
WINDOW: Final = timedelta(days=3)
_OVER: Final = "INACTIVE"
_STATUS: Final = ("ACTIVE", _OVER)
_HOST: Final = "https://pam-stilling-feed.nav.no"
_TOKEN: Final = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+")
_PATH: Final = re.compile(r"/api/v1/feed/[\w-]{8,64}")


def recognise(where: Address) -> str | None:
    """The service's own search, and the feed."""
    return "all" if where.on("arbeidsplassen.nav.no", "pam-stilling-feed.nav.no") else None


def first_request(board: str) -> FetchRequest:
    """The newest page; it may have just begun."""
    return get(f"{_HOST}/api/v1/feed", {"last": "true"})


def _headers(body: bytes) -> tuple[tuple[str, str], ...]:
    found = _TOKEN.search(body[:10_000].decode("utf-8", "replace"))
    if found is None:
        raise ParseError(NAME, "no public token", at="publicToken")
    return bearer(found[0], NAME)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{next_url, items: [{_feed_entry: {uuid, status, title, businessName, municipal}}]}`: a window on changes."""
    items, document, damage = json_list(body, NAME, "items", at=board)
    parsed = collect(items, lambda item: _posting(item, board, context))
    return attrs.evolve(parsed, damage=damage, complete=False, next_request=_following(document, context))


def _following(document: Any, context: ParseContext) -> FetchRequest | None:
    if context.request.url.endswith("last=true"):
        since = format_datetime(context.fetched_at - WINDOW, usegmt=True)
        return get(f"{_HOST}/api/v1/feed", headers=(("If-Modified-Since", since),), note="three days")
    path = raw_text(document, "next_url")
    return get(f"{_HOST}{path}") if _PATH.fullmatch(path) else None


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    entry = pick(item, "_feed_entry")
    changed = instant(entry, "sistEndret") or instant(item, "date_modified")
    status = text(entry, "status")
    if status not in _STATUS:
        raise InvalidValue("no status")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": text(entry, "uuid") or text(item, "id"), "item": item}, "id"),
        title=html_line(raw_text(entry, "title") or raw_text(item, "title")),
        company=text(entry, "businessName"),
        fetched_at=context.fetched_at,
        locations=(text(entry, "municipal").title(),),
        updated=changed,
        closes=changed if status == _OVER else None,
        url=f"https://arbeidsplassen.nav.no/stillinger/stilling/{text(entry, 'uuid')}",
        language="no",
    )


def detail_request(posting: JobPosting) -> FetchRequest | None:
    """One posting's own document; what is over has none any more."""
    return None if posting.closes else get(f"{_HOST}/api/v1/feedentry/{quote(posting.external_id, safe='')}")


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """`{uuid, status, ad_content}`; without content it is over."""
    document, _ = json_document(body, NAME, at=posting.external_id)
    status = text(document, "status")
    if status not in _STATUS:
        raise SchemaError(NAME, "no status", at="status")
    if status == _OVER:
        return replace(posting, closes=posting.updated)
    ad = json_record(document, NAME, "ad_content")
    words = html_text(raw_text(ad, "description"))
    where = tuple(dict.fromkeys(filter(None, map(_place, records(ad, "workLocations")))))
    contract = [
        text(ad, name).replace("Fast", "permanent").replace("Vikariat", "temporary")
        for name in ("extent", "engagementtype")
    ]
    due = text(ad, "applicationDue")
    return replace(
        posting,
        company=text(ad, "employer", "name") or posting.company,
        text="\n\n".join(filter(None, (words, html_text(raw_text(ad, "employer", "description"))))),
        locations=where or posting.locations,
        workplace=workplace_of((posting.title, *where)),
        departments=tuple(dict.fromkeys(text(each, "level1") for each in records(ad, "occupationCategories"))),
        tags=tuple(
            dict.fromkeys(
                filter(
                    None,
                    (text(ad, "jobtitle"), *(text(each, "level2") for each in records(ad, "occupationCategories"))),
                )
            )
        ),
        employment_type=employment_of(*(kind for kind in contract if kind != "Heltid"), contract[0]),
        posted=instant(ad, "published", zone=CENTRAL_EUROPE),
        closes=any_instant(due, "applicationDue") or instant(ad, "expires", zone=CENTRAL_EUROPE),
        url=safe_url(raw_text(ad, "link")) or posting.url,
        apply_url=safe_url(raw_text(ad, "applicationUrl")) or safe_url(raw_text(ad, "sourceurl")),
    )


def _place(where: Any) -> str:
    town = text(where, "city") or text(where, "municipal")
    return joined(town.title(), text(where, "county").title(), text(where, "country").title())


ADAPTER: Final = Adapter(
    name=NAME,
    title="NAV (Norway)",
    kind=SourceKind.FEED,
    evidence=(Evidence.DOCUMENTED,),
    home="https://github.com/navikt/pam-stilling-feed",
    detail_request=detail_request,
    parse_detail=parse_detail,
    board_title=lambda _: "Arbeidsplassen",
    attribution="NAV (arbeidsplassen.nav.no)",
    boards=("all",),
    login=Login(request=get(f"{_HOST}/api/publicToken", format=Format.TEXT), headers=_headers),
    min_interval_s=3600.0,
    conditional=False,
    max_pages=12,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
