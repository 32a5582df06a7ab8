"""Markup to plain text: paragraphs apart by newlines, list items marked, nothing fetched, nothing run."""

import html
import re
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from v7core.text import clean_block

MAX_MARKUP: Final = 256_000
"""Characters of markup that are read; a description that is longer is cut before it is parsed."""
_MANY_ATTRIBUTES: Final = 4_000

_ITEM: Final = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
_BREAK: Final = re.compile(
    r"<(?:br|hr|/?(?:p|div|ul|ol|tr|table|h[1-6]|section|article|header|footer|blockquote|pre|dl|dt|dd))\b[^<>]*>",
    re.IGNORECASE,
)
_ESCAPES: Final = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#34;", '"'),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&amp;", "&"),
)
"""In this order: what was escaped twice is unescaped once."""
_SILENT: Final = ("a", "b", "code", "em", "font", "i", "img", "small", "span", "strong", "sub", "sup", "u")
_BLOCKS: Final = ("p", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6")
_ORDINARY: Final = {
    "li": "\n- ", "/li": "", "br": "\n", "hr": "\n",
    **{slash + name: "" for name in _SILENT for slash in ("", "/")},
    **{slash + name: "\n" for name in _BLOCKS for slash in ("", "/")},
}  # fmt: skip
"""What stands in the text for tags that need no parser: left open or crossed, they move no text elsewhere."""
_WRITTEN: Final = re.compile(r"""(/?[a-z][a-z0-9]*)(?: +[a-z-]+="[^"]*")* ?/?""", re.IGNORECASE)
_MAX_TAG: Final = 300
_OTHER_ENTITY: Final = re.compile(r"&(?!amp;|nbsp;| )")
_UNSEEN: Final = re.compile(r"<(?:script|style|template|noscript|iframe|svg|head|title|textarea)\b", re.IGNORECASE)
_UNSEEN_TAGS: Final = ["script", "style", "template", "noscript", "iframe", "svg", "head", "title", "textarea"]
# Quadratic in the parser: 50,000 attributes on one tag cost it seconds, so of such a document only tag names are read.
_ATTRIBUTES: Final = re.compile(r"""<(/?[a-z][a-z0-9]*)(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""", re.IGNORECASE)
_FEW: Final = 2
"""Escaped tags that close one to a real tag, at least. What is no tag, such as vector<int>, closes none."""
_TAG: Final = re.compile(r"<[a-z/!][^<>]*>", re.IGNORECASE)


def html_text(markup: str) -> str:
    """Clean paragraphs of a piece of HTML, escaped once, twice or not at all.

    Cost: about 50 microseconds for 5 kB; bounded by `MAX_MARKUP`.
    """
    markup = markup[:MAX_MARKUP]
    if "<" not in markup and "&" not in markup:
        return clean_block(markup)
    for _ in range(2):  # some boards escape twice
        if not _is_escaped(markup):
            break
        markup = _unescaped(markup)
    return clean_block(_plain(markup))


def _is_escaped(markup: str) -> bool:
    """Whether the tags are. A few real ones may be there: who passes a posting on may add a line of their own."""
    if not _TAG.search(markup):
        return "&lt;" in markup or "&amp;lt;" in markup
    return markup.count("&lt;/") > _FEW * markup.count("<")


def _unescaped(markup: str) -> str:
    """Escaped markup as markup. Other entities are left to the parser: `html.unescape` takes a microsecond for each."""
    for entity, character in _ESCAPES:
        markup = markup.replace(entity, character)
    return markup


def _plain(markup: str) -> str:
    if "<" not in markup:
        return html.unescape(markup)
    markup = " ".join(markup.splitlines())  # a line of the source is not a line of the text
    text = _simple(markup)
    return _parsed(markup) if text is None else text


@lru_cache(maxsize=2048)
def _instead(tag: str) -> str | None:
    match = _WRITTEN.fullmatch(tag)
    return None if match is None else _ORDINARY.get(match[1].lower())


def _simple(markup: str) -> str | None:
    """As `_parsed`, in half the time, of ordinary tags and characters; None where there are others."""
    first, *pieces = markup.split("<")
    words = [first]
    for piece in pieces:
        tag, end, text = piece.partition(">")
        instead = _instead(tag) if end and len(tag) <= _MAX_TAG else None
        if instead is None:
            return None
        words += (instead, text)
    text = "".join(words)
    if _OTHER_ENTITY.search(text) or "\0" in text:
        return None
    return text.replace("&nbsp;", "\xa0").replace("&amp;", "&")


def _parsed(markup: str) -> str:
    if markup.count("=") > _MANY_ATTRIBUTES:
        markup = _ATTRIBUTES.sub(r"<\1>", markup)
    markup = _BREAK.sub("\n", _ITEM.sub("\n- ", markup))
    tree = LexborHTMLParser(markup)
    if _UNSEEN.search(markup):
        tree.strip_tags(_UNSEEN_TAGS)
    root = tree.body or tree.root
    return root.text(deep=True) if root is not None else ""


def html_line(markup: str) -> str:
    """Clean text of a piece of HTML on one line: for titles that hold entities or `<strong>`."""
    if "<" not in markup and "&" not in markup:
        return " ".join(markup.split())
    return " ".join(html_text(markup).split())
