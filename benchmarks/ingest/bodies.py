"""What is brought in: recorded bodies of boards where there are any, else generated ones."""

import os
from collections.abc import Iterator
from pathlib import Path

import attrs
from benchmarks.layout.bodies import synthetic

from v7core.errors import V7Error
from v7core.models.jobs import JobId
from v7core.testing.samples import NOW
from v7services.adapter import Adapter, ParseContext
from v7services.catalogue import ADAPTERS

SHARED = Path(os.environ.get("V7_SHARED") or Path(__file__).parents[3] / "shared")
SIZE = 400
"""Postings taken of one body at most, so that one large board does not speak for all."""


@attrs.frozen
class Body:
    """One document of one board."""

    adapter: Adapter
    board: str
    payload: bytes
    context: ParseContext

    def parse(self):
        """Its postings."""
        return self.adapter.parse(self.payload, self.board, self.context).postings


def _body(adapter: Adapter, board: str, payload: bytes) -> Body:
    request = adapter.first_request(board)
    return Body(adapter, board, payload, ParseContext(fetched_at=NOW, request=request, url=request.url))


def recorded(folder: Path = SHARED / "payloads") -> Iterator[Body]:
    """Every recorded body that its source's adapter reads at least five postings of, none of them in a body before it.

    A board that was recorded nine times would otherwise be parsed nine times and stored once.
    """
    known: set[JobId] = set()
    named = {adapter.name: adapter for adapter in ADAPTERS}
    for path in sorted(folder.glob("[!_]*/*")):
        adapter = named.get(path.parent.name)
        if adapter is None or path.name.endswith(".metadata.json"):
            continue
        board = adapter.boards[0] if adapter.boards else path.stem.split("__")[0]
        try:
            body = _body(adapter, board, path.read_bytes())
            ids = {each.id for each in body.parse()}
        except (V7Error, ValueError):
            continue
        if 5 <= len(ids) <= SIZE and known.isdisjoint(ids):
            known |= ids
            yield body


def generated(postings: int = 3000, boards: int = 30) -> list[Body]:
    """Boards in three shapes with about 3 kB of text a posting; the same every time."""
    named = {adapter.name: adapter for adapter in ADAPTERS}
    sources = (named["greenhouse"], named["lever"], named["feed"])
    return [
        _body(sources[n % 3], "https://board.example/feed" if n % 3 == 2 else f"board{n}", bodies[0][1])
        for n, bodies in enumerate(synthetic(boards, postings))
    ]
