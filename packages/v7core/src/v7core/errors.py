"""One tree of errors. Each class says what its caller may do; facts are attributes, not only text.

    V7Error
    ├─ InvalidValue (ValueError)      a value was refused; nothing changed            exit 2
    ├─ ConfigError(key)               a setting, path or home is unusable             exit 2
    ├─ NotFound(what)                 no such job, source or event                    exit 3
    ├─ SourceError(source)            one poll of one source failed                   exit 4
    │  ├─ DnsError(temporary)  ConnectError  TlsError  FetchTimeout(stage)
    │  ├─ ProtocolError  RedirectError  BlockedError(target)
    │  ├─ StatusError(code)  SourceGone(code)  RateLimited(retry_after_s)  CredentialsError(place)
    │  ├─ TooLarge(stage, limit)  DecodeError
    │  └─ ParseError(at)
    │     ├─ SchemaError(path)        the document has another shape
    │     └─ ChallengeError           a login or captcha page came instead
    ├─ StorageError(kind)             the store refused or failed; see StorageFault   exit 5
    ├─ ComputeError(kind)             the engine refused or failed; see ComputeFault  exit 6
    └─ JobProcessingError             a batch was not processed                       exit 6
       ├─ EmptyBatch  BatchTooLarge(actual, maximum)  ProcessingTimeout
       └─ PerformanceBudgetViolated(actual_ms)  SystemResourcesExhausted

Cancellation is never one of these: `asyncio.CancelledError` passes through untouched.
"""

from enum import Enum
from typing import ClassVar


class V7Error(Exception):
    """Whatever goes wrong in V7 and is not a bug."""

    exit_code: ClassVar[int] = 1
    """What a command that ends in this error returns to the shell."""

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross the process boundary: rebuild without running an __init__ whose arguments are not in `args`.
        return _rebuild, (type(self), self.args, self.__dict__.copy())


def _rebuild(kind: type[V7Error], args: tuple[object, ...], facts: dict[str, object]) -> V7Error:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


class InvalidValue(V7Error, ValueError):
    """A value was refused. Nothing changed: correct it and call again."""

    exit_code = 2


class ConfigError(V7Error):
    """A setting, path or home cannot be used. The user has to change `key`."""

    exit_code = 2

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key}: {message}")
        self.key = key


class NotFound(V7Error):
    """There is no such job, source or event."""

    exit_code = 3

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class SourceError(V7Error):
    """One poll of one source failed. Everything stored before stays; other sources are not concerned."""

    exit_code = 4

    def __init__(self, source: str, message: str) -> None:
        super().__init__(f"{source}: {message}")
        self.source = source
        self.message = message


class DnsError(SourceError):
    """The name did not resolve. `temporary` failures are worth a retry."""

    def __init__(self, source: str, message: str, *, temporary: bool = False) -> None:
        super().__init__(source, message)
        self.temporary = temporary


class ConnectError(SourceError):
    """Refused, reset or closed. Worth a retry with back-off."""


class TlsError(SourceError):
    """The certificate or handshake was not acceptable. There is no switch to turn checking off."""


class FetchTimeout(SourceError):
    """A deadline passed at `stage` (dns, connect, tls, read, total). Worth a retry later."""

    def __init__(self, source: str, stage: str, *, after_s: float) -> None:
        super().__init__(source, f"no end after {after_s:g} s ({stage})")
        self.stage = stage
        self.after_s = after_s


class ProtocolError(SourceError):
    """The reply broke HTTP: a body shorter than announced, a bad chunk, a bad header."""


class RedirectError(SourceError):
    """The redirects led nowhere usable: a loop, too many, an unusable or foreign scheme."""


class BlockedError(SourceError):
    """The address may not be asked: private, loopback, or a downgrade to plain HTTP. No packet was sent there."""

    def __init__(self, source: str, message: str, *, target: str) -> None:
        super().__init__(source, message)
        self.target = target


class StatusError(SourceError):
    """The server answered with an error status. Only 5xx are worth a retry."""

    def __init__(self, source: str, code: int) -> None:
        super().__init__(source, f"status {code}")
        self.code = code


