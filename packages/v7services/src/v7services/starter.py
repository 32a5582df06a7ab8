"""Starter packs: public boards to begin with, by trade and region. The packs themselves are in `starter.toml`."""

import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from v7core.models.sources import Recognised, StarterPack
from v7services.adapter import Adapter
from v7services.recognise import recognised


class ShippedPacks:
    """`StarterPacks` as shipped, of the sources there are.

    Args:
        adapters: The catalogue; a pack shows only boards of these.
    """

    def __init__(self, adapters: Iterable[Adapter]) -> None:
        self._named = {adapter.name: adapter for adapter in adapters}

    async def packs(self) -> tuple[StarterPack, ...]:
        """In the order of the file; a pack without a board left is left out."""
        table = tomllib.loads(files("v7services").joinpath("starter.toml").read_text("utf-8"))
        found = (self._pack(entry) for entry in table["pack"])
        return tuple(pack for pack in found if pack.sources)

    def _pack(self, entry: dict[str, Any]) -> StarterPack:
        return StarterPack(
            name=entry["name"],
            trades=tuple(entry.get("trades", ())),
            regions=tuple(entry.get("regions", ())),
            sources=tuple(found for key in entry["sources"] if (found := self._source(key)) is not None),
        )

    def _source(self, key: str) -> Recognised | None:
        name, _, board = key.partition(":")
        adapter = self._named.get(name)
        return None if adapter is None else recognised(adapter, board, "a starter pack")
