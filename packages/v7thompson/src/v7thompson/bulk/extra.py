"""Optional packages, asked for by the name of the extra that brings them."""

from importlib import import_module
from typing import Any

from v7core.errors import ConfigError


def needed(module: str, extra: str) -> Any:
    """The module.

    Raises:
        ConfigError: it is not installed; says with which extra it comes.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigError(extra, f"needs `pip install 'v7thompson[{extra}]'` ({error})") from error
