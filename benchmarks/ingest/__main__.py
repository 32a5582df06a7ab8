"""What it costs to bring a posting in: python -m benchmarks.ingest

Recorded bodies (the folder `payloads` below V7_SHARED, or below `shared` beside the repository) or, without them or
with `--generated`, boards of our own. One core, CPU time, medians over rounds in one process.
"""

import argparse
import asyncio
import os
import time
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.ingest.bodies import generated, recorded
from benchmarks.ingest.cleaning import WAYS
from benchmarks.ingest.road import whole_road
from benchmarks.ingest.stages import one_round
from benchmarks.ingest.start import starts

from v7thompson.warmup import warm


def main():
    """Print the table."""
    arguments = argparse.ArgumentParser(prog="benchmarks.ingest")
    arguments.add_argument(
        "--generated", action="store_true", help="boards of our own, even where there are recordings"
    )
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--postings", type=int, default=10_000, help="in the store of the timed starts")
    given = arguments.parse_args()
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    bodies = [] if given.generated else list(recorded())
    what = "recorded" if bodies else "generated"
    bodies = bodies or generated()
    warm()
    one_round(bodies)
    stages, parts, roads, postings, size = {}, {}, [], 0, 0
    for _ in range(given.rounds):
        taken, inside, postings, size = one_round(bodies)
        for name, seconds in taken.items():
            stages.setdefault(name, []).append(seconds / postings * 1e6)
        for name, seconds in inside.items():
            parts.setdefault(name, []).append(seconds / postings * 1e6)
        with TemporaryDirectory() as folder:
            roads.append(asyncio.run(whole_road(folder, bodies)))
    total = sum(median(each) for each in stages.values())
    print(f"{postings} {what} postings of {len(bodies)} bodies, {size / postings:.0f} bytes of document each; one core")
    print(f"{'stage':<28}{'us a posting':>14}{'share':>8}")
    for name, each in stages.items():
        print(f"{name:<28}{median(each):>14.1f}{median(each) / total:>8.0%}")
        if name == "parse and clean":
            for part, inner in sorted(parts.items(), key=lambda item: -median(item[1])):
                print(f"  {part:<26}{median(inner):>14.1f}")
    print(f"{'sum':<28}{total:>14.1f}{1e6 / total:>8.0f} postings/s")
    wall, cpu = (median(each) for each in zip(*roads, strict=True))
    print(f"through store, queue and engine: {postings / wall:.0f} postings/s of wall, {postings / cpu:.0f} of CPU")
    texts = [posting.text for body in bodies for posting in body.parse()][:2000]
    taken = {name: [] for name in WAYS}
    for _ in range(given.rounds):
        for name, way in WAYS.items():
            started = time.process_time()
            for text in texts:
                way(text)
            taken[name].append((time.process_time() - started) / len(texts) * 1e6)
    for name, each in taken.items():
        print(f"clean a description, {name:<20}{median(each):>8.1f} us")
    if cores:
        os.sched_setaffinity(0, cores)
    with TemporaryDirectory() as folder:
        asyncio.run(starts(folder, [posting for body in bodies for posting in body.parse()], given.postings, 300))


if __name__ == "__main__":
    main()
