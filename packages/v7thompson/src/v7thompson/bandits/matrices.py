"""Sparse matrices as users give them, checked: the kernels trust every index."""

from typing import Final

import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault, InvalidValue
from v7thompson.bandits import checks
from v7thompson.contract import Rows

F32 = npt.NDArray[np.float32]

_LARGEST: Final = 1e6


def rows_of(indptr: npt.ArrayLike, indices: npt.ArrayLike, values: npt.ArrayLike, dim: int) -> Rows:
    """A matrix of `dim` columns; arrays of the right kind are not copied.

    Raises:
        ComputeError: SHAPE or NOT_FINITE; InvalidValue: a value beyond 1e6.
    """
    bounds, features = np.asarray(indptr), np.asarray(indices)
    if bounds.ndim != 1 or not bounds.size or bounds.dtype.kind not in "iu":
        raise ComputeError(ComputeFault.SHAPE, f"indptr: {bounds.dtype} {bounds.shape}, not whole numbers (n + 1,)")
    if features.ndim != 1 or (features.size and features.dtype.kind not in "iu"):
        raise ComputeError(ComputeFault.SHAPE, f"indices: {features.dtype} {features.shape}, not whole numbers")
    if bounds[0] != 0 or bounds[-1] != features.size or bool((bounds[1:] < bounds[:-1]).any()):
        raise ComputeError(ComputeFault.SHAPE, f"indptr does not lead from 0 to {features.size}")
    if features.size and (int(features.min()) < 0 or int(features.max()) >= dim):
        raise ComputeError(ComputeFault.SHAPE, f"an index outside [0, {dim})")
    return Rows(
        np.ascontiguousarray(bounds, dtype=np.uint64),
        np.ascontiguousarray(features, dtype=np.uint32),
        _values(values, features.size),
    )


def ascending(indices: npt.NDArray[np.uint32], values: F32) -> tuple[npt.NDArray[np.uint32], F32]:
    """A row's features in ascending order.

    Raises:
        ComputeError: SHAPE: one occurs twice.
    """
    if bool((indices[1:] > indices[:-1]).all()):
        return indices, values
    order = np.argsort(indices, kind="stable")
    ordered = indices[order]
    if bool((ordered[1:] == ordered[:-1]).any()):
        raise ComputeError(ComputeFault.SHAPE, f"a feature twice in a row of {indices.size}")
    return ordered, values[order]


def _values(values: npt.ArrayLike, size: int) -> F32:
    given = np.asarray(values)
    if given.shape != (size,) or (size and given.dtype.kind not in "biuf"):
        raise ComputeError(ComputeFault.SHAPE, f"values: {given.dtype} {given.shape}, not numbers ({size},)")
    if size and not (float(given.min()) >= -_LARGEST and float(given.max()) <= _LARGEST):  # NaN fails, too
        if bool(np.isfinite(given).all()):
            raise InvalidValue(f"a value beyond {_LARGEST:g}")
        raise ComputeError(ComputeFault.NOT_FINITE, "values: NaN or infinite")
    return np.ascontiguousarray(given, dtype=np.float32)


def keys_of(keys: npt.ArrayLike, count: int) -> npt.NDArray[np.uint64]:
    """uint64 (count,): one of its own for each row."""
    given = np.asarray(keys)
    if given.shape != (count,) or (count and given.dtype.kind not in "iu"):
        raise ComputeError(ComputeFault.SHAPE, f"keys: {given.dtype} {given.shape}, not whole numbers ({count},)")
    named = np.ascontiguousarray(given, dtype=np.uint64)
    if np.unique(named).size != count:
        raise InvalidValue("two rows of one key would draw alike")
    return named


def groups_of(groups: npt.ArrayLike, dim: int) -> npt.NDArray[np.int64]:
    """int64 (dim,): the group of each feature."""
    given = checks.numbers(groups, "groups")
    if given.size != dim or int(given.min()) < 0 or int(given.max()) >= 2**16:
        raise ComputeError(ComputeFault.SHAPE, f"groups: {given.size} of {dim}, from 0 to {2**16 - 1}")
    return given
