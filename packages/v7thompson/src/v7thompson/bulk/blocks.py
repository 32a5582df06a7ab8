"""One block of people over one block of postings. Pure: the same blocks give the same bits, wherever that is."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import attrs
import numpy as np
import numpy.typing as npt

from v7core.errors import InvalidValue
from v7core.models.jobs import JobId
from v7thompson.bulk.people import Person
from v7thompson.bulk.tables import result_of
from v7thompson.features import FieldHasher
from v7thompson.pool import CandidatePool, job_key
from v7thompson.rows import FeatureRow

KEPT_POOLS: Final = 8
"""Blocks of postings a process keeps ready; each takes about 2.5 KB a posting."""


@attrs.frozen(eq=False)
class RowBlock:
    """Postings as numbers, flat: what travels to a worker."""

    ids: bytes
    """16 bytes a posting."""
    start: npt.NDArray[np.int64]
    """int64 (postings + 1,): where each row begins."""
    indices: npt.NDArray[np.uint32]
    values: npt.NDArray[np.float32]
    digest: str
    """Of all of it: names the block in a worker's cache."""

    def __len__(self) -> int:
        return len(self.start) - 1

    @classmethod
    def of(cls, ids: Sequence[JobId], documents: Sequence[bytes], hasher: FieldHasher) -> "RowBlock":
        """Hash documents, once for all people.

        Raises:
            InvalidValue: one is not a document; says which.
        """
        rows: list[FeatureRow] = []
        for job, document in zip(ids, documents, strict=True):
            try:
                rows.append(hasher.transform(document))
            except InvalidValue as error:
                raise InvalidValue(f"posting {job}: {error}") from error
        start = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=start[1:])
        indices = np.concatenate([row.indices for row in rows] or [np.zeros(0, dtype=np.uint32)])
        values = np.concatenate([row.values for row in rows] or [np.zeros(0, dtype=np.float32)])
        names = b"".join(job.bytes for job in ids)
        digest = sha256(names + start.tobytes() + indices.tobytes() + values.tobytes()).hexdigest()
        return cls(names, start, indices, values, digest)

    def pool(self) -> CandidatePool:
        """Its postings, admitted."""
        pool = CandidatePool(max(1, len(self)))
        bounds = self.start.tolist()
        pool.admit(
            [
                (
                    UUID(bytes=self.ids[16 * place : 16 * place + 16]),
                    FeatureRow(self.indices[begin:end].copy(), self.values[begin:end].copy()),
                )
                for place, (begin, end) in enumerate(pairwise(bounds))
            ]
        )
        return pool


_POOLS: OrderedDict[str, CandidatePool] = OrderedDict()
_TURN: Final = threading.Lock()
"""A pool belongs to one engine at a time, and a cluster's worker may have several threads."""


def _pool_of(block: RowBlock) -> CandidatePool:
    pool = _POOLS.pop(block.digest, None) or block.pool()
    _POOLS[block.digest] = pool
    while len(_POOLS) > KEPT_POOLS:
        _POOLS.popitem(last=False)
    return pool


def rank_block(people: Sequence[Person], block: RowBlock, limit: int) -> Any:
    """The best of a block for each person, as an Arrow table of `tables.RESULT` without the rank.

    Calls take turns within a process.

    Raises:
        InvalidValue: a person's seed or limit is out of range.
        ComputeError: SNAPSHOT: it is damaged, or another person's.
    """
    found = []
    with _TURN:
        pool = _pool_of(block)
        for person in people:
            engine = person.engine(pool)
            ranked = engine.rank(limit, person.blend, round_=person.round)
            found += [(person.name, scored, engine.model_version) for scored in ranked]
    return result_of(found)


def best_of(rows: Sequence[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    """The best of several blocks' best, for one person: score descending, then the job's key, each job once.

    The order is the kernel's, so that blocks give what one pool would have given.
    """
    seen: dict[str, dict[str, Any]] = {row["job"]: row for row in rows}
    ordered = sorted(seen.values(), key=lambda row: (-row["score"], job_key(UUID(row["job"]))))
    return [{**row, "rank": rank} for rank, row in enumerate(ordered[:limit], start=1)]
