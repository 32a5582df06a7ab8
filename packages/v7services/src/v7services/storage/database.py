"""One writer thread, a few readers, and the checkpoint between commits."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from v7core.errors import StorageError, StorageFault
from v7core.protocols import Clock, Recorder
from v7services.storage import files
from v7services.storage.connecting import WAIT_S, connect, connect_reader
from v7services.storage.faults import storage_errors
from v7services.storage.migrations import Migrations
from v7services.storage.opening import Opened, open_database
from v7services.storage.turns import Turns

R = TypeVar("R")
Work: TypeAlias = Callable[[sqlite3.Connection], R]

READERS: Final = 3
CHECKPOINT_BYTES: Final = 4_000_000
"""Of WAL, after which it is brought into the database."""
_SUSPECT: Final = (StorageFault.IO, StorageFault.CORRUPT)


class Database:
    """The file, and the threads that may touch it. Every method may be called from any one event loop.

    What was handed over is done to its end even when the caller is cancelled: a transaction is whole or absent.
    """

    def __init__(self, path: Path, opened: Opened, *, clock: Clock, recorder: Recorder) -> None:
        self.path: Final = path
        self.clock: Final = clock
        self.read_only: Final = opened.read_only
        self.notices: Final = opened.notices
        self._recorder = recorder
        self.immutable: Final = opened.immutable
        self._turns = opened.turns
        self._use = opened.use
        self._connection: sqlite3.Connection | None = opened.connection
        self._suspect = False
        self._checkpoint_at = CHECKPOINT_BYTES
        self._closed = False
        self._local = threading.local()
        self._reading: list[sqlite3.Connection] = []
        self._writer = ThreadPoolExecutor(1, "v7-store-writer")
        self._readers = ThreadPoolExecutor(READERS, "v7-store-reader")

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        clock: Clock,
        recorder: Recorder,
        read_only: bool = False,
        sql: Migrations | None = None,
    ) -> "Database":
        """See `opening.open_database`."""
        opened = await asyncio.to_thread(open_database, path, read_only=read_only, sql=sql)
        return cls(path, opened, clock=clock, recorder=recorder)

    async def close(self) -> None:
        """Let what was handed over end, then close. A second call is a no-op."""
        if self._closed:
            return
        self._closed = True
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, self._close))

    def _close(self) -> None:
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        for connection in self._reading:
            connection.close()
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        for lock in (self._turns, self._use):
            if lock is not None:
                lock.close()

    # --- reading ----------------------------------------------------------------------------------------------------

    async def read(self, work: Work[R]) -> R:
        """Run in one read transaction: what it sees is of one moment. Never waits for a writer."""
        self._refuse_when_closed()
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Work[R]) -> R:
        started = self.clock.monotonic()
        with storage_errors():
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = connect_reader(self.path, read_only=self.read_only, immutable=self.immutable)
                self._local.connection = connection
                self._reading.append(connection)
            try:
                connection.execute("begin")
                found = work(connection)
                connection.execute("commit")
            except sqlite3.Error:
                self._local.connection = None
                self._reading.remove(connection)
                connection.close()
                raise
            except BaseException:
                if connection.in_transaction:
                    connection.execute("rollback")
                raise
            self._recorder.record("store.read_ms", (self.clock.monotonic() - started) * 1000.0)
            return found

    # --- writing ----------------------------------------------------------------------------------------------------

    async def write(self, work: Work[R], *, after: Callable[[R], None] | None = None) -> R:
        """Run in one write transaction; durable when it returns, and without a trace when it raises.

        Args:
            after: Called in the writer's thread once the transaction is durable, also when the caller was cancelled
                meanwhile. It must not raise.

        Raises:
            StorageError: nothing was kept.
        """
        self._refuse_when_closed()
        if self.read_only:
            raise StorageError(StorageFault.READ_ONLY, "the store was opened read-only; nothing new is kept")
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work, after)

    def _write(self, work: Work[R], after: Callable[[R], None] | None) -> R:
        started = self.clock.monotonic()
        try:
            with storage_errors():
                connection = self._writing()
                with self._turn.shared(WAIT_S):
                    done = _transaction(connection, work)
        except StorageError as error:
            self._suspect = self._suspect or error.kind in _SUSPECT
            raise
        if after is not None:
            after(done)
        self._recorder.record("store.write_ms", (self.clock.monotonic() - started) * 1000.0)
        self._ask_for_checkpoint()
        return done

    @property
    def _turn(self) -> Turns:
        if self._turns is None:
            raise StorageError(StorageFault.READ_ONLY, "the store was opened read-only")
        return self._turns

    def _writing(self) -> sqlite3.Connection:
        """The writer's connection; a new one after the disk failed, which first leaves the doubtful WAL behind.

        A failed sync must not be tried again as if it could still work: the system may have dropped the pages and call
        them clean. So everything is copied out of the WAL and synced afresh before anything more is acknowledged.
        """
        if self._connection is not None and not self._suspect and not self._connection.in_transaction:
            return self._connection
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        connection = connect(self.path)
        try:
            with self._turn.alone(WAIT_S) as alone:
                if not alone:
                    raise StorageError(StorageFault.BUSY, "another process is writing; try again")
                connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        except BaseException:
            connection.close()
            raise
        self._connection, self._suspect = connection, False
        return connection

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StorageError(StorageFault.CLOSED, "the store is closed")

    # --- checkpoints ------------------------------------------------------------------------------------------------

    def _wal_bytes(self) -> int:
        try:
            return files.beside(self.path, "-wal").stat().st_size
        except OSError:
            return 0

    def _ask_for_checkpoint(self) -> None:
        """After the commit was answered, never before: nobody waits for it."""
        if self._wal_bytes() >= self._checkpoint_at and not self._closed:
            with suppress(RuntimeError):  # closing
                self._writer.submit(self._checkpoint)

    def _checkpoint(self) -> None:
        """Bring the WAL into the database, as far as readers and other processes let us. Failing loses nothing."""
        connection = self._connection
        if connection is None or self._suspect:
            return
        try:
            with self._turn.alone() as alone:
                if alone:
                    connection.execute("pragma busy_timeout = 0")
                    connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        except sqlite3.Error:
            self._recorder.record("store.checkpoint_failures", 1.0)
            note = "the WAL could not be brought into the database (disk full?); it is kept and nothing is lost"
            if note not in self.notices:
                self.notices.append(note)
        finally:
            with suppress(sqlite3.Error):
                connection.execute(f"pragma busy_timeout = {int(WAIT_S * 1000)}")
        # Where a reader held it up, try again when as much has come again.
        self._checkpoint_at = max(CHECKPOINT_BYTES, self._wal_bytes() + CHECKPOINT_BYTES)

    async def alone(self, work: Work[R], *, wait_s: float = WAIT_S) -> R:
        """Run outside a transaction on the writer's connection while no process of ours writes: for maintenance."""
        self._refuse_when_closed()
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._alone, work, wait_s)

    def _alone(self, work: Work[R], wait_s: float) -> R:
        with storage_errors():
            connection = self._writing()
            with self._turn.alone(wait_s) as alone:
                if not alone:
                    raise StorageError(StorageFault.BUSY, "another process is writing; try again")
                return work(connection)


def _transaction(connection: sqlite3.Connection, work: Work[R]) -> R:
    connection.execute("begin immediate")
    try:
        done = work(connection)
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("rollback")
        raise
    return done
