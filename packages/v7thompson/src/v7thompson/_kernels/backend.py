"""The compiled implementation: arenas of addresses around the kernels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from v7core.models.feed import ProfileKind
from v7thompson import text_rules
from v7thompson._kernels import change as changing
from v7thompson._kernels import draws
from v7thompson._kernels import featurise as featurising
from v7thompson._kernels import fit as fitting
from v7thompson._kernels import joint as drawing
from v7thompson._kernels import rows as gathering
from v7thompson._kernels.arms import NumbaArms
from v7thompson._kernels.csr import NumbaRows
from v7thompson._kernels.memory import address
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
    Row,
    RowRanker,
    Weights,
)
from v7thompson.layout import DIM, MAX_FEATURES
from v7thompson.pool import PROFILES, CandidatePool


class NumbaFeaturiser:
    """The featuriser's work arena. Not for two threads at once."""

    def __init__(self) -> None:
        self._words = np.zeros(featurising.ARENA_WORDS, dtype=np.uint64)
        self._document = np.zeros(8192, dtype=np.uint8)
        self._window = memoryview(self._document.data)
        self._table = np.full(featurising.SLOTS, 0xFFFFFFFF, dtype=np.uint32)
        self._indices = np.zeros(MAX_FEATURES, dtype=np.uint32)
        self._values = np.zeros(MAX_FEATURES, dtype=np.float32)
        self._shared = (text_rules.characters(), text_rules.field_rules(), text_rules.stop_table())
        self._where = address(self._words)
        for word, array in (
            (featurising.DOCUMENT, self._document),
            (featurising.CHARACTERS, self._shared[0]),
            (featurising.RULES, self._shared[1]),
            (featurising.STOPS, self._shared[2]),
            (featurising.TABLE, self._table),
            (featurising.INDICES, self._indices),
            (featurising.VALUES, self._values),
        ):
            self._words[word] = address(array)

    def __call__(self, document: bytes) -> Row:
        """The row of a document."""
        length = len(document)
        if length > self._document.size:
            self._document = np.zeros(2 * length, dtype=np.uint8)
            self._window = memoryview(self._document.data)
            self._words[featurising.DOCUMENT] = address(self._document)
        self._window[:length] = document
        count = featurising.featurise(self._where, length)
        return self._indices[:count].copy(), self._values[:count].copy()


