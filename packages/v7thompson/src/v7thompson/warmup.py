"""Kernels compiled or loaded ahead of their first use: seconds cold, tenths of a second warm.

    python -m v7thompson.warmup        compiles every kernel into the cache, in a process of its own

A program with a screen runs that once, then calls `warm()` from a thread.
"""

import sys
import uuid
from typing import Final

import numpy as np

from v7core.models.feed import ProfileKind
from v7core.models.jobs import JobData
from v7thompson import backend
from v7thompson.arms import ArmTable
from v7thompson.config import EngineConfig
from v7thompson.contract import Design
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.evidence import Evidence
from v7thompson.kernel_cache import is_cached, note_complete

_EVENTS: Final = 20


def warm() -> None:
    """Call every kernel of the engine once, with the types it is called with in earnest.

    May be called from any thread. One warning where numba cannot run; then there is nothing to warm.
    """
    chosen = backend.current()
    if chosen.name != "numba":
        return
    job = JobData(id=uuid.UUID(int=1), source="warmup", payload=b"\x01One \xc3\xa9 two\x04Acme\x0fThree four")
    engine = ThompsonPerformanceEngine(EngineConfig(capacity=1))
    engine.admit([job])
    engine.rank(1, eligible=[job.id])
    for number in range(1, _EVENTS + 1):
        row = engine.row(job.id)
        engine.learn(
            Evidence(sequence=number, profile=ProfileKind.MATCH, reward=float(number % 2), row=row, round=number)
        )
        engine.rank(1)
    ThompsonPerformanceEngine(EngineConfig(capacity=1, draws="joint")).rank(1)
    design = Design(
        np.arange(_EVENTS + 1, dtype=np.uint64), np.zeros(_EVENTS, dtype=np.uint32),
        np.ones(_EVENTS, dtype=np.float32), np.zeros(_EVENTS),
    )  # fmt: skip
    chosen.fitter().suffix_evidence(design, np.ones(1), (0.0, 1.0), most=_EVENTS, block=10, least=1)
    note_complete()


def warm_bandits() -> None:
    """The same for the kernels of bandits without features, which the engine does without."""
    table = ArmTable()
    table.extend(np.ones(2), np.ones(2))
    sampler = backend.current().arms(table)
    sampler.best(1, key=1, masked=False)
    sampler.scores(key=1)


if __name__ == "__main__":
    warm()
    warm_bandits()
    sys.exit(0 if is_cached() else 1)

__all__ = ["is_cached", "warm"]
