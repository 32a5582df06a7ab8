"""The sources there are: adding one is one file in `sources/`, one fixture, and one line here."""

from typing import Final

from v7services.adapter import Adapter
from v7services.sources import feed, greenhouse, lever

ADAPTERS: Final[tuple[Adapter, ...]] = (
    greenhouse.ADAPTER,
    lever.ADAPTER,
    # Last: it takes whatever says it is a feed.
    feed.ADAPTER,
)
"""In the order they are asked whether an address is theirs."""


def by_name(adapters: tuple[Adapter, ...] = ADAPTERS) -> dict[str, Adapter]:
    """The adapters by their names."""
    return {adapter.name: adapter for adapter in adapters}
