"""What crosses between the processes: MessagePack frames behind a length of four bytes, big-endian."""

import asyncio
import struct

import msgspec

_LENGTH = struct.Struct(">I")
LARGEST = 16 << 20
"""Bytes. A longer frame means a broken peer: the connection is given up."""


class Card(msgspec.Struct, frozen=True, array_like=True):
    """One row of the deck: what the list and the reasons need, without the text."""

    key: str
    title: str
    company: str
    location: str
    url: str
    score: float
    reasons: tuple[tuple[str, float], ...]


class SourceRow(msgspec.Struct, frozen=True, array_like=True):
    """One source on the live screen."""

    name: str
    fetched: int
    postings: int
    last_ms: float


class Snapshot(msgspec.Struct, frozen=True, array_like=True):
    """What the live screen shows ten times a second."""

    stored: int
    rounds: int
    ready: bool
    rank_ms: float
    sources: tuple[SourceRow, ...]


class Request(msgspec.Struct, frozen=True, array_like=True, tag="q"):
    """A call: the best `limit` postings."""

    id: int
    limit: int


class Deck(msgspec.Struct, frozen=True, array_like=True, tag="d"):
    """The answer to a request."""

    id: int
    cards: tuple[Card, ...]


class Event(msgspec.Struct, frozen=True, array_like=True, tag="e"):
    """News nobody asked for; only the newest matters."""

    snapshot: Snapshot


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Request | Deck | Event)


def frame(message: Request | Deck | Event) -> bytes:
    payload = _ENCODER.encode(message)
    return _LENGTH.pack(len(payload)) + payload


async def receive(reader: asyncio.StreamReader) -> Request | Deck | Event:
    """The next message. Raises asyncio.IncompleteReadError at the end, msgspec.DecodeError on a foreign frame."""
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if length > LARGEST:
        raise msgspec.DecodeError(f"frame of {length} bytes")
    return _DECODER.decode(await reader.readexactly(length))
