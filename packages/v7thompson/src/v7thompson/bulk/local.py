"""Every block in this process, one after the other."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from v7thompson.bulk.blocks import RowBlock, best_of, rank_block
from v7thompson.bulk.people import Person
from v7thompson.bulk.tables import table_of


def merged(people: Sequence[Person], parts: Iterable[Any], limit: int) -> Any:
    """One ranked table of a people block from its table of each postings block."""
    rows: dict[str, list[dict[str, Any]]] = {person.name: [] for person in people}
    for part in parts:
        for row in part.to_pylist():
            rows[row["person"]].append(row)
    return table_of(row for each in rows.values() for row in best_of(each, limit))


class LocalRanker:
    """A `BulkRanker` in this process."""

    name = "local"

    def rank(
        self, people: Iterable[tuple[int, Sequence[Person]]], postings: Sequence[RowBlock], limit: int
    ) -> Iterator[tuple[int, Any]]:
        """As the port says, in order."""
        for number, block in people:
            yield number, merged(block, (rank_block(block, rows, limit) for rows in postings), limit)

    def close(self) -> None:
        """Nothing was taken."""
