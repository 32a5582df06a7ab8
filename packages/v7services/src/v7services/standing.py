"""What of the log counts: pure functions of its events. No engine, no store.

A retraction takes back a reaction, a forgetting, or another retraction; taking a retraction back restores what it took.
An event always comes after what it takes back, so one pass from the end decides everything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from v7core.models.feed import Forgetting, LogEvent, Reaction, Retraction


def taken_back(events: Sequence[LogEvent]) -> set[str]:
    """Keys of the events that do not stand, retractions included."""
    gone: set[str] = set()
    for event in reversed(events):
        if isinstance(event, Retraction) and event.event_key not in gone:
            gone.add(event.retracts)
    return gone


def standing(events: Sequence[LogEvent]) -> tuple[Reaction | Forgetting, ...]:
    """Reactions and forgettings that stand, in order."""
    gone = taken_back(events)
    return tuple(e for e in events if isinstance(e, Reaction | Forgetting) and e.event_key not in gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """What is to be learned from a stretch of the log."""

    anew: bool
    """A forgetting stands in it: whatever came before the stretch is not learned from."""
    reactions: tuple[Reaction, ...]
    """In order."""

    def starts_with(self, other: "Effective") -> bool:
        """Whether whoever learned `other` only has to learn the rest."""
        mine = self.reactions[: len(other.reactions)]
        return self.anew == other.anew and mine == other.reactions


def effective(events: Sequence[LogEvent]) -> Effective:
    """The reactions that stand after the last forgetting that stands."""
    reactions: list[Reaction] = []
    anew = False
    for event in standing(events):
        if isinstance(event, Forgetting):
            anew = True
            reactions.clear()
        else:
            reactions.append(event)
    return Effective(anew=anew, reactions=tuple(reactions))


def reaches_back(event: LogEvent, known: Mapping[str, LogEvent]) -> bool:
    """Whether an event changes the standing of one that is not known here.

    Args:
        known: Events by key.
    """
    while isinstance(event, Retraction):
        target = known.get(event.retracts)
        if target is None:
            return True
        event = target
    return False


def by_key(events: Iterable[LogEvent]) -> dict[str, LogEvent]:
    """Events by their keys."""
    return {event.event_key: event for event in events}
