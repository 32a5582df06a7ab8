"""What an address is: by its pattern alone, or by one look at the page."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice
from typing import Final

from v7core.models.sources import Recognised, SourceKey
from v7services.adapter import Adapter, SourceKind
from v7services.fields.urls import Address, address, safe_url

_LINK: Final = re.compile(rb"""(?:href|src|data-[a-z-]+|action)\s*=\s*["']([^"'<>\s]{8,600})["']""", re.IGNORECASE)
_BARE: Final = re.compile(rb"""https?://[A-Za-z0-9.-]+/[^\s"'<>\\)]{1,300}""")
_FEED: Final = re.compile(rb"<link\b[^<>]{0,600}>", re.IGNORECASE)
_FEED_TYPE: Final = re.compile(rb"""type\s*=\s*["']application/(?:rss\+xml|atom\+xml|feed\+json)["']""", re.IGNORECASE)
_HREF: Final = re.compile(rb"""href\s*=\s*["']([^"'<>\s]{1,600})["']""", re.IGNORECASE)
_FEED_MARKS: Final = (b"<rss", b"<feed", b"<rdf:rdf")
GENERIC: Final = ("feed", "jsonld", "xmlfeeds")
"""These take whatever looks right, so they are asked last."""
_MAX_PAGE: Final = 2_000_000
_MAX_LINKS: Final = 2_000


def recognise_written(text: str, adapters: Iterable[Adapter]) -> Recognised | None:
    """ "adapter:board" as keys are written; None when it is no such thing.

    Raises:
        InvalidValue: no board of that adapter can be called so.
    """
    name, colon, board = text.strip().partition(":")
    if not colon or not board or board.startswith("//"):
        return None
    adapter = next((each for each in adapters if each.name == name.lower()), None)
    if adapter is None:
        return None
    adapter.first_request(board.strip())
    return recognised(adapter, board.strip(), "written out")


def recognise_address(where: Address, adapters: Iterable[Adapter]) -> Recognised | None:
    """By the pattern of the address; asks nobody."""
    for adapter in adapters:
        board = adapter.recognise(where)
        if board:
            return recognised(adapter, board, f"the address of {_article(adapter.title)} board")
    return None


def recognise_page(body: bytes, url: str, adapters: tuple[Adapter, ...]) -> Recognised | None:
    """By what a careers page embeds or links to: boards first, then feeds, then its own structured postings.

    Of several boards the one that is linked most is it, since a blog post about another company links once. Boards of
    many companies are left out: a page that links to one is not its page.
    """
    page = body[:_MAX_PAGE].replace(b"\\/", b"/")
    companies = tuple(
        adapter
        for adapter in adapters
        if not adapter.boards and adapter.kind is not SourceKind.BOARD_API and adapter.name not in GENERIC
    )
    named = {adapter.name: adapter for adapter in adapters}
    return _linked(page, url, companies) or _embedded(page, companies) or _by_itself(page, url, named)


def _linked(page: bytes, url: str, companies: tuple[Adapter, ...]) -> Recognised | None:
    links = (match[1] for match in _LINK.finditer(page))
    bare = (match[0] for match in _BARE.finditer(page))
    seen: dict[SourceKey, tuple[int, Recognised]] = {}
    for link in islice(chain(links, bare), _MAX_LINKS):
        where = _address(link, url)
        known = None if where is None else recognise_address(where, companies)
        if known is not None and where is not None:
            count, first = seen.get(known.key, (0, replace(known, how=f"the page links to {where.host}")))
            seen[known.key] = (count + 1, first)
    return max(seen.values(), key=lambda found: found[0])[1] if seen else None


def _embedded(page: bytes, companies: tuple[Adapter, ...]) -> Recognised | None:
    for adapter in companies:
        board = None if adapter.embedded is None else adapter.embedded(page)
        if board:
            return recognised(adapter, board, f"the page embeds {_article(adapter.title)} board")
    return None


def _by_itself(page: bytes, url: str, named: dict[str, Adapter]) -> Recognised | None:
    """What the document is, or says it has: a feed, a file of jobs, structured postings."""
    start = page[:2_000].lower()
    if "feed" in named and (any(mark in start for mark in _FEED_MARKS) or b"jsonfeed.org/version" in start):
        return recognised(named["feed"], url, "it is a feed")
    if "xmlfeeds" in named and start.lstrip().startswith(b"<") and b"<html" not in start and b"<job>" in page.lower():
        return recognised(named["xmlfeeds"], url, "it is a file of jobs")
    if "feed" in named:
        for match in _FEED.finditer(page):
            href = _HREF.search(match[0])
            if href is not None and _FEED_TYPE.search(match[0]):
                where = _address(href[1], url)
                if where is not None:
                    return recognised(named["feed"], where.url, "the page names a feed")
    if "jsonld" in named and b"JobPosting" in page and b"ld+json" in page:
        return recognised(named["jsonld"], url, "the page holds structured postings")
    return None


def _address(found: bytes, base: str) -> Address | None:
    link = found.decode("utf-8", "replace").replace("&amp;", "&").replace("\\/", "/")
    if link.startswith("//"):
        link = f"https:{link}"
    safe = safe_url(link, base=base)
    return None if safe is None else address(safe)


def recognised(adapter: Adapter, board: str, how: str) -> Recognised:
    """A board of an adapter, named for people."""
    title = adapter.board_title(board)
    name = title if title == adapter.title else f"{title} ({adapter.title})"
    return Recognised(key=SourceKey(source=adapter.name, board=board), name=name, how=how)


def _article(title: str) -> str:
    return f"{'an' if title[:1].lower() in 'aeiou' else 'a'} {title}"
