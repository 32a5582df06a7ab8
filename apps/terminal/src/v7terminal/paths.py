"""Where V7 keeps what belongs to one person: one folder, readable by nobody else."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from v7core.errors import ConfigError

VARIABLE: Final = "V7_HOME"
PRIVATE_DIR: Final = 0o700
PRIVATE_FILE: Final = 0o600


@dataclass(frozen=True, slots=True)  # not attrs: 37 ms of import that `v7 react` does not have
class Home:
    """One person's folder and the names of what lies in it."""

    path: Path

    @property
    def database(self) -> Path:
        """Postings, log and settings."""
        return self.path / "v7.sqlite3"

    @property
    def demo_mark(self) -> Path:
        """Present when a demo made this home; says with what."""
        return self.path / "demo.json"

    @property
    def screen_state(self) -> Path:
        """What the screens come back to at the next start."""
        return self.path / "screen.json"

    @property
    def credentials(self) -> Path:
        """Keys of sources that want one."""
        return self.path / "credentials.toml"

    @property
    def reports(self) -> Path:
        """Crash reports and the background process's log."""
        return self.path / "reports"

    @property
    def exists(self) -> bool:
        """Whether somebody has ever used it."""
        return self.database.exists()


def home_at(given: str | os.PathLike[str] | None = None) -> Home:
    """The home to use: the one given, else `V7_HOME`, else the platform's place for user data. Creates nothing."""
    chosen = given or os.environ.get(VARIABLE)
    if chosen:
        return Home(_expanded(Path(chosen)))
    import platformdirs  # only when nobody said where

    return Home(Path(platformdirs.user_data_dir("v7", appauthor=False)))


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:
        raise ConfigError("home", f"{path} has no such user") from error


def prepare(home: Home) -> Home:
    """Make the folder, private from the first instant, or check the one that is there.

    Raises:
        ConfigError: it cannot be made, is not a folder, or belongs to another user.
    """
    try:
        home.path.parent.mkdir(parents=True, exist_ok=True)
        home.path.mkdir(mode=PRIVATE_DIR, exist_ok=True)
        facts = home.path.stat()
        if not stat.S_ISDIR(facts.st_mode):
            raise ConfigError("home", f"{home.path} is not a folder")
        if facts.st_uid != os.geteuid():
            raise ConfigError("home", f"{home.path} belongs to another user")
        if stat.S_IMODE(facts.st_mode) & 0o077 and is_empty(home):
            home.path.chmod(PRIVATE_DIR)  # an empty folder becomes ours; one in use is left as it is and doctor says so
    except OSError as error:
        raise ConfigError("home", f"{home.path}: {error.strerror or error}") from error
    return home


def is_empty(home: Home) -> bool:
    """Whether nothing lies in it, or it is not there."""
    try:
        return next(home.path.iterdir(), None) is None
    except FileNotFoundError:
        return True


def write_private(path: Path, content: bytes) -> None:
    """Write a small file whole or not at all, readable by its owner only.

    Raises:
        OSError: as the system says; the old content is still there.
    """
    path.parent.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE_FILE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
