"""Whom to rank for."""

import attrs

from v7core.errors import InvalidValue
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.pool import CandidatePool


@attrs.frozen(kw_only=True)
class Person:
    """Whom to rank for.

    Raises:
        InvalidValue: no name, or the blend is not in [0, 1], or a number is negative.
    """

    name: str
    match_text: str = attrs.field(default="", repr=False)
    manifest_text: str = attrs.field(default="", repr=False)
    blend: float = 0.3
    """Weight of Manifest."""
    seed: int = 0
    round: int | None = None
    """Chooses the draws; the snapshot's last sequence number unless given."""
    snapshot: bytes | None = attrs.field(default=None, repr=False)
    """`ThompsonPerformanceEngine.snapshot` of this seed and these texts; None for a person who never reacted."""

    def __attrs_post_init__(self) -> None:
        if not self.name or not 0.0 <= self.blend <= 1.0 or (self.round is not None and self.round < 0):
            raise InvalidValue(f"person {self.name!r}: a blend of {self.blend}, round {self.round}")

    def engine(self, pool: CandidatePool) -> ThompsonPerformanceEngine:
        """The person's engine over postings that were admitted before.

        Raises:
            ComputeError: SNAPSHOT: it is damaged, or another person's.
        """
        config = EngineConfig(seed=self.seed, match_text=self.match_text, manifest_text=self.manifest_text)
        engine = ThompsonPerformanceEngine(config, pool=pool)
        if self.snapshot is not None:
            engine.restore(self.snapshot)
        return engine
