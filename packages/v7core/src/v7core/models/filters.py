"""Typed filters with three-valued answers: yes, no, or the posting does not say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from v7core.errors import InvalidValue
from v7core.models.jobs import EmploymentType, JobSummary, Seniority, Ternary, Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """What a person wants to see. An empty filter accepts everything.

    Raises:
        InvalidValue: the pay floor has no currency, or a number is not positive or not finite.
    """

    workplaces: frozenset[Workplace] = frozenset()
    places: tuple[str, ...] = ()
    """Any of these words in a location, ignoring case; a remote job is unknown, not no."""
    pay_floor: float | None = None
    """A year, in `currency`."""
    currency: str | None = None
    seniorities: frozenset[Seniority] = frozenset()
    employment_types: frozenset[EmploymentType] = frozenset()
    companies: tuple[str, ...] = ()
    """Only these, ignoring case."""
    not_companies: tuple[str, ...] = ()
    posted_within_days: float | None = None
    sources: tuple[str, ...] = ()
    """Adapter names or keys ("greenhouse", "greenhouse:acme")."""
    keep_unknown: bool = True
    """Whether a posting that does not say is kept."""

    def __post_init__(self) -> None:
        if self.pay_floor is not None and (self.currency is None or not 0 < self.pay_floor < float("inf")):
            raise InvalidValue("a pay floor is a positive amount in a currency")
        if self.posted_within_days is not None and not 0 < self.posted_within_days <= _CENTURY_DAYS:
            raise InvalidValue("posted within a positive number of days, at most a century")

    def accepts(self, job: JobSummary, now: datetime) -> bool:
        """Whether the job is kept, by the rule for unknowns."""
        answer = self.answer(job, now)
        return answer is Ternary.YES or (answer is Ternary.UNKNOWN and self.keep_unknown)

    def answer(self, job: JobSummary, now: datetime) -> Ternary:
        """No if any part says no, else unknown if any part cannot tell, else yes."""
        worst = Ternary.YES
        for _, part in self.answers(job, now):
            if part is Ternary.NO:
                return Ternary.NO
            if part is Ternary.UNKNOWN:
                worst = Ternary.UNKNOWN
        return worst

    def unsaid(self, job: JobSummary, now: datetime) -> tuple[str, ...]:
        """The parts that were asked and that the posting does not answer, by name."""
        return tuple(name for name, part in self.answers(job, now) if part is Ternary.UNKNOWN)

    def answers(self, job: JobSummary, now: datetime) -> Iterable[tuple[str, Ternary]]:
        """Each part that was asked, by name: what a screen shows to say why."""
        if self.workplaces:
            known = None if job.workplace is Workplace.UNKNOWN else job.workplace
            yield "workplace", _within(known, self.workplaces)
        if self.places:
            yield "place", _place(job, self.places)
        if self.pay_floor is not None:
            yield "pay", _pay(job, self.pay_floor, self.currency)
        if self.seniorities:
            yield "seniority", _within(job.seniority, self.seniorities)
        if self.employment_types:
            yield "employment", _within(job.employment_type, self.employment_types)
        if self.companies:
            yield "company", _truth(job.company.casefold() in {name.casefold() for name in self.companies})
        if self.not_companies:
            yield "company not", _truth(job.company.casefold() not in {name.casefold() for name in self.not_companies})
        if self.posted_within_days is not None:
            yield "posted", _posted(job, now - timedelta(days=self.posted_within_days))
        if self.sources:
            yield "source", _truth(not {job.source, f"{job.source}:{job.board}"}.isdisjoint(self.sources))


def _truth(value: bool) -> Ternary:
    return Ternary.YES if value else Ternary.NO


def _within(value: object, wanted: frozenset[object]) -> Ternary:
    return Ternary.UNKNOWN if value is None else _truth(value in wanted)


def _place(job: JobSummary, places: tuple[str, ...]) -> Ternary:
    where = " ".join(job.locations).casefold()
    if any(place.casefold() in where for place in places):
        return Ternary.YES
    return Ternary.UNKNOWN if not where or job.workplace is Workplace.REMOTE else Ternary.NO


def _pay(job: JobSummary, floor: float, currency: str | None) -> Ternary:
    if job.pay is None or job.pay.currency != currency:
        return Ternary.UNKNOWN
    low, high = job.pay.annual()
    best = low if high is None else high
    return Ternary.UNKNOWN if best is None else _truth(best >= floor)


def _posted(job: JobSummary, oldest: datetime) -> Ternary:
    return Ternary.UNKNOWN if job.posted is None else _truth(job.posted.at >= oldest)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """Words and filters. Words are plain text: no query syntax reaches the store."""

    text: str = ""
    filters: JobFilter = JobFilter()
    limit: int = 50

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= 10_000:
            raise InvalidValue("a limit from 1 to 10,000")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """One posting found."""

    job: JobSummary
    snippet: str = ""
    """Where the words stand, plain text."""


MAX_SEARCH_TEXT: Final = 500
_CENTURY_DAYS: Final = 36_525


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search the person keeps, under the line they typed.

    Raises:
        InvalidValue: the line is empty, too long or not printable.
    """

    text: str
    """As typed: its name."""
    query: SearchQuery
    kept_at: datetime
    looked_at: datetime
    """When its results were last looked at; `kept_at` at first."""
    new: int = 0
    """Jobs it finds that came into the store after `looked_at`."""

    def __post_init__(self) -> None:
        if not self.text.strip() or len(self.text) > MAX_SEARCH_TEXT or not self.text.isprintable():
            raise InvalidValue("a kept search is 1 to 500 printable characters")
