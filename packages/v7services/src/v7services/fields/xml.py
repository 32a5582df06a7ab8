"""Foreign XML: read as far as it can be, what was damaged said, entities and the network never touched."""

import re
from typing import Any, Final, TypeAlias

from lxml import etree

from v7core.errors import ParseError
from v7core.text import clean_text

Element: TypeAlias = Any
"""An `lxml.etree._Element`; lxml is not typed."""

_PARSER_OPTIONS: Final = {
    "recover": True,
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "strip_cdata": True,
}
_ANY_CASE: Final = re.IGNORECASE | re.DOTALL
_DAMAGE: Final = "a damaged document, read as far as it goes"


def xml_document(body: bytes, source: str, *, at: str = "") -> tuple[Element, str]:
    """The root of a document, and what was damaged in it ("" when it was sound).

    Raises:
        ParseError: empty, not XML at all, or with entities of its own (which only attacks have).
    """
    body = body.strip()
    if not body:
        raise ParseError(source, "an empty body", at=at)
    if b"<!ENTITY" in (body if b"\0" not in body[:200] else body.replace(b"\0", b"")):
        raise ParseError(source, "a document that defines entities", at=at)
    damage = ""
    root, errors = _read(body)
    if root is None and body.startswith(b"<?xml"):  # an encoding nobody knows: read it as what most is
        end = body.find(b"?>")
        root, _ = _read(body[end + 2 :].decode("utf-8", "replace").encode() if end > 0 else b"")
        damage = "an unknown encoding"
    if root is None:
        raise ParseError(source, "not XML", at=at)
    return root, damage or (_DAMAGE if errors else "")


def salvage(body: bytes, root: Element, damage: str, *names: str) -> list[Element]:
    """The elements of these names; of a document too damaged to hold any, each that is sound by itself."""
    found = descendants(root, *names)
    if found or not damage:
        return found
    pieces: list[Element] = []
    for name in names:
        for match in re.finditer(rb"<%b\b[^<>]*>.*?</%b\s*>" % (name.encode(), name.encode()), body, _ANY_CASE):
            piece, _ = _read(match[0])
            pieces += [] if piece is None else [piece]
    return pieces


def _read(body: bytes) -> tuple[Element | None, bool]:
    parser = etree.XMLParser(**_PARSER_OPTIONS)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError):
        return None, True
    return root, any(entry.level_name in ("ERROR", "FATAL") for entry in parser.error_log)


def local(element: Element) -> str:
    """A tag without its namespace, lower case; "" for what is not an element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def children(element: Element, *names: str) -> list[Element]:
    """Direct children by tag, namespaces and case ignored."""
    return [child for child in element if local(child) in names]


def descendants(element: Element, *names: str) -> list[Element]:
    """All elements below by tag, namespaces and case ignored."""
    return [child for child in element.iter() if child is not element and local(child) in names]


def content(element: Element | None) -> str:
    """All text in an element, as it came: for markup that was escaped or in CDATA."""
    return "" if element is None else "".join(element.itertext()).strip()


def inner(element: Element | None, *names: str) -> str:
    """The content of the first child of one of these names, "" when there is none; the names' order decides."""
    if element is None:
        return ""
    for name in names:
        for child in children(element, name):
            found = content(child)
            if found:
                return found
    return ""


def line(element: Element | None, *names: str) -> str:
    """As `inner`, one clean line."""
    return clean_text(inner(element, *names))


def markup(element: Element) -> str:
    """What an element holds, elements included (Atom's xhtml content)."""
    if len(element) == 0:
        return element.text or ""
    return (element.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in element)
