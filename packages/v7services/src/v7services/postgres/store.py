"""Everything on one server, for one person of it."""

from typing import Any

from v7core.clock import SystemClock
from v7core.errors import InvalidValue
from v7core.protocols import Clock
from v7services.postgres.catalogue import SharedPostings, SharedSearch
from v7services.postgres.log import PersonLog
from v7services.postgres.person import PersonPipeline, PersonSettings
from v7services.postgres.server import WAIT_S, Server
from v7services.postgres.sources import SharedSources


class PostgresStorage:
    """The ports of `v7services.storage.Storage` that several people share, over one database."""

    def __init__(self, server: Server, person: int, clock: Clock) -> None:
        self.server = server
        self.jobs = SharedPostings(server, clock)
        self.search = SharedSearch(server, clock)
        self.sources = SharedSources(server)
        self.log = PersonLog(server, person)
        self.saved = PersonPipeline(server, person, self.jobs, clock)
        self.settings = PersonSettings(server, person)

    @classmethod
    async def open(
        cls, dsn: str, person: str, *, clock: Clock | None = None, connections: int = 4, wait_s: float = WAIT_S
    ) -> "PostgresStorage":
        """Connect, make the schema where there is none, and know the person.

        Args:
            person: Their name on the server, 1 to 200 printable characters.

        Raises:
            InvalidValue: no such name is possible.
            ConfigError, StorageError: as `Server.open`.
        """
        if not person.strip() or len(person) > 200 or not person.isprintable():
            raise InvalidValue("a person's name is 1 to 200 printable characters")
        server = await Server.open(dsn, connections=connections, wait_s=wait_s)

        async def known(cursor: Any) -> int:
            await cursor.execute("insert into person(name) values (%s) on conflict do nothing", (person,))
            await cursor.execute("select n from person where name = %s", (person,))
            number: int = (await cursor.fetchone())[0]
            return number

        try:
            return cls(server, await server.write(known), clock or SystemClock())
        except BaseException:
            await server.close()
            raise

    async def close(self) -> None:
        """Hang up; a second call is a no-op."""
        await self.server.close()

    async def __aenter__(self) -> "PostgresStorage":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
