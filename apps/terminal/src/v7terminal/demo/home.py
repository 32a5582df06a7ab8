"""The demo's home: thrown away, or an empty folder that is marked as the demo's own. Never anybody's real one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from v7core.errors import ConfigError
from v7terminal.paths import Home, is_empty, prepare, write_private

DEFAULT_SEED: Final = 7


class DemoMark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a demo home was made with: enough to open the same boards again."""

    seed: int
    born: datetime
    """The day the demo was first opened; the postings' dates hang on it."""
    payloads: str | None = None
    """The folder of recorded bodies, absolute; None for the invented postings."""
    replay: bool = False
    step: int = 0
    """With `replay`: how many refreshes have been served."""


def mark_of(home: Home) -> DemoMark | None:
    """The mark, or None for a home that is no demo's.

    Raises:
        ConfigError: there is a mark that cannot be read.
    """
    try:
        content = home.demo_mark.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError("home", f"{home.demo_mark}: {error.strerror}") from error
    try:
        return msgspec.json.decode(content, type=DemoMark)
    except msgspec.MsgspecError as error:
        raise ConfigError("home", f"{home.demo_mark} is not a demo's mark: {error}") from error


def put_mark(home: Home, mark: DemoMark) -> None:
    """Mark a home as the demo's own.

    Raises:
        ConfigError: it cannot be written.
    """
    content = msgspec.json.format(msgspec.json.encode(mark), indent=2)
    try:
        write_private(home.demo_mark, content + b"\n")
    except OSError as error:
        raise ConfigError("home", f"{home.demo_mark}: {error.strerror}") from error


@contextmanager
def demo_home(given: Home | None, *, seed: int, payloads: Path | None = None, replay: bool = False) -> Iterator[Home]:
    """A home for the demo, marked: the one given, kept afterwards, or one that is gone afterwards.

    Raises:
        ConfigError: the one given is neither empty nor a demo's.
    """
    if given is None:
        home = Home(Path(tempfile.mkdtemp(prefix="v7-demo-")))
        try:
            yield _marked(home, None, seed, payloads, replay)
        finally:
            shutil.rmtree(home.path, ignore_errors=True)
        return
    old = mark_of(given)
    if old is None and not is_empty(given):
        raise ConfigError("home", f"{given.path} is not empty and no demo made it; name an empty folder")
    yield _marked(prepare(given), old, seed, payloads, replay)


def _marked(home: Home, old: DemoMark | None, seed: int, payloads: Path | None, replay: bool) -> Home:
    born = old.born if old is not None else datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    folder = None if payloads is None else str(payloads.absolute())
    same = old is not None and (old.payloads, old.replay) == (folder, replay)
    step = old.step if old is not None and same else 0
    put_mark(home, DemoMark(seed=seed, born=born, payloads=folder, replay=replay, step=step))
    return home
