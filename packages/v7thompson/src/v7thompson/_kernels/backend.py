"""The compiled implementation: arenas of addresses around the kernels."""

from typing import Any

import numpy as np
import numpy.typing as npt

from v7thompson import text_rules
from v7thompson._kernels import featurise as featurising
from v7thompson.backend import Featuriser, Row
from v7thompson.layout import MAX_FEATURES


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


class NumbaBackend:
    """Compiled kernels."""

    name = "numba"

    def featuriser(self) -> Featuriser:
        """A workspace of its own."""
        return NumbaFeaturiser()
