"""What a person is shown, and what they said to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from v7core.errors import InvalidValue
from v7core.models.jobs import JobId, JobSummary


class ProfileKind(Enum):
    """Match is what fits now (hue 45); Manifest is where the person wants to go (hue 174)."""

    MATCH = "match"
    MANIFEST = "manifest"


class ReactionKind(Enum):
    """What a person can say to a card."""

    INTERESTED = "interested"
    PASS = "pass"  # noqa: S105
    SAVE = "save"
    APPLIED = "applied"


REWARDS: Final[dict[ReactionKind, float]] = {
    ReactionKind.APPLIED: 1.0,
    ReactionKind.INTERESTED: 1.0,
    ReactionKind.SAVE: 0.8,
    ReactionKind.PASS: 0.0,
}
"""What each reaction teaches: a share of a like, in [0, 1]."""

MAX_EVENT_KEY: Final = 200


def _checked_key(key: str) -> None:
    if not key or len(key) > MAX_EVENT_KEY or not key.isprintable() or key != key.strip():
        raise InvalidValue("an event key is 1 to 200 printable characters without space around")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a card said when it was reacted to: the change test replays predictions, not guesses."""

    deck_id: str
    round: int
    """The log's sequence number when the deck was ranked."""
    position: int
    """From 0."""
    mean: float
    """Posterior mean under the profile, logits."""
    sd: float
    """Posterior standard deviation under the profile, logits, >= 0."""
    model_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An event: it happened, so it is never edited and never deleted.

    Raises:
        InvalidValue: the key is empty, too long or unprintable, or the time has no zone.
    """

    event_key: str
    """The caller's own; sending the same key twice is one event."""
    job_id: JobId
    kind: ReactionKind
    profile: ProfileKind
    """Under which the card was shown: the posterior it teaches."""
    at: datetime
    """Aware UTC; order is by `sequence`, never by this."""
    document_id: str
    """The feature snapshot: `document_digest` of the posting as it was."""
    shown: Shown | None = None
    """None when the job was reacted to without having been ranked."""
    sequence: int | None = None
    """Given by the log, from 1, without gaps; None until it is durable."""

    def __post_init__(self) -> None:
        _checked_key(self.event_key)
        if self.at.tzinfo is None:
            raise InvalidValue("a reaction without a time zone")

    @property
    def reward(self) -> float:
        """In [0, 1]."""
        return REWARDS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """Takes an earlier event back; folding the log then equals its never having happened."""

    event_key: str
    retracts: str
    """The event key taken back: a reaction's, a forgetting's, or a retraction's."""
    at: datetime
    sequence: int | None = None

    def __post_init__(self) -> None:
        _checked_key(self.event_key)
        if self.at.tzinfo is None:
            raise InvalidValue("a retraction without a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """Learning starts anew after this event; like any other it can be retracted."""

    event_key: str
    at: datetime
    sequence: int | None = None

    def __post_init__(self) -> None:
        _checked_key(self.event_key)
        if self.at.tzinfo is None:
            raise InvalidValue("a forgetting without a time zone")


LogEvent: TypeAlias = Reaction | Retraction | Forgetting


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """An event is durable."""

    event_key: str
    sequence: int
    new: bool
    """False when this key was already in the log: nothing was added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One profile's view of one job, logits."""

    mean: float
    sd: float
    value: float
    """The Thompson draw: mean + width * sd * z."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredJob:
    """A job with the score it was ranked by."""

    id: JobId
    score: float
    """(1 - blend) * match draw + blend * manifest draw, logits."""
    profile: ProfileKind
    """The larger share of the score, intercepts apart: the profile it is shown under, and that a reaction teaches. The
    one with the larger weight where neither knows anything."""
    match: Draw
    manifest: Draw

    @property
    def shown(self) -> Draw:
        """The draw under `profile`."""
        return self.match if self.profile is ProfileKind.MATCH else self.manifest

    @property
    def mean(self) -> float:
        """Posterior mean under `profile`, logits."""
        return self.shown.mean

    @property
    def sd(self) -> float:
        """Posterior standard deviation under `profile`, logits."""
        return self.shown.sd

    @property
    def draw(self) -> float:
        """The draw under `profile`, logits."""
        return self.shown.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One row of a deck."""

    position: int
    job: JobSummary
    scored: ScoredJob


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """A ranking as it was shown. Ranking again in the same round gives the same cards."""

    id: str
    round: int
    """The log's last sequence number when it was ranked."""
    blend: float
    """Weight of Manifest, in [0, 1]."""
    cards: tuple[Card, ...]
    eligible: int
    """Jobs that could have been shown."""
    total: int
    """Jobs in the store."""
    model_version: str
    duration_ms: float | None = None
    """Of the ranking itself; None for a deck read back."""
    left_out: tuple[tuple[str, int], ...] = ()
    """Why jobs of the store could not be shown, and how many, such as ("muted", 3)."""

    def why_empty(self) -> str:
        """What a deck without cards says, in one sentence; empty when there are cards."""
        if self.cards:
            return ""
        if not self.total:
            return "There are no jobs yet."
        parts = ", ".join(f"{count:,} {reason}" for reason, count in self.left_out if count)
        return f"Nothing left to react to: {parts}." if parts else "Nothing left to react to."


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One readable feature's part of a mean."""

    field: str
    """`DocumentField` in lower case."""
    token: str
    logits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a job stands where it stands: contributions + intercept = mean; mean + draw_term = draw."""

    job_id: JobId
    profile: ProfileKind
    round: int
    contributions: tuple[Contribution, ...]
    """Largest absolute value first; every feature of the job is in it, those of weight 0 left out."""
    intercept: float
    draw_term: float
    mean: float
    sd: float
    draw: float
