"""How an engine is set up."""

from typing import Any

import attrs

from v7core.errors import InvalidValue


def _within(low: float, high: float, what: str) -> Any:
    def check(_: object, __: object, value: float) -> None:
        if not low <= value <= high:  # NaN fails, too
            raise InvalidValue(f"{what} of {value}; from {low} to {high}")

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
    """Most jobs admitted at once; memory is taken as they come, about 2.5 KB each."""
    width: float = attrs.field(default=0.05, validator=_within(0.0, 10.0, "a width"))
    """Share of the posterior's width that a ranking explores; 0 ranks by the mean alone."""
    match_text: str = attrs.field(default="", repr=False)
    """Who the person is; its words start with a weight of +1 under Match."""
    manifest_text: str = attrs.field(default="", repr=False)
    """Where the person wants to go; likewise under Manifest."""
