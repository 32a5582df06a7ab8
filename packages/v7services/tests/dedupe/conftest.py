"""Our own labelled postings, and a store."""

import csv
import json
from pathlib import Path

import pytest

from v7core.testing.fakes import FixedClock, ListRecorder
from v7services.fields.instants import iso_instant
from v7services.fields.postings import make_posting
from v7services.storage import Storage
from v7services.testing.cases import FETCHED_AT

HERE = Path(__file__).parent


def _posting(item):
    return make_posting(
        source=item["source"],
        board=item["board"],
        external_id=item["external_id"],
        title=item["title"],
        company=item["company"],
        fetched_at=FETCHED_AT,
        locations=item["locations"],
        posted=iso_instant(item["posted"], "posted"),
        requisition_id=item.get("requisition"),
        url=item.get("url"),
        text=item["text"],
    )


@pytest.fixture(scope="session")
def written():
    """Postings by their keys."""
    lines = (HERE / "written.jsonl").read_text("utf-8").splitlines()
    return {item["key"]: _posting(item) for item in map(json.loads, lines)}


@pytest.fixture(scope="session")
def pairs():
    """Rows of (a, b, same, kind, company)."""
    with (HERE / "pairs.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def clock():
    return FixedClock(FETCHED_AT)


@pytest.fixture
def recorder():
    return ListRecorder()


@pytest.fixture
async def storage(tmp_path, clock):
    async with await Storage.open(tmp_path / "v7.sqlite3", clock=clock) as opened:
        yield opened
