"""A cluster as a queue of events: workers, one scheduler, one network; the costs of blocks are measured ones.

Assumed, not measured: workers as quick as this machine's core; each worker's link, and the scheduler's; how often a
worker dies and how long another takes to start; that a task's time spreads like a log-normal. Rows of postings go to
a worker when its first task needs them and stay on its disk; a pool is built again when it fell out of the eight a
worker keeps ready. People go out and results come back with every task.
"""

import heapq
import random
from collections import OrderedDict

import attrs


@attrs.frozen(kw_only=True)
class Assumptions:
    """Everything the simulation is told."""

    workers: int
    pair_s: float
    """Measured: seconds a person and posting."""
    person_s: float
    """Measured: seconds a person a block."""
    build_s: float
    """Measured: seconds a posting to build a pool."""
    task_s: float
    """Measured: scheduler seconds a task."""
    row_bytes: float
    result_bytes: float
    person_bytes: float
    people: int = 1_000_000
    postings: int = 1_000_000
    people_a_block: int = 256
    postings_a_block: int = 20_000
    limit: int = 20
    link_bytes_s: float = 125e6
    """Assumed: 1 Gbit/s a worker."""
    scheduler_bytes_s: float = 1.25e9
    """Assumed: 10 Gbit/s where blocks come from."""
    spread: float = 0.15
    """Assumed: sigma of the logarithm of a task's time."""
    hours_to_death: float = 200.0
    """Assumed: mean hours until a worker dies; its task runs again."""
    restart_s: float = 60.0
    kept_pools: int = 8


@attrs.frozen
class Told:
    """What came of it."""

    hours: float
    busy: float
    moved_gb: float
    rows_gb: float
    again: int


def simulate(given: Assumptions) -> Told:
    """Every task to its end; a fixed seed."""
    chance = random.Random(11)
    people_blocks = -(-given.people // given.people_a_block)
    posting_blocks = -(-given.postings // given.postings_a_block)
    rank_s = given.people_a_block * (given.person_s + given.pair_s * given.postings_a_block)
    build_s = given.build_s * given.postings_a_block
    rows = given.row_bytes * given.postings_a_block
    small = given.people_a_block * (given.person_bytes + given.limit * given.result_bytes)
    pools: list[OrderedDict[int, None]] = [OrderedDict() for _ in range(given.workers)]
    on_disk: list[set[int]] = [set() for _ in range(given.workers)]
    free = [(0.0, worker) for worker in range(given.workers)]
    heapq.heapify(free)
    scheduler = source = end = working = moved = moved_rows = 0.0
    again = 0
    # One people block's tasks follow one another, as they are submitted.
    tasks = ((p, j) for p in range(people_blocks) for j in range(posting_blocks))
    waiting: list[tuple[int, int]] = []
    while True:
        task = waiting.pop() if waiting else next(tasks, None)
        if task is None:
            break
        _, block = task
        now, worker = heapq.heappop(free)
        scheduler = max(scheduler, now) + given.task_s
        begun = scheduler + small / given.link_bytes_s
        moved += small
        if block not in on_disk[worker]:
            source = max(source, begun) + rows / given.scheduler_bytes_s
            begun = max(source, begun + rows / given.link_bytes_s)
            on_disk[worker].add(block)
            moved += rows
            moved_rows += rows
        seconds = rank_s * chance.lognormvariate(0.0, given.spread)
        if block not in pools[worker]:
            seconds += build_s
            pools[worker][block] = None
            if len(pools[worker]) > given.kept_pools:
                pools[worker].popitem(last=False)
        pools[worker].move_to_end(block)
        if chance.random() < seconds / (3600.0 * given.hours_to_death):
            again += 1
            waiting.append(task)
            pools[worker].clear()
            on_disk[worker].clear()
            seconds = seconds * chance.random() + given.restart_s
        else:
            working += seconds
        end = max(end, begun + seconds)
        heapq.heappush(free, (begun + seconds, worker))
    return Told(end / 3600.0, working / (given.workers * end), moved / 1e9, moved_rows / 1e9, again)
