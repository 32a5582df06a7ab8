"""A posting as it is kept: columns to filter by, words to search, and the rest as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any, Final

from v7core.document import canonical_document
from v7core.errors import InvalidValue, StorageError, StorageFault
from v7core.models.jobs import (
    Dated,
    EmploymentType,
    JobPosting,
    JobSummary,
    Pay,
    PayPeriod,
    Precision,
    Seniority,
    Workplace,
)
from v7services.storage.plain import dump, instant, job_key, load, maybe_micros, micros, without_nul

WORKPLACES: Final = {Workplace.UNKNOWN: 0, Workplace.REMOTE: 1, Workplace.HYBRID: 2, Workplace.ONSITE: 3}
EMPLOYMENTS: Final = {kind: n for n, kind in enumerate(EmploymentType, 1)}
_ROUGH: Final = (Precision.APPROXIMATE, Precision.AT_LEAST)


@dataclass(frozen=True, slots=True)
class Encoded:
    """One posting, ready to be written."""

    id: bytes
    content: bytes
    """Digest of what the source says. Dates worked out from words such as "3 days ago" are not in it: they come out
    differently at every poll although nobody changed anything."""
    document_id: bytes
    job: tuple[Any, ...]
    """`JOB_COLUMNS`."""
    facet: tuple[Any, ...]
    """`FACET_COLUMNS`."""
    words: tuple[str, ...]
    """`WORD_COLUMNS`."""


JOB_COLUMNS: Final = ("title", "company", "facts", "content", "document_id", "closes")
FACET_COLUMNS: Final = (
    "newest", "posted", "workplace", "employment", "seniority", "pay", "currency", "company_n", "place_n",
)  # fmt: skip
"""The last two are numbers of names: what is encoded are the names, folded."""
WORD_COLUMNS: Final = ("title", "company", "places", "tags", "body")


def encode(posting: JobPosting, seen: int) -> Encoded:
    """Everything that is written of a posting.

    Args:
        seen: When it was first seen, for postings that carry no date.

    Raises:
        InvalidValue: a text is not valid Unicode or holds a NUL.
    """
    p = posting
    facts = dump(facts_of(p))
    places, tags = " · ".join(p.locations), " · ".join((*p.tags, *p.departments))
    try:
        content = blake2b(f"{p.title}\x1f{p.company}\x1f{facts_key(p, facts)}\x1f{p.text}".encode(), digest_size=16)
    except UnicodeEncodeError as error:
        raise InvalidValue("text that is not valid Unicode cannot be kept") from error
    without_nul(p.text)
    document_id = sha256(canonical_document(p)).digest()[:16]
    posted = None if p.posted is None else micros(p.posted.at)
    best, currency = best_pay(p.pay)
    return Encoded(
        id=p.id.bytes,
        content=content.digest(),
        document_id=document_id,
        job=(
            p.title, p.company, facts, content.digest(), document_id,
            maybe_micros(None if p.closes is None else p.closes.at),
        ),
        facet=(
            seen if posted is None else posted, posted, WORKPLACES[p.workplace],
            None if p.employment_type is None else EMPLOYMENTS[p.employment_type],
            None if p.seniority is None else int(p.seniority), best, currency,
            p.company.casefold(), " ".join(p.locations).casefold(),
        ),
        words=(p.title, p.company, places, tags, p.text),
    )  # fmt: skip


def best_pay(pay: Pay | None) -> tuple[float | None, str | None]:
    """What a pay floor is compared with: the most a year that is named, and its currency."""
    if pay is None:
        return None, None
    low, high = pay.annual()
    return (low if high is None else high), pay.currency


def facts_key(posting: JobPosting, facts: str) -> str:
    """The facts without dates that were worked out from words."""
    rough = [
        name for name in ("posted", "updated", "closes")
        if (dated := getattr(posting, name)) is not None and dated.precision in _ROUGH
    ]  # fmt: skip
    if not rough:
        return facts
    return dump({name: value for name, value in facts_of(posting).items() if name not in rough})


def facts_of(p: JobPosting) -> dict[str, Any]:
    """What is neither a column of its own nor the text; parts that were not given are left out."""
    facts: dict[str, Any] = {"external_id": p.external_id}
    for name in ("locations", "departments", "tags"):
        if values := getattr(p, name):
            facts[name] = values
    if p.workplace is not Workplace.UNKNOWN:
        facts["workplace"] = p.workplace.value
    if p.employment_type is not None:
        facts["employment"] = p.employment_type.value
    if p.seniority is not None:
        facts["seniority"] = int(p.seniority)
    if p.pay is not None:
        facts["pay"] = _pay_out(p.pay)
    for name in ("posted", "updated", "closes"):
        dated: Dated | None = getattr(p, name)
        if dated is not None:
            facts[name] = [micros(dated.at), dated.precision.value, dated.provenance]
    for name in ("url", "apply_url", "language", "requisition_id"):
        if (value := getattr(p, name)) is not None:
            facts[name] = value
    return facts


def _pay_out(pay: Pay) -> dict[str, Any]:
    every = {
        "minimum": pay.minimum, "maximum": pay.maximum, "currency": pay.currency,
        "period": None if pay.period is PayPeriod.UNKNOWN else pay.period.value,
        "original": pay.original or None, "predicted": pay.predicted or None,
    }  # fmt: skip
    return {name: value for name, value in every.items() if value is not None}


def _pay_in(kept: dict[str, Any] | None) -> Pay | None:
    if kept is None:
        return None
    return Pay(**{**kept, "period": PayPeriod(kept.get("period", "unknown"))})


def _dated_in(kept: list[Any] | None) -> Dated | None:
    if kept is None:
        return None
    return Dated(at=instant(kept[0]), precision=Precision(kept[1]), provenance=kept[2])


def _common(id_: bytes, source: str, board: str, title: str, company: str, facts: dict[str, Any]) -> dict[str, Any]:
    seniority, employment = facts.get("seniority"), facts.get("employment")
    return {
        "id": job_key(id_), "source": source, "board": board, "title": title, "company": company,
        "locations": tuple(facts.get("locations", ())), "workplace": Workplace(facts.get("workplace", "unknown")),
        "employment_type": None if employment is None else EmploymentType(employment),
        "seniority": None if seniority is None else Seniority(seniority),
        "pay": _pay_in(facts.get("pay")), "posted": _dated_in(facts.get("posted")), "url": facts.get("url"),
    }  # fmt: skip


SUMMARY: Final = "job.id, board.source, board.board, job.title, job.company, job.facts"
"""Columns of `job join board` that `summary_of` takes."""


def summary_of(row: Iterable[Any]) -> JobSummary:
    """A summary from `SUMMARY`.

    Raises:
        StorageError: CORRUPT.
    """
    id_, source, board, title, company, facts = row
    try:
        return JobSummary(**_common(id_, source, board, title, company, load(facts)))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _damaged(id_) from error


def posting_of(row: Iterable[Any]) -> JobPosting:
    """A posting from `SUMMARY` and the text.

    Raises:
        StorageError: CORRUPT.
    """
    id_, source, board, title, company, kept, text = row
    try:
        facts = load(kept)
        return JobPosting(
            **_common(id_, source, board, title, company, facts),
            external_id=facts["external_id"], departments=tuple(facts.get("departments", ())),
            tags=tuple(facts.get("tags", ())), updated=_dated_in(facts.get("updated")),
            closes=_dated_in(facts.get("closes")), apply_url=facts.get("apply_url"), language=facts.get("language"),
            requisition_id=facts.get("requisition_id"), text=text,
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _damaged(id_) from error


def _damaged(id_: object) -> StorageError:
    what = job_key(id_).hex if isinstance(id_, bytes) and len(id_) == 16 else repr(id_)
    return StorageError(StorageFault.CORRUPT, f"posting {what} cannot be read")
