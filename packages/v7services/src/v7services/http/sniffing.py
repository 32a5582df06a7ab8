"""Whether a body is what its source has declared: a login or captcha page with status 200 is not an empty board."""

import re
from collections.abc import Mapping
from typing import Final

from v7core.errors import ChallengeError
from v7services.http.messages import Format

_HEAD: Final = 4_096
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HTML: Final = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_CHALLENGE: Final = re.compile(
    rb"cf[-_]chl|challenge-platform|g-recaptcha|h-captcha|hcaptcha\.com|_incapsula_|px-captcha|datadome|ddos-guard"
    rb"|<title>\s*(?:just a moment|attention required|access denied|are you (?:a )?human|verify you are|sign in)"
    rb"|<title>\s*log ?in"
    rb"|<input[^<>]{0,300}type=[\"']?password",
    re.IGNORECASE,
)
_MAX_CHALLENGE: Final = 200_000
"""A real page of jobs may hold a login form; a challenge page is short."""


def refuse_challenge(source: str, body: bytes, declared: Format, headers: Mapping[str, str]) -> None:
    """Raise `ChallengeError` where a page came instead of the document.

    The declared format decides, not the Content-Type, which is wrong as often as not.
    """
    if headers.get("cf-mitigated", "").lower() == "challenge":
        raise ChallengeError(source, "the server wants a person to prove they are one")
    head = body[:_HEAD]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    if declared is Format.HTML:
        if len(body) <= _MAX_CHALLENGE and b"JobPosting" not in body and _CHALLENGE.search(body):
            raise ChallengeError(source, "a login or captcha page")
        return
    if declared is Format.JSON:
        page = head.lstrip().startswith(b"<")
    elif declared in (Format.XML, Format.FEED):
        page = _HTML.match(head) is not None
    else:
        return
    if page:
        what = "a login or captcha page" if _CHALLENGE.search(body[:_MAX_CHALLENGE]) else "an HTML page"
        raise ChallengeError(source, f"{what} instead of {declared.value.upper()}")
