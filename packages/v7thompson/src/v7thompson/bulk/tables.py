"""Arrow and Parquet at the edges: people and postings in, results out."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from v7core.errors import ConfigError, InvalidValue
from v7core.models.feed import ScoredJob
from v7core.models.jobs import JobId
from v7thompson.bulk.extra import needed
from v7thompson.bulk.people import Person

PEOPLE: Final = ("person", "match_text", "manifest_text", "blend", "seed", "round", "snapshot")
"""Columns of people; only `person` is required, a null is the default of `Person`."""
POSTINGS: Final = ("job", "document")
"""Columns of postings, both required: the id (UUID as text) and the canonical document (binary or text)."""


def result_schema() -> Any:
    """person, rank, job, score, profile, mean, sd, draw, model_version; a (person, job, model_version) stands once."""
    pa = needed("pyarrow", "bulk")
    return pa.schema(
        [
            ("person", pa.string()), ("rank", pa.int32()), ("job", pa.string()), ("score", pa.float32()),
            ("profile", pa.string()), ("mean", pa.float32()), ("sd", pa.float32()), ("draw", pa.float32()),
            ("model_version", pa.string()),
        ]
    )  # fmt: skip


def result_of(found: Sequence[tuple[str, ScoredJob, str]]) -> Any:
    """Scored jobs of people as a table, not ranked yet."""
    return table_of(
        {
            "person": name, "rank": 0, "job": str(job.id), "score": job.score, "profile": job.profile.value,
            "mean": job.mean, "sd": job.sd, "draw": job.draw, "model_version": version,
        }
        for name, job, version in found
    )  # fmt: skip


def table_of(rows: Any) -> Any:
    """Rows as a table of the result's schema."""
    return needed("pyarrow", "bulk").Table.from_pylist(list(rows), schema=result_schema())


def _batches(path: Path, columns: Sequence[str], required: Sequence[str], size: int) -> Iterator[list[dict[str, Any]]]:
    parquet = needed("pyarrow.parquet", "bulk")
    pa = needed("pyarrow", "bulk")
    try:
        with parquet.ParquetFile(path) as file:
            there = set(file.schema_arrow.names)
            for name in required:
                if name not in there:
                    raise ConfigError(str(path), f"has no column {name!r}")
            for batch in file.iter_batches(size, columns=[name for name in columns if name in there]):
                yield batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise ConfigError(str(path), str(error).splitlines()[0]) from error


def people_in(path: Path, size: int) -> Iterator[list[Person]]:
    """Blocks of people.

    Raises:
        ConfigError: the file cannot be read, or a column is missing.
        InvalidValue: a value is out of range, or a name is there twice.
    """
    seen: set[str] = set()
    for batch in _batches(path, PEOPLE, ("person",), size):
        block = []
        for row in batch:
            facts = {name: value for name, value in row.items() if value is not None and name != "person"}
            try:
                person = Person(name=row["person"] or "", **facts)
            except TypeError as error:
                raise InvalidValue(f"person {row['person']!r}: {error}") from error
            if person.name in seen:
                raise InvalidValue(f"person {person.name!r} is there twice")
            seen.add(person.name)
            block.append(person)
        yield block


def postings_in(path: Path, size: int) -> Iterator[tuple[list[JobId], list[bytes]]]:
    """Blocks of postings.

    Raises:
        ConfigError: the file cannot be read, or a column is missing.
        InvalidValue: an id is no UUID, or a document is missing.
    """
    for batch in _batches(path, POSTINGS, POSTINGS, size):
        ids, documents = [], []
        for row in batch:
            document = row["document"]
            try:
                ids.append(UUID(row["job"]))
                documents.append(document.encode() if isinstance(document, str) else bytes(document))
            except (TypeError, ValueError, AttributeError) as error:
                raise InvalidValue(f"posting {row['job']!r}: {error}") from error
        yield ids, documents


def write(table: Any, path: Path) -> None:
    """Whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        needed("pyarrow.parquet", "bulk").write_table(table, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def read(path: Path) -> Any:
    """A table of results."""
    return needed("pyarrow.parquet", "bulk").read_table(path)
