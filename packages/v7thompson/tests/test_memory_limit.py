"""When memory runs out: a batch is refused whole, and what was there goes on being ranked."""

import itertools
import json
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest

from v7core.errors import ComputeError, ComputeFault
from v7core.models.jobs import job_id
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine


def named(rows, count):
    """So many jobs of these rows."""
    return [(job_id("x", "b", str(n)), row) for n, row in zip(range(count), itertools.cycle(rows), strict=False)]


def state(engine):
    """Everything that a ranking of all says, and what it could not say twice."""
    return len(engine), sorted(engine.jobs), engine.rank(10_000, blend=0.3, round_=7)


@contextmanager
def failing(nth):
    """The n-th array that is asked for is not to be had; how often one was asked for."""
    asked = itertools.count(1)

    def counted(make):
        def made(*args, **kwargs):
            if next(asked) == nth:
                raise MemoryError
            return make(*args, **kwargs)

        return made

    with pytest.MonkeyPatch.context() as patch:
        for name in ("zeros", "ones", "full", "concatenate", "empty"):
            patch.setattr(np, name, counted(getattr(np, name)))
        yield


def fault_of(engine, jobs, nth):
    """Why the batch was refused when the n-th array was not to be had; None when it was admitted."""
    with failing(nth):
        try:
            engine.admit_rows(jobs)
        except ComputeError as error:
            return error.kind
    return None


def test_whichever_array_is_not_to_be_had_nothing_changed(rows):
    """Arrays of jobs, their index and their rows grow at this batch; each of them fails once, then it goes through."""
    engine = ThompsonPerformanceEngine(EngineConfig(seed=3))
    engine.admit_rows(named(rows, 250))
    before = state(engine)
    refused = 0
    while (fault := fault_of(engine, named(rows, 5000), refused + 1)) is not None:
        assert ComputeFault.MEMORY is fault
        assert before == state(engine)
        refused += 1
    assert refused > 10
    alike = ThompsonPerformanceEngine(EngineConfig(seed=3))
    alike.admit_rows(named(rows, 5000))
    assert state(alike) == state(engine)


LIMITED = """
import json, resource, uuid
import numpy as np
from v7core.errors import ComputeError
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.rows import FeatureRow

engine = ThompsonPerformanceEngine(EngineConfig(capacity=10_000_000))
row = FeatureRow(np.arange(400, dtype=np.uint32), np.full(400, 0.05, dtype=np.float32))
numbers = iter(range(1, 10_000_000))
batch = lambda size: [(uuid.UUID(int=next(numbers)), row) for _ in range(size)]
engine.admit_rows(batch(1000))
engine.rank(10)
pages = int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 200_000_000,) * 2)
kind = None
while kind is None:
    before = len(engine)
    try:
        engine.admit_rows(batch(2000))
    except ComputeError as error:
        kind = error.kind.value
at_the_limit = len(engine), len(engine.rank(10))
engine.retire(list(engine.jobs)[:5000])
engine.admit_rows(batch(100))
print(json.dumps([kind, before, *at_the_limit, len(engine), len(engine.rank(10))]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit of an address space is Linux's")
def test_a_process_at_its_limit_goes_on():
    """The batch that does not fit is refused; a smaller one fits when others have left."""
    done = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, timeout=120, check=False)
    assert 0 == done.returncode, done.stderr[-2000:]
    kind, before, held, shown, after, shown_after = json.loads(done.stdout)
    assert "memory" == kind
    assert before == held
    assert held - 5000 + 100 == after
    assert 10 == shown == shown_after
