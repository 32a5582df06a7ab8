"""The person's sources: found, added, polled side by side, each poll ended in one word and one commit."""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

import attrs

from v7core.errors import (
    BlockedError,
    ConnectError,
    DnsError,
    FetchTimeout,
    InvalidValue,
    NotFound,
    RateLimited,
    SourceError,
    V7Error,
)
from v7core.models.jobs import JobId, JobPosting
from v7core.models.sources import (
    Harvest,
    PollOutcome,
    PollReport,
    Recognised,
    SourceKey,
    SourceState,
    Validators,
)
from v7core.protocols import Clock, DegradationStep, JobStore, LoadLevel, Recorder
from v7core.text import clean_text
from v7services.adapter import Adapter
from v7services.breaker import Breaker, load_breaker
from v7services.catalogue import ADAPTERS
from v7services.fetching import HttpSource, Poll
from v7services.fields import urls
from v7services.http.client import Fetcher
from v7services.http.messages import Format, get
from v7services.outcomes import (
    full_fetch_due,
    next_try,
    outcome_of_error,
    outcome_of_harvest,
    state_of,
)
from v7services.recognise import recognise_address, recognise_page, recognise_written, recognised
from v7services.records import SourceRecord, SourceStates

OnChange: TypeAlias = Callable[[tuple[JobId, ...]], Awaitable[None]]
"""Told the postings of a poll that brought new or changed ones (all of that poll's postings), after its commit."""

OFFLINE_LEAST: Final = 2
"""So many sources have to be out of reach, and none within it, before the machine itself is called offline."""
OFFLINE: Final = "this machine is offline"
_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


@attrs.frozen(kw_only=True)
class _Ended:
    """A poll that has ended and is not kept yet."""

    record: SourceRecord
    started_at: datetime
    duration_ms: float
    poll: Poll | None = None
    error: SourceError | None = None

    @property
    def unreached(self) -> bool:
        """No server was reached at all: the source's fault, or this machine's."""
        return isinstance(self.error, DnsError | ConnectError)


