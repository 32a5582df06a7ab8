"""One call that makes a `JobPosting` of a source's raw values, so that every source is cleaned by the same rules."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from v7core.errors import InvalidValue
from v7core.models.jobs import Dated, EmploymentType, JobPosting, Pay, Seniority, Workplace, distinct, job_id
from v7core.text import clean_block, clean_text
from v7services.fields.pay_text import pay_in_text
from v7services.fields.urls import safe_url
from v7services.fields.work import language_code, seniority_of, workplace_of

MAX_PLACES: Final = 30
MAX_TAGS: Final = 40
_FUTURE: Final = timedelta(days=2)
"""Clocks differ; a posting from next week is a mistake."""


def make_posting(
    *,
    source: str,
    board: str,
    external_id: str,
    title: str,
    company: str,
    fetched_at: datetime,
    locations: Iterable[str] = (),
    workplace: Workplace = Workplace.UNKNOWN,
    departments: Iterable[str] = (),
    tags: Iterable[str] = (),
    employment_type: EmploymentType | None = None,
    seniority: Seniority | None = None,
    pay: Pay | None = None,
    posted: Dated | None = None,
    updated: Dated | None = None,
    closes: Dated | None = None,
    url: str | None = None,
    apply_url: str | None = None,
    base: str | None = None,
    language: str | None = None,
    requisition_id: str | None = None,
    text: str = "",
) -> JobPosting:
    """Clean, fill in what the words say (workplace from title and places, level from title, pay from text), and check.

    Args:
        external_id: From `reading.external_id`.
        title: Plain text; use `html.html_line` first where the source escapes it.
        company: Plain text; the source's own name for the board when it gives none.
        fetched_at: A posting cannot have been posted later.
        locations: Plain text, one place a value (see `work.places`).
        base: Where relative addresses start.
        text: Plain paragraphs; use `html.html_text` first where the source sends markup.

    Raises:
        InvalidValue: no title or no company, in one short phrase.
    """
    clean_title, clean_company = clean_text(title), clean_text(company)
    if not clean_title:
        raise InvalidValue("no title")
    if not clean_company:
        raise InvalidValue("no company")
    where = distinct(clean_text(place, limit=120) for place in locations)[:MAX_PLACES]
    if workplace is Workplace.UNKNOWN:
        workplace = workplace_of((*where, clean_title))
    words = clean_block(text) if text else ""
    if words and (pay is None or (pay.minimum is None and pay.maximum is None)):
        pay = pay_in_text(words) or pay
    if posted is not None and posted.at > fetched_at + _FUTURE:
        posted = None
    if updated is not None and updated.at > fetched_at + _FUTURE:
        updated = None
    return JobPosting(
        id=job_id(source, board, external_id), source=source, board=board, external_id=external_id,
        title=clean_title, company=clean_company, locations=where, workplace=workplace,
        departments=distinct(clean_text(name, limit=120) for name in departments)[:MAX_TAGS],
        tags=distinct(clean_text(tag, limit=80) for tag in tags)[:MAX_TAGS],
        employment_type=employment_type, seniority=seniority or seniority_of(clean_title), pay=pay,
        posted=posted, updated=updated, closes=closes,
        url=safe_url(url, base=base) if url else None,
        apply_url=safe_url(apply_url, base=base) if apply_url else None,
        language=language_code(language),
        requisition_id=clean_text(requisition_id, limit=80) or None if requisition_id else None,
        text=words,
    )  # fmt: skip
