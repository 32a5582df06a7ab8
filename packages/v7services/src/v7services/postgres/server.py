"""The connection pool: transactions that are whole or not at all, and every failure as one of our errors."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.resources import files
from typing import Any, Final, TypeVar

from v7core.errors import ConfigError, InvalidValue, StorageError, StorageFault

T = TypeVar("T")

SCHEMA: Final = "v7"
VERSION: Final = 1
WAIT_S: Final = 10.0
"""For a connection, and for a lock."""
_LOCK: Final = 0x7637
"""Of the advisory lock under which the schema is made."""

Work = Callable[[Any], Awaitable[T]]

# The pool's own log names addresses; who wants it adds a handler, and without one nothing is printed.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


def _psycopg() -> tuple[Any, Any]:
    try:
        import psycopg
        import psycopg_pool
    except ImportError as error:
        raise ConfigError("postgres", f"needs `pip install 'v7services[postgres]'` ({error})") from error
    return psycopg, psycopg_pool


class Server:
    """One pool of connections. Lives on one event loop."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str, *, connections: int = 4, wait_s: float = WAIT_S) -> "Server":
        """Connect, and make the schema where there is none.

        Args:
            dsn: "postgresql://user@host/database" or key=value; the password may come from the environment or a
                password file, as `libpq` knows them. Its connect_timeout bounds the wait for the first answer.

        Raises:
            ConfigError: the extra is missing, or the address cannot be read.
            StorageError: AWAY: no server answers; NEWER: its schema is of a later version.
        """
        psycopg, pools = _psycopg()
        try:
            said_s = float(psycopg.conninfo.conninfo_to_dict(dsn).get("connect_timeout") or 0.0)
        except (psycopg.Error, ValueError) as error:
            raise ConfigError("postgres", "not an address of a database") from error
        settings = (
            f"-c search_path={SCHEMA} -c lock_timeout={int(1e3 * wait_s)} -c statement_timeout={int(6e3 * wait_s)} "
            f"-c idle_in_transaction_session_timeout={int(6e3 * wait_s)}"
        )
        pool = pools.AsyncConnectionPool(
            dsn, min_size=1, max_size=connections, open=False, timeout=wait_s, reconnect_timeout=wait_s,
            check=pools.AsyncConnectionPool.check_connection,
            kwargs={"options": settings, "application_name": "v7", "connect_timeout": max(2, int(wait_s))},
        )  # fmt: skip
        try:
            with faults():
                await pool.open(wait=True, timeout=said_s if 0.0 < said_s < wait_s else wait_s)
            server = cls(pool)
            await server.write(_prepared)
        except BaseException:
            await pool.close()
            raise
        return server

    async def close(self) -> None:
        """Give the connections back; a second call is a no-op."""
        await self._pool.close()

    async def write(self, work: Work[T]) -> T:
        """Run in one transaction.

        Raises:
            StorageError: nothing of it was kept, or (AWAY, when the connection was lost while it was committed) nobody
                knows: what is written must bear being written again.
        """
        async with self._transaction() as cursor:
            return await work(cursor)

    async def read(self, work: Work[T]) -> T:
        """As `write`, of one moment."""
        async with self._transaction("set transaction isolation level repeatable read read only") as cursor:
            return await work(cursor)

    @asynccontextmanager
    async def _transaction(self, begin: str | None = None) -> AsyncIterator[Any]:
        with faults():
            async with self._pool.connection() as connection, connection.transaction(), connection.cursor() as cursor:
                if begin is not None:
                    await cursor.execute(begin)
                yield cursor


@contextmanager
def faults() -> Iterator[None]:
    """Whatever the driver raises inside comes out as `StorageError` or `InvalidValue`, without the address."""
    psycopg, pools = _psycopg()
    errors = psycopg.errors
    try:
        yield
    except (pools.PoolTimeout, pools.PoolClosed) as error:
        closed = isinstance(error, pools.PoolClosed)
        kind = StorageFault.CLOSED if closed else StorageFault.AWAY
        raise StorageError(kind, "the store is closed" if closed else "the database server does not answer") from error
    except (errors.DataError, UnicodeEncodeError) as error:
        raise InvalidValue("a value that the database does not take") from error
    except psycopg.Error as error:
        kind = _kind(error, errors)
        said = error.diag.message_primary or type(error).__name__
        raise StorageError(kind, f"{said} ({error.sqlstate or type(error).__name__})") from error


def _kind(error: Any, errors: Any) -> StorageFault:
    if isinstance(error, (errors.DiskFull, errors.OutOfMemory)):
        return StorageFault.FULL
    busy = (errors.LockNotAvailable, errors.SerializationFailure, errors.DeadlockDetected, errors.QueryCanceled)
    if isinstance(error, busy):
        return StorageFault.BUSY
    if isinstance(error, (errors.ReadOnlySqlTransaction, errors.InsufficientPrivilege)):
        return StorageFault.READ_ONLY
    if isinstance(error, (errors.DataCorrupted, errors.IndexCorrupted)):
        return StorageFault.CORRUPT
    if isinstance(error, errors.IntegrityError):
        return StorageFault.CONFLICT
    state = error.sqlstate or ""
    if state[:2] in ("08", "57", "53") or (not state and isinstance(error, errors.OperationalError)):
        return StorageFault.AWAY
    return StorageFault.IO


async def _prepared(cursor: Any) -> None:
    """Make the schema, once, whoever comes first."""
    await cursor.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
    await cursor.execute("select to_regclass(%s)", (f"{SCHEMA}.meta",))
    if (await cursor.fetchone())[0] is None:
        await cursor.execute(f"create schema if not exists {SCHEMA}")
        await cursor.execute((files(__package__) / "schema.sql").read_text("utf-8"))
        await cursor.execute("create table meta(version integer not null)")
        await cursor.execute("insert into meta values (%s)", (VERSION,))
        return
    await cursor.execute("select version from meta")
    (found,) = await cursor.fetchone()
    if found > VERSION:
        raise StorageError(StorageFault.NEWER, f"the database is of version {found}; this is version {VERSION}")
