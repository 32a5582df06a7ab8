"""What is kept about a source between polls: the one value that discovery and the store share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from v7core.models.sources import PollReport, SourceKey, Validators

MAX_REPORTS = 20
"""Poll reports kept of each source, latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)  # not attrs: 37 ms of import that a lone reaction does not have
class SourceRecord:
    """One source of the person, as it is kept."""

    key: SourceKey
    name: str
    """For people."""
    paused: bool = False
    validators: Validators = Validators()  # noqa: RUF009 - a frozen value
    breaker: str = ""
    """The circuit breaker's state, JSON; empty before the first poll."""
    reports: tuple[PollReport, ...] = ()
    """Latest first, at most `MAX_REPORTS`."""
    last_success: datetime | None = None
    """When a poll last was sound."""
    next_try: datetime | None = None
    open_jobs: int = 0


class SourceStates(Protocol):
    """The person's sources, kept. Polls themselves are kept by `JobStore.commit_poll`."""

    async def all(self) -> tuple[SourceRecord, ...]:
        """In the order they were added."""
        ...

    async def get(self, key: SourceKey) -> SourceRecord:
        """One of them.

        Raises:
            NotFound: the person has no such source.
        """
        ...

    async def add(self, key: SourceKey, name: str) -> SourceRecord:
        """A source that is already there stays as it is."""
        ...

    async def remove(self, key: SourceKey) -> None:
        """Its postings stay; raises `NotFound` for an unknown key."""
        ...

    async def set_paused(self, key: SourceKey, *, paused: bool) -> SourceRecord: ...

    async def set_breaker(self, key: SourceKey, breaker: str) -> None: ...