class NumbaRanker:
    """The ranking arenas of one pool."""

    def __init__(self, pool: CandidatePool) -> None:
        self._pool = pool
        self._known = -1
        self._draws = np.zeros(draws.RANK_WORDS, dtype=np.uint64)
        self._where = address(self._draws)
        self._rows = {profile: np.zeros(gathering.ROW_WORDS, dtype=np.uint64) for profile in PROFILES}
        self._block = [np.zeros(draws.BLOCK, dtype=kind) for kind in (np.int32, np.int32, np.float32)]
        for word, array in zip((draws.HIGH, draws.LOW, draws.SCORE), self._block, strict=True):
            self._draws[word] = address(array)
        self._top: list[npt.NDArray[Any]] = []
        self._reserve(64)
        self._joint: npt.NDArray[np.uint64] | None = None
        self._weights = np.zeros((2, 0), dtype=np.float32)
        self._flat = np.zeros(0, dtype=np.float32)

    def _reserve(self, limit: int) -> None:
        self._top = [np.zeros(limit, dtype=kind) for kind in (np.int64, np.float32, np.float32, np.float32)]
        words = (draws.TOP_SLOT, draws.TOP_SCORE, draws.TOP_MATCH, draws.TOP_MANIFEST)
        for word, array in zip(words, self._top, strict=True):
            self._draws[word] = address(array)

    def _locate(self) -> None:
        pool = self._pool
        if self._known == pool.version:
            return
        match, manifest = (pool.columns[profile] for profile in PROFILES)
        shared: tuple[tuple[int, npt.NDArray[Any]], ...] = (
            (draws.KEYS, pool.keys), (draws.MASK, pool.mask), (draws.MATCH_MEAN, match.mean),
            (draws.MATCH_SD, match.sd), (draws.MANIFEST_MEAN, manifest.mean), (draws.MANIFEST_SD, manifest.sd),
        )  # fmt: skip
        for word, array in shared:
            self._draws[word] = address(array)
        for profile, words in self._rows.items():
            columns = pool.columns[profile]
            words[gathering.FEATURES] = pool.indices.size
            own: tuple[tuple[int, npt.NDArray[Any]], ...] = (
                (gathering.START, pool.start), (gathering.LENGTH, pool.length), (gathering.INDICES, pool.indices),
                (gathering.VALUES, pool.values), (gathering.TOUCHED, columns.touched), (gathering.STALE, columns.stale),
                (gathering.ROW_MEAN, columns.row_mean), (gathering.ROW_VARIANCE, columns.row_variance),
                (gathering.MEAN, columns.mean), (gathering.SD, columns.sd),
            )  # fmt: skip
            for word, array in own:
                words[word] = address(array)
        self._known = pool.version

    def refresh(self, profile: ProfileKind, table: npt.NDArray[np.float32], intercept: tuple[float, float]) -> int:
        """As `contract.Ranker` says."""
        columns, words = self._pool.columns[profile], self._rows[profile]
        if columns.is_settled(intercept):
            return 0
        self._locate()
        words[gathering.TABLE] = address(table)
        which = 2 if columns.every else int(columns.some)
        count = gathering.refresh(address(words), len(self._pool), which, *map(float, intercept))
        columns.settled(intercept)
        return int(count)

    def rank(
        self, limit: int, *, key: int, width: float, blend: float, masked: bool, joint: Sequence[Weights] | None = None
    ) -> Best:
        """As `contract.Ranker` says."""
        self._locate()
        limit = min(limit, len(self._pool))
        if limit > self._top[0].size:
            self._reserve(limit)
        arena = self._draws if joint is None else self._draw_jointly(joint, key, width)
        where = self._where if joint is None else address(arena)
        held = draws.rank(
            where, len(self._pool), limit, np.uint64(key), width, 1.0 - blend, blend, int(masked)
        ) if limit else 0  # fmt: skip
        slots, score, match, manifest = (array[:held].copy() for array in self._top)
        return Best(slots, score, match, manifest)

    def _draw_jointly(self, joint: Sequence[Weights], key: int, width: float) -> npt.NDArray[np.uint64]:
        """Fill the pool's drawn scores; returns a ranking arena that reads them as means, without deviations."""
        pool = self._pool
        if self._joint is None:
            self._joint = np.zeros(drawing.JOINT_WORDS, dtype=np.uint64)
            self._weights = np.zeros((2, DIM), dtype=np.float32)
        (match, match_intercept), (manifest, manifest_intercept) = joint
        first, second = (pool.columns[profile].drawn for profile in PROFILES)
        if self._flat.size != first.size:
            self._flat = np.zeros_like(first)
        of_draw: tuple[tuple[int, npt.NDArray[Any]], ...] = (
            (drawing.START, pool.start), (drawing.LENGTH, pool.length), (drawing.INDICES, pool.indices),
            (drawing.VALUES, pool.values), (drawing.MATCH_TABLE, match), (drawing.MANIFEST_TABLE, manifest),
            (drawing.MATCH_WEIGHTS, self._weights[0]), (drawing.MANIFEST_WEIGHTS, self._weights[1]),
            (drawing.MATCH_DRAWN, first), (drawing.MANIFEST_DRAWN, second),
        )  # fmt: skip
        for word, array in of_draw:
            self._joint[word] = address(array)
        self._joint[drawing.FEATURES] = pool.indices.size
        drawing.draw(
            address(self._joint), len(pool), np.uint64(key), width, *map(float, match_intercept + manifest_intercept)
        )
        words = self._draws.copy()
        for word, array in (
            (draws.MATCH_MEAN, first), (draws.MANIFEST_MEAN, second),
            (draws.MATCH_SD, self._flat), (draws.MANIFEST_SD, self._flat),
        ):  # fmt: skip
            words[word] = address(array)
        return words


