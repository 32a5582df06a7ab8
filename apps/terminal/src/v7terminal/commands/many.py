"""Many people at once: files in, a file out."""

import sys
from pathlib import Path
from typing import Any

import click

from v7core.errors import InvalidValue
from v7terminal.console import say, say_json
from v7terminal.options import json_option

_existing = click.Path(dir_okay=False, path_type=Path)


@click.command("rank-many")
@click.option("--people", type=_existing, required=True, metavar="FILE", help="Parquet: person, match_text, …")
@click.option("--postings", type=_existing, required=True, metavar="FILE", help="Parquet: as `v7 export` writes it.")
@click.option("--out", type=_existing, required=True, metavar="FILE", help="Parquet, written whole or not at all.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, metavar="N", help="A person.")
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True)
@click.option("--scheduler", metavar="ADDRESS", help="With dask: of a cluster; otherwise one is started here.")
@click.option("--workers", type=click.IntRange(1, 256), default=2, show_default=True, metavar="N", help="With dask.")
@json_option
def rank_many(
    people: Path, postings: Path, out: Path, limit: int, engine: str, scheduler: str | None, workers: int, as_json: bool
) -> None:
    """Rank every posting for every person. A run that was ended goes on where it was."""
    if scheduler is not None and engine != "dask":
        raise click.UsageError("--scheduler goes with --engine dask")
    report = _ranked(people, postings, out, limit, engine, scheduler, workers)
    if as_json:
        say_json(
            {name: getattr(report, name) for name in ("people", "postings", "rows", "blocks", "resumed", "engine")}
        )
    else:
        say(f"{report.rows} rows for {report.people} people and {report.postings} postings in {out} ({report.engine})")


def _ranked(
    people: Path, postings: Path, out: Path, limit: int, engine: str, scheduler: str | None, workers: int
) -> Any:
    from v7thompson.bulk import LocalRanker
    from v7thompson.bulk import rank_many as ranked

    if out.resolve() in (people.resolve(), postings.resolve()):
        raise InvalidValue(f"{out} is one of the files that are read")
    ranker: Any = LocalRanker()
    if engine == "dask":
        from v7thompson.bulk.dask import dask_or_local

        ranker = dask_or_local(scheduler, workers=workers)
    try:
        return ranked(people, postings, out, limit=limit, ranker=ranker, progress=_progress)
    finally:
        ranker.close()


def _progress(done: int, total: int | None) -> None:
    """One line that is written over, for somebody who watches."""
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{done}{'' if total is None else f' of {total}'} blocks of people{end}", end="", file=sys.stderr)
