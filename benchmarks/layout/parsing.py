"""Bytes of a source to postings: JSON by msgspec, feeds by lxml, text by selectolax. Holds the interpreter lock."""

import html
import re
import unicodedata
from typing import Any, NamedTuple

import msgspec
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_CUT = 256_000


class Posting(NamedTuple):
    """What the store keeps of a posting."""

    id: str
    title: str
    company: str
    location: str
    url: str
    text: str


def clean(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", text)).split())


def _plain(markup: str) -> str:
    body = LexborHTMLParser(markup[:_CUT]).body
    return clean(body.text(separator=" ")) if body else ""


def _json(payload: bytes) -> list[Posting]:
    document: Any = msgspec.json.decode(payload.removeprefix(b"\xef\xbb\xbf"))
    jobs = document.get("jobs") if isinstance(document, dict) else document
    found = []
    for job in jobs if isinstance(jobs, list) else ():
        if not isinstance(job, dict):
            continue
        title = job.get("title") or job.get("text")
        markup = job.get("content") or job.get("description") or job.get("descriptionHtml")
        if isinstance(title, str) and isinstance(markup, str):
            name = clean(title)
            url = str(job.get("absolute_url") or job.get("hostedUrl") or job.get("url"))
            company = clean(str(job.get("company_name") or job.get("company") or ""))
            found.append(Posting(str(job.get("id")), name, company, "", url, _plain(html.unescape(markup))))
    return found


def _feed(payload: bytes) -> list[Posting]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(payload, parser)
    found = []
    for item in root.iter("item"):
        value = {child.tag: child.text or "" for child in item}
        company, _, title = value.get("title", "").partition(": ")
        text = _plain(value.get("description", ""))
        found.append(Posting(value.get("guid", ""), clean(title), clean(company), "", value.get("link", ""), text))
    return found


def parse(kind: str, payload: bytes) -> list[Posting]:
    """The postings of a body; none where its shape is not one of the three, after the full decode."""
    try:
        return _json(payload) if kind.endswith("json") else _feed(payload)
    except (msgspec.DecodeError, etree.XMLSyntaxError, UnicodeDecodeError):
        return []