class NumbaFitter:
    """The arenas of learning; workspaces grow with the largest design seen."""

    def __init__(self) -> None:
        self._step = np.zeros(fitting.STEP_WORDS, dtype=np.uint64)
        self._fit = np.zeros(fitting.FIT_WORDS, dtype=np.uint64)
        self._change = np.zeros(changing.CHANGE_WORDS, dtype=np.uint64)
        self._work = np.zeros(65_536)
        self._predicted = np.zeros((2, 1))

    def _room(self, numbers: int) -> int:
        if numbers > self._work.size:
            self._work = np.zeros(2 * numbers)
        return address(self._work)

    def steps(
        self, design: Design, first: int, last: int, table: npt.NDArray[np.float32], intercept: float
    ) -> tuple[F64, F64]:
        """As `contract.Fitter` says."""
        count = last - first
        predicted = self._predicted if count == 1 else np.zeros((2, count))
        _fill(
            self._step, design, (fitting.TABLE, table), (fitting.MARGINS, predicted[0]), (fitting.SPREADS, predicted[1])
        )  # fmt: skip
        self._step[fitting.ELEMENTS] = design.indices.size
        self._step[fitting.BUCKETS] = len(table)
        fitting.steps(address(self._step), first, last, float(intercept))
        return predicted[0].copy(), predicted[1].copy()

    def fit(self, design: Design, prior: Prior, start: F64) -> Fit:
        """As `contract.Fitter` says."""
        events, features = design.rewards.size, prior.mean.size
        dual, mean, precision = start.copy(), np.zeros(features), np.zeros(features)
        intercept = np.array([*prior.intercept, 0.0, 0.0])
        _fill(
            self._fit, design, (fitting.PRIOR_MEAN, prior.mean), (fitting.PRIOR_VARIANCE, prior.variance),
            (fitting.DUAL, dual), (fitting.MEAN, mean), (fitting.PRECISION, precision), (fitting.INTERCEPT, intercept),
        )  # fmt: skip
        self._fit[fitting.WORK] = self._room(fitting.WORK_VECTORS * events + features)
        self._fit[fitting.FIT_ELEMENTS] = design.indices.size
        self._fit[fitting.FEATURES] = features
        taken = fitting.fit(address(self._fit), events)
        return Fit(dual, mean, precision, (float(intercept[2]), float(intercept[3])), int(taken))

    def suffix_evidence(
        self, design: Design, variance: F64, intercept: tuple[float, float], *, most: int, block: int, least: int
    ) -> F64:
        """As `contract.Fitter` says."""
        out, base = np.full(most // block, np.nan), np.array(intercept)
        _fill(
            self._change, design, (changing.VARIANCE, variance), (changing.INTERCEPT, base), (changing.OUT, out)
        )  # fmt: skip
        self._change[changing.WORK] = self._room(2 * most * most + changing.WORK_VECTORS * most + variance.size)
        self._change[changing.ELEMENTS] = design.indices.size
        self._change[changing.FEATURES] = variance.size
        changing.suffix_evidence(address(self._change), design.rewards.size, most, block, least)
        return out


def _fill(words: npt.NDArray[np.uint64], design: Design, *arrays: tuple[int, npt.NDArray[Any]]) -> None:
    """Write addresses into an arena; whoever calls keeps the arrays alive until the kernel is done."""
    shared: tuple[tuple[int, npt.NDArray[Any]], ...] = (
        (fitting.INDPTR, design.indptr), (fitting.INDICES, design.indices), (fitting.VALUES, design.values),
        (fitting.REWARDS, design.rewards),
    )  # fmt: skip
    for word, array in shared + arrays:
        words[word] = address(array)


class NumbaBackend:
    """Compiled kernels."""

    name = "numba"

    def featuriser(self) -> Featuriser:
        """A workspace of its own."""
        return NumbaFeaturiser()

    def ranker(self, pool: CandidatePool) -> Ranker:
        """The arenas of a pool."""
        return NumbaRanker(pool)

    def fitter(self) -> Fitter:
        """Arenas of its own."""
        return NumbaFitter()

    def arms(self, table: ArmTable) -> ArmSampler:
        """The arena of a table of arms."""
        return NumbaArms(table)

    def rows(self) -> RowRanker:
        """A workspace of its own."""
        return NumbaRows()
