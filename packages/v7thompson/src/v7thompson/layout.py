"""Where each field's features live: a static partition of the bucket space.

Fields own disjoint ranges, so no word of a title can collide with a word of a description, the field of a bucket is
known from the bucket alone, and a prior that differs by field needs no array beside the row.
"""

from types import MappingProxyType
from typing import Final

from v7core.document import DocumentField
from v7core.errors import InvalidValue

DIM: Final = 2**18
"""Buckets of the whole space."""

MAX_FEATURES: Final = 1024
"""Most features of one row: the first distinct ones in the document's order; later ones are left out."""

SIZE: Final = MappingProxyType(
    {
        DocumentField.TITLE: 2**15,
        DocumentField.TAGS: 2**15,
        DocumentField.DEPARTMENT: 2**14,
        DocumentField.COMPANY: 2**14,
        DocumentField.LOCATION: 2**14,
        DocumentField.SENIORITY: 2**12,
        DocumentField.EMPLOYMENT: 2**12,
        DocumentField.SOURCE: 2**12,
        DocumentField.PAY: 2**12,
        DocumentField.DESCRIPTION: 2**17,
    }
)
"""Buckets of each field, powers of two; they fill the space exactly."""

FIELDS: Final = tuple(SIZE)
"""Fields in the order of their ranges."""


def _offsets() -> dict[DocumentField, int]:
    offsets, start = {}, 0
    for field, size in SIZE.items():
        offsets[field] = start
        start += size
    return offsets


OFFSET: Final = MappingProxyType(_offsets())
"""First bucket of each field."""


def field_of(index: int) -> DocumentField:
    """The field a bucket belongs to.

    Raises:
        InvalidValue: the index is outside [0, DIM).
    """
    if 0 <= index < DIM:
        for field in FIELDS:
            if index < OFFSET[field] + SIZE[field]:
                return field
    raise InvalidValue(f"bucket {index} is outside the space")
