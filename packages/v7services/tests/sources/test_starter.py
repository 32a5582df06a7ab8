"""What a new home is offered: boards that exist, need no key, and fit one answer."""

import pytest

from v7core.testing.contracts import StarterPacksContract
from v7services.catalogue import ADAPTERS, by_name
from v7services.sources import lever
from v7services.starter import EVERYBODY, REGIONS, TRADES, ShippedPacks


class TestShippedPacks(StarterPacksContract):
    @pytest.fixture
    def subject(self):
        return ShippedPacks(ADAPTERS)


def test_every_board_of_the_data_is_one_of_its_source_and_needs_no_key():
    """A board that is misspelt here would be left out without a word."""
    named = by_name()
    for key in [*EVERYBODY, *(board for word in (*TRADES, *REGIONS) for board in word.boards)]:
        source, _, board = key.partition(":")
        assert board in named[source].boards, key
        assert not named[source].needs_key, key


async def test_every_pack_can_be_asked_for():
    """Each board leads to a public address; names are for people, and no two packs have the same."""
    named = by_name()
    packs = await ShippedPacks(ADAPTERS).packs()
    assert len({pack.name for pack in packs}) == len(packs)
    for pack in packs:
        for found in pack.sources:
            assert named[found.key.source].first_request(found.key.board).url.startswith("https://")


@pytest.mark.parametrize(
    ("answer", "name", "source"),
    [
        ("nurse Sweden", "Health, Sweden", "jobtech:all"),
        ("software, Germany", "Technology, Germany", "arbeitnow:all"),
        ("germany software", "Technology, Germany", "hackernews:whoishiring"),
        ("Design", "Design", "themuse:Design and UX"),
        ("norge", "Norway", "nav:all"),
        ("baker remote", "Food and hospitality, Remote", "himalayas:all"),
        ("zzz qqq", "Everything, anywhere", "themuse:all"),
        ("", "Everything, anywhere", "remotive:all"),
    ],
)
async def test_one_answer_chooses(answer, name, source):
    """The first of those that most of its words name is the pack: words in any order, no more than was asked for."""
    packs = await ShippedPacks(ADAPTERS).packs()
    words = answer.casefold().replace(",", " ").split()

    def fits(pack):
        return sum(any(name.startswith(word) for name in (*pack.trades, *pack.regions)) for word in words)

    pack = max((pack for pack in packs if fits(pack) or not (pack.trades or pack.regions)), key=fits)
    assert name == pack.name
    assert source in map(str, (found.key for found in pack.sources))


async def test_what_a_version_lacks_is_left_out():
    """Boards of sources that are not there are not offered."""
    packs = await ShippedPacks((lever.ADAPTER,)).packs()
    assert not any(pack.sources for pack in packs)
