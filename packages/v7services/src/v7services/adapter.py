"""What a source is: one frozen `Adapter` a file. Everything but the bytes is decided here, and all of it is pure.

A source knows addresses and shapes; it never fetches, waits, stores or logs. `fetching.HttpSource` walks its requests
through the one guarded fetch, so limits, caps, retries, redirects and health are the same for every source.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

import attrs

from v7core.errors import CredentialsError, InvalidValue
from v7core.models.jobs import JobPosting
from v7core.models.sources import Skipped
from v7services.fields.urls import Address
from v7services.http.limits import Rate
from v7services.http.messages import FetchRequest

T = TypeVar("T")

SIX_HOURS: Final = 6 * 3600.0
MAX_REASONS: Final = 12
MAX_ITEMS: Final = 20_000
"""Postings of one source that are kept; the rest is counted."""


class SourceKind(StrEnum):
    """What a source is."""

    ATS_BOARD = "ats-board"
    """One company's own board: first-hand."""
    BOARD_API = "board-api"
    """Many companies, by an API."""
    FEED = "feed"
    PAGE = "page"


class Evidence(StrEnum):
    """What an adapter was written and tested on, best first."""

    DOCUMENTED = "documented"
    RECORDED = "recorded"
    """Real recorded bodies parse."""
    SANITISED = "sanitised"
    """Recorded bodies with names changed parse."""
    TOY = "toy"
    """Only hand-written bodies were seen."""
    UNVERIFIED = "unverified"
    """Known by hearsay: expect surprises."""


@attrs.frozen(kw_only=True)
class Credential:
    """A key a source wants. Requests name it as `{{name}}`; its value comes from the environment or a 0600 file."""

    name: str
    """Of the environment variable, such as "REED_API_KEY"."""
    where: str
    """The page that gives one out."""


Headers: TypeAlias = tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class Login:
    """A question before each poll whose answer goes along with all other requests to the server that is asked first."""

    request: FetchRequest
    headers: Callable[[bytes], Headers]
    """What goes along. Raises `SourceError`."""


_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{8,4000}=*")


def bearer(token: str, source: str) -> Headers:
    """The header that shows a token.

    Raises:
        CredentialsError: it is none that fits into a header.
    """
    if _TOKEN.fullmatch(token) is None:
        raise CredentialsError(source, "the server gave no usable token")
    return (("Authorization", f"Bearer {token}"),)


@attrs.frozen(kw_only=True)
class ParseContext:
    """What a body alone does not say."""

    fetched_at: datetime
    """Aware UTC; relative dates are resolved against it."""
    request: FetchRequest
    """The request this body answers."""
    page: int = 0
    """Bodies of this poll before this one."""
    received: int = 0
    """Postings and skipped ones before this body."""
    total: int | None = None
    """As the first body that named one said."""
    headers: Mapping[str, str] = attrs.field(factory=dict)
    """Of the reply, names in lower case."""
    url: str = ""
    """Where the redirects ended: the base of relative links."""


@attrs.frozen(kw_only=True)
class Parsed:
    """What one body held."""

    postings: tuple[JobPosting, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    next_request: FetchRequest | None = None
    """The next page, or the next step of a source that takes two; None when this was the last."""
    total: int | None = None
    """How many postings the source says it has."""
    damage: str = ""
    """What was wrong with a document that could still be read: the poll is then partial and closes nothing."""
    complete: bool = True
    """False when the source itself withholds some (a window, a cap): what is missing may not be closed."""


Recognise: TypeAlias = Callable[[Address], str | None]
Ask: TypeAlias = Callable[[str], FetchRequest]
Parse: TypeAlias = Callable[[bytes, str, ParseContext], Parsed]
AskDetail: TypeAlias = Callable[[JobPosting], FetchRequest | None]
ParseDetail: TypeAlias = Callable[[bytes, JobPosting, ParseContext], JobPosting]


def _own_name(board: str) -> str:
    return board.removeprefix("eu:").replace("-", " ").replace("_", " ").strip().title()


@attrs.frozen(kw_only=True)
class Adapter:
    """One source. `recognise`, `first_request`, `parse` and `parse_detail` are pure."""

    name: str
    """Lower-case letters and digits: part of every posting's id, so it never changes."""
    title: str
    """For people: "Greenhouse"."""
    kind: SourceKind
    evidence: tuple[Evidence, ...]
    home: str
    """The documentation of the API, or the source's own page."""
    recognise: Recognise
    """The board an address belongs to, None for a foreign address. Offline."""
    first_request: Ask
    parse: Parse
    """Bytes to postings. Raises `ParseError`, `SchemaError` or `ChallengeError` for an odd document; an odd posting is
    skipped and counted (see `collect`)."""
    detail_request: AskDetail | None = None
    """For lists without descriptions: where one posting's own document is; asked for a bounded number a poll."""
    parse_detail: ParseDetail | None = None
    """That posting, completed by its own document."""
    embedded: Callable[[bytes], str | None] | None = None
    """The board that a page's scripts name where no address does."""
    board_title: Callable[[str], str] = _own_name
    """The board's name for people when nothing better is known."""
    credentials: tuple[Credential, ...] = ()
    """Empty: no key is needed. Otherwise the source is off until each is given."""
    login: Login | None = None
    """For a source that hands out a token first."""
    min_interval_s: float = SIX_HOURS
    rate: Rate = attrs.field(factory=Rate)
    max_pages: int = 50
    conditional: bool = True
    """Whether the first request's validators tell if the whole board changed (never so for paged lists)."""
    attribution: str = ""
    """What the source's terms ask to be shown with its postings."""
    boards: tuple[str, ...] = ()
    """For a source without companies: the boards there are ("all", or categories); empty means one per company."""
    probe: bool = False
    """Whether a bare word may be tried as a board of this source."""

    @property
    def needs_key(self) -> bool:
        """Whether it is off until a credential is given."""
        return bool(self.credentials)


def collect(items: Iterable[T], read: Callable[[T], JobPosting | None], *, limit: int = MAX_ITEMS) -> Parsed:
    """Read each item; the odd ones are counted by reason, a second one with the same id too, and never stop the rest.

    Args:
        read: Raises `InvalidValue` with one short phrase for an odd posting; returns None for one that the source
            itself does not want shown, which is not counted.
    """
    kept: dict[object, JobPosting] = {}
    reasons: dict[str, int] = {}
    for position, item in enumerate(items):
        if position >= limit:
            reasons["above the cap of one source"] = reasons.get("above the cap of one source", 0) + 1
            continue
        try:
            posting = read(item)
        except (
            InvalidValue,
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            OverflowError,
            RecursionError,
        ) as error:
            reason = str(error) if isinstance(error, InvalidValue) else f"unreadable ({type(error).__name__})"
            if reason not in reasons and len(reasons) >= MAX_REASONS:
                reason = "other"
            reasons[reason] = reasons.get(reason, 0) + 1
            continue
        if posting is None:
            continue
        if posting.id in kept:
            reasons["same id twice"] = reasons.get("same id twice", 0) + 1
            continue
        kept[posting.id] = posting
    skipped = tuple(Skipped(reason=reason, count=count) for reason, count in reasons.items())
    return Parsed(postings=tuple(kept.values()), skipped=skipped)


__all__ = [
    "MAX_ITEMS",
    "SIX_HOURS",
    "Adapter",
    "Credential",
    "Evidence",
    "FetchRequest",
    "Headers",
    "Login",
    "ParseContext",
    "Parsed",
    "Rate",
    "SourceKind",
    "bearer",
    "collect",
]
