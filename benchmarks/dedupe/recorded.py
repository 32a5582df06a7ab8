"""The recorded postings that the labelled pairs name, by the hash of the file, the source and the id there."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import attrs

from v7core.errors import SourceError, V7Error
from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, ParseContext
from v7services.catalogue import ADAPTERS
from v7services.fields.instants import instant
from v7services.fields.postings import make_posting
from v7services.testing.cases import FETCHED_AT

SHARED = Path(os.environ.get("V7_SHARED") or Path(__file__).parents[3] / "shared")
PAYLOADS = SHARED / "payloads"
_BOARDS = {
    "workday": "acme/wd5/careers",
    "comeet": "acme/token",
    "jsonld": "https://acme.example/jobs/1",
    "adzuna": "us/x",
    "usajobs": "x",
    "jooble": "x",
    "reed": "x",
    "icims": "careers-acme.icims.com",
    "oracle": "acme.fa.us2.oraclecloud.com/CX_1",
}


def recorded_postings() -> dict[str, JobPosting]:
    """Every posting of the recordings that an adapter reads, and of two collections made of several boards."""
    found: dict[str, JobPosting] = {}
    for file, posting in (*_of_adapters(), *_of_collections()):
        name = f"{file}#{posting.source}#{posting.external_id}"
        found.setdefault(hashlib.sha256(name.encode()).hexdigest()[:16], posting)
    return found


def _of_adapters() -> Iterator[tuple[str, JobPosting]]:
    for adapter in ADAPTERS:
        for path in sorted((PAYLOADS / adapter.name).glob("*")):
            if path.name.endswith((".metadata.json", "robots.txt")):
                continue
            for posting in _parsed(adapter, path):
                yield f"{adapter.name}/{path.name}", posting


def _parsed(adapter: Adapter, path: Path) -> tuple[JobPosting, ...]:
    first = path.name.split("__")[0].split(".")[0]
    board = _BOARDS.get(adapter.name) or (adapter.boards[0] if adapter.boards else first)
    try:
        request = adapter.first_request(board)
        if adapter.name == "hackernews":
            request = attrs.evolve(request, url="https://hn.algolia.com/api/v1/search_by_date?tags=comment,story_1")
        # What is old there is left out against the day of the fetch, which was in August.
        when = FETCHED_AT.replace(month=8) if adapter.name == "jooble" else FETCHED_AT
        context = ParseContext(fetched_at=when, request=request, url=request.url)
        return adapter.parse(path.read_bytes(), board, context).postings
    except (SourceError, V7Error):
        return ()


def _of_collections() -> Iterator[tuple[str, JobPosting]]:
    folder = PAYLOADS / "_datasets" / "aggregated"
    for item in json.loads((folder / "amreeshays_multi_source.json").read_text("utf-8")):
        yield (
            "agg/amreeshays",
            make_posting(
                source="radar",
                board="all",
                external_id=item["id"],
                title=item["title"],
                company=item["company"] or "x",
                fetched_at=FETCHED_AT,
                locations=[item["location"]],
                posted=instant(item, "posted_date"),
                url=item["url"],
                text=item["description"] or "",
            ),
        )
    for line in (folder / "mali_nofluff_justjoin.jsonl").read_text("utf-8").splitlines():
        item = json.loads(line)
        yield (
            "agg/mali",
            make_posting(
                source=item["source"],
                board="all",
                external_id=item["external_id"],
                title=item["title"],
                company=item["company"],
                fetched_at=FETCHED_AT,
                locations=[item["city"] or ""],
                posted=instant(item, "posted_at"),
                url=item["url"],
            ),
        )
