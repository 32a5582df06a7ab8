"""A home of any size: postings, the rows they are ranked by, and a log of reactions to them."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.store.postings import NOW, boards

from v7core.document import canonical_document, document_digest
from v7core.models.feed import ProfileKind, Reaction, ReactionKind
from v7core.models.jobs import JobId, JobPosting
from v7core.testing import samples
from v7core.testing.fakes import FixedClock
from v7services.storage import Storage
from v7services.storage.events import row_of
from v7services.storage.reaction_log import append_event
from v7thompson.features import FieldHasher

BOARD = 500
WANTED = ("Nurse", "Midwife", "Teacher")
"""What the person of these homes likes: titles that name one of these trades."""


@dataclass(frozen=True)
class Home:
    """How large it is, and where."""

    path: Path
    postings: int
    reactions: int


async def build(home: Home) -> tuple[float, float]:
    """Make the file; returns the wall and the processor time of the polls alone, seconds."""
    hasher = FieldHasher()
    every = home.postings // home.reactions
    wall = busy = 0.0
    async with await Storage.open(home.path, clock=FixedClock(NOW)) as storage:
        number = 0
        for key, postings in boards(home.postings // BOARD, BOARD):
            start, started = time.perf_counter(), time.process_time()
            await storage.jobs.commit_poll(samples.report(key=key), samples.harvest(postings))
            wall += time.perf_counter() - start
            busy += time.process_time() - started
            rows, said = _of_board(hasher, postings, range(number, number + len(postings)), every)
            number += len(postings)
            await storage.features.put(rows, hasher.version)
            await storage.database.write(lambda c, said=said: [append_event(c, e, row_of(e), d) for e, d in said])
    return wall, busy


def _of_board(
    hasher: FieldHasher, postings: Sequence[JobPosting], numbers: Sequence[int], every: int
) -> tuple[dict[JobId, tuple[str, bytes, bytes]], list[tuple[Reaction, bytes]]]:
    rows, said = {}, []
    for number, posting in zip(numbers, postings, strict=True):
        document = canonical_document(posting)
        digest = document_digest(document)
        rows[posting.id] = (digest, *hasher.transform(document).to_bytes())
        if number % every == 0:
            said.append((reaction(number, posting, digest), document))
    return rows, said


def reaction(number: int, posting: JobPosting, digest: str) -> Reaction:
    """What the person says of a posting."""
    liked = any(trade in posting.title for trade in WANTED)
    return Reaction(
        event_key=f"said-{number}", job_id=posting.id, kind=ReactionKind.INTERESTED if liked else ReactionKind.PASS,
        profile=ProfileKind.MANIFEST if number % 20 == 0 else ProfileKind.MATCH, at=NOW, document_id=digest,
    )  # fmt: skip


def unseen(home: Home, count: int) -> Iterator[JobPosting]:
    """Postings nobody reacted to, the first of the boards."""
    every = home.postings // home.reactions
    number = 0
    for _, postings in boards(home.postings // BOARD, BOARD):
        for posting in postings:
            if number % every and count > 0:
                count -= 1
                yield posting
            number += 1
        if count <= 0:
            return
