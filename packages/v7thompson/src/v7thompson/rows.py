"""One posting as numbers: the row every kernel reads."""

import attrs
import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault
from v7thompson.layout import DIM, MAX_FEATURES


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
        return sealed(given.astype(np.uint32), copied)


def sealed(indices: npt.NDArray[np.uint32], values: npt.NDArray[np.float32]) -> FeatureRow:
    """A row of arrays that nobody else holds, without checking or copying."""
    indices.flags.writeable = False
    values.flags.writeable = False
    return FeatureRow(indices, values)
