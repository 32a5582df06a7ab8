"""Feature rows, kept by the document they were computed from: a changed posting has none until it gets a new one."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from v7core.errors import InvalidValue
from v7core.models.jobs import JobId
from v7services.storage.database import Database
from v7services.storage.plain import job_key
from v7services.storage.polls import by_ids

Row: TypeAlias = tuple[bytes, bytes]
"""Indices and values, as `FeatureRow.to_bytes` gives them."""


class Features:
    """Rows of numbers by posting, and by document for what was reacted to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, ids: Iterable[JobId], version: str) -> dict[JobId, Row]:
        """Rows of the postings as they are now; those that have none of this version are left out.

        Args:
            version: Of the hashing rules.
        """
        wanted = [job.bytes for job in ids]

        def work(connection: sqlite3.Connection) -> dict[JobId, Row]:
            select = (
                "select job.id, feature.indices, feature.vals from job join feature "
                "on feature.document_id = job.document_id and feature.version = ? where job.id in"
            )
            return {job_key(id_): (indices, vals) for id_, indices, vals in by_ids(connection, select, wanted, version)}

        return await self._database.read(work)

    async def below(self, number: int, limit: int, version: str) -> list[tuple[int, JobId, Row | None]]:
        """Open postings that arrived before this one, the latest first, with their rows of this version or None.

        Args:
            number: Of arrival; see `Postings.total`.
        """
        query = (
            "select job.n, job.id, feature.indices, feature.vals from job left join feature "
            "on feature.document_id = job.document_id and feature.version = ? "
            "where job.n < ? and job.closed_at is null order by job.n desc limit ?"
        )
        found = await self._database.read(lambda c: c.execute(query, (version, number, limit)).fetchall())
        return [(n, job_key(id_), None if indices is None else (indices, vals)) for n, id_, indices, vals in found]

    async def put(self, rows: Mapping[JobId, tuple[str, bytes, bytes]], version: str) -> None:
        """Keep (document id, indices, values) of these postings."""
        every = [(_digest(document), version, indices, vals) for document, indices, vals in rows.values()]
        if not every:
            return

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "insert into feature(document_id, version, indices, vals) values (?, ?, ?, ?) "
                "on conflict(document_id, version) do update set indices = excluded.indices, vals = excluded.vals",
                every,
            )

        await self._database.write(work)

    async def by_document(self, digest: str, version: str) -> Row | None:
        """The row of a document; None when it has none of this version."""
        query = "select indices, vals from feature where document_id = ? and version = ?"
        return await self._database.read(lambda c: c.execute(query, (_digest(digest), version)).fetchone())

    async def by_documents(self, digests: Iterable[str], version: str) -> dict[str, Row]:
        """The rows of many documents; those without one of this version are left out."""
        wanted = [_digest(digest) for digest in dict.fromkeys(digests)]

        def work(connection: sqlite3.Connection) -> dict[str, Row]:
            select = "select document_id, indices, vals from feature where version = ? and document_id in"
            return {id_.hex(): (indices, vals) for id_, indices, vals in by_ids(connection, select, wanted, version)}

        return await self._database.read(work)

    async def sweep(self, version: str) -> int:
        """Drop rows of other versions, and of documents nobody shows and nobody reacted to; returns how many."""

        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "delete from feature where version is not ?1 or (document_id not in (select document_id from job) "
                "and document_id not in (select digest from document))",
                (version,),
            ).rowcount

        return await self._database.write(work)


def _digest(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != 16:
        raise InvalidValue(f"no document id: {text[:40]!r}")
    return digest
