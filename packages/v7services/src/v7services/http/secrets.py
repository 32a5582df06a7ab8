"""Credentials: put in at the last moment, and taken out of whatever comes back."""

import base64
import re
from collections.abc import Callable
from typing import Final, TypeAlias
from urllib.parse import quote

from v7core.errors import CredentialsError

Secrets: TypeAlias = Callable[[str], str | None]
"""The value of a credential by its name, None when it was not given."""

_PLACE: Final = re.compile(r"\{\{(basic:)?([A-Z][A-Z0-9_]{1,63})\}\}")


def no_secrets(_: str) -> None:
    """Nothing is configured."""
    return


def places(*texts: str) -> frozenset[str]:
    """The names of the credentials that these texts have a place for."""
    return frozenset(match[2] for text in texts for match in _PLACE.finditer(text))


class Filling:
    """Puts credentials into one request, and remembers them so that nothing that is shown holds one.

    Args:
        source: For errors.
    """

    def __init__(self, source: str, secrets: Secrets) -> None:
        self._source = source
        self._secrets = secrets
        self._used: dict[str, str] = {}

    def __call__(self, text: str, *, in_url: bool = False) -> str:
        """The text with its credentials in it.

        Raises:
            CredentialsError: one of them was not given; names its place.
        """

        def value(match: re.Match[str]) -> str:
            name = match[2]
            secret = self._secrets(name)
            if not secret or not secret.isprintable():
                raise CredentialsError(
                    self._source, f"{name} is not set" if not secret else f"{name} is not usable", place=name
                )
            if match[1]:
                secret = base64.b64encode(f"{secret}:".encode()).decode("ascii")
            shown = quote(secret, safe="") if in_url else secret
            self._used[shown] = self._used[secret] = f"{{{{{name}}}}}"
            return shown

        return _PLACE.sub(value, text)

    def clean(self, error: Exception) -> None:
        """Take the credentials out of an error's words and facts, and out of those of the errors it came from."""
        seen: BaseException | None = error
        for _ in range(10):
            if seen is None:
                return
            seen.args = tuple(self.redact(arg) if isinstance(arg, str) else arg for arg in seen.args)
            for name, value in vars(seen).items():
                if isinstance(value, str):
                    setattr(seen, name, self.redact(value))
            seen = seen.__cause__ or seen.__context__

    def redact(self, text: str) -> str:
        """The text with every credential that was put in replaced by its place."""
        for secret, place in sorted(self._used.items(), key=lambda item: -len(item[0])):
            text = text.replace(secret, place)
        return text
