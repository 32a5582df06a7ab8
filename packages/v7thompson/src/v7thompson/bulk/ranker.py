"""The port: who ranks blocks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from v7thompson.bulk.blocks import RowBlock
from v7thompson.bulk.people import Person


class BulkRanker(Protocol):
    """Ranks blocks of people over blocks of postings, somewhere.

    - every people block is answered exactly once, in any order, whatever died in between;
    - the answers are those of `blocks.rank_block` and `blocks.best_of`, bit for bit;
    - an error of a block is raised as it would be raised here.
    """

    @property
    def name(self) -> str:
        """For people: "local", "dask, 4 workers"."""
        ...

    def rank(
        self, people: Iterable[tuple[int, Sequence[Person]]], postings: Sequence[RowBlock], limit: int
    ) -> Iterator[tuple[int, Any]]:
        """Number of each people block, and its ranked table."""
        ...

    def close(self) -> None:
        """Give back what was taken; a second call is a no-op."""
        ...
