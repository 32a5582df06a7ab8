"""Colours. Match is amber (hue 45), Manifest is teal (hue 174); a colour always has a glyph and a word beside it.

Widgets paint with the names of `Inks`, never with colours, so that one table per theme decides how everything looks.
"""

from functools import cache
from typing import Final

from rich.style import Style
from textual.theme import Theme

from v7core.models.dashboard import SystemStatus, TrendDirection
from v7core.models.feed import ProfileKind
from v7core.models.sources import APIHealthStatus, SourceCondition

MATCH_HUE: Final = 45
MANIFEST_HUE: Final = 174

_DARK: Final = {
    "background": "#101216", "surface": "#171a20", "panel": "#1f242c", "foreground": "#dfe3ea", "dim": "#98a1b0",
    "match": "#fac938", "manifest": "#42d7c8", "good": "#7fd88f", "warn": "#f2a65a", "bad": "#ff7a7a",
    "cursor": "#2b3442", "rule": "#5b6575",
}  # fmt: skip
_LIGHT: Final = {
    "background": "#fbfaf7", "surface": "#f2f0ea", "panel": "#e6e3da", "foreground": "#1d2026", "dim": "#565c66",
    "match": "#715709", "manifest": "#097167", "good": "#17692b", "warn": "#8a4b00", "bad": "#a81c1c",
    "cursor": "#d9e2ee", "rule": "#8b8f98",
}  # fmt: skip
_CONTRAST: Final = {
    "background": "#000000", "surface": "#000000", "panel": "#000000", "foreground": "#ffffff", "dim": "#e0e0e0",
    "match": "#ffd84d", "manifest": "#5cf2e3", "good": "#8dff9d", "warn": "#ffc27a", "bad": "#ff9c9c",
    "cursor": "#003a75", "rule": "#ffffff",
}  # fmt: skip

PALETTES: Final = {"v7-dark": _DARK, "v7-light": _LIGHT, "v7-contrast": _CONTRAST}
"""Colours by theme, then by ink."""


def _theme(name: str, palette: dict[str, str]) -> Theme:
    return Theme(
        name=name,
        primary=palette["match"],
        secondary=palette["manifest"],
        accent=palette["manifest"],
        foreground=palette["foreground"],
        background=palette["background"],
        surface=palette["surface"],
        panel=palette["panel"],
        success=palette["good"],
        warning=palette["warn"],
        error=palette["bad"],
        dark=name != "v7-light",
        variables={
            "match": palette["match"],
            "manifest": palette["manifest"],
            "border-blurred": palette["rule"],
            "block-cursor-background": palette["cursor"],
            "block-cursor-foreground": palette["foreground"],
        },
    )


THEMES: Final = tuple(_theme(name, palette) for name, palette in PALETTES.items())


@cache
def inks(theme: str, *, dark: bool = True) -> dict[str, Style]:
    """Styles by ink for a theme; one that is not ours gets the table of its brightness."""
    palette = PALETTES.get(theme) or (_DARK if dark else _LIGHT)
    plain = {name: Style(color=colour) for name, colour in palette.items()}
    return plain | {
        "text": Style(),
        "bold": Style(bold=True),
        "title": Style(color=palette["foreground"], bold=True),
        "key": Style(color=palette["foreground"], bold=True, underline=True),
        "cursor": Style(bgcolor=palette["cursor"]),
        "tab": Style(color=palette["foreground"], bold=True, reverse=True),
        "match-bold": Style(color=palette["match"], bold=True),
        "manifest-bold": Style(color=palette["manifest"], bold=True),
    }


PROFILE_INK: Final = {ProfileKind.MATCH: "match", ProfileKind.MANIFEST: "manifest"}
PROFILE_WORD: Final = {ProfileKind.MATCH: "MATCH", ProfileKind.MANIFEST: "MANIFEST"}
HEALTH_INK: Final = {
    APIHealthStatus.HEALTHY: "good",
    APIHealthStatus.DEGRADED: "warn",
    APIHealthStatus.UNAVAILABLE: "bad",
}
CONDITION_INK: Final = {
    SourceCondition.OK: "good",
    SourceCondition.DEGRADED: "warn",
    SourceCondition.UNAVAILABLE: "bad",
    SourceCondition.PAUSED: "dim",
    SourceCondition.NEVER_POLLED: "dim",
}
STATUS_INK: Final = {
    SystemStatus.HEALTHY: "good",
    SystemStatus.WARNING: "warn",
    SystemStatus.CRITICAL: "bad",
    SystemStatus.MAINTENANCE: "manifest",
}
TREND_INK: Final = {
    TrendDirection.IMPROVING: "good",
    TrendDirection.STABLE: "dim",
    TrendDirection.DEGRADING: "bad",
}