class Discovery:
    """A `SourceDirectory`. Confined to one event loop.

    Args:
        origins: Base address by adapter name, asked in place of the real hosts: the demo's boards.
        on_change: A failure of it is recorded and does not fail the poll, which is kept by then.
        concurrency: Polls side by side; each host has its own, smaller limit, and waits for its turns in no slot.
    """

    def __init__(
        self,
        states: SourceStates,
        store: JobStore,
        fetcher: Fetcher,
        adapters: tuple[Adapter, ...] = ADAPTERS,
        *,
        recorder: Recorder,
        clock: Clock,
        load: LoadLevel | None = None,
        origins: Mapping[str, str] | None = None,
        on_change: OnChange | None = None,
        concurrency: int = 16,
    ) -> None:
        self._states = states
        self._store = store
        self._fetcher = fetcher
        self._adapters = adapters
        self._named = {adapter.name: adapter for adapter in adapters}
        self._recorder = recorder
        self._clock = clock
        self._load = load
        self._origins = dict(origins or {})
        self._on_change = on_change
        self._slots = asyncio.Semaphore(concurrency)
        self._polling: set[SourceKey] = set()

    # --- the list ---------------------------------------------------------------------------------------------------

    async def list(self) -> tuple[SourceState, ...]:
        """In the order they were added."""
        return tuple(state_of(record) for record in await self._states.all())

    async def recognise(self, address: str) -> Recognised:
        """By its pattern; when that says nothing, by one look at the page. A bare word is tried as a board's name.

        Raises:
            NotFound: nothing we know is there.
            InvalidValue: it is written out, and no board can be called so.
            SourceError: the page could not be looked at.
        """
        written = recognise_written(address, self._adapters)
        if written is not None:
            return written
        where = urls.address(address)
        if where is None:
            return await self._probe(address.strip())
        known = recognise_address(where, self._adapters)
        if known is not None:
            return known
        reply = await self._fetcher.get(get(where.url, format=Format.TEXT, timeout_s=20.0, max_wire_bytes=5_000_000))
        landed = urls.address(reply.url)
        known = recognise_address(landed, self._adapters) if landed is not None else None
        known = known or recognise_page(reply.body, reply.url, self._adapters)
        if known is None:
            raise NotFound(f"no board known at {where.host}")
        return known

    async def _probe(self, token: str) -> Recognised:
        """A bare word: asked for at every kind of board that is known by one; the first in order with postings is it.

        Raises:
            NotFound: none has a board of that name.
            SourceError: nobody could be asked.
        """
        said = clean_text(token, limit=80)
        if not _TOKEN.fullmatch(token):
            raise NotFound(f"neither an address nor a board's name: {said!r}")
        asked = [adapter for adapter in self._adapters if adapter.probe]
        answers = await asyncio.gather(*(self._has_postings(adapter, token.lower()) for adapter in asked))
        for adapter, answer in zip(asked, answers, strict=True):
            if answer is True:
                return recognised(adapter, token.lower(), f"{adapter.title} has a board of that name")
        unreached = [answer for answer in answers if isinstance(answer, SourceError)]
        if unreached and len(unreached) == len(asked):
            raise unreached[0]
        raise NotFound(f"no board is called {said!r}: give its address, or kind:board")

    async def _has_postings(self, adapter: Adapter, board: str) -> "bool | SourceError":
        source = HttpSource(
            adapter, board, self._fetcher, clock=self._clock, recorder=self._recorder,
            base_url=self._origins.get(adapter.name),
        )  # fmt: skip
        try:
            return bool((await source.fetch()).postings)
        except (DnsError, ConnectError, BlockedError, FetchTimeout) as error:
            return error
        except (SourceError, InvalidValue):
            return False

    async def add(self, key: SourceKey) -> SourceState:
        """A source that is already there stays as it is.

        Raises:
            InvalidValue: no adapter of that name, or no board that it could have.
        """
        adapter = self._named.get(key.source)
        if adapter is None or not key.board:
            raise InvalidValue(f"no source is called {key.source!r}" if key.board else "a source needs a board")
        adapter.first_request(key.board)
        title = adapter.board_title(key.board)
        name = title if title == adapter.title else f"{title} ({adapter.title})"
        return state_of(await self._states.add(key, clean_text(name)))

    async def remove(self, key: SourceKey) -> None:
        """Its postings stay until they are closed; raises `NotFound` for an unknown key."""
        await self._states.remove(key)

    async def pause(self, key: SourceKey, *, paused: bool = True) -> SourceState:
        """Leave a source out of every refresh, or take it in again; raises `NotFound` for an unknown key."""
        return state_of(await self._states.set_paused(key, paused=paused))

    async def due(self) -> tuple[SourceKey, ...]:
        """Sources whose next try has come, longest overdue first; under heavy load only half as often."""
        now = self._clock.now()
        found = [record for record in await self._states.all() if not record.paused and self._is_due(record, now)]
        return tuple(
            record.key
            for record in sorted(found, key=lambda record: record.next_try or datetime.min.replace(tzinfo=now.tzinfo))
        )

    def _is_due(self, record: SourceRecord, now: datetime) -> bool:
        if record.next_try is None:
            return True
        if not self._shedding or not record.reports:
            return now >= record.next_try
        return now >= record.next_try + (record.next_try - record.reports[0].started_at)

    @property
    def _shedding(self) -> bool:
        return self._load is not None and self._load.current() >= DegradationStep.FEWER_POLLS

    # --- polling ----------------------------------------------------------------------------------------------------

    async def refresh(self, keys: Iterable[SourceKey] | None = None) -> tuple[PollReport, ...]:
        """Poll these now, or every source that is not paused. One bad source never delays or fails the others.

        A source that another call is polling right now is left out.

        Raises:
            NotFound: one of the keys is unknown; nothing was polled.
            StorageError: the store refused; the other polls were kept as far as it let them.
        """
        chosen = (
            await self._states.all() if keys is None else [await self._states.get(key) for key in dict.fromkeys(keys)]
        )
        records = [record for record in chosen if not record.paused and record.key not in self._polling]
        if not records:
            return ()
        mine = {record.key for record in records}
        self._polling |= mine
        try:
            counts = await self._store.counts()
            ended = await self._poll_all(records, counts, asked_for=keys is not None)
        finally:
            self._polling -= mine
        return ended

    async def _poll_all(
        self, records: Iterable[SourceRecord], counts: Mapping[str, int], *, asked_for: bool
    ) -> tuple[PollReport, ...]:
        waiting: dict[SourceKey, _Ended] = {}

        async def one(record: SourceRecord) -> PollReport | None:
            ended = await self._poll(record, asked_for=asked_for)
            if isinstance(ended, PollReport):
                return ended
            if ended.unreached:
                # Whether this is the source's fault or ours shows when the others have ended.
                waiting[record.key] = ended
                return None
            return await self._keep(ended, counts.get(str(record.key), 0))

        records = tuple(records)
        tasks = [asyncio.ensure_future(one(record)) for record in records]
        try:
            results = await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            for task in tasks:
                task.cancel()
        reached = any(isinstance(result, PollReport) and result.requests for result in results)
        offline = not reached and len(waiting) >= OFFLINE_LEAST
        reports: list[PollReport] = []
        for record, result in zip(records, results, strict=True):
            if isinstance(result, BaseException):
                raise result
            reports.append(result or await self._keep(waiting[record.key], 0, offline=offline))
        return tuple(reports)

    async def _poll(self, record: SourceRecord, *, asked_for: bool) -> "_Ended | PollReport":
        """Ask one source; what comes back is not kept yet, unless its breaker let nothing through."""
        adapter = self._named.get(record.key.source)
        started_at, started = self._clock.now(), self._clock.monotonic()
        breaker = load_breaker(record.breaker)
        if breaker.is_open(started_at) and not asked_for:
            report = self._report(record, PollOutcome.BREAKER_OPEN, started_at, 0.0)
            last = record.reports[0].reason if record.reports else ""
            return await self._store.commit_poll(replace(report, reason=last, next_try=breaker.open_until), None)

        def ended(poll: Poll | None = None, error: SourceError | None = None) -> _Ended:
            asked_ms = poll.harvest.duration_ms if poll is not None else None
            elapsed = (self._clock.monotonic() - started) * 1000.0 if asked_ms is None else asked_ms
            return _Ended(record=record, started_at=started_at, duration_ms=elapsed, poll=poll, error=error)

        if adapter is None:
            return ended(error=SourceError(record.key.source, "no such kind of source in this version"))
        source = HttpSource(
            adapter,
            record.key.board,
            self._fetcher,
            clock=self._clock,
            recorder=self._recorder,
            known=self._stored,
            base_url=self._origins.get(adapter.name),
        )
        since = Validators() if full_fetch_due(record.reports, started_at) else record.validators
        try:
            async with source.turn, self._slots:
                started_at, started = self._clock.now(), self._clock.monotonic()
                return ended(poll=await source.poll(since))
        except SourceError as error:
            return ended(error=error)
        except InvalidValue as error:  # a board that an earlier version took
            return ended(error=SourceError(record.key.source, str(error)))

    async def _stored(self, job: JobId) -> JobPosting | None:
        try:
            return await self._store.posting(job)
        except NotFound:
            return None

    async def _keep(self, ended: _Ended, open_before: int, *, offline: bool = False) -> PollReport:
        """Find the word, commit, then tell who listens."""
        record, now = ended.record, self._clock.now()
        breaker, harvest, reason = load_breaker(record.breaker), None, ""
        if ended.poll is not None:
            harvest = ended.poll.harvest
            outcome, reason = outcome_of_harvest(
                harvest,
                trouble=ended.poll.trouble,
                slow=ended.poll.slow,
                open_before=open_before,
                reports=record.reports,
            )
            if not outcome.sound:
                # What is kept must not make the next poll believe that nothing has changed since a sound one.
                harvest = replace(harvest, complete=False, validators=Validators())
            breaker = breaker.succeeded()
        else:
            error = ended.error or SourceError(record.key.source, "no answer")
            outcome, reason = outcome_of_error(error), error.message
            if offline:
                reason = OFFLINE
            elif outcome in (PollOutcome.UNREACHABLE, PollOutcome.GONE):
                breaker = breaker.failed(now, at_once=outcome is PollOutcome.GONE)
        report = self._final(ended, outcome, reason, harvest, breaker)
        kept = await self._store.commit_poll(report, harvest)
        if breaker.dump() != (record.breaker or Breaker().dump()):
            await self._states.set_breaker(record.key, breaker.dump())
        self._recorder.record("source.poll_ms", kept.duration_ms)
        if harvest is not None and kept.new + kept.changed > 0:
            await self._tell(tuple(posting.id for posting in harvest.postings))
        return kept

    def _final(
        self, ended: _Ended, outcome: PollOutcome, reason: str, harvest: Harvest | None, breaker: Breaker
    ) -> PollReport:
        record = ended.record
        report = self._report(record, outcome, ended.started_at, ended.duration_ms)
        adapter = self._named.get(record.key.source)
        interval = adapter.min_interval_s if adapter is not None else math.inf
        error = ended.error
        at = next_try(
            outcome,
            key=record.key,
            now=self._clock.now(),
            interval_s=min(interval, 7 * 86_400.0),
            failures=breaker.failures,
            retry_after_s=error.retry_after_s if isinstance(error, RateLimited) else None,
            open_until=breaker.open_until,
        )
        report = replace(
            report,
            reason=clean_text(reason, limit=200),
            error="" if error is None else type(error).__name__,
            next_try=at,
            requests=0 if ended.unreached else 1,
        )
        if harvest is None:
            return report
        return replace(
            report,
            received=len(harvest.postings),
            skipped=harvest.skipped,
            wire_bytes=harvest.wire_bytes,
            requests=harvest.requests,
        )

    @staticmethod
    def _report(record: SourceRecord, outcome: PollOutcome, started_at: datetime, duration_ms: float) -> PollReport:
        return PollReport(key=record.key, outcome=outcome, started_at=started_at, duration_ms=duration_ms)

    async def _tell(self, jobs: tuple[JobId, ...]) -> None:
        if self._on_change is None:
            return
        try:
            await self._on_change(jobs)
        except V7Error:
            self._recorder.record("discovery.on_change_failures", 1.0)
