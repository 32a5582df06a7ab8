"""Reactions as the learner reads them: each with the row of the document it was said of."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from v7core.errors import ComputeError, InvalidValue, NotFound, StorageError, StorageFault
from v7core.models.feed import Reaction
from v7core.protocols import Recorder
from v7thompson.evidence import Evidence
from v7thompson.features import FieldHasher
from v7thompson.rows import FeatureRow

if TYPE_CHECKING:
    from v7services.storage import Storage

_CACHED: Final = 512
"""Rows kept: undoing and doing again needs the same few."""


class EvidenceRows:
    """Rows come from the store when it has them of this version of the rules, else from the kept document.

    A reaction whose document is gone or damaged teaches nothing: it is left out, and counted as
    `learning.unlearnable_reactions`.
    """

    def __init__(self, storage: "Storage", hasher: FieldHasher, recorder: Recorder) -> None:
        self._storage = storage
        self._hasher = hasher
        self._recorder = recorder
        self._cached: dict[str, FeatureRow] = {}

    async def evidence(self, reactions: Sequence[Reaction]) -> list[Evidence]:
        """In their order; what cannot be learned from is left out.

        Raises:
            StorageError: the store failed, other than by a damaged document.
        """
        found: list[Evidence] = []
        rows = await self._rows([reaction.document_id for reaction in reactions])
        for reaction in reactions:
            row = rows.get(reaction.document_id)
            made = None if row is None else _evidence(reaction, row)
            if made is None:
                self._recorder.record("learning.unlearnable_reactions", 1.0)
            else:
                found.append(made)
        return found

    async def _rows(self, digests: Sequence[str]) -> dict[str, FeatureRow]:
        rows = {digest: self._cached[digest] for digest in digests if digest in self._cached}
        missing = [digest for digest in dict.fromkeys(digests) if digest not in rows and digest]
        if missing:
            kept = await self._kept(missing)
            for digest in missing:
                row = kept.get(digest) or await self._made(digest)
                if row is not None:
                    rows[digest] = row
            for digest in missing[-_CACHED:]:
                if digest in rows:
                    self._cached[digest] = rows[digest]
            for digest in list(self._cached)[: max(0, len(self._cached) - _CACHED)]:
                del self._cached[digest]
        return rows

    async def _kept(self, digests: Sequence[str]) -> dict[str, FeatureRow]:
        try:
            kept = await self._storage.features.by_documents(digests, self._hasher.version)
        except InvalidValue:  # one of them is no digest: an event from elsewhere
            return {}
        rows = {}
        for digest, (indices, values) in kept.items():
            try:
                rows[digest] = FeatureRow.from_bytes(indices, values)
            except ComputeError:  # damaged: made again from the document
                self._recorder.record("features.damaged_rows", 1.0)
        return rows

    async def _made(self, digest: str) -> FeatureRow | None:
        try:
            document = await self._storage.log.document(digest)
        except NotFound:
            return None
        except StorageError as error:
            if error.kind is StorageFault.CORRUPT:
                return None
            raise
        try:
            return await asyncio.to_thread(self._hasher.transform, document)
        except InvalidValue:
            return None


def _evidence(reaction: Reaction, row: FeatureRow) -> Evidence | None:
    shown = reaction.shown
    sequence = reaction.sequence or 0
    try:
        return Evidence(
            sequence=sequence, profile=reaction.profile, reward=reaction.reward, row=row,
            round=sequence - 1 if shown is None else shown.round,
            shown_mean=None if shown is None else shown.mean, shown_sd=None if shown is None else shown.sd,
        )  # fmt: skip
    except InvalidValue:  # figures nobody can have been shown
        return None
