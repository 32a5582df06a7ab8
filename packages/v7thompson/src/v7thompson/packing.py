"""Arrays as bytes and back: little-endian, no pickle, nothing executed."""

import struct
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_KINDS: Final[dict[bytes, np.dtype[Any]]] = {
    b"u": np.dtype("<u4"),
    b"U": np.dtype("<u8"),
    b"i": np.dtype("<i8"),
    b"f": np.dtype("<f4"),
    b"d": np.dtype("<f8"),
}
_HEAD: Final = struct.Struct("<cQ")


def pack(arrays: Sequence[npt.NDArray[Any]]) -> bytes:
    """One-dimensional arrays of uint32, uint64, int64, float32 or float64."""
    parts: list[bytes] = []
    for array in arrays:
        little = array.astype(array.dtype.newbyteorder("<"))
        code = next(code for code, kind in _KINDS.items() if kind == little.dtype)
        parts += (_HEAD.pack(code, array.size), little.tobytes())
    return b"".join(parts)


def unpack(data: bytes) -> list[npt.NDArray[Any]]:
    """The arrays again, in this machine's order.

    Raises:
        ValueError: the bytes are cut or are not arrays.
    """
    arrays: list[npt.NDArray[Any]] = []
    at = 0
    while at < len(data):
        if at + _HEAD.size > len(data):
            raise ValueError("cut")
        code, size = _HEAD.unpack_from(data, at)
        kind = _KINDS.get(code)
        at += _HEAD.size
        if kind is None or size > (len(data) - at) // kind.itemsize:
            raise ValueError("cut, or no array")
        array = np.frombuffer(data, kind, int(size), at)
        arrays.append(array.astype(kind.newbyteorder("=")))
        at += int(size) * kind.itemsize
    return arrays
