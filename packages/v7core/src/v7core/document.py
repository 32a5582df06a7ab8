"""The canonical text document: what the engine reads of a posting, and nothing else.

One byte string a posting: for each field that is present, its mark (one control byte, `DocumentField`), then its
values in UTF-8, apart by `SEPARATOR`. Cleaned text holds no control byte below 0x20 but the newline, so marks cannot
be forged by a source. The document is a pure function of the posting, so the features of any stored version can be
computed again at any time.
"""

import hashlib
from enum import IntEnum
from typing import Final

from v7core.models.jobs import JobPosting, Pay, Workplace

SEPARATOR: Final = b"\x1f"


class DocumentField(IntEnum):
    """Fields of the document; the value is the mark that opens it."""

    TITLE = 0x01
    TAGS = 0x02
    DEPARTMENT = 0x03
    COMPANY = 0x04
    LOCATION = 0x05
    SENIORITY = 0x06
    EMPLOYMENT = 0x07
    SOURCE = 0x08
    PAY = 0x0E
    DESCRIPTION = 0x0F


WHOLE_VALUES: Final = frozenset(
    {DocumentField.COMPANY, DocumentField.SENIORITY, DocumentField.EMPLOYMENT, DocumentField.SOURCE, DocumentField.PAY}
)
"""Fields whose values are one token each ("acme gmbh"), where the others are split into words."""


def canonical_document(posting: JobPosting) -> bytes:
    """The document of a posting, UTF-8; empty fields are left out.

    A workplace counts as a location ("remote"), since that is where people look for it.
    """
    places = list(posting.locations)
    if posting.workplace is not Workplace.UNKNOWN:
        places.append(posting.workplace.value)
    fields: tuple[tuple[DocumentField, tuple[str, ...]], ...] = (
        (DocumentField.TITLE, (posting.title,)),
        (DocumentField.TAGS, posting.tags),
        (DocumentField.DEPARTMENT, posting.departments),
        (DocumentField.COMPANY, (posting.company,)),
        (DocumentField.LOCATION, tuple(places)),
        (DocumentField.SENIORITY, () if posting.seniority is None else (posting.seniority.name.lower(),)),
        (DocumentField.EMPLOYMENT, () if posting.employment_type is None else (posting.employment_type.value,)),
        (DocumentField.SOURCE, (posting.source,)),
        (DocumentField.PAY, pay_band(posting.pay)),
        (DocumentField.DESCRIPTION, (posting.text,)),
    )
    parts: list[bytes] = []
    for mark, values in fields:
        present = [value.encode("utf-8", "replace") for value in values if value]
        if present:
            parts += (bytes((mark,)), SEPARATOR.join(present))
    return b"".join(parts)


def pay_band(pay: Pay | None) -> tuple[str, ...]:
    """A coarse word for the yearly pay, such as "usd 80-100k"; nothing where it is unknown."""
    if pay is None or pay.currency is None:
        return ()
    low, high = pay.annual()
    amount = high if low is None else low if high is None else (low + high) / 2
    if amount is None:
        return ()
    step = int(min(amount, 400_000) // 20_000) * 20
    return (f"{pay.currency.lower()} {step}-{step + 20}k",)


def document_digest(document: bytes) -> str:
    """The id of a feature snapshot: the first 32 hex digits of the document's SHA-256."""
    return hashlib.sha256(document).hexdigest()[:32]
