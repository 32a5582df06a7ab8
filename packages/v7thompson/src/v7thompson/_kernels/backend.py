"""The compiled implementation: arenas of addresses around the kernels."""

from typing import Any

import numpy as np
import numpy.typing as npt

from v7core.models.feed import ProfileKind
from v7thompson import text_rules
from v7thompson._kernels import draws
from v7thompson._kernels import featurise as featurising
from v7thompson._kernels import rows as gathering
from v7thompson.contract import Best, Featuriser, Ranker, Row
from v7thompson.layout import MAX_FEATURES
from v7thompson.pool import PROFILES, CandidatePool


def address(array: npt.NDArray[Any]) -> int:
    """Where an array's first element lies; the caller keeps the array alive."""
    where: int = array.__array_interface__["data"][0]
    return where


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
        self._rows = {profile: np.zeros(gathering.ROW_WORDS, dtype=np.uint64) for profile in PROFILES}
        self._block = [np.zeros(draws.BLOCK, dtype=kind) for kind in (np.int32, np.int32, np.float32)]
        for word, array in zip((draws.HIGH, draws.LOW, draws.SCORE), self._block, strict=True):
            self._draws[word] = address(array)
        self._top: list[npt.NDArray[Any]] = []
        self._reserve(64)

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
        self._locate()
        columns, words = self._pool.columns[profile], self._rows[profile]
        words[gathering.TABLE] = address(table)
        count = gathering.refresh(address(words), len(self._pool), int(columns.every), *map(float, intercept))
        columns.settled(intercept)
        return int(count)

    def rank(self, limit: int, *, key: int, width: float, blend: float, masked: bool) -> Best:
        """As `contract.Ranker` says."""
        self._locate()
        limit = min(limit, len(self._pool))
        if limit > self._top[0].size:
            self._reserve(limit)
        held = draws.rank(
            address(self._draws), len(self._pool), limit, np.uint64(key), width, 1.0 - blend, blend, int(masked)
        ) if limit else 0  # fmt: skip
        slots, score, match, manifest = (array[:held].copy() for array in self._top)
        return Best(slots, score, match, manifest)


class NumbaBackend:
    """Compiled kernels."""

    name = "numba"

    def featuriser(self) -> Featuriser:
        """A workspace of its own."""
        return NumbaFeaturiser()

    def ranker(self, pool: CandidatePool) -> Ranker:
        """The arenas of a pool."""
        return NumbaRanker(pool)
