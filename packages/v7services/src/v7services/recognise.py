"""What an address is: by its pattern alone, or by one look at the page."""

import re
from collections.abc import Iterable
from typing import Final

from v7core.models.sources import Recognised, SourceKey
from v7services.adapter import Adapter
from v7services.fields.urls import Address, address, safe_url

_LINK: Final = re.compile(rb"""(?:href|src|data-[a-z-]+|action)\s*=\s*["']([^"'<>\s]{8,600})["']""", re.IGNORECASE)
_BARE: Final = re.compile(rb"""https?://[A-Za-z0-9.-]+/[^\s"'<>\\)]{1,300}""")
_FEED: Final = re.compile(rb"<link\b[^<>]{0,600}>", re.IGNORECASE)
_FEED_TYPE: Final = re.compile(rb"""type\s*=\s*["']application/(?:rss\+xml|atom\+xml|feed\+json)["']""", re.IGNORECASE)
_HREF: Final = re.compile(rb"""href\s*=\s*["']([^"'<>\s]{1,600})["']""", re.IGNORECASE)
_MAX_PAGE: Final = 2_000_000
_MAX_LINKS: Final = 2_000


def recognise_written(text: str, adapters: Iterable[Adapter]) -> Recognised | None:
    """ "adapter:board" as keys are written; None when it is no such thing."""
    name, colon, board = text.strip().partition(":")
    if not colon or not board or board.startswith("//"):
        return None
    adapter = next((each for each in adapters if each.name == name.lower()), None)
    if adapter is None:
        return None
    return recognised(adapter, board.strip(), "written out")


def recognise_address(where: Address, adapters: Iterable[Adapter]) -> Recognised | None:
    """By the pattern of the address; asks nobody."""
    for adapter in adapters:
        board = adapter.recognise(where)
        if board:
            return recognised(adapter, board, f"the address of {_article(adapter.title)} board")
    return None


def recognise_page(body: bytes, url: str, adapters: tuple[Adapter, ...]) -> Recognised | None:
    """By what a careers page embeds or links to: boards first, then feeds, then its own structured postings."""
    page = body[:_MAX_PAGE]
    boards = tuple(adapter for adapter in adapters if adapter.name not in ("feed", "jsonld", "xmlfeeds"))
    links = (match[1] for match in _LINK.finditer(page))
    bare = (match[0] for match in _BARE.finditer(page))
    for count, found in enumerate(link for group in (links, bare) for link in group):
        if count >= _MAX_LINKS:
            break
        where = _address(found, url)
        if where is not None:
            known = recognise_address(where, boards)
            if known is not None:
                return _found_as(known, f"the page links to {where.host}")
    named = {adapter.name: adapter for adapter in adapters}
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


def _found_as(known: Recognised, how: str) -> Recognised:
    return Recognised(key=known.key, name=known.name, how=how)


def _article(title: str) -> str:
    return f"{'an' if title[:1].lower() in 'aeiou' else 'a'} {title}"
