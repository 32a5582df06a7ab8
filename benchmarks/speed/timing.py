"""Interleaved timing: a busy machine slows every contender alike, so ratios of one round are compared, not seconds.

The clock is the thread's own processor time, so that waiting for a processor does not count; every contender computes
in the calling thread.
"""

import gc
import time
from statistics import median


def interleaved(calls, *, rounds=15, seconds=0.02):
    """Nanoseconds a call of each contender, by round: dict of lists. Each takes about `seconds` a round."""
    loops = {}
    for name, call in calls.items():
        call()
        start = time.thread_time()
        call()
        loops[name] = max(1, min(100_000, int(seconds / max(time.thread_time() - start, 1e-7))))
    taken = {name: [] for name in calls}
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in calls.items():
                steps = range(loops[name])
                start = time.thread_time()
                for _ in steps:
                    call()
                taken[name].append((time.thread_time() - start) / loops[name] * 1e9)
    finally:
        gc.enable()
    return taken


def report(title, taken, *, unit="ns", per=1.0, against=None):
    """One line a contender: median and least of its rounds, and the median of their ratios to `against`."""
    scale = {"ns": 1.0, "us": 1e3, "ms": 1e6}[unit]
    print(f"\n{title} (median, least)")
    for name, values in taken.items():
        line = f"  {name:<44} {median(values) / scale / per:>12.2f} {min(values) / scale / per:>12.2f} {unit}"
        if against in taken and name != against:
            ratios = [value / other for value, other in zip(values, taken[against], strict=True)]
            line += f"   {median(ratios):>9.2f} x {against}"
        print(line)
