"""The changes of taste that the learner found, and taking them back."""

from collections.abc import Callable
from dataclasses import replace

import attrs

from v7core.errors import NotFound
from v7core.models.feed import ProfileKind
from v7core.models.person import Settings
from v7core.protocols import SettingsStore
from v7services.feed import Feed

Refusals = tuple[tuple[str, int], ...]


@attrs.frozen(kw_only=True)
class FoundChange:
    """A change of taste, as the person is told of it."""

    profile: ProfileKind
    sequence: int
    """Of the reaction that made it sure; no other change has it."""
    since: int | None
    """Sequence number of the first reaction of the new taste; None for a refused one: there the taste went on."""
    refused: bool


class Taste:
    """Changes of taste by the sequence number that names them. What is refused is kept in the settings.

    Args:
        settings: Those the feed obeys.
    """

    def __init__(self, feed: Feed, settings: SettingsStore) -> None:
        self._feed = feed
        self._settings = settings

    async def changes(self) -> tuple[FoundChange, ...]:
        """Found and refused ones, oldest first.

        Raises:
            StorageError: the store cannot be read.
        """
        refused = (await self._settings.load()).refused_changes
        told = [
            FoundChange(profile=ProfileKind(profile), sequence=sequence, since=None, refused=True)
            for profile, sequence in refused
        ]
        told += [
            FoundChange(profile=each.profile, sequence=each.sequence, since=each.since, refused=False)
            for each in await self._feed.changes()
        ]
        return tuple(sorted(told, key=lambda change: change.sequence))

    async def refuse(self, sequence: int) -> None:
        """Take a change back: what was said before it counts again. A no-op for a refused one.

        Raises:
            NotFound: no such change; nothing changed.
            StorageError: it is not kept.
        """
        change = await self._named(sequence)
        if not change.refused:
            await self._keep(lambda kept: (*kept, (change.profile.value, sequence)))

    async def accept(self, sequence: int) -> None:
        """Take a refusal back. A no-op for a change that is not refused.

        Raises:
            NotFound: no such change; nothing changed.
            StorageError: it is not kept.
        """
        change = await self._named(sequence)
        if change.refused:
            await self._keep(lambda kept: tuple(each for each in kept if each[1] != sequence))

    async def _named(self, sequence: int) -> FoundChange:
        for change in await self.changes():
            if change.sequence == sequence:
                return change
        raise NotFound(f"no change of taste at {sequence}")

    async def _keep(self, changed: Callable[[Refusals], Refusals]) -> None:
        old: Settings = await self._settings.load()
        await self._settings.save(replace(old, refused_changes=changed(old.refused_changes)))
        await self._feed.changes()  # learned anew at once, and stored for the next start
