"""Addresses: taken apart to recognise a board, and made safe before they are kept."""

import ipaddress
import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

import attrs

from v7core.errors import InvalidValue

MAX_URL: Final = 2_000
_PLAIN_URL: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?:[/?#][!#-;=?-\[\]-~]*)?")
"""What `safe_url` hands back as it is: neither user nor port, ASCII without blanks, quotes, "<" and backslashes."""
_LABEL: Final = re.compile(r"[A-Za-z0-9_-]{1,63}")


@attrs.frozen(kw_only=True)
class Address:
    """An address as somebody typed or pasted it, taken apart once."""

    url: str
    """Normalised; the scheme is https where none was given."""
    scheme: str
    host: str
    """Lower case, without port."""
    parts: tuple[str, ...]
    """Path segments, decoded, empty ones left out."""
    query: dict[str, str]
    """Last value of each key."""
    fragment: str = ""

    def part(self, index: int) -> str:
        """A path segment, "" when there is none."""
        return self.parts[index] if -len(self.parts) <= index < len(self.parts) else ""

    def on(self, *hosts: str) -> bool:
        """Whether the host is one of these or a name below it."""
        return any(self.host == host or self.host.endswith(f".{host}") for host in hosts)

    def label(self, domain: str) -> str:
        """The label in front of a domain ("acme" of acme.recruitee.com); "" for other hosts, deeper names and www."""
        name = self.host.removesuffix(f".{domain}")
        return "" if name == self.host or "." in name or name in ("www", "app", "api", "jobs", "careers") else name


def address(text: str) -> Address | None:
    """Take an address apart; None when it is none. A missing scheme is https."""
    text = text.strip()
    if not text or len(text) > MAX_URL or any(c.isspace() or not c.isprintable() for c in text):
        return None
    if "://" not in text:
        if "." not in text.split("/")[0]:
            return None
        text = f"https://{text}"
    try:
        split = urlsplit(text)
        host, _ = split.hostname, split.port
    except ValueError:
        return None
    if split.scheme.lower() not in ("http", "https") or not host or split.username or split.password:
        return None
    parts = tuple(unquote(part) for part in split.path.split("/") if part)
    query = dict(parse_qsl(split.query, max_num_fields=100)) if split.query.count("&") < 100 else {}
    return Address(url=text, scheme=split.scheme.lower(), host=host.lower().rstrip("."), parts=parts, query=query,
                   fragment=split.fragment)  # fmt: skip


def host_label(board: str) -> str:
    """A board that is one label of a host name, as it is.

    Raises:
        InvalidValue: it is none, and in its place could name another host.
    """
    if _LABEL.fullmatch(board) is None:
        raise InvalidValue(f"a board is one part of a host name here, not {board!r}")
    return board


def site(url: str) -> str:
    """The host of an address, and its port, without "www."; what is no address stays as it is."""
    return site_and_path(url).partition("/")[0] if "://" in url else url


def site_and_path(url: str) -> str:
    """As `site`, with the path: a site may have several feeds."""
    return re.split(r"[?#]", url.partition("://")[2])[0].removeprefix("www.").rstrip("/") if "://" in url else url


def safe_url(text: str, *, base: str | None = None) -> str | None:
    """An address that may be kept and shown: http or https, no user, no control character, host in ASCII; else None.

    Whether it may be opened is asked again when it is.

    Args:
        text: Absolute, or relative to `base`.
    """
    text = text.strip()
    if not text or len(text) > MAX_URL:
        return None
    if _PLAIN_URL.fullmatch(text):
        return text
    if not text.isprintable() or " " in text or "\\" in text or "<" in text or '"' in text:
        return None
    if base is not None and not text.startswith(("http://", "https://")):
        try:
            text = urljoin(base, text)
        except ValueError:
            return None
    if text[:8].lower() != "https://" and text[:7].lower() != "http://":
        return None
    try:
        split = urlsplit(text)
        host, port = split.hostname, split.port
    except ValueError:
        return None
    if not host or split.username is not None or split.password is not None:
        return None
    if host.isascii():
        return text
    try:  # shown as what is asked for, so that one script cannot pass for another
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return split._replace(netloc=name if port is None else f"{name}:{port}").geturl()


def is_address_literal(host: str) -> bool:
    """Whether a host is a number and not a name."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
