"""From samples to the figures of the table: pure functions."""

import math
from statistics import median
from typing import Any

TICK_MS = 2.0


def percentile(values: list[float], share: float) -> float:
    """Nearest rank; NaN of nothing."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def corrected(lags: list[float]) -> list[float]:
    """A stall of L ms hides the ticks inside it: add them (L-2, L-4, ...), as HdrHistogram does."""
    full = []
    for lag in lags:
        full.append(lag)
        full += [lag - TICK_MS * missed for missed in range(1, int(lag / TICK_MS) + 1)]
    return full


def run_figures(result: dict[str, Any], painted: float | None, samples: list[tuple]) -> dict[str, float]:
    """The figures of one run, ms and MB."""
    opened, closed = result["opened"], result["closed"]
    ready, first = result.get("ready_at") or opened, result.get("first_round_at") or closed
    timed = list(zip(result["at"], result["lags"], strict=True))
    lags = corrected(result["lags"])
    window = [sample for sample in samples if opened <= sample[0] <= closed]
    last = [sample for sample in samples if closed - 0.5 <= sample[0] <= closed]
    return {
        "p99": percentile(lags, 0.99),
        "p99.9": percentile(lags, 0.999),
        "largest": max(lags),
        "largest, warming": max((lag for at, lag in timed if at <= ready + 0.2), default=math.nan),
        "largest, refreshing": max((lag for at, lag in timed if at > ready + 0.2), default=math.nan),
        "frame p50": percentile(result["frames"], 0.5),
        "frame p99": percentile(result["frames"], 0.99),
        "frame max": max(result["frames"]),
        "first paint": (painted or math.nan) * 1000,
        "engine ready": (ready - opened) * 1000,
        "first round": (first - opened) * 1000,
        "deck, busy": percentile(result["trips"]["warming"], 0.5),
        "deck, quiet": percentile(result["trips"]["quiet"], 0.5),
        "MB owned": median(sample[1] for sample in last),
        "MB owned, peak": max(sample[1] for sample in window),
        "MB resident": median(sample[2] for sample in last),
        "postings": result["stored"],
        "rounds": result.get("rounds", 0),
        "freeze": result["freeze_ms"],
    }


def table(runs: dict[tuple[str, str], list[dict[str, float]]]) -> str:
    """Markdown: a column a layout and cache, medians; for `largest` the worst repetition too."""
    columns = list(runs)
    names = list(next(iter(runs.values()))[0])
    lines = ["| | " + " | ".join(" ".join(column) for column in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = []
        for column in columns:
            values = [run[name] for run in runs[column]]
            cell = f"{median(values):.1f}"
            cells.append(cell + (f" (worst {max(values):.1f})" if name in {"largest", "p99.9"} else ""))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
