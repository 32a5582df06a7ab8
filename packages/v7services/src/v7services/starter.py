"""Boards to begin with, for somebody who has none yet: public, without a key, chosen by a trade and a region.

A region brings the boards of its country, whatever the trade; a trade brings its corner of the boards that know trades,
wherever the work is. Who names neither gets what is for everybody.
"""

from collections.abc import Iterable
from typing import Final

import attrs

from v7core.models.sources import Recognised, StarterPack
from v7services.adapter import Adapter
from v7services.recognise import recognised

_REMOTE: Final = ("himalayas:all", "remotive:all")
EVERYBODY: Final = ("himalayas:all", "remotive:all", "jobicy:all", "weworkremotely:all", "themuse:all")
"""For no trade and no region in particular."""


@attrs.frozen
class _Word:
    """A trade or a region: its name, what else people call it, and its boards."""

    name: str
    also: tuple[str, ...]
    boards: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return (self.name.casefold(), *self.also)


TRADES: Final = (
    _Word("Technology", ("software", "engineering", "developer", "programmer", "devops", "it"),
          ("hackernews:whoishiring", "weworkremotely:remote-programming-jobs", "themuse:Software Engineering",
           "remoteok:all")),
    _Word("Data", ("analytics", "machine learning", "statistics", "scientist"),
          ("themuse:Data and Analytics", "hackernews:whoishiring", "remoteok:all")),
    _Word("Design", ("ux", "ui", "graphic", "arts"),
          ("themuse:Design and UX", "weworkremotely:remote-design-jobs")),
    _Word("Product", ("project", "management"),
          ("themuse:Product Management", "themuse:Project Management", "weworkremotely:remote-product-jobs")),
    _Word("Marketing", ("advertising", "communications", "pr"),
          ("themuse:Advertising and Marketing", "weworkremotely:remote-sales-and-marketing-jobs")),
    _Word("Sales", ("business development", "retail"),
          ("themuse:Sales", "themuse:Retail", "weworkremotely:remote-sales-and-marketing-jobs")),
    _Word("Support", ("customer service", "help desk"),
          ("themuse:Customer Service", "weworkremotely:remote-customer-support-jobs")),
    _Word("Writing", ("editing", "journalism", "translation", "media"),
          ("themuse:Writing and Editing", "weworkremotely:all-other-remote-jobs")),
    _Word("Finance", ("accounting", "banking", "controlling"),
          ("themuse:Accounting and Finance", "weworkremotely:remote-management-and-finance-jobs")),
    _Word("Health", ("healthcare", "nursing", "nurse", "medicine", "care", "doctor"), ("themuse:Healthcare",)),
    _Word("Education", ("teaching", "teacher", "training"), ("themuse:Education",)),
    _Word("Trades and transport", ("manufacturing", "logistics", "warehouse", "construction", "driver", "crafts"),
          ("themuse:Manufacturing and Warehouse", "themuse:Transportation and Logistics", "themuse:Construction")),
    _Word("Food and hospitality", ("baker", "chef", "cook", "hotel", "restaurant"),
          ("themuse:Food and Hospitality Services",)),
    _Word("Law and people", ("legal", "lawyer", "human resources", "recruiting", "hr"),
          ("themuse:Legal Services", "themuse:Human Resources and Recruitment")),
)  # fmt: skip
REGIONS: Final = (
    _Word("Remote", ("anywhere", "worldwide"), (*_REMOTE, "jobicy:all", "workingnomads:all")),
    _Word("Germany", ("deutschland", "berlin", "munich", "hamburg"), ("arbeitnow:all",)),
    _Word("United Kingdom", ("uk", "britain", "england", "scotland", "london"), ("arbeitnow:all",)),
    _Word("Sweden", ("sverige", "stockholm", "gothenburg"), ("jobtech:all",)),
    _Word("Norway", ("norge", "oslo", "bergen"), ("nav:all",)),
    _Word("Portugal", ("lisbon", "porto"), ("landingjobs:all",)),
    _Word("Europe", ("eu",), ("arbeitnow:all", "landingjobs:all")),
    _Word("United States", ("usa", "us", "america"), ("jobicy:all",)),
)


@attrs.frozen
class ShippedPacks:
    """`StarterPacks`: what this version knows to offer.

    Args:
        adapters: Boards of other sources, and of those that want a key, are left out.
    """

    adapters: tuple[Adapter, ...]

    async def packs(self) -> tuple[StarterPack, ...]:
        """Every trade, every region, every trade in every region, and one for everybody.

        In this order, so that of those that fit an answer equally well the first is no more than was asked for.
        """
        return tuple(
            [self._pack((trade,), ()) for trade in TRADES]
            + [self._pack((), (region,)) for region in REGIONS]
            + [self._pack((trade,), (region,)) for trade in TRADES for region in REGIONS]
            + [self._pack((), ())]
        )

    def _pack(self, trades: tuple[_Word, ...], regions: tuple[_Word, ...]) -> StarterPack:
        words = (*regions, *trades)
        boards = [board for word in words for board in word.boards] or list(EVERYBODY)
        if trades and not regions:
            boards += _REMOTE
        return StarterPack(
            name=", ".join(word.name for word in (*trades, *regions)) or "Everything, anywhere",
            trades=tuple(name for word in trades for name in word.words),
            regions=tuple(name for word in regions for name in word.words),
            sources=tuple(self._found(boards)),
        )

    def _found(self, boards: Iterable[str]) -> Iterable[Recognised]:
        named = {adapter.name: adapter for adapter in self.adapters if not adapter.needs_key}
        for key in dict.fromkeys(boards):
            source, _, board = key.partition(":")
            adapter = named.get(source)
            if adapter is not None and board in adapter.boards:
                yield recognised(adapter, board, "begins with this trade or region")
