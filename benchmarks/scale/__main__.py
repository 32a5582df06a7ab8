"""`uv run python -m benchmarks.scale`: measures blocks, runs 1, 2 and 4 Dask workers, then simulates a hundred."""

import argparse
import os
import pickle
import platform
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks.scale.inputs import blocks_of, people_of, write_files
from benchmarks.scale.simulate import Assumptions, simulate

from v7thompson.bulk import blocks as bulk_blocks
from v7thompson.bulk import rank_block, rank_many
from v7thompson.bulk.dask import DaskRanker


def timed(work):
    """Seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure(repeat: int) -> dict[str, float]:
    """Costs of a block, by least squares over a small grid: seconds a person, and a person and posting."""
    print(
        "\nblock costs (one core, medians)\n\n| people | postings | rank, pool ready | building the pool |"
        "\n|---:|---:|---:|---:|"
    )
    costs = {}
    for postings in (2_000, 8_000, 20_000):
        rows = blocks_of(postings, postings)[0]
        build = statistics.median(timed(rows.pool) for _ in range(repeat))
        for count in (4, 16):
            people = people_of(count)
            bulk_blocks._POOLS.clear()
            rank_block(people, rows, 20)
            seconds = statistics.median(timed(lambda: rank_block(people, rows, 20)) for _ in range(repeat))  # noqa: B023
            costs[count, postings] = seconds
            print(f"| {count} | {postings:,} | {1e3 * seconds:.1f} ms | {1e3 * build:.0f} ms |", flush=True)
        size, table = len(pickle.dumps(rows)), len(pickle.dumps(rank_block(people, rows, 20)))
    pair = (costs[16, 20_000] - costs[16, 2_000]) / (16 * 18_000)
    person = costs[16, 2_000] / 16 - pair * 2_000
    hashing = statistics.median(timed(lambda: blocks_of(2_000, 2_000)) for _ in range(repeat)) / 2_000
    print(
        f"\na person and posting {1e9 * pair:.0f} ns, a person {1e3 * person:.2f} ms, "
        f"building {1e6 * build / 20_000:.1f} µs a posting, writing and hashing {1e6 * hashing:.0f} µs a posting; "
        f"rows {size / 20_000:.0f} B a posting, "
        f"a result {table / (16 * 20):.0f} B, a person {len(pickle.dumps(people)) / 16:.0f} B"
    )
    return {
        "pair_s": pair, "person_s": max(person, 0.0), "build_s": build / 20_000, "row_bytes": size / 20_000,
        "result_bytes": table / (16 * 20), "person_bytes": len(pickle.dumps(people)) / 16,
    }  # fmt: skip


def runs(people: int, postings: int) -> None:
    """The whole job, locally and with 1, 2 and 4 workers."""
    print(f"\n{people} people x {postings:,} postings, best 20 each, on {os.cpu_count()} cores\n")
    print("| engine | seconds | against local |\n|---|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = write_files(folder, people, postings)
        out = folder / "out.parquet"
        local = timed(lambda: rank_many(*given, out, people_a_block=16, postings_a_block=4_000))
        said = out.read_bytes()
        print(f"| local | {local:.1f} | 1.00 |", flush=True)
        for workers in (1, 2, 4):
            ranker = DaskRanker(workers=workers)
            try:
                seconds = timed(
                    lambda: rank_many(*given, out, people_a_block=16, postings_a_block=4_000, ranker=ranker)  # noqa: B023
                )
            finally:
                ranker.close()
            same = "the same bytes" if out.read_bytes() == said else "OTHER BYTES"
            print(f"| Dask, {workers} | {seconds:.1f} | {local / seconds:.2f} x ({same}) |", flush=True)


def dispatch() -> float:
    """Seconds of scheduler time a task of no work takes, with two workers."""
    ranker = DaskRanker(workers=2)
    try:
        client = ranker._client
        client.gather(client.map(int, range(100), pure=False))
        seconds = timed(lambda: client.gather(client.map(int, range(3_000), pure=False))) / 3_000
    finally:
        ranker.close()
    print(f"\na task of no work: {1e3 * seconds:.2f} ms")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--people", type=int, default=128)
    parser.add_argument("--postings", type=int, default=20_000)
    options = parser.parse_args()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "distributed", "pyarrow"))
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {libraries}")
    measured = measure(options.repeat)
    runs(options.people, options.postings)
    task = dispatch()
    print("\nsimulated: 1,000,000 people x 1,000,000 postings, best 20 each\n")
    print("| workers | hours | busy | moved | of it rows | tasks run twice |\n|---:|---:|---:|---:|---:|---:|")
    for workers in (10, 100, 400):
        told = simulate(Assumptions(workers=workers, task_s=task, **measured))
        print(
            f"| {workers} | {told.hours:.1f} | {100 * told.busy:.0f} % | {told.moved_gb:.0f} GB "
            f"| {told.rows_gb:.0f} GB | {told.again} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
