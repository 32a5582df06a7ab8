"""What the screens cost on a real pty: `python -m benchmarks.terminal [--ticks N] [--rounds N] [--flat N]`

Each figure is UI-thread CPU unless it says wall. The Live screen and the yardstick of `reference.py` take turns, so
that a busy machine slows both; the ratio is between medians over all rounds.
"""

import argparse
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
SIZE = (45, 140)


def on_pty(mode, number=0, *, keys=b"", every_s=0.05, marker=None, limit_s=900.0, command=None, env=None):
    """Run a program to its end; press `keys` once `marker` was painted. Returns its figures and seconds to the marker.

    Args:
        command: Run instead of a mode of `programs.py`; it has no figures.
        env: Of the process, besides what says what the terminal can do.

    Raises:
        RuntimeError: it failed, or was not done in time.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "figures.json"
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        env = {**(env or os.environ), "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONIOENCODING": "utf-8"}
        began = time.monotonic()
        program = subprocess.Popen(
            command or [sys.executable, "-m", "benchmarks.terminal.programs", mode, str(result), str(number)],
            cwd=ROOT, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        seen, painted, sent, next_key = b"", None, 0, 0.0
        try:
            while program.poll() is None and time.monotonic() - began < limit_s:
                if select.select([ours], [], [], 0.01)[0]:
                    try:
                        seen = (seen + os.read(ours, 1 << 16))[-60_000:]
                    except OSError:
                        break
                    if painted is None and marker is not None and marker in seen:
                        painted = time.monotonic() - began
                        next_key = time.monotonic() + 1.5
                if painted is not None and sent < len(keys) and time.monotonic() >= next_key:
                    os.write(ours, keys[sent : sent + 1])
                    sent, next_key = sent + 1, time.monotonic() + every_s
            code = program.wait(timeout=10)
        finally:
            if program.poll() is None:
                program.kill()
                program.wait()
            os.close(ours)
        if code or not (command or result.exists()):
            raise RuntimeError(f"{mode} ended with {code}: {seen[-2000:].decode(errors='replace')}")
        return {} if command else json.loads(result.read_text()), painted


def share(values, part):
    """A percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def line(name, value, unit, budget=""):
    """One line of the report."""
    print(f"{name:<58} {value:>9.2f} {unit:<4} {budget}", flush=True)


def spread(name, values, *budgets):
    """p50, p95 and p99."""
    budgets = (*budgets, "", "", "")[:3]
    for part, budget in zip((0.5, 0.95, 0.99), budgets, strict=True):
        line(f"{name}, p{100 * part:.0f}", share(values, part), "ms", budget)


def live(ticks, rounds):
    """The Live screen beside the yardstick."""
    modes = ("reference", "live", "live-everything")
    spent, owned = {mode: [] for mode in modes}, {}
    for _ in range(rounds):
        for mode in modes:
            figures, _ = on_pty(mode, ticks)
            spent[mode] += figures["tick_ms"]
            owned[mode] = figures["memory_mb"]
    spread("yardstick, CPU a tick", spent["reference"])
    spread("Live at 10 Hz, 43 sources, a refresh runs", spent["live"], "", "", "< 16")
    spread("  with histories and sources read every tick", spent["live-everything"])
    line("Live / yardstick, medians", median(spent["live"]) / median(spent["reference"]), "x", "<= 1.3")
    line("  with everything every tick", median(spent["live-everything"]) / median(spent["reference"]), "x", "<= 1.3")
    line("screens' process, Live", owned["live"], "MB")


def deck(jobs, presses):
    """Keys on a deck."""
    keys = (b"jjjjjjjjkj" * (presses // 10))[:presses] + b"q"
    figures, _ = on_pty("deck", jobs, keys=keys, marker=b"Interested")
    if jobs == 10_000:
        spread("Deck of 10,000, key to paint, CPU", figures["cpu_ms"], "<= 5", "<= 22")
        spread("Deck of 10,000, key to paint, wall", figures["wall_ms"], "<= 5", "<= 22")
    wall, cpu = figures["open_ms"][0]
    line(f"Deck of {jobs:,}: open, wall", wall, "ms", "< 1000")
    line(f"Deck of {jobs:,}: open, CPU", cpu, "ms")
    line(f"Deck of {jobs:,}: screens' process with its jobs", figures["memory_mb"], "MB")


def first(starts):
    """From the start of the process to the first key hint on the terminal, wall: `v7` on a home, and the screens alone.

    A start finds its bytecode, as every start of an installed V7 but the first does: here in a folder of this run, also
    where the environment forbids to write it. What it costs without is a figure of its own.
    """
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        v7 = [sys.executable, "-m", "v7terminal", "--home", f"{folder}/home"]
        subprocess.run([*v7[:3], "demo", "--plain", *v7[3:]], env=env, check=True, stdout=subprocess.DEVNULL)
        bare = {**env, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": f"{folder}/none"}
        ways = {"v7": (v7, env), "v7 without bytecode": (v7, bare), "screens alone": (None, env)}
        taken = {way: [] for way in ways}
        for _ in range(starts + 1):
            for way, (command, given) in ways.items():
                seconds = on_pty("first", keys=b"q", marker=b"Interested", command=command, env=given)[1]
                taken[way].append(1e3 * seconds)
    for way, (_, *later) in taken.items():  # the first of each compiles
        line(f"first paint, {way}, wall, median", median(later), "ms", "" if "without" in way else "<= 500")
        line(f"first paint, {way}, wall, best", min(later), "ms")


def flat(ticks):
    """Whether a long run grows."""
    figures, _ = on_pty("flat", ticks)
    tenth, half, end = figures["memory_mb"]
    line(f"{ticks:,} ticks: frames painted", figures["frames"], "")
    line(f"{ticks:,} ticks: owned after a tenth", tenth, "MB")
    line(f"{ticks:,} ticks: owned after half", half, "MB")
    line(f"{ticks:,} ticks: owned at the end", end, "MB", "flat")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--presses", type=int, default=300)
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--flat", type=int, default=18_000)
    options = parser.parse_args()
    live(options.ticks, options.rounds)
    deck(10_000, options.presses)
    deck(100_000, 20)
    first(options.starts)
    if options.flat:
        flat(options.flat)


if __name__ == "__main__":
    main()
