"""Messages on the wire: a length, then one msgpack document.

Frame: 4 bytes, big-endian, the length of what follows; then an array whose first item says which message it is.
"""

import asyncio
import struct
from typing import Any, Final

import msgspec

from v7core.errors import ComputeError, ComputeFault

MAX_FRAME: Final = 64 * 1024 * 1024
_LENGTH: Final = struct.Struct(">I")


class Call(msgspec.Struct, tag="c", array_like=True, frozen=True):
    """Please run a method."""

    id: int
    """Chosen by the caller, unique among its calls in flight."""
    port: str
    method: str
    arguments: msgspec.Raw
    """A map of names to values."""


class Value(msgspec.Struct, tag="v", array_like=True, frozen=True):
    """A call ended with a value."""

    id: int
    value: msgspec.Raw


class Failure(msgspec.Struct, tag="f", array_like=True, frozen=True):
    """A call ended in an error of `v7core.errors`."""

    id: int
    kind: str
    """The class's name."""
    message: str
    facts: dict[str, Any]


class Cancel(msgspec.Struct, tag="x", array_like=True, frozen=True):
    """The caller no longer waits for this call."""

    id: int


class Note(msgspec.Struct, tag="n", array_like=True, frozen=True):
    """Something one side tells the other; nobody answers."""

    topic: str
    value: msgspec.Raw


Message = Call | Value | Failure | Cancel | Note

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final[msgspec.msgpack.Decoder[Message]] = msgspec.msgpack.Decoder(Message)


def encoded(value: object) -> msgspec.Raw:
    """A value as it stands inside a message."""
    return msgspec.Raw(_encoder.encode(value))


def frame(message: Message) -> bytes:
    """A message, ready to write.

    Raises:
        ComputeError: it is larger than a frame may be.
    """
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME:
        raise ComputeError(ComputeFault.CAPACITY, f"a message of {len(body)} bytes, at most {MAX_FRAME}")
    return _LENGTH.pack(len(body)) + body


async def read_message(reader: asyncio.StreamReader) -> Message | None:
    """The next message, or None when the other side has closed.

    Raises:
        ComputeError: what came is not a message.
    """
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > MAX_FRAME:
            raise ComputeError(ComputeFault.SHAPE, f"a frame of {length} bytes")
        body = await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    try:
        return _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise ComputeError(ComputeFault.SHAPE, f"not a message: {error}") from error
