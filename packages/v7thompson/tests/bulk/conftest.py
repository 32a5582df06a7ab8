"""A few people and postings as Parquet files."""

import pytest

from v7core.models.feed import ProfileKind
from v7core.testing.samples import job_data
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.evidence import Evidence

JOBS = [job_data(number) for number in range(60)]


def engine_of(number):
    """The person's own engine over every posting, having learned from as many reactions as the number says."""
    texts = ("a baker in Leeds", "a nurse", "", "gardens and parks")
    config = EngineConfig(seed=number, match_text=texts[number % 4], manifest_text=texts[(number + 1) % 4])
    engine = ThompsonPerformanceEngine(config)
    engine.admit(JOBS)
    for event in range(1, 1 + number):
        profile = (ProfileKind.MATCH, ProfileKind.MANIFEST)[event % 2]
        row = engine.row(JOBS[(7 * event + number) % len(JOBS)].id)
        engine.learn(Evidence(sequence=event, profile=profile, reward=float(event % 3 > 0), row=row, round=event - 1))
    return engine


@pytest.fixture(scope="session")
def engines():
    """Nine people; the first has never reacted."""
    return [engine_of(number) for number in range(9)]


@pytest.fixture
def files(tmp_path, engines):
    """People and postings as they come from outside."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    people = [
        {
            "person": f"person {number}",
            "match_text": engine.config.match_text,
            "manifest_text": engine.config.manifest_text or None,
            "blend": number / 10,
            "seed": number,
            "snapshot": engine.snapshot() if number else None,
        }
        for number, engine in enumerate(engines)
    ]
    postings = [{"job": str(job.id), "document": job.payload} for job in JOBS]
    paths = tmp_path / "people.parquet", tmp_path / "postings.parquet"
    for path, rows in zip(paths, (people, postings), strict=True):
        pq.write_table(pa.Table.from_pylist(rows), path)
    return paths


@pytest.fixture(scope="session")
def expected(engines):
    """What each person's own engine says, as rows of the result."""
    return [
        {
            "person": f"person {number}", "rank": rank, "job": str(each.id), "score": each.score,
            "profile": each.profile.value, "mean": each.mean, "sd": each.sd, "draw": each.draw,
            "model_version": engine.model_version,
        }
        for number, engine in enumerate(engines)
        for rank, each in enumerate(engine.rank(7, number / 10), start=1)
    ]  # fmt: skip
