"""The road of a body into the ranking, cut into stages that are timed one by one.

Each stage is run over all bodies before the next begins, so that a stage's caches are its own; the process is held to
one core. What a stage is made of is found by timing the functions inside it, on top of what they cost untimed.
"""

import asyncio
import time
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from v7core.document import canonical_document, document_digest
from v7core.models.jobs import JobData
from v7core.models.sources import SourceKey
from v7core.testing import samples
from v7services.fields import html as html_module
from v7services.fields import postings as postings_module
from v7services.sources import lever as lever_module
from v7services.storage import Storage, polls
from v7services.storage.encoding import encode
from v7thompson.engine import ThompsonPerformanceEngine

PARTS = {
    "markup to text": (html_module, "_plain"),
    "clean text of markup": (html_module, "clean_block"),
    "clean plain parts": (lever_module, "clean_block"),
    "clean other text": (postings_module, "clean_block"),
    "clean one-line fields": (postings_module, "clean_text"),
    "pay out of the text": (postings_module, "pay_in_text"),
    "level out of the title": (postings_module, "seniority_of"),
    "the posting value": (postings_module, "JobPosting"),
    "addresses": (postings_module, "safe_url"),
}


class Timed:
    """Stands in for functions and adds up what they take, itself left out."""

    def __init__(self):
        self.seconds = defaultdict(float)
        self._put_back = []

    def __enter__(self):
        for part, (module, name) in PARTS.items():
            real = getattr(module, name)
            self._put_back.append((module, name, real))
            setattr(module, name, self._timing(part, real))
        return self

    def __exit__(self, *_):
        for module, name, real in self._put_back:
            setattr(module, name, real)

    def _timing(self, part, real):
        clock, seconds = time.process_time, self.seconds

        def timing(*args, **kwargs):
            started = clock()
            done = real(*args, **kwargs)
            seconds[part] += clock() - started
            return done

        return timing


def timed(work):
    """(seconds, result)."""
    started = time.process_time()
    done = work()
    return time.process_time() - started, done


async def committed(folder, harvests):
    """Seconds to commit every harvest to a fresh store."""
    async with await Storage.open(Path(folder) / "v7.db") as storage:
        started = time.process_time()
        for key, postings in harvests:
            await storage.jobs.commit_poll(samples.report(key=key), samples.harvest(postings))
        return time.process_time() - started


async def kept(folder, rows, version):
    """Seconds to keep feature rows, a hundred at a time, as the feed does."""
    async with await Storage.open(Path(folder) / "v7.db") as storage:
        started = time.process_time()
        for start in range(0, len(rows), 100):
            await storage.features.put(dict(rows[start : start + 100]), version)
        return time.process_time() - started


def one_round(bodies):
    """Seconds a stage and a part, and how many postings."""
    stages, engine = {}, ThompsonPerformanceEngine()
    stages["parse and clean"], parsed = timed(lambda: [body.parse() for body in bodies])
    with Timed() as parts:
        for body in bodies:
            body.parse()
    harvests = defaultdict(dict)
    for body, postings in zip(bodies, parsed, strict=True):
        harvests[SourceKey(source=body.adapter.name, board=body.board)] |= {each.id: each for each in postings}
    polled = [(key, tuple(postings.values())) for key, postings in harvests.items()]
    every = [posting for _, postings in polled for posting in postings]
    stages["columns, digests"], _ = timed(lambda: [encode(posting, 0) for posting in every])
    index = polls._INDEX
    with TemporaryDirectory() as folder:
        whole = asyncio.run(committed(folder, polled))
    try:
        polls._INDEX = f"delete from report where false and n in ({', '.join('?' * index.count('?'))})"
        with TemporaryDirectory() as folder:
            unindexed = asyncio.run(committed(folder, polled))
    finally:
        polls._INDEX = index
    stages["rows of the store"] = unindexed - stages["columns, digests"]
    stages["full-text row"] = whole - unindexed
    stages["document"], documents = timed(lambda: [(posting, canonical_document(posting)) for posting in every])
    stages["document's digest"], digests = timed(lambda: [document_digest(body) for _, body in documents])
    stages["features"], rows = timed(lambda: [engine.hasher.transform(body) for _, body in documents])
    data = [JobData(id=p.id, source=p.source, payload=body) for p, body in documents]
    both, _ = timed(lambda: [engine.process_job_batch(data[n : n + 100]) for n in range(0, len(data), 100)])
    stages["admit and score"] = both - stages["features"]
    packed = [
        (posting.id, (digest, *row.to_bytes())) for posting, digest, row in zip(every, digests, rows, strict=True)
    ]
    with TemporaryDirectory() as folder:
        stages["keep the row"] = asyncio.run(kept(folder, packed, engine.hasher.version))
    return stages, dict(parts.seconds), len(every), sum(len(body) for _, body in documents)
