"""Small, valid values to start a test from; every argument can be replaced."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from v7core.document import canonical_document, document_digest
from v7core.models.feed import ProfileKind, Reaction, ReactionKind, Retraction
from v7core.models.jobs import Dated, JobData, JobPosting, Workplace, job_id
from v7core.models.sources import Harvest, PollOutcome, PollReport, Recognised, SourceKey, StarterPack

NOW: Final = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
KEY: Final = SourceKey(source="greenhouse", board="acme")

_TRADES: Final = (
    "Night Nurse",
    "Baker",
    "Data Engineer",
    "Crane Operator",
    "Archivist",
    "Bus Driver",
    "Lab Technician",
)
_PLACES: Final = ("Berlin", "Leeds", "Porto", "Oslo")


def posting(n: int = 0, *, key: SourceKey = KEY, **changes: Any) -> JobPosting:
    """The n-th sample posting of a board; different n differ in id, title, place and text."""
    trade = _TRADES[n % len(_TRADES)]
    fields: dict[str, Any] = {
        "id": job_id(key.source, key.board, f"job-{n}"),
        "source": key.source,
        "board": key.board,
        "external_id": f"job-{n}",
        "title": f"{trade} {n}",
        "company": "Acme",
        "locations": (_PLACES[n % len(_PLACES)],),
        "workplace": Workplace.REMOTE if n % 3 == 0 else Workplace.ONSITE,
        "posted": Dated(at=NOW - timedelta(hours=n), provenance="first_published"),
        "url": f"https://boards.example/acme/{n}",
        "text": f"We look for a {trade.lower()}.\nShift pattern {n}, tools and training are provided.",
    }
    return JobPosting(**(fields | changes))


def postings(count: int, *, key: SourceKey = KEY) -> tuple[JobPosting, ...]:
    """The first sample postings of a board."""
    return tuple(posting(n, key=key) for n in range(count))


def job_data(n: int = 0) -> JobData:
    """The n-th sample posting as the engine takes it."""
    sample = posting(n)
    return JobData(id=sample.id, source=sample.source, payload=canonical_document(sample))


def harvest(sample: Sequence[JobPosting], **changes: Any) -> Harvest:
    """A complete fetch that brought these postings."""
    fields: dict[str, Any] = {"postings": tuple(sample), "wire_bytes": 1000, "duration_ms": 12.0}
    return Harvest(**(fields | changes))


def report(outcome: PollOutcome = PollOutcome.OK, *, key: SourceKey = KEY, **changes: Any) -> PollReport:
    """A poll that has just ended."""
    fields: dict[str, Any] = {"key": key, "outcome": outcome, "started_at": NOW, "duration_ms": 12.0}
    return PollReport(**(fields | changes))


def reaction(
    n: int = 0, kind: ReactionKind = ReactionKind.INTERESTED, *, key: str | None = None, **changes: Any
) -> Reaction:
    """A reaction to the n-th sample posting."""
    sample = posting(n)
    fields: dict[str, Any] = {
        "event_key": key or f"event-{n}-{kind.value}",
        "job_id": sample.id,
        "kind": kind,
        "profile": ProfileKind.MATCH,
        "at": NOW + timedelta(seconds=n),
        "document_id": document_digest(canonical_document(sample)),
    }
    return Reaction(**(fields | changes))


def change_of_taste() -> tuple[tuple[JobPosting, ReactionKind], ...]:
    """Sixty answers of one taste, then sixty of the opposite one, to `postings(30)` over and over."""
    likes, passes = ReactionKind.INTERESTED, ReactionKind.PASS
    return tuple((posting(n % 30), likes if (n % 3 == 0) == (n < 60) else passes) for n in range(120))


def retraction(of: str, *, key: str | None = None) -> Retraction:
    """Takes an event back."""
    return Retraction(event_key=key or f"undo-{of}", retracts=of, at=NOW)


def starter_pack(trade: str = "health", region: str = "germany") -> StarterPack:
    """A pack of two boards for a trade and a region."""
    found = [
        Recognised(key=SourceKey(source=source, board=f"{trade}-{region}"), name=f"{trade.title()} board", how="pack")
        for source in ("greenhouse", "lever")
    ]
    return StarterPack(
        name=f"{trade.title()}, {region.title()}", trades=(trade,), regions=(region,), sources=tuple(found)
    )
