"""The sources there are: adding one is one file in `sources/`, one fixture, and one line here."""

from typing import Final

from v7services.adapter import Adapter
from v7services.sources import (
    ashby,
    bamboohr,
    breezy,
    comeet,
    feed,
    gem,
    greenhouse,
    jazzhr,
    jsonld,
    lever,
    personio,
    pinpoint,
    recruitee,
    rippling,
    smartrecruiters,
    teamtailor,
    weworkremotely,
    workable,
    workday,
)

ADAPTERS: Final[tuple[Adapter, ...]] = (
    greenhouse.ADAPTER,
    lever.ADAPTER,
    ashby.ADAPTER,
    smartrecruiters.ADAPTER,
    workable.ADAPTER,
    recruitee.ADAPTER,
    personio.ADAPTER,
    teamtailor.ADAPTER,
    breezy.ADAPTER,
    bamboohr.ADAPTER,
    pinpoint.ADAPTER,
    rippling.ADAPTER,
    gem.ADAPTER,
    comeet.ADAPTER,
    workday.ADAPTER,
    jazzhr.ADAPTER,
    weworkremotely.ADAPTER,
    # Last: these take whatever looks like a feed, or is a page.
    jsonld.ADAPTER,
    feed.ADAPTER,
)
"""In the order they are asked whether an address is theirs."""


def by_name(adapters: tuple[Adapter, ...] = ADAPTERS) -> dict[str, Adapter]:
    """The adapters by their names."""
    return {adapter.name: adapter for adapter in adapters}
