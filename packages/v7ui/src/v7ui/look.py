"""What the terminal can show and what the person asked for, read once from the environment."""

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from textual.widget import Widget

from v7core.models.dashboard import SystemStatus, TrendDirection
from v7core.models.feed import ProfileKind
from v7core.models.sources import APIHealthStatus, SourceCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """One sign per meaning; each is followed by its word."""

    profile: Mapping[ProfileKind, str]
    condition: Mapping[SourceCondition, str]
    health: Mapping[APIHealthStatus, str]
    status: Mapping[SystemStatus, str]
    trend: Mapping[TrendDirection, str]
    cursor: str = "▌"
    mark: str = "✓"
    done: str = "✓"
    failed: str = "✕"
    full: str = "█"
    empty: str = "░"
    rule: str = "─"
    dash: str = "—"
    dot: str = "·"
    ellipsis: str = "…"
    minus: str = "\N{MINUS SIGN}"
    box: str = "┌┐└┘─│"
    to: str = "\N{EN DASH}"
    plus_minus: str = "±"
    levels: str = " ▁▂▃▄▅▆▇█"


UNICODE: Final = Glyphs(
    profile={ProfileKind.MATCH: "◆", ProfileKind.MANIFEST: "◇"},
    condition={
        SourceCondition.OK: "●",
        SourceCondition.DEGRADED: "▲",
        SourceCondition.UNAVAILABLE: "✕",
        SourceCondition.PAUSED: "○",
        SourceCondition.NEVER_POLLED: "·",
    },
    health={APIHealthStatus.HEALTHY: "●", APIHealthStatus.DEGRADED: "▲", APIHealthStatus.UNAVAILABLE: "✕"},
    status={
        SystemStatus.HEALTHY: "●",
        SystemStatus.WARNING: "▲",
        SystemStatus.CRITICAL: "✕",
        SystemStatus.MAINTENANCE: "○",
    },
    trend={TrendDirection.IMPROVING: "▲", TrendDirection.STABLE: "─", TrendDirection.DEGRADING: "▼"},
)

ASCII: Final = Glyphs(
    profile={ProfileKind.MATCH: "*", ProfileKind.MANIFEST: "o"},
    condition={
        SourceCondition.OK: "+",
        SourceCondition.DEGRADED: "!",
        SourceCondition.UNAVAILABLE: "x",
        SourceCondition.PAUSED: "-",
        SourceCondition.NEVER_POLLED: ".",
    },
    health={APIHealthStatus.HEALTHY: "+", APIHealthStatus.DEGRADED: "!", APIHealthStatus.UNAVAILABLE: "x"},
    status={
        SystemStatus.HEALTHY: "+",
        SystemStatus.WARNING: "!",
        SystemStatus.CRITICAL: "x",
        SystemStatus.MAINTENANCE: "-",
    },
    trend={TrendDirection.IMPROVING: "^", TrendDirection.STABLE: "=", TrendDirection.DEGRADING: "v"},
    cursor=">", mark="v", done="ok", failed="x", full="#", empty=".", rule="-", dash="-", dot="|", ellipsis="~",
    minus="-", box="++++-|", to="-", plus_minus="+-", levels=" .:-=+*#@",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How to draw."""

    glyphs: Glyphs = field(default_factory=lambda: UNICODE)
    charts: str = "braille"
    """"braille", "block" or "ascii"."""
    plain: bool = False
    """Draw with ASCII only."""
    motion: bool = True
    """False: no smooth scrolling, no blinking, values at most once a second."""


def look_from(environ: Mapping[str, str] | None = None) -> Look:
    """Read V7_ASCII, V7_CHARTS, NO_MOTION, TEXTUAL_ANIMATIONS and the locale's encoding."""
    env = os.environ if environ is None else environ
    utf = "utf" in (env.get("PYTHONIOENCODING") or locale.getpreferredencoding(False)).casefold()
    plain = bool(env.get("V7_ASCII")) or not utf or env.get("TERM") == "dumb"
    charts = env.get("V7_CHARTS", "").casefold()
    if plain or charts not in ("braille", "block", "ascii"):
        # The Linux console's font has no braille.
        charts = "ascii" if plain else "block" if env.get("TERM") == "linux" else "braille"
    motion = "NO_MOTION" not in env and env.get("TEXTUAL_ANIMATIONS", "").casefold() != "none"
    return Look(glyphs=ASCII if plain else UNICODE, charts=charts, plain=plain, motion=motion)


_DEFAULT: Final = Look()


def look_of(widget: Widget) -> Look:
    """The look of the app a widget lives in; the default one in an app that has none."""
    look = getattr(widget.app, "look", _DEFAULT)
    return look if isinstance(look, Look) else _DEFAULT
