"""The plain implementation."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from v7core.models.feed import ProfileKind
from v7thompson._plain import draws
from v7thompson._plain import fit as fitting
from v7thompson._plain.arms import PlainArms
from v7thompson._plain.change import suffix_evidence
from v7thompson._plain.csr import PlainRows
from v7thompson._plain.featurise import featurise
from v7thompson._plain.joint import drawn
from v7thompson._plain.rows import marked, moments
from v7thompson.arms import ArmTable
from v7thompson.contract import (
    F64,
    ArmSampler,
    Best,
    Design,
    Featuriser,
    Fit,
    Fitter,
    Prior,
    Ranker,
    RowRanker,
    Weights,
)
from v7thompson.pool import PROFILES, CandidatePool


class PlainRanker:
    """Ranks one pool with whole-array operations."""

    def __init__(self, pool: CandidatePool) -> None:
        self._pool = pool

    def refresh(self, profile: ProfileKind, table: npt.NDArray[np.float32], intercept: tuple[float, float]) -> int:
        """As `contract.Ranker` says."""
        pool, columns, computed = self._pool, self._pool.columns[profile], 0
        if columns.is_settled(intercept):
            return 0
        touched = marked(columns.touched)
        for slot in range(len(pool)):
            start, end = int(pool.start[slot]), int(pool.start[slot]) + int(pool.length[slot])
            indices = pool.indices[start:end]
            if columns.every or columns.stale[slot] or bool(touched[indices].any()):
                mean, variance = moments(indices, pool.values[start:end], table)
                columns.row_mean[slot], columns.row_variance[slot] = mean, variance
                columns.stale[slot] = 0
                computed += 1
        jobs = len(pool)
        columns.mean[:jobs] = columns.row_mean[:jobs] + np.float32(intercept[0])
        columns.sd[:jobs] = np.sqrt(columns.row_variance[:jobs] + np.float32(intercept[1]))
        columns.settled(intercept)
        return computed

    def rank(
        self, limit: int, *, key: int, width: float, blend: float, masked: bool, joint: Sequence[Weights] | None = None
    ) -> Best:
        """As `contract.Ranker` says."""
        pool, jobs = self._pool, len(self._pool)
        match, manifest = (pool.columns[profile] for profile in PROFILES)
        if joint is None:
            score, first, second = draws.blended(
                pool.keys[:jobs], match.mean[:jobs], match.sd[:jobs], manifest.mean[:jobs], manifest.sd[:jobs],
                key=key, width=width, share=1.0 - blend, share_2=blend,
            )  # fmt: skip
        else:
            first = self._jointly(*joint[0], key=key, width=width, second=False)
            second = self._jointly(*joint[1], key=key, width=width, second=True)
            score = np.float32(1.0 - blend) * first + np.float32(blend) * second
        eligible = pool.mask[:jobs] != 0 if masked else np.ones(jobs, dtype=np.bool_)
        slots = draws.best(score, pool.keys[:jobs], limit, eligible)
        return Best(slots, score[slots], first[slots], second[slots])

    def _jointly(
        self, table: npt.NDArray[np.float32], intercept: tuple[float, float], *, key: int, width: float, second: bool
    ) -> npt.NDArray[np.float32]:
        rows = (self._pool.row(job) for job in self._pool.jobs)
        return np.array(
            [drawn(r.indices, r.values, table, intercept, key=key, width=width, second=second) for r in rows],
            dtype=np.float32,
        )


class PlainFitter:
    """Needs no workspace."""

    def steps(
        self, design: Design, first: int, last: int, table: npt.NDArray[np.float32], intercept: float
    ) -> tuple[F64, F64]:
        """As `contract.Fitter` says."""
        margins, spreads = np.zeros(last - first), np.zeros(last - first)
        for event in range(first, last):
            row = slice(int(design.indptr[event]), int(design.indptr[event + 1]))
            margins[event - first], spreads[event - first] = fitting.step(
                design.indices[row], design.values[row], float(design.rewards[event]), table, intercept
            )
        return margins, spreads

    def fit(self, design: Design, prior: Prior, start: F64) -> Fit:
        """As `contract.Fitter` says."""
        return fitting.fit(design, prior, start)

    def suffix_evidence(
        self, design: Design, variance: F64, intercept: tuple[float, float], *, most: int, block: int, least: int
    ) -> F64:
        """As `contract.Fitter` says."""
        return suffix_evidence(design, variance, intercept, most=most, block=block, least=least)


class PlainBackend:
    """NumPy and plain Python."""

    name = "numpy"

    def featuriser(self) -> Featuriser:
        """Needs no workspace."""
        return featurise

    def ranker(self, pool: CandidatePool) -> Ranker:
        """Needs no arena."""
        return PlainRanker(pool)

    def fitter(self) -> Fitter:
        """Needs no workspace."""
        return PlainFitter()

    def arms(self, table: ArmTable) -> ArmSampler:
        """Needs no arena."""
        return PlainArms(table)

    def rows(self) -> RowRanker:
        """A workspace of its own."""
        return PlainRows()
