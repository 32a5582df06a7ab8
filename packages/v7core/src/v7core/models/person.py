"""What belongs to the person: settings and saved jobs."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from v7core.errors import InvalidValue
from v7core.models.feed import ProfileKind
from v7core.models.jobs import JobSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the person wants it. Texts are cleaned before they get here.

    Raises:
        InvalidValue: a number is outside its range.
    """

    match_text: str = ""
    """Who the person is: a CV, or a few words."""
    manifest_text: str = ""
    """Where they want to go."""
    blend: float = 0.3
    """Weight of Manifest in the ranking, in [0, 1]."""
    seed: int = 0
    """Of the draws, in [0, 2^63)."""
    theme: str = "v7-dark"
    reduced_motion: bool = False
    refresh_ms: int = 1000
    """Of the live screen: 100, 250, 500 or 1000."""
    muted_companies: tuple[str, ...] = ()
    deck_filter: str = ""
    """What the deck is narrowed to from the start, one line as it is typed there."""
    keys: tuple[tuple[str, str], ...] = ()
    """Rebound keys: (action id, key)."""
    refused_changes: tuple[tuple[str, int], ...] = ()
    """Changes of taste that the person took back: (profile, sequence number of the event that made the change sure)."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.blend <= 1.0:
            raise InvalidValue("blend in [0, 1]")
        if not 0 <= self.seed < 2**63:
            raise InvalidValue("seed in [0, 2^63)")
        if self.refresh_ms not in (100, 250, 500, 1000):
            raise InvalidValue("refresh_ms of 100, 250, 500 or 1000")
        profiles = {kind.value for kind in ProfileKind}
        if not all(profile in profiles and 1 <= sequence < 2**63 for profile, sequence in self.refused_changes):
            raise InvalidValue("refused_changes of a profile and a sequence number in [1, 2^63)")

    def profile_text(self, kind: ProfileKind) -> str:
        """The text of a profile."""
        return self.match_text if kind is ProfileKind.MATCH else self.manifest_text


class ApplicationStage(Enum):
    """How far an application has come."""

    SAVED = "saved"
    APPLIED = "applied"
    INTERVIEW = "interview"
    OFFER = "offer"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedJob:
    """A job the person keeps."""

    job: JobSummary
    stage: ApplicationStage
    changed_at: datetime
    note: str = ""
