"""Keys of sources that want one: from the environment, or from a file only its owner can read."""

import os
import stat
import tomllib
from collections.abc import Callable, Iterable, Mapping

from v7core.errors import ConfigError
from v7terminal.paths import Home


def credentials_of(home: Home, names: Iterable[str]) -> Callable[[str], str | None]:
    """Looks a key up by its name; the environment goes before the file `credentials.toml` in the home.

    Args:
        names: Every key some source wants.

    Raises:
        ConfigError: the file is readable by others, is no TOML, or holds something that is not a key.
    """
    kept = _read(home, frozenset(names))
    return lambda name: os.environ.get(name) or kept.get(name)


def _read(home: Home, names: frozenset[str]) -> Mapping[str, str]:
    path = home.credentials
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError("credentials", f"{path}: {error.strerror or error}") from error
    with os.fdopen(handle, "rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise ConfigError("credentials", f"{path} can be read by others: chmod 600 it")
        content = file.read()
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # The parser names the line; it quotes nothing of the file, so no key is shown.
        raise ConfigError("credentials", f"{path}: {error}") from None
    lines = content.decode("utf-8").splitlines()
    for name, value in table.items():
        line = next((n for n, text in enumerate(lines, 1) if text.strip().startswith(name)), 1)
        if name not in names:
            raise ConfigError(f"credentials.{name}", f"{path}, line {line}: known are {', '.join(sorted(names))}")
        if not isinstance(value, str) or not value:
            raise ConfigError(f"credentials.{name}", f'{path}, line {line}: a key is written NAME = "…"')
    return table
