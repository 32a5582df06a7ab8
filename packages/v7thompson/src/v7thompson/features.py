"""From a posting's document to the row the engine ranks by, and back to words people can read."""

import threading
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from v7core.document import DocumentField
from v7core.errors import ComputeError, ComputeFault, InvalidValue
from v7thompson import backend
from v7thompson.layout import DIM, MAX_FEATURES
from v7thompson.text_rules import bucket, rules_version

MAX_DOCUMENT: Final = 1_000_000
"""Bytes of the longest document that is read."""


@attrs.frozen(eq=False)
class FeatureRow:
    """One posting as numbers; without the intercept. Immutable: the arrays cannot be written."""

    indices: npt.NDArray[np.uint32]
    """uint32 (n,): buckets, ascending, each once, below `layout.DIM`; n <= `layout.MAX_FEATURES`."""
    values: npt.NDArray[np.float32]
    """float32 (n,): finite, >= 0. A row made by `FieldHasher` has the squared norm 1."""

    def __len__(self) -> int:
        return int(self.indices.size)

    def to_bytes(self) -> tuple[bytes, bytes]:
        """Indices and values, little-endian: what a store keeps."""
        return self.indices.astype("<u4").tobytes(), self.values.astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, indices: bytes, values: bytes) -> "FeatureRow":
        """A row read back, checked.

        Raises:
            ComputeError: SHAPE or NOT_FINITE, as `checked` says.
        """
        if len(indices) % 4 or len(values) % 4:
            raise ComputeError(ComputeFault.SHAPE, "a row of cut numbers")
        return cls.checked(np.frombuffer(indices, "<u4"), np.frombuffer(values, "<f4"))

    @classmethod
    def checked(cls, indices: npt.ArrayLike, values: npt.ArrayLike) -> "FeatureRow":
        """A row from anywhere, copied.

        Raises:
            ComputeError: SHAPE: lengths differ, too many, not integers, out of range, not ascending;
                NOT_FINITE: a value is NaN, infinite or negative.
        """
        given, numbers = np.asarray(indices), np.asarray(values)
        if given.ndim != 1 or numbers.shape != given.shape or given.size > MAX_FEATURES:
            raise ComputeError(ComputeFault.SHAPE, f"indices {given.shape}, values {numbers.shape}")
        if given.size and (given.dtype.kind not in "iu" or numbers.dtype.kind not in "fiu"):
            raise ComputeError(ComputeFault.SHAPE, f"indices of {given.dtype}, values of {numbers.dtype}")
        if given.size and (int(given.min()) < 0 or int(given.max()) >= DIM or not bool(np.all(given[1:] > given[:-1]))):
            raise ComputeError(ComputeFault.SHAPE, f"indices are not ascending in [0, {DIM})")
        with np.errstate(over="ignore"):  # an overflow is refused in the next line
            copied = numbers.astype(np.float32)
        if not bool(np.all(np.isfinite(copied) & (copied >= 0))):
            raise ComputeError(ComputeFault.NOT_FINITE, "a value is NaN, infinite or negative")
        return _sealed(given.astype(np.uint32), copied)


def _sealed(indices: npt.NDArray[np.uint32], values: npt.NDArray[np.float32]) -> FeatureRow:
    indices.flags.writeable = False
    values.flags.writeable = False
    return FeatureRow(indices, values)


class FieldHasher:
    """Documents to rows. The rules are those of `v7thompson.text_rules`; nothing is learned, nothing is kept.

    May be called from any thread; calls take turns.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._featuriser: backend.Featuriser | None = None

    @property
    def version(self) -> str:
        """Sixteen hex digits that change when the rules do: rows of another version are made again."""
        return rules_version()

    def transform(self, document: bytes) -> FeatureRow:
        """The row of a document (`v7core.document.canonical_document`).

        Raises:
            InvalidValue: it is not UTF-8, or longer than MAX_DOCUMENT.
        """
        _check(document)
        with self._turn:
            if self._featuriser is None:
                self._featuriser = backend.current().featuriser()
            return _sealed(*self._featuriser(document))

    def tokens(self, document: bytes) -> list[tuple[DocumentField, str, int]]:
        """The features of a document in words: field, folded token and bucket, each pair once, in order.

        Raises:
            InvalidValue: as `transform`.
        """
        from v7thompson._plain.featurise import tokens

        _check(document)
        return [(field, token, bucket(field, token)) for field, token in dict.fromkeys(tokens(document))]

    @staticmethod
    def words(text: str) -> tuple[str, ...]:
        """The distinct words of free text, folded, stop-words left out, in order."""
        from v7thompson._plain.featurise import words
        from v7thompson.stopwords import STOP_WORDS

        return tuple(dict.fromkeys(word for word in words(text) if word not in STOP_WORDS))

    @staticmethod
    def index(field: DocumentField, token: str) -> int:
        """The bucket of a folded token in a field."""
        return bucket(field, token)


def _check(document: bytes) -> None:
    if len(document) > MAX_DOCUMENT:
        raise InvalidValue(f"a document of {len(document)} bytes; at most {MAX_DOCUMENT}")
    if not document.isascii():
        try:
            document.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidValue(f"a document that is not UTF-8 at byte {error.start}") from error
