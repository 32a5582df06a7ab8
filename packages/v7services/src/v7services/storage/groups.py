"""Several postings of one opening, and the pairs a person said are none."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from v7core.errors import InvalidValue
from v7core.models.jobs import JobId
from v7services.storage.database import Database
from v7services.storage.plain import job_key
from v7services.storage.polls import by_ids

_IN_ORDER: Final = (
    "select grouped.job_id, grouped.group_n from grouped left join job on job.id = grouped.job_id "
    "where {which} order by grouped.group_n, job.n, grouped.job_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Postings of one opening, at least two."""

    jobs: tuple[JobId, ...]
    """In the order they arrived in the store."""

    @property
    def first(self) -> JobId:
        """The one that was seen first."""
        return self.jobs[0]


class Groups:
    """Merges and splits, durable. A split outlives every later merge that a matcher proposes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> tuple[Group, ...]:
        """Every group, oldest first."""

        def work(connection: sqlite3.Connection) -> tuple[Group, ...]:
            groups: dict[int, list[JobId]] = {}
            for job, number in connection.execute(_IN_ORDER.format(which="true")):
                groups.setdefault(number, []).append(job_key(job))
            return tuple(Group(jobs=tuple(jobs)) for jobs in groups.values())

        return await self._database.read(work)

    async def of(self, job: JobId) -> Group | None:
        """The group of a job; None when it stands alone."""
        return await self._database.read(lambda c: _group(c, _number(c, job.bytes)))

    async def merge(self, jobs: Iterable[JobId], *, decided: bool = False) -> Group | None:
        """Make these one opening, with the groups they are in; returns the group of the first of them.

        Args:
            decided: The person says so: splits between them are forgotten. Otherwise a job that was split from one of
                the others stays out.

        Raises:
            InvalidValue: fewer than two jobs.
        """
        wanted = [job.bytes for job in dict.fromkeys(jobs)]
        if len(wanted) < 2:
            raise InvalidValue("a group has at least two jobs")
        return await self._database.write(lambda c: _merge(c, wanted, decided=decided))

    async def merge_all(self, groups: Iterable[Iterable[JobId]]) -> None:
        """`merge` for what a matcher found, in one transaction."""
        every = [[job.bytes for job in dict.fromkeys(jobs)] for jobs in groups]

        def work(connection: sqlite3.Connection) -> None:
            for wanted in every:
                if len(wanted) > 1:
                    _merge(connection, wanted, decided=False)

        await self._database.write(work)

    async def split(self, job: JobId) -> None:
        """This is another opening than the others of its group: taken out, and kept out. No-op for a job alone."""

        def work(connection: sqlite3.Connection) -> None:
            number = _number(connection, job.bytes)
            others = [each for each in _members(connection, number) if each != job.bytes]
            if number is None or not others:
                return
            connection.executemany(
                "insert or ignore into apart(job_id, other_id) values (?, ?)",
                [pair for other in others for pair in ((job.bytes, other), (other, job.bytes))],
            )
            gone = [job.bytes] if len(others) > 1 else [job.bytes, *others]
            connection.executemany("delete from grouped where job_id = ?", [(each,) for each in gone])

        await self._database.write(work)


def _number(connection: sqlite3.Connection, job: bytes) -> int | None:
    row = connection.execute("select group_n from grouped where job_id = ?", (job,)).fetchone()
    return None if row is None else int(row[0])


def _members(connection: sqlite3.Connection, number: int | None) -> list[bytes]:
    return [row[0] for row in connection.execute(_IN_ORDER.format(which="group_n = ?"), (number,))]


def _group(connection: sqlite3.Connection, number: int | None) -> Group | None:
    members = _members(connection, number)
    return Group(jobs=tuple(map(job_key, members))) if members else None


def _merge(connection: sqlite3.Connection, jobs: list[bytes], *, decided: bool) -> Group | None:
    number = _number(connection, jobs[0])
    members = set(_members(connection, number)) or {jobs[0]}
    for job in jobs[1:]:
        joining = set(_members(connection, _number(connection, job))) or {job}
        if decided:
            _forget_splits(connection, members, joining)
        elif _any_apart(connection, members, joining):
            continue
        members |= joining
    if len(members) < 2:
        return None
    if number is None:
        (number,) = connection.execute("select coalesce(max(group_n), 0) + 1 from grouped").fetchone()
    connection.executemany(
        "insert or replace into grouped(job_id, group_n) values (?, ?)", [(job, number) for job in members]
    )
    return _group(connection, number)


def _any_apart(connection: sqlite3.Connection, some: set[bytes], others: set[bytes]) -> bool:
    select = "select job_id, other_id from apart where job_id in"
    return any(other in others for _, other in by_ids(connection, select, sorted(some)))


def _forget_splits(connection: sqlite3.Connection, some: set[bytes], others: set[bytes]) -> None:
    pairs = [(a, b) for a in some for b in others]
    connection.executemany("delete from apart where job_id = ? and other_id = ?", pairs)
    connection.executemany("delete from apart where other_id = ? and job_id = ?", pairs)
