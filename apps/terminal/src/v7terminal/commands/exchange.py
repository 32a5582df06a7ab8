"""Everything out, and back in: JSON lines that come back whole, or a table for a spreadsheet."""

import csv
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import click

from v7core.document import canonical_document
from v7core.errors import ConfigError, InvalidValue
from v7core.models.jobs import JobPosting, short_id
from v7terminal.compose import opened_storage
from v7terminal.console import say, say_json
from v7terminal.lines import pay_of, place_of
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import interruptible, run

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell."""
COLUMNS: Final = (
    *("id", "title", "company", "locations", "workplace", "employment", "pay", "posted", "source", "board", "url"),
    *("open", "said", "stage", "note"),
)
MAX_LINE: Final = 20_000_000


@click.command(cls=HomeCommand)
@click.option("--format", "kind", type=click.Choice(["json", "csv", "parquet"]), default="json", show_default=True)
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Instead of standard output."
)
@json_option
@click.pass_context
def export(ctx: click.Context, kind: str, to: Path | None, as_json: bool) -> None:
    """Write everything out: json comes back with `v7 import`, csv and parquet are tables of postings."""
    if to is None and (as_json or kind == "parquet"):
        raise click.UsageError("name a file with --to")
    home = given_home(ctx)
    if kind == "parquet":
        rows = _parquet(run(_table(home)), to or Path())
    else:
        with _opened(to) as file:
            rows = run(_lines(home, file) if kind == "json" else _csv(home, file))
    if as_json:
        say_json({"format": kind, "to": str(to), "rows": rows})
    elif to is not None:
        say(f"{rows} rows to {to}")


@contextmanager
def _opened(to: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a new file of the person's own that is gone again when writing it fails."""
    if to is None:
        yield sys.stdout
        return
    try:
        file = to.open("x", encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigError("to", f"{to}: {error.strerror or error}") from error
    try:
        to.chmod(0o600)
        with file:
            yield file
    except BaseException:
        to.unlink(missing_ok=True)
        raise


async def _lines(home: Home, file: IO[str]) -> int:
    from v7services.storage.exporting import export_lines

    count = 0
    async with opened_storage(home) as storage:
        async for line in export_lines(storage.database):
            file.write(json.dumps(line, ensure_ascii=True) + "\n")
            count += 1
    return count


async def _csv(home: Home, file: IO[str]) -> int:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    async for _, row in _rows(home):
        writer.writerow([inert_cell(cell) for cell in row])
        count += 1
    return count


def inert_cell(text: str) -> str:
    """A cell no spreadsheet computes: what looks like a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA) else text


async def _rows(home: Home) -> AsyncIterator[tuple[JobPosting, list[str]]]:
    """Each posting, and its row of the table."""
    from v7services.storage.exporting import export_rows

    async with opened_storage(home) as storage:
        async for row in export_rows(storage.database):
            posting = row.posting
            job = posting.summary()
            yield posting, [
                short_id(posting.id), posting.title, posting.company, place_of(job), posting.workplace.value,
                posting.employment_type.value if posting.employment_type else "", pay_of(posting.pay),
                posting.posted.at.date().isoformat() if posting.posted else "", posting.source, posting.board,
                posting.url or "", "yes" if row.is_open else "no", row.said.value if row.said else "",
                row.stage.value if row.stage else "", row.note,
            ]  # fmt: skip


async def _table(home: Home) -> dict[str, list[Any]]:
    """Columns: those of the table, and the two that `v7 rank-many` reads."""
    found = [row async for row in _rows(home)]
    columns: dict[str, list[Any]] = {name: [row[place] for _, row in found] for place, name in enumerate(COLUMNS)}
    columns["job"] = [str(posting.id) for posting, _ in found]
    columns["document"] = [canonical_document(posting) for posting, _ in found]
    return columns


def _parquet(columns: dict[str, list[Any]], to: Path) -> int:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise ConfigError("format", "parquet needs the extra: pip install 'v7terminal[parquet]'") from error
    with _opened(to) as file:
        parquet.write_table(arrow.table(columns), file.buffer)  # type: ignore[attr-defined]
    return len(columns["job"])


@click.command("import", cls=HomeCommand)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@json_option
@click.pass_context
def import_(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Take in what `v7 export` wrote, whole or not at all; what is here already stays as it is. - is standard input."""
    done = run(_import(given_home(ctx), file))
    if as_json:
        say_json(done)
    else:
        say(f"{done.postings} postings, {done.events} events, {done.sources} sources, {done.others} others taken in")


async def _import(home: Home, file: Path) -> Any:
    from v7services.storage.importing import import_lines

    async with opened_storage(home) as storage:
        try:
            if str(file) == "-":
                return await import_lines(storage.database, _read(sys.stdin))
            with interruptible():
                opened = file.open(encoding="utf-8")
            with opened:
                return await import_lines(storage.database, _read(opened))
        except OSError as error:
            raise ConfigError("file", f"{file}: {error.strerror or error}") from error


def _read(file: IO[str]) -> Iterator[dict[str, Any]]:
    number = 0
    try:
        while line := file.readline(MAX_LINE):
            number += 1
            yield json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidValue(f"line {number + isinstance(error, UnicodeDecodeError)} is no line of an export") from error
