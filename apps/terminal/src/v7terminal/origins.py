"""Loopback servers that may be polled although loopback is refused: named one by one, never a range.

`V7_LOOPBACK_ORIGINS` holds entries apart by commas: `127.0.0.1:8080` lets that server be asked, and
`lever=http://127.0.0.1:8080` asks it in place of a source's own servers. It is for tests of a source.
"""

import ipaddress
import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from v7core.errors import ConfigError

VARIABLE: Final = "V7_LOOPBACK_ORIGINS"


def loopback_origins(text: str | None = None) -> tuple[frozenset[tuple[str, int]], Mapping[str, str]]:
    """(host, port) pairs that may be asked, and base addresses by source.

    Raises:
        ConfigError: an entry is neither, or is not loopback.
    """
    allowed: set[tuple[str, int]] = set()
    bases: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in (text or os.environ.get(VARIABLE, "")).split(","))):
        name, equals, base = entry.partition("=")
        try:
            split = urlsplit(base if equals else f"//{entry}")
            host, port = split.hostname or "", split.port
        except ValueError:
            host, port = "", None
        if port is None or not _is_loopback(host) or (equals and split.scheme != "http"):
            raise ConfigError(VARIABLE, f"{entry!r} is neither 127.0.0.1:PORT nor SOURCE=http://127.0.0.1:PORT")
        allowed.add((host, port))
        if equals:
            bases[name] = base.rstrip("/")
    return frozenset(allowed), bases


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