class SourceGone(StatusError):
    """The board is not there (404, 410, 451). Its jobs are kept and marked."""


class RateLimited(SourceError):
    """The source asked us to wait. Do not ask its host again before `retry_after_s`."""

    def __init__(self, source: str, *, retry_after_s: float) -> None:
        super().__init__(source, f"rate limited, next try in {retry_after_s:.0f} s")
        self.retry_after_s = retry_after_s


class CredentialsError(SourceError):
    """A key is missing or was refused. Names the place of the key, never its value."""

    def __init__(self, source: str, message: str, *, place: str = "") -> None:
        super().__init__(source, message)
        self.place = place


class TooLarge(SourceError):
    """A cap was reached at `stage` (wire, decoded, items, pages); the rest was not read."""

    def __init__(self, source: str, stage: str, *, limit: int) -> None:
        super().__init__(source, f"larger than {limit} ({stage})")
        self.stage = stage
        self.limit = limit


class DecodeError(SourceError):
    """The bytes are not what the encoding says: a cut or corrupt stream, an unknown encoding."""


class ParseError(SourceError):
    """The document cannot be read. `at` says where: a board, a line, a path."""

    def __init__(self, source: str, message: str, *, at: str = "") -> None:
        super().__init__(source, f"{message} (at {at})" if at else message)
        self.at = at


class SchemaError(ParseError):
    """The document is well formed and has another shape than the source's. `at` is the path."""


class ChallengeError(ParseError):
    """A login or captcha page came instead of the document: not "0 jobs"."""


class StorageFault(Enum):
    """What a store can do wrong."""

    FULL = "full"
    AWAY = "away"
    """A database server does not answer. What was sent last may or may not be kept: send it again by its key."""
    BUSY = "busy"
    READ_ONLY = "read-only"
    CORRUPT = "corrupt"
    NEWER = "newer"
    IO = "io"
    CONFLICT = "conflict"
    CLOSED = "closed"
    INVALID = "invalid"


class StorageError(V7Error):
    """The store refused or failed: what it was asked to keep is NOT kept."""

    exit_code = 5

    def __init__(self, kind: StorageFault, message: str) -> None:
        super().__init__(f"storage {kind.value}: {message}")
        self.kind = kind


class ComputeFault(Enum):
    """What an engine can refuse or do wrong."""

    CAPACITY = "capacity"
    NOT_FINITE = "not finite"
    UNKNOWN_JOB = "unknown job"
    SHAPE = "shape"
    SNAPSHOT = "snapshot"
    UNAVAILABLE = "unavailable"
    MEMORY = "memory"


class ComputeError(V7Error):
    """The engine refused or failed. Its state is unchanged."""

    exit_code = 6

    def __init__(self, kind: ComputeFault, message: str) -> None:
        super().__init__(f"{kind.value}: {message}")
        self.kind = kind


class JobProcessingError(V7Error):
    """A batch was not processed. Its jobs are still the caller's, or still queued."""

    exit_code = 6


class EmptyBatch(JobProcessingError):
    """The batch holds no job."""

    def __init__(self) -> None:
        super().__init__("the batch is empty")


class BatchTooLarge(JobProcessingError):
    """The batch holds more jobs than one batch may. Split it."""

    def __init__(self, actual: int, maximum: int) -> None:
        super().__init__(f"{actual} jobs, at most {maximum} a batch")
        self.actual = actual
        self.maximum = maximum


class ProcessingTimeout(JobProcessingError):
    """The batch did not end in time."""

    def __init__(self, after_s: float) -> None:
        super().__init__(f"no end after {after_s:g} s")
        self.after_s = after_s


class PerformanceBudgetViolated(JobProcessingError):
    """The batch took longer than its budget allows."""

    def __init__(self, actual_ms: float) -> None:
        super().__init__(f"took {actual_ms:.3f} ms")
        self.actual_ms = actual_ms


class SystemResourcesExhausted(JobProcessingError):
    """The queue or the memory is full: send less, or later."""

    def __init__(self, message: str = "no room for more work") -> None:
        super().__init__(message)
