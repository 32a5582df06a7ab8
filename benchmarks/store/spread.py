"""How times are spread."""

from collections.abc import Sequence


def spread(times: Sequence[float]) -> str:
    """Median, 95th percentile and worst of seconds, in ms."""
    ordered = sorted(times)
    at = lambda share: ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3  # noqa: E731
    return f"p50 {at(0.5):.2f} ms, p95 {at(0.95):.2f} ms, worst {ordered[-1] * 1e3:.1f} ms"
