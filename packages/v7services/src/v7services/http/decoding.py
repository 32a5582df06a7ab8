"""Bodies undone while they stream in, capped, and checked to have an end: a cut stream looks like a short list."""

import zlib
from collections.abc import Iterator
from typing import Final

from v7core.errors import DecodeError, TooLarge

_PIECE: Final = 65_536
_MAX_LAYERS: Final = 2


class Inflater:
    """One layer of gzip or deflate.

    Raises:
        DecodeError: not that encoding, a bad check sum, or bytes that follow its end.
    """

    def __init__(self, source: str, encoding: str) -> None:
        self._source = source
        self._gzip = encoding != "deflate"
        self._wbits: int | None = (
            31 if self._gzip else None
        )  # deflate: with or without a header, known from the first byte
        self._stream: zlib._Decompress | None = None
        self._ended = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Undo a piece; what comes out comes in pieces of at most 64 kB."""
        while data:
            if self._stream is None or self._stream.eof:
                if self._ended and not self._gzip:
                    raise DecodeError(self._source, "bytes after the end of the compressed body")
                if self._ended and not data.strip(b"\0"):
                    return  # padding
                if self._wbits is None:
                    self._wbits = 15 if data[0] & 0x0F == 8 else -15
                self._stream = zlib.decompressobj(self._wbits)
            try:
                while True:
                    out = self._stream.decompress(data, _PIECE)
                    if out:
                        yield out
                    data = self._stream.unconsumed_tail
                    if self._stream.eof or (not data and len(out) < _PIECE):
                        break
            except zlib.error as error:
                raise DecodeError(self._source, "the compressed body is damaged") from error
            self._ended = self._ended or self._stream.eof
            data = self._stream.unused_data if self._stream.eof else b""

    def finish(self) -> None:
        """The body has ended: so must the stream."""
        if self._stream is None or not self._stream.eof:
            raise DecodeError(self._source, "the compressed body was cut")


class Body:
    """A body on its way in: undoes its encodings and holds both caps.

    Args:
        encodings: The Content-Encoding header.

    Raises:
        DecodeError: an encoding we did not ask for and cannot undo, or a damaged or cut stream.
        TooLarge: a cap was reached, on the wire or decoded.
    """

    def __init__(self, source: str, encodings: str, *, max_wire: int, max_decoded: int) -> None:
        names = [
            name for name in (part.strip().lower() for part in encodings.split(",")) if name not in ("", "identity")
        ]
        if len(names) > _MAX_LAYERS or any(name not in ("gzip", "x-gzip", "deflate") for name in names):
            raise DecodeError(source, "an unknown content encoding")
        self._source = source
        self._layers = [Inflater(source, name) for name in reversed(names)]
        self._max_wire, self._max_decoded = max_wire, max_decoded
        self._parts: list[bytes] = []
        self.decoded = 0
        """Bytes held."""
        self.wire = 0
        """Bytes received."""

    def feed(self, data: bytes) -> None:
        """Take what came over the wire."""
        self.wire += len(data)
        if self.wire > self._max_wire:
            raise TooLarge(self._source, "wire", limit=self._max_wire)
        for piece in self._undo(data, 0):
            self.decoded += len(piece)
            if self.decoded > self._max_decoded:
                raise TooLarge(self._source, "decoded", limit=self._max_decoded)
            self._parts.append(piece)

    def _undo(self, data: bytes, layer: int) -> Iterator[bytes]:
        if layer == len(self._layers):
            yield data
            return
        for piece in self._layers[layer].feed(data):
            yield from self._undo(piece, layer + 1)

    def finish(self) -> bytes:
        """The whole decoded body."""
        if self.wire:
            for layer in self._layers:
                layer.finish()
        return b"".join(self._parts)
