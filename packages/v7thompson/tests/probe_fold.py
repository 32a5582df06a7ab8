"""Folds a list of made-up events, ranks, and prints a digest of every bit. Run by `test_same_bits.py` in processes of
many kinds: `probe_fold.py EVENTS HOW`.

HOW: whole, sevenths (a snapshot and a restart at every seventh event), threads (four at once, each its own engine).
"""

import hashlib
import importlib.util
import sys
import threading
import uuid
from pathlib import Path

import numpy as np

from v7core.models.feed import ProfileKind
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine

spec = importlib.util.spec_from_file_location("tastes", Path(__file__).with_name("tastes.py"))
tastes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tastes)


def digest(count, how):
    """Of all weights, both intercepts, the snapshot, and rankings drawn either way."""
    events = tastes.events_of(1, count, flips=(count // 2,), profiles=tuple(ProfileKind), soft=True)
    random = np.random.default_rng(9)
    rows = [(uuid.UUID(int=number + 1), tastes.row_of(random)) for number in range(600)]
    seen = hashlib.sha256()
    for draws in ("marginal", "joint"):
        config = EngineConfig(seed=4, draws=draws, match_text="night nurse", manifest_text="teacher")
        engine = ThompsonPerformanceEngine(config)
        engine.admit_rows(rows)
        for number, event in enumerate(events):
            engine.learn(event)
            if how == "sevenths" and number % 7 == 6:
                kept, engine = engine.snapshot(), ThompsonPerformanceEngine(config)
                engine.admit_rows(rows)
                engine.restore(kept)
        for posterior in engine._learner.posteriors.values():
            seen.update(posterior.table.tobytes() + np.array(posterior.intercept).tobytes())
        seen.update(engine.snapshot() + repr(engine.changes).encode())
        for round_ in range(3):
            seen.update(repr(engine.rank(50, 0.4, round_=round_)).encode())
    return seen.hexdigest()


def main():
    count, how = int(sys.argv[1]), sys.argv[2]
    found = set()
    if how == "threads":
        threads = [threading.Thread(target=lambda: found.add(digest(count, "whole"))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        found.add(digest(count, how))
    print(*sorted(found))


if __name__ == "__main__":
    main()
