"""A store in a throw-away home, and a second look at the same file."""

import pytest

from v7core.testing import samples
from v7core.testing.fakes import FixedClock
from v7services.storage import Storage


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "v7.sqlite3"


@pytest.fixture
async def storage(path, clock):
    async with await Storage.open(path, clock=clock) as opened:
        yield opened


@pytest.fixture
async def stocked(storage):
    """Twelve sample postings."""
    await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(12)))
    return storage
