"""What every bandit asks of its arguments before it changes anything."""

import operator
from typing import Any

import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault, InvalidValue

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


def whole(value: Any, low: int, high: int, what: str) -> int:
    """A whole number in [low, high].

    Raises:
        InvalidValue: it is none, or outside.
    """
    try:
        number = operator.index(value)
    except TypeError as error:
        raise InvalidValue(f"{what} of {value!r}: not a whole number") from error
    if not low <= number <= high:
        raise InvalidValue(f"{what} of {number}; from {low} to {high}")
    return number


def real(value: Any, low: float, high: float, what: str) -> float:
    """A number in [low, high].

    Raises:
        InvalidValue: it is none, NaN, or outside.
    """
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InvalidValue(f"{what} of {value!r}: not a number") from error
    if not low <= number <= high:  # NaN fails, too
        raise InvalidValue(f"{what} of {number}; from {low} to {high}")
    return number


def vector(values: Any, size: int, low: float, high: float, what: str) -> F64:
    """float64 (size,), every element in [low, high]; a single number stands for all of them.

    Raises:
        ComputeError: SHAPE: not numbers, or another shape; NOT_FINITE: NaN or infinite.
        InvalidValue: an element is outside.
    """
    given = np.asarray(values)
    if given.dtype.kind not in "biuf" or given.shape not in ((), (size,)):
        raise ComputeError(ComputeFault.SHAPE, f"{what}: {given.dtype} {given.shape}, not numbers ({size},)")
    copied = np.empty(size)
    copied[:] = given
    if not bool(np.isfinite(copied).all()):
        raise ComputeError(ComputeFault.NOT_FINITE, f"{what}: NaN or infinite")
    if size and (float(copied.min()) < low or float(copied.max()) > high):
        raise InvalidValue(f"{what} outside [{low:g}, {high:g}]")
    return copied


def matrix(values: Any, columns: int, what: str) -> F64:
    """float64 (rows, columns), finite.

    Raises:
        ComputeError: SHAPE or NOT_FINITE.
    """
    given = np.asarray(values)
    if given.dtype.kind not in "biuf" or given.ndim != 2 or given.shape[1] != columns:
        raise ComputeError(ComputeFault.SHAPE, f"{what}: {given.dtype} {given.shape}, not numbers (n, {columns})")
    copied = given.astype(np.float64)
    if not bool(np.isfinite(copied).all()):
        raise ComputeError(ComputeFault.NOT_FINITE, f"{what}: NaN or infinite")
    return copied


def numbers(values: Any, what: str) -> I64:
    """int64 (n,): a copy.

    Raises:
        ComputeError: SHAPE: not whole numbers in one dimension.
    """
    given = np.asarray(values)
    if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
        raise ComputeError(ComputeFault.SHAPE, f"{what}: {given.dtype} {given.shape}, not whole numbers (n,)")
    if given.dtype.kind == "u" and given.size and int(given.max()) > np.iinfo(np.int64).max:
        raise ComputeError(ComputeFault.SHAPE, f"{what}: {int(given.max())} is no number of anything")
    return given.astype(np.int64)


def mask(values: Any, size: int, what: str) -> npt.NDArray[np.bool_]:
    """bool (size,).

    Raises:
        ComputeError: SHAPE: not booleans, or another shape.
    """
    given = np.asarray(values)
    if given.dtype != np.bool_ or given.shape != (size,):
        raise ComputeError(ComputeFault.SHAPE, f"{what}: {given.dtype} {given.shape}, not booleans ({size},)")
    return given


def slate_of(items: I64, count: int) -> None:
    """That these are items of so many, each once.

    Raises:
        InvalidValue: they are not.
    """
    if not items.size or int(items.min()) < 0 or int(items.max()) >= count or np.unique(items).size != items.size:
        raise InvalidValue(f"a slate of {items.size} items that are not each one of {count}")
