"""Where arrays lie: what an arena holds of them."""

from ctypes import addressof, c_char
from typing import Any

import numpy.typing as npt


def address(array: npt.NDArray[Any]) -> int:
    """Of an array's first element; the caller keeps the array alive.

    NumPy's own two ways build a dict or an object each, five times as slow; they serve empty and read-only arrays.
    """
    buffer: Any = array
    try:
        return addressof(c_char.from_buffer(buffer))
    except (TypeError, ValueError):
        where: int = array.__array_interface__["data"][0]
        return where
