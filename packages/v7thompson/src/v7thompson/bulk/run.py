"""From file to file, in parts: a run that was ended anywhere goes on where it was, and nothing is there twice."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import attrs

from v7core.errors import ConfigError, InvalidValue
from v7thompson.bulk import tables
from v7thompson.bulk.blocks import RowBlock
from v7thompson.bulk.extra import needed
from v7thompson.bulk.local import LocalRanker
from v7thompson.bulk.people import Person
from v7thompson.bulk.ranker import BulkRanker
from v7thompson.features import FieldHasher
from v7thompson.learner import Learner

PEOPLE_A_BLOCK: Final = 256
POSTINGS_A_BLOCK: Final = 20_000


@attrs.frozen(kw_only=True)
class BulkReport:
    """What a run did."""

    people: int
    postings: int
    rows: int
    """Results written."""
    blocks: int
    """People blocks in all."""
    resumed: int
    """Of them, found done by an earlier run."""
    engine: str


def rank_many(
    people: Path,
    postings: Path,
    out: Path,
    *,
    limit: int = 20,
    ranker: BulkRanker | None = None,
    progress: Callable[[int, int | None], None] = lambda _done, _total: None,
    people_a_block: int = PEOPLE_A_BLOCK,
    postings_a_block: int = POSTINGS_A_BLOCK,
) -> BulkReport:
    """Rank every posting for every person and keep each person's best.

    Beside `out` a folder `<out>.parts` holds what is done, one file a people block; it goes when `out` is whole. A run
    with the same inputs and limit goes on from it, one with others starts anew.

    Args:
        people: Parquet with the columns `tables.PEOPLE`.
        postings: Parquet with the columns `tables.POSTINGS`.
        out: Parquet, written whole or not at all: `tables.result_schema`.
        limit: Jobs kept a person, 1 to 10,000.
        ranker: Where blocks are ranked; here unless given. The caller closes it.
        progress: Told people blocks done and in all (None while that is not known).

    Raises:
        ConfigError: a file cannot be read or written, or an extra is missing.
        InvalidValue: a value in a file is out of range.
        ComputeError: a snapshot is not of that person and these rules.
    """
    if not 1 <= limit <= 10_000 or people_a_block < 1 or postings_a_block < 1:
        raise InvalidValue(f"a limit of {limit}, blocks of {people_a_block} people and {postings_a_block} postings")
    ranker = ranker or LocalRanker()
    hasher = FieldHasher()
    version = f"{Learner.version}.{hasher.version}"
    parts = out.with_name(f"{out.name}.parts")
    try:
        plan = _plan(people, postings, limit, people_a_block, postings_a_block, version)
        _prepare(parts, plan)
        rows = [
            RowBlock.of(ids, documents, hasher) for ids, documents in tables.postings_in(postings, postings_a_block)
        ]
        _each_once(rows)
        sizes: list[int] = []
        resumed: set[int] = set()

        def missing() -> Iterator[tuple[int, Sequence[Person]]]:
            for number, block in enumerate(tables.people_in(people, people_a_block)):
                sizes.append(len(block))
                if _part(parts, number).exists():
                    resumed.add(number)
                else:
                    yield number, block

        for done, (number, table) in enumerate(ranker.rank(missing(), rows, limit), start=1):
            tables.write(table, _part(parts, number))
            progress(done + len(resumed), None)
        progress(len(sizes), len(sizes))
        written = _join([_part(parts, number) for number in range(len(sizes))], out)
        shutil.rmtree(parts)
    except OSError as error:
        raise ConfigError("out", f"{error.filename or out}: {error.strerror or error}") from error
    return BulkReport(
        people=sum(sizes), postings=sum(map(len, rows)), rows=written,
        blocks=len(sizes), resumed=len(resumed), engine=ranker.name,
    )  # fmt: skip


def _each_once(blocks: Sequence[RowBlock]) -> None:
    ids = [block.ids[at : at + 16] for block in blocks for at in range(0, len(block.ids), 16)]
    if len(set(ids)) != len(ids):
        raise InvalidValue("a posting is there twice")


def _plan(people: Path, postings: Path, limit: int, people_a_block: int, postings_a_block: int, version: str) -> str:
    facts = {
        "people": _digest(people), "postings": _digest(postings), "limit": limit, "version": version,
        "blocks": [people_a_block, postings_a_block],
    }  # fmt: skip
    return json.dumps(facts, sort_keys=True)


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _prepare(parts: Path, plan: str) -> None:
    """The folder of this plan: the one that is there when it is of this plan, an empty one otherwise."""
    mark = parts / "plan.json"
    if mark.exists() and mark.read_text() == plan:
        return
    if parts.exists():
        if any(parts.iterdir()) and not mark.exists():
            raise ConfigError("out", f"{parts} is in the way and not ours")
        shutil.rmtree(parts)
    parts.mkdir(parents=True)
    mark.write_text(plan)


def _part(parts: Path, number: int) -> Path:
    return parts / f"people-{number:06}.parquet"


def _join(parts: Sequence[Path], out: Path) -> int:
    parquet: Any = needed("pyarrow.parquet", "bulk")
    draft = out.with_name(f".{out.name}.draft")
    rows = 0
    try:
        with parquet.ParquetWriter(draft, tables.result_schema()) as writer:
            for part in parts:
                table = tables.read(part)
                writer.write_table(table)
                rows += table.num_rows
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return rows
