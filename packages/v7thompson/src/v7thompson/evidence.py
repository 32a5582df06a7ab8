"""One reaction as the learner reads it."""

from typing import Any, Final

import attrs

from v7core.errors import InvalidValue
from v7core.models.feed import ProfileKind
from v7thompson.rows import FeatureRow

LARGEST_MARGIN: Final = 1e6
"""Logits; a shown mean or deviation beyond it was never shown."""


def _whole(low: int) -> Any:
    def check(_: object, attribute: "attrs.Attribute[int]", value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value < 2**63:
            raise InvalidValue(f"a {attribute.name} of {value!r}")

    return check


def _of(kind: type) -> Any:
    def check(_: object, attribute: "attrs.Attribute[object]", value: object) -> None:
        if not isinstance(value, kind):
            raise InvalidValue(f"a {attribute.name} of {value!r}")

    return check


def _number(low: float, high: float, *, optional: bool = False) -> Any:
    def check(_: object, attribute: "attrs.Attribute[float]", value: object) -> None:
        if value is None and optional:
            return
        if not isinstance(value, int | float) or not low <= value <= high:  # NaN fails, too
            raise InvalidValue(f"a {attribute.name} of {value!r}; from {low:g} to {high:g}")

    return check


@attrs.frozen(kw_only=True, eq=False)
class Evidence:
    """One reaction that counts: undone and forgotten ones are not evidence.

    Raises:
        InvalidValue: a number is outside its range, or something is of another type.
    """

    sequence: int = attrs.field(validator=_whole(1))
    """Of the log, from 1; ascending within what is learned, gaps allowed."""
    profile: ProfileKind = attrs.field(validator=_of(ProfileKind))
    """Whose taste it teaches."""
    reward: float = attrs.field(validator=_number(0.0, 1.0))
    """Share of a like, in [0, 1]: a soft label."""
    row: FeatureRow = attrs.field(validator=_of(FeatureRow), repr=False)
    """Of the document as it was when it was reacted to."""
    round: int = attrs.field(validator=_whole(0))
    """It was shown in; the sequence number before the reaction when it was not shown."""
    shown_mean: float | None = attrs.field(
        default=None, validator=_number(-LARGEST_MARGIN, LARGEST_MARGIN, optional=True)
    )
    """Logits, as shown; None when it was not shown, and the learner's own prediction stands in."""
    shown_sd: float | None = attrs.field(default=None, validator=_number(0.0, LARGEST_MARGIN, optional=True))
    """Logits, >= 0; None as above."""
