"""What a stored fold holds: the engine's own snapshot, where in the log it was taken, and who was reacted to."""

import struct
from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from uuid import UUID

import attrs

from v7core.errors import ComputeError, ComputeFault
from v7core.models.jobs import JobId

KIND: Final = "posterior"
_MAGIC: Final = b"V7FOLD01"
_HEAD: Final = struct.Struct("<8sQ16sI")
_JOB: Final = struct.Struct("<16sI")


@attrs.frozen(kw_only=True)
class PosteriorSnapshot:
    """A fold of the log up to an event."""

    sequence: int
    """Of that event, from 1."""
    event: bytes
    """Which event had that number: `event_mark` of its key."""
    reacted: Mapping[JobId, int] = attrs.field(repr=False)
    """How many reactions to a job stand."""
    engine: bytes = attrs.field(repr=False)

    def to_bytes(self) -> bytes:
        """Little-endian, no pickle; the store adds the checksum."""
        jobs = b"".join(_JOB.pack(job.bytes, count) for job, count in sorted(self.reacted.items()))
        return _HEAD.pack(_MAGIC, self.sequence, self.event, len(self.reacted)) + jobs + self.engine

    @classmethod
    def from_bytes(cls, body: bytes) -> "PosteriorSnapshot":
        """Read back.

        Raises:
            ComputeError: SNAPSHOT: it is cut, or not one of ours.
        """
        if len(body) < _HEAD.size:
            raise ComputeError(ComputeFault.SNAPSHOT, "it is cut")
        magic, sequence, event, many = _HEAD.unpack_from(body)
        end = _HEAD.size + many * _JOB.size
        if magic != _MAGIC or len(body) < end:
            raise ComputeError(ComputeFault.SNAPSHOT, "it is not one of ours")
        reacted = {UUID(bytes=job): count for job, count in _JOB.iter_unpack(body[_HEAD.size : end])}
        return cls(sequence=sequence, event=event, reacted=reacted, engine=body[end:])


def event_mark(key: str) -> bytes:
    """Sixteen bytes that tell one event from another: a log that was replaced has other events at the same numbers."""
    return sha256(key.encode("utf-8", "replace")).digest()[:16]
