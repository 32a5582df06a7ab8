"""One posting as numbers: the row every kernel reads."""

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault
from v7thompson.layout import DIM, MAX_FEATURES


@attrs.frozen(eq=False)
class FeatureRow:
    """One posting as numbers; without the intercept. Immutable: the arrays cannot be written.

    Raises:
        ComputeError: SHAPE or NOT_FINITE, as the fields say. `checked` also takes other types, and copies.
    """

    indices: npt.NDArray[np.uint32]
    """uint32 (n,): buckets, ascending, each once, below `layout.DIM`; n <= `layout.MAX_FEATURES`."""
    values: npt.NDArray[np.float32]
    """float32 (n,): finite, >= 0. A row made by `FieldHasher` has the squared norm 1."""

    def __attrs_post_init__(self) -> None:
        for array, kind in ((self.indices, np.uint32), (self.values, np.float32)):
            if not isinstance(array, np.ndarray) or array.dtype != kind or not array.flags.c_contiguous:
                raise ComputeError(ComputeFault.SHAPE, f"not a contiguous array of {np.dtype(kind)}")
        _check_indices(self.indices, self.values)
        _check_values(self.values)
        self.indices.flags.writeable = False
        self.values.flags.writeable = False

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
        if given.size and (given.dtype.kind not in "iu" or numbers.dtype.kind not in "fiu"):
            raise ComputeError(ComputeFault.SHAPE, f"indices of {given.dtype}, values of {numbers.dtype}")
        _check_indices(given, numbers)
        with np.errstate(over="ignore"):  # an overflow is refused in the next line
            copied = numbers.astype(np.float32)
        _check_values(copied)
        return sealed(given.astype(np.uint32), copied)


def _check_indices(indices: npt.NDArray[Any], values: npt.NDArray[Any]) -> None:
    if indices.ndim != 1 or values.shape != indices.shape or indices.size > MAX_FEATURES:
        raise ComputeError(ComputeFault.SHAPE, f"indices {indices.shape}, values {values.shape}")
    # Ascending makes the first the least and the last the most.
    if indices.size and (indices[0] < 0 or indices[-1] >= DIM or not (indices[1:] > indices[:-1]).all()):
        raise ComputeError(ComputeFault.SHAPE, f"indices are not ascending in [0, {DIM})")


def _check_values(values: npt.NDArray[np.float32]) -> None:
    if values.size and not 0.0 <= float(values.min()) <= float(values.max()) < float("inf"):  # NaN fails, too
        raise ComputeError(ComputeFault.NOT_FINITE, "a value is NaN, infinite or negative")


def sealed(indices: npt.NDArray[np.uint32], values: npt.NDArray[np.float32]) -> FeatureRow:
    """A row of arrays that nobody else holds and that are known to be right: neither checked nor copied."""
    indices.flags.writeable = False
    values.flags.writeable = False
    row = FeatureRow.__new__(FeatureRow)
    object.__setattr__(row, "indices", indices)
    object.__setattr__(row, "values", values)
    return row
