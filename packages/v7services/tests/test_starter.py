"""Starter packs name boards that exist and want no key."""

import tomllib
from importlib.resources import files

from v7services.catalogue import ADAPTERS, by_name
from v7services.starter import ShippedPacks


async def test_every_board_of_every_pack_is_one_of_the_catalogue_and_needs_no_key():
    """A name that is mistyped would be left out in silence: here it is not."""
    named = by_name()
    for entry in tomllib.loads(files("v7services").joinpath("starter.toml").read_text("utf-8"))["pack"]:
        for key in entry["sources"]:
            source, _, board = key.partition(":")
            adapter = named[source]
            assert not adapter.needs_key, key
            assert board in adapter.boards, key


async def test_packs_come_in_order_and_one_fits_everybody():
    """The last has neither trade nor region."""
    packs = await ShippedPacks(ADAPTERS).packs()

    assert len(packs) == len({pack.name for pack in packs})
    assert ((), ()) == (packs[-1].trades, packs[-1].regions)
    assert all(word == word.lower() for pack in packs for word in (*pack.trades, *pack.regions))


async def test_a_catalogue_without_a_source_shows_packs_without_its_boards():
    """And a pack of nothing but those is not shown."""
    packs = await ShippedPacks([adapter for adapter in ADAPTERS if adapter.name != "themuse"]).packs()

    assert "Health and care" not in [pack.name for pack in packs]
    assert "themuse" not in {found.key.source for pack in packs for found in pack.sources}
