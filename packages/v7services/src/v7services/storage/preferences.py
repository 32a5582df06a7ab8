"""The person's settings, and small values the program keeps for itself."""

import sqlite3
from dataclasses import asdict, fields
from typing import Any, Final

from v7core.errors import InvalidValue, StorageError, StorageFault
from v7core.models.person import Settings
from v7services.storage.database import Database
from v7services.storage.plain import dump, load, without_nul

_NAME: Final = "settings"


class KeptSettings:
    """A `SettingsStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Settings:
        """The defaults until something was saved.

        Raises:
            StorageError: CORRUPT, what was saved cannot be read.
        """
        query = "select value from setting where name = ?"
        found = await self._database.read(lambda c: c.execute(query, (_NAME,)).fetchone())
        return Settings() if found is None else settings_in(load(found[0]))

    async def save(self, settings: Settings) -> None:
        """Durable when it returns."""
        value = without_nul(dump(asdict(settings)))

        def work(connection: sqlite3.Connection) -> None:
            write_settings(connection, value)

        await self._database.write(work)


def write_settings(connection: sqlite3.Connection, value: str) -> None:
    """Inside a write transaction."""
    connection.execute("insert or replace into setting(name, value) values (?, ?)", (_NAME, value))


def settings_in(facts: dict[str, Any]) -> Settings:
    """Settings read back; what a later version added is ignored.

    Raises:
        StorageError: CORRUPT.
    """
    known = {each.name for each in fields(Settings)}
    try:
        given = {name: value for name, value in facts.items() if name in known}
        given["muted_companies"] = tuple(given.get("muted_companies", ()))
        given["keys"] = tuple((action, key) for action, key in given.get("keys", ()))
        given["refused_changes"] = tuple((profile, at) for profile, at in given.get("refused_changes", ()))
        return Settings(**given)
    except (InvalidValue, TypeError, ValueError, AttributeError) as error:
        raise StorageError(StorageFault.CORRUPT, "the settings cannot be read") from error
