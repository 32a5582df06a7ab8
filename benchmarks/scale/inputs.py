"""People and postings for the scale benchmark: synthetic texts of a stated length, everybody with reactions."""

import random
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from v7core.document import canonical_document
from v7core.models.feed import ProfileKind
from v7core.testing.samples import posting
from v7thompson.bulk import Person
from v7thompson.bulk.blocks import RowBlock
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.evidence import Evidence
from v7thompson.features import FieldHasher

WORDS = 240
"""Words of a description; about 1.6 kB."""
REACTIONS = 40


def documents(count):
    """Canonical documents of made-up words, Zipf-like."""
    chance = random.Random(5)
    base = canonical_document(posting(0))
    for number in range(count):
        words = " ".join(f"w{int(chance.paretovariate(0.7)) % 60_000}" for _ in range(WORDS))
        yield base.replace(b"Acme", f"Company{number % 977}".encode()) + b" " + words.encode()


def blocks_of(count, size):
    """Hashed blocks."""
    hasher, texts = FieldHasher(), list(documents(count))
    ids = [UUID(int=1 + number) for number in range(count)]
    return [RowBlock.of(ids[at : at + size], texts[at : at + size], hasher) for at in range(0, count, size)]


def people_of(count):
    """Everybody has texts and has reacted `REACTIONS` times."""
    hasher = FieldHasher()
    rows = [hasher.transform(text) for text in documents(200)]
    people = []
    for number in range(count):
        config = EngineConfig(seed=number, match_text=f"w{number} w2 w3", manifest_text=f"w5 w{number + 1}")
        engine = ThompsonPerformanceEngine(config)
        for event in range(1, REACTIONS + 1):
            engine.learn(
                Evidence(
                    sequence=event, profile=(ProfileKind.MATCH, ProfileKind.MANIFEST)[event % 2],
                    reward=float((event * (number + 3)) % 5 < 2), row=rows[(event * 7 + number) % 200], round=event - 1,
                )
            )  # fmt: skip
        people.append(
            Person(
                name=f"p{number}", seed=number, match_text=config.match_text, manifest_text=config.manifest_text,
                snapshot=engine.snapshot(),
            )
        )  # fmt: skip
    return people


def write_files(folder, people, postings):
    """The same as Parquet."""
    paths = folder / "people.parquet", folder / "postings.parquet"
    rows = [
        {
            "person": p.name,
            "match_text": p.match_text,
            "manifest_text": p.manifest_text,
            "seed": p.seed,
            "snapshot": p.snapshot,
        }
        for p in people_of(people)
    ]
    pq.write_table(pa.Table.from_pylist(rows), paths[0])
    table = {"job": [str(UUID(int=1 + n)) for n in range(postings)], "document": list(documents(postings))}
    pq.write_table(pa.table(table), paths[1])
    return paths
