"""The store as one value: a file, and a part for everything that is kept in it."""

from pathlib import Path
from types import TracebackType
from typing import Final, Self

from v7core.clock import SystemClock
from v7core.protocols import Clock, Recorder
from v7core.registry import NullRecorder
from v7services.storage import files
from v7services.storage.database import Database
from v7services.storage.decks import Decks
from v7services.storage.features import Features
from v7services.storage.groups import Groups
from v7services.storage.head import note_head, read_head
from v7services.storage.metric_history import KeptHistory
from v7services.storage.postings import Postings
from v7services.storage.preferences import KeptSettings
from v7services.storage.reaction_log import EventLog, last_sequence, tail_broken
from v7services.storage.saved import Pipeline
from v7services.storage.searches import Searches
from v7services.storage.searching import Search
from v7services.storage.snapshots import Snapshots
from v7services.storage.source_states import KeptSources


class Storage:
    """Everything one person keeps. Use it from one event loop; several processes may have the same file open.

    Every part raises `v7core.errors` only. What a call acknowledged is on the disk; what it refused left no trace.
    """

    def __init__(self, database: Database) -> None:
        self.database: Final = database
        self.jobs: Final = Postings(database)
        self.log: Final = EventLog(database)
        self.sources: Final = KeptSources(database)
        self.history: Final = KeptHistory(database)
        self.search: Final = Search(database)
        self.searches: Final = Searches(database)
        self.saved: Final = Pipeline(database)
        self.settings: Final = KeptSettings(database)
        self.snapshots: Final = Snapshots(database)
        self.features: Final = Features(database)
        self.decks: Final = Decks(database)
        self.groups: Final = Groups(database)

    @classmethod
    async def open(
        cls, path: Path, *, clock: Clock | None = None, recorder: Recorder | None = None, read_only: bool = False
    ) -> "Storage":
        """Open the database at `path`, or make it, private to its owner.

        Args:
            read_only: Change nothing. A home that cannot be written is opened like that anyway, with a notice.

        Raises:
            ConfigError: the folder cannot be made.
            StorageError: NEWER, CORRUPT, READ_ONLY, INVALID, BUSY, FULL or IO; nothing was changed, and no new
                database was put in the place of one that cannot be read.
        """
        database = await Database.open(
            path, clock=clock or SystemClock(), recorder=recorder or NullRecorder(), read_only=read_only
        )
        storage = cls(database)
        try:
            await storage._look_at_the_log()
        except BaseException:
            await database.close()
            raise
        return storage

    async def close(self) -> None:
        """Let what was handed over end, then close. A second call is a no-op."""
        await self.database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def path(self) -> Path:
        """The database file."""
        return self.database.path

    @property
    def read_only(self) -> bool:
        """Whether nothing can be kept."""
        return self.database.read_only

    @property
    def notices(self) -> tuple[str, ...]:
        """What the person should be told, one line each."""
        return tuple(self.database.notices)

    async def _look_at_the_log(self) -> None:
        """Cheap signs, at every start, that the log is not what it was."""
        last, broken = await self.database.read(lambda c: (last_sequence(c), tail_broken(c)))
        head = files.beside(self.path, "-head")
        noted = read_head(head)
        if noted > last:
            self.database.notices.append(
                f"the log ends at event {last} and had come to {noted}: events {last + 1} to {noted} are gone "
                "(was a -wal file deleted, or an old copy put back?)"
            )
        elif noted < last and not self.read_only:
            note_head(head, last)
        if broken is not None:
            self.database.notices.append(f"the log is damaged from event {broken} on; `v7 doctor` says more")
