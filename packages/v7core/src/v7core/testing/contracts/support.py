"""What several contracts use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

NOWHERE: Final = UUID(int=0)
"""A job nobody has."""


@contextmanager
def refuses(*errors: type[Exception]) -> Iterator[None]:
    """The block must raise one of these."""
    try:
        yield
    except errors:
        return
    raise AssertionError(f"none of {[error.__name__ for error in errors]} was raised")
