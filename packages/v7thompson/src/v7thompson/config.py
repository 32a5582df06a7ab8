"""How an engine is set up."""

from pathlib import Path
from typing import Any, Literal

import attrs

from v7core.errors import InvalidValue


def _within(low: float, high: float, what: str) -> Any:
    def check(_: object, __: object, value: object) -> None:
        if not isinstance(value, int | float) or not low <= value <= high:  # NaN fails, too
            raise InvalidValue(f"{what} of {value}; from {low} to {high}")

    return check


def _one_of(*choices: str) -> Any:
    def check(_: object, attribute: "attrs.Attribute[str]", value: object) -> None:
        if value not in choices:
            raise InvalidValue(f"{attribute.name} of {value!r}; one of {', '.join(choices)}")

    return check


@attrs.frozen(kw_only=True)
class EngineConfig:
    """Everything an engine is told once.

    Raises:
        InvalidValue: a number is outside its range.
    """

    seed: int = attrs.field(default=0, validator=_within(0, 2**63 - 1, "a seed"))
    """Of every draw and of the learner."""
    capacity: int = attrs.field(default=200_000, validator=_within(1, 10_000_000, "a capacity"))
    """Most jobs admitted at once; memory is taken as they come, about 0.1 KB each, and 2.5 KB for a row."""
    rows_in: Path | None = attrs.field(default=None, repr=False)
    """Folder on whose disk rows are kept while the engine lives, in files without a name; None keeps them in memory."""
    width: float = attrs.field(default=0.05, validator=_within(0.0, 10.0, "a width"))
    """Share of the posterior's width that a ranking explores; 0 ranks by the mean alone."""
    draws: Literal["marginal", "joint"] = attrs.field(default="marginal", validator=_one_of("marginal", "joint"))
    """What is drawn at a ranking. "marginal": each job from its own mean and deviation; the default, for it makes the
    most of a short list when the width is small, and costs a nanosecond a job. "joint": all weights at once, so that
    jobs that share words rise and fall together; choose it for exploring widely (widths near 1), where marginal draws
    let the luckiest of many near-equal jobs win in every round. Both have the same distribution for a single job."""
    match_text: str = attrs.field(default="", repr=False)
    """Who the person is; its words start with positive weights under Match."""
    manifest_text: str = attrs.field(default="", repr=False)
    """Where the person wants to go; likewise under Manifest."""
