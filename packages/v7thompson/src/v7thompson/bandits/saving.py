"""State as bytes: a digest, a line of JSON, arrays. No pickle, so reading runs nobody's code."""

import json
import struct
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault
from v7thompson import packing

_MAGIC: Final = b"V7BANDIT"
_HEADER: Final = struct.Struct("<8s32sI")


def pack(kind: str, version: int, facts: Mapping[str, Any], arrays: Sequence[npt.NDArray[Any]]) -> bytes:
    """State as bytes; `facts` are what JSON can say, arrays have one dimension."""
    told = json.dumps({"kind": kind, "version": version, "facts": dict(facts)}).encode()
    body = told + packing.pack(arrays)
    return _HEADER.pack(_MAGIC, sha256(body).digest(), len(told)) + body


def unpack(kind: str, version: int, state: bytes) -> tuple[dict[str, Any], list[npt.NDArray[Any]]]:
    """Facts and arrays.

    Raises:
        ComputeError: SNAPSHOT: cut, altered, of another kind or version.
    """
    if len(state) < _HEADER.size:
        raise ComputeError(ComputeFault.SNAPSHOT, "it is cut")
    magic, digest, told = _HEADER.unpack_from(state)
    body = state[_HEADER.size :]
    if magic != _MAGIC or sha256(body).digest() != digest:
        raise ComputeError(ComputeFault.SNAPSHOT, "it is damaged, or something else")
    head = json.loads(body[:told])
    if head["kind"] != kind or head["version"] != version:
        raise ComputeError(ComputeFault.SNAPSHOT, f"a {head['kind']} of version {head['version']}")
    return head["facts"], packing.unpack(body[told:])
