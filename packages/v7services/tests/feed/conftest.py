"""Engines that do as they are told, and a real store with postings."""

import threading

import pytest

from v7core.errors import InvalidValue
from v7core.models.processing import ThompsonBatchConfiguration, ThompsonProcessingResult
from v7core.testing import samples
from v7core.testing.fakes import FixedClock
from v7services.storage import Storage


class ScriptedEngine:
    """Takes batches, keeps their order, and fails, hangs or dawdles where it is told to."""

    def __init__(self):
        self.batches = []
        self.done = []
        self.bad = {}
        """Error to raise by job id, for any batch that holds the job."""
        self.fail_next = []
        """Errors of the next batches."""
        self.began = threading.Event()
        """A batch has come."""
        self.gate = threading.Event()
        self.gate.set()
        self.duration_ms = 2.0
        self.running = 0

    def process_job_batch(self, jobs):
        self.running += 1
        assert self.running == 1, "two batches at once"
        try:
            self.batches.append([job.id for job in jobs])
            self.began.set()
            assert self.gate.wait(20)
            if self.fail_next:
                raise self.fail_next.pop(0)
            for job in jobs:
                if job.id in self.bad:
                    raise self.bad[job.id]
            self.done += [job.id for job in jobs]
        finally:
            self.running -= 1
        return ThompsonProcessingResult(
            processed_job_count=len(jobs),
            duration_ms=self.duration_ms,
            throughput_jobs_per_second=1e3 * len(jobs) / self.duration_ms,
            is_within_performance_budget=self.duration_ms <= 10,
            performance_score=0.8,
        )

    def calculate_optimal_batch_size(self, job_count, source_count):
        if source_count < 1:
            raise InvalidValue("no source")
        size = min(100, max(10, job_count // source_count))
        return ThompsonBatchConfiguration(
            batch_size=size,
            estimated_duration_ms=None,
            expected_throughput=None,
            source_distribution=(size,) + (0,) * (source_count - 1),
        )


@pytest.fixture(scope="session")
def engine_kind():
    return ScriptedEngine


@pytest.fixture
def scripted():
    engine = ScriptedEngine()
    yield engine
    engine.gate.set()


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
async def storage(tmp_path, clock):
    async with await Storage.open(tmp_path / "v7.db", clock=clock) as opened:
        yield opened


@pytest.fixture
async def stocked(storage):
    """With thirty postings."""
    await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(30)))
    return storage
