"""Rows on disk: the same rankings, no file left, and no room is an error instead of the end of the process."""

import resource
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from v7core.errors import ComputeError, ComputeFault
from v7core.models.feed import ProfileKind
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.evidence import Evidence
from v7thompson.layout import DIM, MAX_FEATURES
from v7thompson.pool import CandidatePool
from v7thompson.row_arena import RowArena
from v7thompson.rows import FeatureRow


def row_of(seed, length=MAX_FEATURES):
    """A row of so many features."""
    random = np.random.default_rng(seed)
    indices = np.sort(random.choice(DIM, length, replace=False)).astype(np.uint32)
    return FeatureRow(indices, random.random(length).astype(np.float32))


def jobs_of(count, first=0):
    """Jobs with long rows: a hundred fill more than an arena has at first."""
    return [(uuid.UUID(int=number * 7919 + 1), row_of(number)) for number in range(first, first + count)]


def liked(number, row):
    """Every other one was."""
    return Evidence(
        sequence=number, profile=ProfileKind.MATCH, reward=float(number % 2), row=row, round=number - 1,
        shown_mean=None, shown_sd=None,
    )  # fmt: skip


@contextmanager
def files_of_at_most(size):
    """No file of this process may grow longer."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_engine_ranks_the_same_wherever_its_rows_are(tmp_path):
    """Through growth, replacement, retirement, compaction and learning."""
    engines = [ThompsonPerformanceEngine(EngineConfig(rows_in=folder)) for folder in (None, tmp_path)]
    jobs = jobs_of(300)
    rankings = []
    for engine in engines:
        engine.admit_rows(jobs)
        engine.admit_rows([(job, row_of(9_000 + n)) for n, (job, _) in enumerate(jobs[:150])])
        engine.retire([job for job, _ in jobs[100:290]])
        for n in range(1, 13):
            engine.learn(liked(n, jobs[n][1]))
        rankings.append([(each.id, each.score, each.match, each.manifest) for each in engine.rank(50)])

    assert rankings[0] == rankings[1]
    assert [] == list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has mapped is read from /proc")
def test_rows_on_disk_are_no_memory_of_the_process(tmp_path):
    """Shared mappings of files in that folder whose names are gone."""
    pool = CandidatePool(1_000, tmp_path)
    pool.admit(jobs_of(100))
    ours = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(tmp_path) in line]

    assert 2 == len(ours)
    assert all(" rw-s " in line and line.endswith("(deleted)") for line in ours)


def test_a_full_disk_refuses_the_batch_and_keeps_the_rest(tmp_path):
    """Nothing of it is admitted, and what was there is ranked as before."""
    engine = ThompsonPerformanceEngine(EngineConfig(rows_in=tmp_path))
    jobs = jobs_of(60)
    engine.admit_rows(jobs)
    before = engine.rank(60)
    with files_of_at_most(300_000), pytest.raises(ComputeError) as caught:
        engine.admit_rows(jobs_of(60, first=60))

    assert ComputeFault.CAPACITY is caught.value.kind
    assert 60 == len(engine)
    assert before == engine.rank(60)
    engine.admit_rows(jobs_of(60, first=60))
    assert 120 == len(engine)


def test_no_room_to_compact_is_no_reason_to_keep_a_job(tmp_path):
    """It is retired, and the rows stay where they are."""
    pool = CandidatePool(1_000, tmp_path)
    jobs = jobs_of(200)
    pool.admit(jobs)
    with files_of_at_most(4):
        assert 190 == pool.retire([job for job, _ in jobs[10:]])
    for job, row in jobs[:10]:
        assert row.to_bytes() == pool.row(job).to_bytes()
    assert 1 == pool.retire([jobs[0][0]])
    for job, row in jobs[1:10]:
        assert row.to_bytes() == pool.row(job).to_bytes()


def test_a_folder_that_is_not_there_is_said(tmp_path):
    """At once, by name."""
    with pytest.raises(ComputeError, match="nowhere"):
        RowArena(tmp_path / "nowhere")
