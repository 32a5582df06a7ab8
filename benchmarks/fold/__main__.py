"""What the fold costs, and that its bytes are the same: python -m benchmarks.fold [--events N]

Events are rows of about 110 features, liked by the words of their titles; the taste flips once. Every variant folds the
same list and prints a digest of all weights, both intercepts, the changes and the snapshot: `same` or DIFFERENT.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import threading
import time
from statistics import median

import numpy as np

from v7core.models.feed import ProfileKind
from v7thompson.evidence import Evidence
from v7thompson.layout import FIELDS, OFFSET
from v7thompson.learner import Learner
from v7thompson.rows import FeatureRow

WORDS = {0: (400, 4), 1: (300, 6), 2: (20, 1), 3: (300, 1), 4: (60, 2), 5: (6, 1), 9: (4000, 120)}
"""By place in the layout's fields: vocabulary, and words drawn."""
OTHER_CPU = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-FMA,-FMA_Usable,-AVX512F,-AVX512F_Usable",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR",
    "NUMBA_CPU_NAME": "x86-64-v3",
    "NUMBA_CPU_FEATURES": "",
}


def events_of(count):
    """The same list everywhere: integers decide everything, NumPy's own transcendental functions nothing."""
    random = np.random.default_rng(5)
    weights = random.integers(-12, 9, 400) / 4.0
    events = []
    for number in range(count):
        indices, title = [], None
        for place, (vocabulary, drawn) in WORDS.items():
            chosen = np.unique(vocabulary * random.integers(0, 1000, drawn) ** 2 // 1_000_000)
            title = chosen if place == 0 else title
            indices += (OFFSET[FIELDS[place]] + chosen).tolist()
        side = -1.0 if number >= count * 3 // 4 else 1.0
        reward = float(side * weights[title].sum() > random.integers(-2, 6))
        row = FeatureRow.checked(indices, np.full(len(indices), np.float32(len(indices) ** -0.5)))
        profile = ProfileKind.MANIFEST if number % 5 == 4 else ProfileKind.MATCH
        events.append(
            Evidence(sequence=number + 1, profile=profile, reward=0.8 * reward if number % 7 == 0 else reward, row=row,
                     round=number // 10 * 10)
        )  # fmt: skip
    return events


def digest(learner):
    """Of everything that was learned."""
    seen = hashlib.sha256(learner.snapshot() + repr(learner.changes).encode())
    for posterior in learner.posteriors.values():
        seen.update(posterior.table.tobytes() + repr(posterior.intercept).encode())
    return seen.hexdigest()


def fold(events, *, restart_every=0):
    """One learner; a crash, a snapshot read back and a new learner at every so many events."""
    learner = Learner("night nurse", "teacher")
    for number, event in enumerate(events, start=1):
        learner.learn(event)
        if restart_every and number % restart_every == 0:
            learner = Learner.restore(learner.snapshot(), "night nurse", "teacher")
    return learner


def in_threads(events, count):
    """The digests that so many threads come to at the same time."""
    found = set()
    threads = [threading.Thread(target=lambda: found.add(digest(fold(events)))) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return "".join(sorted(found))


def elsewhere(count, **environment):
    """The digest of another process."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.fold", "--events", str(count), "--digest"],
        env=os.environ | environment, capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    return done.stdout.strip()


def costs(events):
    """Times of the pieces, milliseconds and microseconds."""
    fold(events[:200])  # loads the kernels
    whole, steps, refits = [], [], []
    for _ in range(3):
        learner = Learner("night nurse", "teacher")
        started = time.perf_counter()
        for event in events:
            before = time.perf_counter()
            touched = learner.learn(event)
            taken = time.perf_counter() - before
            kind = refits if all(features is None for features in touched.values()) else steps
            kind.append((event.sequence, taken))
        whole.append(time.perf_counter() - started)
    late = [taken for sequence, taken in refits if sequence > len(events) * 9 // 10]
    before = [taken for sequence, taken in refits if len(events) * 13 // 20 < sequence <= len(events) * 3 // 4]
    snapshot = learner.snapshot()
    started = time.perf_counter()
    Learner.restore(snapshot, "night nurse", "teacher")
    restoring = time.perf_counter() - started
    print(f"fold of {len(events)} events, {len(refits) // 3} refits      {1e3 * min(whole):9.1f} ms")
    print(f"one event between refit points (median)    {1e6 * median(taken for _, taken in steps):9.1f} us")
    print(f"refit before the flip, change test included{1e3 * median(before):9.2f} ms")
    print(f"refit at the end of the list               {1e3 * median(late):9.2f} ms")
    print(f"snapshot                                   {len(snapshot) / 1e6:9.2f} MB")
    print(f"restoring it                               {1e3 * restoring:9.1f} ms")
    print(f"changes found: {[(change.profile.value, change.since, change.sequence) for change in learner.changes]}")


def main():
    """Costs, then the same bytes."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--events", type=int, default=1_000)
    arguments.add_argument("--digest", action="store_true", help="fold and print the digest only")
    chosen = arguments.parse_args()
    events = events_of(chosen.events)
    if chosen.digest:
        print(digest(fold(events)))
        return
    costs(events)
    expected = digest(fold(events))
    print(f"digest {expected[:16]}")
    few = min(chosen.events, 300)
    variants = {
        "again in this process": lambda: digest(fold(events)),
        "a crash and a snapshot at every seventh": lambda: digest(fold(events, restart_every=7)),
        "a crash and a snapshot at every one": lambda: digest(fold(events, restart_every=1)),
        "four threads at once, a learner each": lambda: in_threads(events, 4),
        "another process": lambda: elsewhere(chosen.events),
        "another process, one thread for every library": lambda: elsewhere(
            chosen.events, NUMBA_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"
        ),
        "another processor: x86-64-v3, no FMA or AVX2 in C": lambda: elsewhere(chosen.events, **OTHER_CPU),
    }
    for name, variant in variants.items():
        print(f"{name:<52} {'same' if variant() == expected else 'DIFFERENT'}")
    plain = elsewhere(few, V7_NO_JIT="1")
    print(f"{f'plain twins, no compiled code ({few} events)':<52} "
          f"{'same' if plain == digest(fold(events_of(few))) else 'DIFFERENT'}")  # fmt: skip


if __name__ == "__main__":
    main()
