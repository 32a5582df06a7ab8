"""Folds of the log, kept as a shortcut: checked before use, and never missed when they are gone."""

import sqlite3
from hashlib import sha256
from typing import Final

from v7services.storage.database import Database

KEPT: Final = 2
"""Of each kind: the latest, and the one before it should that be damaged."""


class Snapshots:
    """Bytes by kind and sequence. What they mean is their writer's business."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, kind: str, sequence: int, body: bytes) -> None:
        """Keep a snapshot; durable when it returns.

        Args:
            sequence: The log's last sequence number that is folded in.
        """
        digest = _digest(kind, sequence, body)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "insert into snapshot(kind, sequence, body, hash) values (?, ?, ?, ?)", (kind, sequence, body, digest)
            )
            connection.execute(
                "delete from snapshot where kind = ?1 and n <= "
                "(select n from snapshot where kind = ?1 order by n desc limit 1 offset ?2)",
                (kind, KEPT),
            )

        await self._database.write(work)

    async def latest(self, kind: str) -> tuple[int, bytes] | None:
        """(sequence, body) of the latest one that is sound; None when there is none."""

        def work(connection: sqlite3.Connection) -> tuple[int, bytes] | None:
            query = "select sequence, body, hash from snapshot where kind = ? order by n desc"
            for sequence, body, digest in connection.execute(query, (kind,)):
                if digest == _digest(kind, sequence, body):
                    return sequence, body
            return None

        return await self._database.read(work)

    async def discard(self, kind: str) -> None:
        """Forget every snapshot of this kind."""
        await self._database.write(lambda c: c.execute("delete from snapshot where kind = ?", (kind,)).close())


def _digest(kind: str, sequence: int, body: bytes) -> bytes:
    return sha256(f"{kind}\x1f{sequence}\x1f".encode() + body).digest()
