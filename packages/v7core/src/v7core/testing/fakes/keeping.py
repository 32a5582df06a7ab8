"""Fakes of what keeps: source, store, log."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from v7core.errors import InvalidValue, NotFound, SourceError
from v7core.models.feed import (
    Acknowledgement,
    Forgetting,
    LogEvent,
    Reaction,
    Retraction,
)
from v7core.models.jobs import JobId, JobPosting
from v7core.models.sources import (
    Harvest,
    PollReport,
    SourceKey,
    Validators,
)


class MemorySource:
    """A board that shows what it is told, or fails as it is told."""

    def __init__(self, key: SourceKey, postings: Sequence[JobPosting]) -> None:
        self._key = key
        self.postings = tuple(postings)
        self.error: SourceError | None = None

    @property
    def key(self) -> SourceKey:
        return self._key

    async def fetch(self, since: Validators = Validators()) -> Harvest:  # noqa: B008 - a frozen value
        if self.error is not None:
            raise self.error
        etag = str(hash(self.postings))
        if since.etag == etag:
            return Harvest(postings=(), validators=since, unchanged=True)
        return Harvest(postings=self.postings, validators=Validators(etag=etag))


class MemoryStore:
    """Postings in a dictionary."""

    def __init__(self) -> None:
        self._postings: dict[JobId, JobPosting] = {}
        self._open: set[JobId] = set()

    async def commit_poll(self, report: PollReport, harvest: Harvest | None) -> PollReport:
        if harvest is None or harvest.unchanged:
            return report
        seen = {posting.id: posting for posting in harvest.postings}
        new = [job for job in seen if job not in self._postings]
        changed = [job for job, posting in seen.items() if job in self._postings and self._postings[job] != posting]
        gone: list[JobId] = []
        if report.outcome.sound and harvest.complete:
            gone = [job for job in self._open if self._of(job) == report.key and job not in seen]
        self._postings |= seen
        self._open = (self._open | set(seen)) - set(gone)
        return replace(report, received=len(seen), new=len(new), changed=len(changed), closed=len(gone))

    def _of(self, job: JobId) -> SourceKey:
        posting = self._postings[job]
        return SourceKey(source=posting.source, board=posting.board)

    async def posting(self, job: JobId) -> JobPosting:
        if job not in self._postings:
            raise NotFound(f"no job {job}")
        return self._postings[job]

    async def resolve(self, prefix: str) -> JobId:
        digits = prefix.replace("-", "").casefold()
        found = [job for job in self._postings if job.hex.startswith(digits)]
        if len(digits) < 4 or len(found) != 1:
            raise NotFound(f"{len(found)} jobs start with {prefix!r}")
        return found[0]

    async def open_jobs(self) -> tuple[JobId, ...]:
        return tuple(sorted(self._open, key=str))

    async def counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for job in self._open:
            key = str(self._of(job))
            counts[key] = counts.get(key, 0) + 1
        return counts


class MemoryLog:
    """Events in a list."""

    def __init__(self) -> None:
        self._events: list[LogEvent] = []

    async def append(self, event: LogEvent) -> Acknowledgement:
        for known in self._events:
            if known.event_key == event.event_key:
                return Acknowledgement(event_key=event.event_key, sequence=known.sequence or 0, new=False)
        if isinstance(event, Retraction) and event.retracts not in {known.event_key for known in self._events}:
            raise InvalidValue(f"no event {event.retracts!r} to take back")
        sequence = len(self._events) + 1
        self._events.append(replace(event, sequence=sequence))
        return Acknowledgement(event_key=event.event_key, sequence=sequence, new=True)

    async def read(self, after: int = 0) -> tuple[LogEvent, ...]:
        return tuple(self._events[after:])

    async def last_sequence(self) -> int:
        return len(self._events)


def standing(events: Iterable[LogEvent]) -> tuple[LogEvent, ...]:
    """Reactions and forgettings that were not taken back, in order; a retraction can itself be retracted."""
    known = list(events)
    undone: set[str] = set()
    for event in reversed(known):
        if isinstance(event, Retraction) and event.event_key not in undone:
            undone.add(event.retracts)
    return tuple(e for e in known if isinstance(e, Reaction | Forgetting) and e.event_key not in undone)
