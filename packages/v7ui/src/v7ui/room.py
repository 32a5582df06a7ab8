"""What all screens share: ports, settings, look, and the few figures of the top line."""

import asyncio
from collections import deque
from dataclasses import dataclass, field, fields, replace
from typing import Final

from v7core.models.person import Settings
from v7core.models.sources import SourceCondition, SourceState
from v7ui.frames import FrameMeter
from v7ui.look import Look
from v7ui.ports import Ports
from v7ui.reactions import Reactions
from v7ui.remember import Remembered, recall

LENSES: Final[dict[str, float | None]] = {"blend": None, "match": 0.0, "manifest": 1.0}
"""How the deck can be ranked, and Manifest's weight in it; None is the settings' blend."""


@dataclass(slots=True, kw_only=True)
class Room:
    """Given to every screen; a screen on its own needs nothing else."""

    ports: Ports
    look: Look
    meter: FrameMeter
    reactions: Reactions
    banner: str = ""
    """Such as "DEMO": on every screen."""
    settings: Settings = field(default_factory=Settings)
    stored: Settings = field(default_factory=Settings)
    """The settings as they were last read or kept: what differs was changed here."""
    sources: tuple[SourceState, ...] = ()
    ranking_ms: float | None = None
    """Of the last ranking; None before the first."""
    lens: str = "blend"
    """ "blend", "match" or "manifest": how the deck is ranked."""
    polled: tuple[int, int] | None = None
    """Of the poll that runs: sources done, sources asked; None while none runs."""
    warming: str = ""
    """What the engine is doing before it can rank; empty when it is ready."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when settings are read and the engine is warm, or neither will come."""
    left: Remembered = field(default_factory=Remembered)
    """Where the person left off; screens write here what they show."""
    told: deque[str] = field(default_factory=lambda: deque(maxlen=50))
    """What the app was told, newest first."""
    problem: str = ""
    """What keeps the ports from answering; empty when they do."""

    @property
    def keys(self) -> dict[str, str]:
        """Rebound keys by action id."""
        return dict(self.settings.keys)

    async def read_settings(self) -> None:
        """Take the settings as they are stored.

        Raises:
            V7Error: they cannot be read.
        """
        self.settings = self.stored = await self.ports.settings.load()

    async def keep_settings(self) -> None:
        """Store what was changed here; what another process changed meanwhile stays as that one left it.

        Raises:
            V7Error: they were not kept.
        """
        mine = self.settings
        merged = _merged(await self.ports.settings.load(), mine, self.stored)
        await self.ports.settings.save(merged)
        self.settings, self.stored = _merged(merged, self.settings, mine), merged

    def healthy(self) -> tuple[int, int]:
        """(sources that are ok, sources that count)."""
        counted = [state for state in self.sources if state.condition.health is not None]
        return sum(state.condition is SourceCondition.OK for state in counted), len(counted)


def _merged(stored: Settings, mine: Settings, before: Settings) -> Settings:
    """`stored` with what `mine` changed of `before`."""
    names = [each.name for each in fields(Settings) if getattr(mine, each.name) != getattr(before, each.name)]
    return replace(stored, **{name: getattr(mine, name) for name in names})


def make_room(ports: Ports, *, look: Look, banner: str = "", ready: bool = True) -> Room:
    """A room over these ports; `ready` unless somebody says so later."""
    left = recall(ports.state_file)
    room = Room(
        ports=ports,
        look=look,
        meter=FrameMeter(ports.recorder),
        reactions=Reactions(ports.feed, ports.saved),
        banner=banner,
        left=left,
    )
    if left.lens in LENSES:
        room.lens = left.lens
    if ready:
        room.ready.set()
    return room
