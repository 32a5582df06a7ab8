"""What a posting is, wherever it came from."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, IntEnum
from typing import Final, TypeAlias
from uuid import UUID, uuid5

from v7core.errors import InvalidValue

JobId: TypeAlias = UUID
"""Stable across polls, machines and versions: see `job_id`."""

_NAMESPACE: Final = UUID("7a1b6f52-3c1e-5d0a-9d0e-5b7c1f0a7e77")


def job_id(source: str, board: str, external_id: str) -> JobId:
    """The id of a posting: uuid5 of where it stands and what it is called there.

    Raises:
        InvalidValue: `source` or `external_id` is empty.
    """
    if not source or not external_id:
        raise InvalidValue("a posting needs a source and an external id")
    return uuid5(_NAMESPACE, f"{source}\x1f{board}\x1f{external_id}")


def short_id(job: JobId) -> str:
    """The eight characters people type; any unambiguous prefix of `job.hex` is accepted."""
    return job.hex[:8]


class Ternary(Enum):
    """Yes, no, or nobody said: the answer of every question to a posting."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Workplace(Enum):
    """Where the work is done."""

    REMOTE = "remote"
    HYBRID = "hybrid"
    ONSITE = "onsite"
    UNKNOWN = "unknown"


class EmploymentType(Enum):
    """The kind of contract; schema.org's `employmentType`, in our spelling."""

    FULL_TIME = "full-time"
    PART_TIME = "part-time"
    CONTRACT = "contract"
    TEMPORARY = "temporary"
    INTERNSHIP = "internship"
    APPRENTICESHIP = "apprenticeship"
    VOLUNTEER = "volunteer"
    OTHER = "other"


class Seniority(IntEnum):
    """Levels, ordered."""

    INTERN = 1
    ENTRY = 2
    MID = 3
    SENIOR = 4
    LEAD = 5
    DIRECTOR = 6
    EXECUTIVE = 7


class PayPeriod(Enum):
    """What an amount of pay is for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ONCE = "once"
    UNKNOWN = "unknown"


PERIODS_A_YEAR: Final[dict[PayPeriod, float]] = {
    PayPeriod.HOUR: 2080.0,
    PayPeriod.DAY: 260.0,
    PayPeriod.WEEK: 52.0,
    PayPeriod.MONTH: 12.0,
    PayPeriod.YEAR: 1.0,
}
"""Full-time equivalents: 40 hours, 5 days, 52 weeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """Pay as the source said it, never converted between currencies.

    Raises:
        InvalidValue: an amount is negative or not finite, or the minimum exceeds the maximum, or both are missing
            and there is no original text either.
    """

    minimum: float | None = None
    """In `currency` per `period`; None is unknown, never 0."""
    maximum: float | None = None
    currency: str | None = None
    """ISO 4217, upper case; None when the source did not say."""
    period: PayPeriod = PayPeriod.UNKNOWN
    original: str = ""
    """The source's own words, cleaned."""
    predicted: bool = False
    """The source estimated it; the employer did not say so."""

    def __post_init__(self) -> None:
        for amount in (self.minimum, self.maximum):
            if amount is not None and not 0 < amount < 1e12:
                raise InvalidValue(f"pay of {amount}")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise InvalidValue(f"pay from {self.minimum} to {self.maximum}")
        if self.minimum is None and self.maximum is None and not self.original:
            raise InvalidValue("pay without an amount or a text")

    def annual(self) -> tuple[float | None, float | None]:
        """Minimum and maximum a year, in `currency`; None where the period or the amount is unknown."""
        factor = PERIODS_A_YEAR.get(self.period)
        if factor is None:
            return None, None
        low = None if self.minimum is None else self.minimum * factor
        high = None if self.maximum is None else self.maximum * factor
        return low, high


class Precision(Enum):
    """How exact a date is."""

    INSTANT = "instant"
    DAY = "day"
    APPROXIMATE = "approximate"
    """Resolved from words such as "3 days ago"."""
    AT_LEAST = "at least"
    """That old or older ("30+ days ago")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """An instant, how exact it is, and which of the source's fields said so."""

    at: datetime
    """Aware UTC."""
    precision: Precision = Precision.INSTANT
    provenance: str = ""
    """The source's field, such as "first_published"."""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise InvalidValue("a date without a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPosting:
    """One opening as one source shows it. All text is cleaned (`v7core.text`) before it gets here.

    Raises:
        InvalidValue: no title, no company, or text that was not cleaned.
    """

    id: JobId
    source: str
    """The adapter's name, such as "greenhouse"."""
    board: str
    """Which board, company or feed of that source."""
    external_id: str
    title: str
    company: str
    locations: tuple[str, ...] = ()
    workplace: Workplace = Workplace.UNKNOWN
    departments: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    employment_type: EmploymentType | None = None
    seniority: Seniority | None = None
    pay: Pay | None = None
    posted: Dated | None = None
    updated: Dated | None = None
    closes: Dated | None = None
    url: str | None = None
    """The public page. Checked again before it is opened."""
    apply_url: str | None = None
    language: str | None = None
    """ISO 639-1, lower case."""
    requisition_id: str | None = None
    text: str = field(default="", repr=False)
    """The description, plain, paragraphs apart by newlines."""

    def __post_init__(self) -> None:
        if not self.title or not self.company:
            raise InvalidValue("a posting needs a title and a company")
        if not (self.title.isprintable() and self.company.isprintable() and all(map(str.isprintable, self.locations))):
            raise InvalidValue("text that was not cleaned")

    @property
    def remote(self) -> Ternary:
        """Whether the work can be done from anywhere; hybrid is no."""
        return remote_of(self.workplace)

    def summary(self) -> "JobSummary":
        """The posting as one row."""
        return JobSummary(
            id=self.id, source=self.source, board=self.board, title=self.title, company=self.company,
            locations=self.locations, workplace=self.workplace, employment_type=self.employment_type,
            seniority=self.seniority, pay=self.pay, posted=self.posted, url=self.url,
        )  # fmt: skip


def remote_of(workplace: Workplace) -> Ternary:
    """Whether a workplace is remote."""
    if workplace is Workplace.UNKNOWN:
        return Ternary.UNKNOWN
    return Ternary.YES if workplace is Workplace.REMOTE else Ternary.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """A posting without its long texts: what a row, a card or a search hit shows."""

    id: JobId
    source: str
    board: str
    title: str
    company: str
    locations: tuple[str, ...] = ()
    workplace: Workplace = Workplace.UNKNOWN
    employment_type: EmploymentType | None = None
    seniority: Seniority | None = None
    pay: Pay | None = None
    posted: Dated | None = None
    url: str | None = None

    @property
    def remote(self) -> Ternary:
        """Whether the work can be done from anywhere; hybrid is no."""
        return remote_of(self.workplace)


class JobPriority(IntEnum):
    """Order of processing; critical first."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class JobData:
    """A posting as the engine takes it."""

    id: JobId
    source: str
    payload: bytes = field(repr=False)
    """The canonical text document: `v7core.document.canonical_document`."""
    priority: JobPriority = JobPriority.NORMAL

    def with_priority(self, priority: JobPriority) -> "JobData":
        """The same job, more or less urgent."""
        return replace(self, priority=priority)


def distinct(texts: Iterator[str]) -> tuple[str, ...]:
    """Non-empty texts, each once, in order of first appearance."""
    return tuple(dict.fromkeys(text for text in texts if text))
