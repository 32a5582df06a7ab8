"""schema.org's JobPosting, as pages and feeds carry it.

Source: https://schema.org/JobPosting, https://developers.google.com/search/docs/appearance/structured-data/job-posting
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from v7core.errors import ParseError, SchemaError
from v7core.models.jobs import JobPosting, Pay, Workplace
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, joined, json_document, number, pick, raw_text, text, texts
from v7services.fields.work import employment_of

_BLOCK: Final = re.compile(
    rb"""<script\b[^<>]*type\s*=\s*["']?application/ld\+json[^<>]*>(.*?)</script\s*>""",
    re.IGNORECASE | re.DOTALL,
)
_OPENING: Final = re.compile(rb"""<script\b[^<>]*type\s*=\s*["']?application/ld\+json""", re.IGNORECASE)
_WRAPPING: Final = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\]\]>\*/|\]\]>)\s*$"
)
_TRAILING_COMMA: Final = re.compile(r",(\s*[}\]])")
_CONTROL: Final = re.compile(r"[\x00-\x1f]+")
_MAX_DEPTH: Final = 6


def blocks(page: bytes) -> tuple[list[Any], int]:
    """The structured data of a page, and how many blocks were unreadable even after the usual mistakes were mended."""
    found: list[Any] = []
    broken = 0
    for match in _BLOCK.finditer(page):
        source = _WRAPPING.sub("", match[1].decode("utf-8", "replace"))
        for attempt in (source, _TRAILING_COMMA.sub(r"\1", _CONTROL.sub(" ", source))):
            try:
                found.append(json_document(attempt.encode("utf-8", "replace"), "ld+json")[0])
                break
            except ParseError:
                continue
        else:
            broken += bool(source.strip())
    # A page that was cut has a block that begins and does not end.
    return found, broken + len(_OPENING.findall(page)) - len(_BLOCK.findall(page))


def job_postings(node: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every JobPosting in a structure: alone, in lists, in @graph, as the item of a list entry."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(node, list):
        for each in node:
            yield from job_postings(each, depth + 1)
    elif isinstance(node, dict):
        kind = node.get("@type")
        if kind == "JobPosting" or (isinstance(kind, list) and "JobPosting" in kind):
            yield node
            return
        for key in ("@graph", "itemListElement", "item", "mainEntity"):
            if key in node:
                yield from job_postings(node[key], depth + 1)


def read_job_posting(
    node: dict[str, Any], *, source: str, board: str, company: str, fetched_at: datetime, **own: Any
) -> JobPosting:
    """One JobPosting as a posting.

    Args:
        company: When the structure names none.
        own: Fields of `make_posting` that the source knows better.

    Raises:
        InvalidValue: no title or no company.
    """
    telecommute = "TELECOMMUTE" in texts(node, "jobLocationType")
    organisation = text(node, "hiringOrganization") or text(node, "hiringOrganization", "name")
    identifier = text(node, "identifier") or text(node, "identifier", "value")
    where = [*_places(pick(node, "jobLocation"))]
    if telecommute and not where:
        where = [*_places(pick(node, "applicantLocationRequirements"))]
    fields: dict[str, Any] = {
        "external_id": external_id({"id": identifier or text(node, "url") or text(node, "@id"), "node": node}, "id"),
        "title": html_line(raw_text(node, "title") or raw_text(node, "name")),
        "company": html_line(organisation) or company,
        "locations": where,
        "workplace": Workplace.REMOTE if telecommute else Workplace.UNKNOWN,
        "departments": (*texts(node, "occupationalCategory"), *texts(node, "industry")),
        "tags": texts(node, "skills")[:20],
        "employment_type": employment_of(*texts(node, "employmentType")),
        "pay": base_salary(pick(node, "baseSalary"), text(node, "salaryCurrency")),
        "posted": instant(node, "datePosted"),
        "updated": instant(node, "dateModified"),
        "closes": instant(node, "validThrough"),
        "url": raw_text(node, "url") or None,
        "language": text(node, "inLanguage"),
        "text": html_text(raw_text(node, "description")),
    }
    return make_posting(source=source, board=board, fetched_at=fetched_at, **(fields | own))


def completed_by_page(body: bytes, posting: JobPosting, fetched_at: datetime, base: str) -> JobPosting:
    """A listed posting with what the structured data of its own page adds; the list wins where both say something.

    Raises:
        SchemaError: the page holds no structured posting.
    """
    found, _ = blocks(body)
    node = next((node for block in found for node in job_postings(block)), None)
    if node is None:
        raise SchemaError(posting.source, "no structured posting on the page", at=posting.external_id)
    page = read_job_posting(
        node,
        source=posting.source,
        board=posting.board,
        company=posting.company,
        fetched_at=fetched_at,
        base=base,
        external_id=posting.external_id,
        title=posting.title,
    )
    return replace(
        page,
        locations=page.locations or posting.locations,
        workplace=posting.workplace if page.workplace is Workplace.UNKNOWN else page.workplace,
        departments=posting.departments or page.departments,
        tags=posting.tags or page.tags,
        employment_type=posting.employment_type or page.employment_type,
        pay=posting.pay or page.pay,
        posted=posting.posted or page.posted,
        updated=posting.updated or page.updated,
        closes=posting.closes or page.closes,
        url=posting.url or page.url,
        apply_url=posting.apply_url,
        language=posting.language or page.language,
        requisition_id=posting.requisition_id,
    )


def _places(found: Any) -> Iterator[str]:
    for place in found if isinstance(found, list) else [found]:
        where = pick(place, "address") if isinstance(pick(place, "address"), dict | str) else place
        if isinstance(where, str):
            yield text(where)
            continue
        country = text(where, "addressCountry") or text(where, "addressCountry", "name")
        parts = (text(where, "addressLocality"), text(where, "addressRegion"), country)
        name = joined(*(part for part in parts if part != "UNAVAILABLE")) or text(where, "name")
        if name:
            yield name


def base_salary(found: Any, currency: str = "") -> Pay | None:
    """A MonetaryAmount, with a value, a range, or only a number."""
    if isinstance(found, list):
        found = found[0] if found else None
    value = pick(found, "value")
    low, high = number(value, "minValue"), number(value, "maxValue")
    if low is None and high is None:
        low = high = number(value, "value") if isinstance(value, dict) else number(value)
    if low is None and high is None:
        low, high = number(found, "minValue"), number(found, "maxValue")
    unit = text(value, "unitText") or text(found, "unitText")
    return make_pay(low, high, currency=text(found, "currency") or currency, period=unit)
