"""What is asked and what comes back: values, so that a source can be written and tested without a network."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

import attrs
import msgspec

from v7core.models.sources import Validators

MEGABYTE: Final = 1_000_000


class Format(StrEnum):
    """What a source has declared it sends. The server's Content-Type is not believed over it."""

    JSON = "json"
    XML = "xml"
    HTML = "html"
    TEXT = "text"
    FEED = "feed"
    """XML or JSON."""


@attrs.frozen
class Origin:
    """A host and port that may be asked although it is loopback: the demo's boards, a test's server."""

    host: str
    port: int


@attrs.frozen(kw_only=True)
class FetchRequest:
    """One question to one server.

    Secrets never stand in a request: `url`, `headers` and `body` hold `{{NAME}}` (or `{{basic:NAME}}`, the
    base64 of "NAME:") where the fetch puts a credential in at the last moment, so a request may be logged as it is.
    """

    url: str
    """Absolute, http or https."""
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    body: bytes | None = attrs.field(default=None, repr=False)
    format: Format = Format.JSON
    validators: Validators = attrs.field(factory=Validators)
    """Sent as If-None-Match and If-Modified-Since; leave empty, the fetch of a source fills them in."""
    timeout_s: float = 30.0
    """For everything: names, redirects, retries within it, the last byte."""
    max_wire_bytes: int = 24 * MEGABYTE
    max_decoded_bytes: int = 24 * MEGABYTE
    note: str = ""
    """For the adapter alone: what this request was for, so that `parse` knows what it is reading."""


def get(url: str, query: Mapping[str, object] | None = None, **changes: Any) -> FetchRequest:
    """A GET; `query` is added to the address, None values left out.

    Args:
        changes: Other fields of `FetchRequest`.
    """
    pairs = [(key, str(value)) for key, value in (query or {}).items() if value is not None]
    if pairs:
        # Braces stay: `{{NAME}}` in a query is a place for a credential.
        url = f"{url}{'&' if '?' in url else '?'}{urlencode(pairs, safe='{}:,')}"
    return FetchRequest(url=url, **changes)


def post_json(url: str, value: object, **changes: Any) -> FetchRequest:
    """A POST of a JSON document."""
    headers = (("Content-Type", "application/json"), *changes.pop("headers", ()))
    return FetchRequest(url=url, method="POST", body=msgspec.json.encode(value), headers=headers, **changes)


@attrs.frozen(kw_only=True)
class FetchReply:
    """What one server answered: a sound, whole, decoded body, or "not modified"."""

    status: int
    url: str
    """Where the redirects ended, without credentials."""
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Lower-case names; only those a source may need (validators, totals, links)."""
    body: bytes = attrs.field(default=b"", repr=False)
    not_modified: bool = False
    wire_bytes: int = 0
    requests: int = 1
    """Sent for this reply: redirects and retries included."""
    duration_ms: float = 0.0
    """Of those requests, to the last byte of each; waiting for the host's turn and between tries is left out."""
