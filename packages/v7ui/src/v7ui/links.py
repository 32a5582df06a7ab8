"""Addresses from strangers, before anything opens them."""

import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from v7core.errors import InvalidValue

MAX_URL = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that may be opened."""

    url: str
    """ASCII, http or https, without userinfo."""
    host: str
    """As it should be shown: punycode when scripts mix."""


def checked_link(url: str | None) -> Link:
    """Let an address through, or say why not.

    Raises:
        InvalidValue: nothing to open, another scheme than http(s), userinfo, control characters or spaces, no host, or
            a host that is not a name.
    """
    if not url:
        raise InvalidValue("this posting has no address")
    if len(url) > MAX_URL or not url.isprintable() or any(c.isspace() or c in '\\"<>`' for c in url):
        raise InvalidValue("the address holds characters an address cannot hold")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InvalidValue("the address is malformed") from error
    if parts.scheme not in ("http", "https"):
        raise InvalidValue("only http and https addresses are opened")
    if "@" in parts.netloc:
        raise InvalidValue("the address carries a user name, which hides where it leads")
    if not host:
        raise InvalidValue("the address names no host")
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise InvalidValue("the address names no host") from error
    netloc = (f"[{ascii_host}]" if ":" in ascii_host else ascii_host) + ("" if port is None else f":{port}")
    quoted = [part if part.isascii() else _quoted(part) for part in (parts.path, parts.query, parts.fragment)]
    return Link(url=urlunsplit((parts.scheme, netloc, *quoted)), host=host if _one_script(host) else ascii_host)


def _quoted(part: str) -> str:
    return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in part)


def _one_script(host: str) -> bool:
    """Whether a name's letters come from one script, so that none can pass for another's."""
    scripts = {unicodedata.name(c, "?").split(" ")[0] for c in host if c.isalpha()}
    return len(scripts) <= 1
