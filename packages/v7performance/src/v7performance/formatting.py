"""How figures are written."""

from typing import Final

NO_DATA: Final = "no data yet"
"""What stands where nothing was measured."""


def format_percentage(value: float | None) -> str:
    """A share in [0, 1] as percent with one decimal."""
    return NO_DATA if value is None else f"{value * 100:.1f}%"


def format_duration(milliseconds: float | None) -> str:
    """Three decimals below a millisecond, one above."""
    if milliseconds is None:
        return NO_DATA
    return f"{milliseconds:.3f}ms" if milliseconds < 1.0 else f"{milliseconds:.1f}ms"


def format_duration_short(milliseconds: float | None) -> str:
    """About three significant digits in the unit that suits: ns, µs, ms, s, min."""
    if milliseconds is None:
        return NO_DATA
    for limit, factor, unit in ((1e-3, 1e6, "ns"), (1.0, 1e3, "µs"), (1e3, 1.0, "ms"), (6e4, 1e-3, "s")):
        if abs(milliseconds) < limit:
            return f"{milliseconds * factor:.3g}{unit}" if unit != "ms" else f"{milliseconds:.1f}ms"
    return f"{milliseconds / 6e4:.1f}min"
