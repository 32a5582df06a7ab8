"""Events of the log as bytes, and the chain that ties them together."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from v7core.errors import StorageError, StorageFault
from v7core.models.feed import Forgetting, LogEvent, ProfileKind, Reaction, ReactionKind, Retraction, Shown
from v7services.storage.plain import canonical, instant, load, micros

VERSION: Final = 1
"""Of the event bodies this version writes. One that is read as written here must never change its meaning."""
REACTION: Final = "reaction"
RETRACTION: Final = "retraction"
FORGETTING: Final = "forgetting"
KNOWN: Final = (REACTION, RETRACTION, FORGETTING)

START: Final = bytes(32)
"""The hash before the first event."""


@dataclass(frozen=True, slots=True)
class Row:
    """An event as it is kept."""

    key: str
    kind: str
    version: int
    retracts: str | None
    job_id: bytes | None
    body: bytes


def row_of(event: LogEvent) -> Row:
    """An event as it is kept, without its sequence.

    Raises:
        InvalidValue: a number is not finite, or a text is not valid Unicode.
    """
    body: dict[str, Any] = {"key": event.event_key, "at": micros(event.at), "v": VERSION}
    retracts, job = None, None
    if isinstance(event, Reaction):
        kind, job = REACTION, event.job_id.bytes
        body |= {
            "kind": REACTION, "job": event.job_id.hex, "said": event.kind.value, "profile": event.profile.value,
            "document": event.document_id, "shown": None if event.shown is None else asdict(event.shown),
        }  # fmt: skip
    elif isinstance(event, Retraction):
        kind, retracts = RETRACTION, event.retracts
        body |= {"kind": RETRACTION, "retracts": event.retracts}
    else:
        kind = FORGETTING
        body |= {"kind": FORGETTING}
    return Row(event.event_key, kind, VERSION, retracts, job, canonical(body))


def event_of(sequence: int, body: bytes) -> LogEvent | None:
    """An event from its body; None for a kind or version this version does not know.

    Raises:
        StorageError: CORRUPT, it claims to be one we know and is not.
    """
    facts = load(body)
    try:
        if facts["v"] != VERSION or facts["kind"] not in KNOWN:
            return None
        return _known(sequence, facts)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StorageError(StorageFault.CORRUPT, f"event {sequence} of the log cannot be read") from error


def _known(sequence: int, facts: Mapping[str, Any]) -> LogEvent:
    key, at, kind = facts["key"], instant(facts["at"]), facts["kind"]
    if kind == RETRACTION:
        return Retraction(event_key=key, retracts=facts["retracts"], at=at, sequence=sequence)
    if kind == FORGETTING:
        return Forgetting(event_key=key, at=at, sequence=sequence)
    shown = facts["shown"]
    return Reaction(
        event_key=key, job_id=UUID(hex=facts["job"]), kind=ReactionKind(facts["said"]),
        profile=ProfileKind(facts["profile"]), at=at, document_id=facts["document"],
        shown=None if shown is None else Shown(**shown), sequence=sequence,
    )  # fmt: skip


def link(before: bytes, sequence: int, body: bytes) -> bytes:
    """The hash of an event: of the one before it, its number, and its body."""
    return sha256(before + sequence.to_bytes(8, "big") + body).digest()
