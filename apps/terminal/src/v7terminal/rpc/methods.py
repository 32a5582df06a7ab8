"""The methods that can be called across, read off the ports' own type hints: there is no second list to keep."""

import collections.abc
import inspect
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec

from v7core import errors
from v7core.errors import ComputeError, ComputeFault, StorageFault, V7Error
from v7core.protocols import (
    JobFeed,
    JobSearch,
    MetricHistory,
    SavedJobs,
    SavedSearches,
    SettingsStore,
    SourceDirectory,
    StarterPacks,
)
from v7terminal.rpc.frames import Failure, encoded
from v7terminal.rpc.watching import Due, MonitorPort, Warming

PORTS: Final[Mapping[str, type]] = {
    "feed": JobFeed,
    "search": JobSearch,
    "sources": SourceDirectory,
    "searches": SavedSearches,
    "packs": StarterPacks,
    "saved": SavedJobs,
    "settings": SettingsStore,
    "history": MetricHistory,
    "warming": Warming,
    "due": Due,
    "monitor": MonitorPort,
}
"""What the background process offers, by name."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a port: how its arguments and its value are written."""

    signature: inspect.Signature
    arguments: msgspec.msgpack.Decoder[Any]
    """To a struct with one field an argument."""
    value: msgspec.msgpack.Decoder[Any]

    def pack(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> msgspec.Raw:
        """Arguments as a map; what was left out stays left out.

        Raises:
            TypeError: the method takes no such arguments.
        """
        bound = self.signature.bind(None, *args, **kwargs).arguments
        named = {name: _listed(value) for name, value in bound.items() if name != "self"}
        return encoded(named)

    def unpack(self, raw: msgspec.Raw) -> dict[str, Any]:
        """The map again, typed.

        Raises:
            ComputeError: it does not fit the method.
        """
        try:
            struct = self.arguments.decode(raw)
        except msgspec.MsgspecError as error:
            raise ComputeError(ComputeFault.SHAPE, f"arguments: {error}") from error
        return {
            name: value for name in struct.__struct_fields__ if (value := getattr(struct, name)) is not msgspec.UNSET
        }


def _listed(value: Any) -> Any:
    """An iterator cannot be written; a list can."""
    plain = isinstance(value, str | bytes | collections.abc.Sized) or not isinstance(value, collections.abc.Iterable)
    return value if plain else list(value)


@cache
def methods(port: type) -> Mapping[str, Method]:
    """Every async method of a port."""
    return {
        name: _method(port, name, member)
        for name, member in vars(port).items()
        if inspect.iscoroutinefunction(member) and not name.startswith("_")
    }


def _method(port: type, name: str, member: Any) -> Method:
    hints = typing.get_type_hints(member)
    signature = inspect.signature(member)
    fields = [
        (argument, _concrete(hints[argument]) | msgspec.UnsetType, msgspec.UNSET)
        for argument in signature.parameters
        if argument != "self"
    ]
    struct = msgspec.defstruct(f"{port.__name__}_{name}", fields, forbid_unknown_fields=True)
    return Method(signature, msgspec.msgpack.Decoder(struct), msgspec.msgpack.Decoder(_concrete(hints["return"])))


def _concrete(hint: Any) -> Any:
    """A hint that can be decoded to: any iterable becomes a tuple."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (collections.abc.Iterable, collections.abc.Sequence):
        return tuple[(_concrete(parts[0]), ...)]  # type: ignore[misc]
    if parts and type(hint).__name__ in ("UnionType", "_UnionGenericAlias"):
        united = _concrete(parts[0])
        for part in parts[1:]:
            united = united | _concrete(part)
        return united
    return hint


# --- errors ---------------------------------------------------------------------------------------------------------

_KINDS: Final[Mapping[str, type[V7Error]]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, V7Error)
}
_ENUMS: Final = {"StorageError": StorageFault, "ComputeError": ComputeFault}


def failure(call: int, error: V7Error) -> Failure:
    """An error as a message: its class by name, its facts by value."""
    kind = next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _KINDS)
    facts = {key: value.value if key == "kind" else value for key, value in vars(error).items()}
    return Failure(call, kind, str(error), {key: value for key, value in facts.items() if _simple(value)})


def _simple(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def error_of(message: Failure) -> V7Error:
    """The error again, of the same class and with the same facts."""
    kind = _KINDS.get(message.kind, V7Error)
    error = kind.__new__(kind, message.message)
    error.args = (message.message,)
    facts = dict(message.facts)
    if message.kind in _ENUMS and "kind" in facts:
        facts["kind"] = _ENUMS[message.kind](facts["kind"])
    error.__dict__.update(facts)
    return error
