"""RSS 0.9-2.0, RDF, Atom and JSON Feed as one list of neutral items."""

from collections.abc import Mapping
from typing import Any

import attrs

from v7core.errors import SchemaError
from v7core.text import clean_text
from v7services.fields.html import html_line
from v7services.fields.reading import json_document, pick, raw_text, text
from v7services.fields.xml import Element, children, content, descendants, inner, local, markup, xml_document


@attrs.frozen(kw_only=True)
class FeedItem:
    """One entry, as the feed has it; texts are raw unless said."""

    id: str
    """guid, id, else the link."""
    title: str
    """One clean line."""
    link: str
    html: str = attrs.field(default="", repr=False)
    author: str = ""
    """One clean line: dc:creator or the author's name."""
    published: str = ""
    updated: str = ""
    categories: tuple[str, ...] = ()
    extra: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Every other element of one text, by lower-case name without namespace; first one wins."""
    raw: Any = attrs.field(default=None, repr=False)
    """The JSON object, for what only one source has."""


@attrs.frozen(kw_only=True)
class Feed:
    """A feed, read."""

    title: str
    items: tuple[FeedItem, ...]
    language: str = ""
    next_url: str = ""
    damage: str = ""


def read_feed(body: bytes, source: str, *, at: str = "") -> Feed:
    """Any of the formats, by what the body starts with.

    Raises:
        ParseError: neither XML nor JSON.
        SchemaError: XML or JSON, but no feed.
    """
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _json_feed(body, source, at)
    root, damage = xml_document(body, source, at=at)
    kind = local(root)
    if kind == "feed":
        return _atom(root, damage)
    if kind in ("rss", "rdf"):
        return _rss(root, damage)
    raise SchemaError(source, f"not a feed but <{clean_text(kind, limit=40)}>", at=at or "$")


def _rss(root: Element, damage: str) -> Feed:
    channel = next(iter(descendants(root, "channel")), root)
    items = []
    for element in descendants(root, "item"):  # nested ones too: an item that was never closed holds the next
        link = inner(element, "link")
        items.append(
            FeedItem(
                id=inner(element, "guid")
                or str(element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", ""))
                or link,
                title=html_line(inner(element, "title")),
                link=link,
                html=inner(element, "encoded", "description", "summary"),
                author=clean_text(inner(element, "creator", "author")),
                published=inner(element, "pubdate", "date", "published"),
                updated=inner(element, "updated", "modified"),
                categories=tuple(
                    filter(None, (html_line(content(c)) for c in children(element, "category", "subject")))
                ),
                extra=_extra(element),
            )
        )
    return Feed(
        title=html_line(inner(channel, "title")), items=tuple(items), language=inner(channel, "language"), damage=damage
    )


def _atom(root: Element, damage: str) -> Feed:
    items = []
    for element in descendants(root, "entry"):
        body = next(iter(children(element, "content") or children(element, "summary")), None)
        authors = children(element, "author")
        items.append(
            FeedItem(
                id=inner(element, "id") or _atom_link(element, "alternate"),
                title=html_line(inner(element, "title")),
                link=_atom_link(element, "alternate"),
                html="" if body is None else markup(body),
                author=clean_text(inner(authors[0], "name")) if authors else "",
                published=inner(element, "published", "issued", "created"),
                updated=inner(element, "updated", "modified"),
                categories=tuple(
                    filter(
                        None,
                        (clean_text(str(c.get("label") or c.get("term") or "")) for c in children(element, "category")),
                    )
                ),
                extra=_extra(element),
            )
        )
    language = str(root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    return Feed(
        title=html_line(inner(root, "title")),
        items=tuple(items),
        language=language,
        next_url=_atom_link(root, "next"),
        damage=damage,
    )


def _atom_link(element: Element, rel: str) -> str:
    for link in children(element, "link"):
        if link.get("rel", "alternate") == rel and link.get("href"):
            return str(link.get("href"))
    return ""


def _extra(element: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element:
        if len(child) == 0 and child.text and child.text.strip():
            found.setdefault(local(child), child.text.strip())
    return found


def _json_feed(body: bytes, source: str, at: str) -> Feed:
    document, damage = json_document(body, source, at=at)
    entries = pick(document, "items")
    if not isinstance(entries, list):
        raise SchemaError(source, "JSON, but no feed", at="items")
    items = []
    for entry in entries:  # what is no object has no title, and is counted as such
        author = text(entry, "author", "name") or text(entry, "authors", 0, "name")
        items.append(
            FeedItem(
                id=text(entry, "id") or raw_text(entry, "url"),
                title=html_line(raw_text(entry, "title")),
                link=raw_text(entry, "url") or raw_text(entry, "external_url"),
                html=raw_text(entry, "content_html") or raw_text(entry, "content_text") or raw_text(entry, "summary"),
                author=author,
                published=raw_text(entry, "date_published"),
                updated=raw_text(entry, "date_modified"),
                categories=tuple(
                    filter(None, map(clean_text, filter(lambda t: isinstance(t, str), pick(entry, "tags") or ())))
                ),
                extra={},
                raw=entry,
            )
        )
    return Feed(
        title=text(document, "title"),
        items=tuple(items),
        language=text(document, "language"),
        next_url=raw_text(document, "next_url"),
        damage=damage,
    )
