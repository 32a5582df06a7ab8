"""The application pipeline: saved, applied, interview, offer, closed, with notes."""

from typing import Any, Final

import click

from v7core.errors import NotFound
from v7core.models.jobs import JobId, short_id
from v7core.models.person import ApplicationStage, SavedJob
from v7core.text import clean_block
from v7terminal.compose import opened_storage
from v7terminal.console import complain, say, say_json
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run

STAGES: Final = [stage.value for stage in ApplicationStage]


@click.group()
def saved() -> None:
    """The jobs you keep: list, move along the pipeline, note, remove."""


@saved.command("list", cls=HomeCommand)
@click.option("--stage", type=click.Choice(STAGES), help="Only these.")
@json_option
@click.pass_context
def list_(ctx: click.Context, stage: str | None, as_json: bool) -> None:
    """Latest change first."""
    kept = [each for each in run(_list(given_home(ctx))) if stage in (None, each.stage.value)]
    if as_json:
        say_json([saved_document(each) for each in kept])
        return
    for each in kept:
        say(saved_line(each))
    if not kept:
        complain("nothing kept yet: `v7 react ID save`")


@saved.command("move", cls=HomeCommand)
@click.argument("job", metavar="ID")
@click.argument("stage", type=click.Choice(STAGES))
@click.option("--note", metavar="TEXT", help="Replaces the note.")
@json_option
@click.pass_context
def move(ctx: click.Context, job: str, stage: str, note: str | None, as_json: bool) -> None:
    """Put a job at a stage."""
    _shown(run(_move(given_home(ctx), job, ApplicationStage(stage), note)), as_json)


@saved.command("note", cls=HomeCommand)
@click.argument("job", metavar="ID")
@click.argument("text")
@json_option
@click.pass_context
def note(ctx: click.Context, job: str, text: str, as_json: bool) -> None:
    """Write a note to a job you keep; an empty one takes it away."""
    _shown(run(_move(given_home(ctx), job, None, text)), as_json)


@saved.command("remove", cls=HomeCommand)
@click.argument("job", metavar="ID")
@json_option
@click.pass_context
def remove(ctx: click.Context, job: str, as_json: bool) -> None:
    """Take a job out of the pipeline; reactions to it stay."""
    gone = run(_remove(given_home(ctx), job))
    if as_json:
        say_json({"removed": gone})
    else:
        say("ok")


async def _list(home: Home) -> tuple[SavedJob, ...]:
    async with opened_storage(home) as storage:
        return await storage.saved.list()


async def _move(home: Home, job: str, stage: ApplicationStage | None, text: str | None) -> SavedJob:
    async with opened_storage(home) as storage:
        found = await storage.jobs.resolve(job)
        if stage is None:
            kept = next((each for each in await storage.saved.list() if each.job.id == found), None)
            if kept is None:
                raise NotFound(f"{short_id(found)} is not among the jobs you keep")
            stage = kept.stage
        return await storage.saved.move(found, stage, note=None if text is None else clean_block(text, limit=4_000))


async def _remove(home: Home, job: str) -> JobId:
    async with opened_storage(home) as storage:
        found = await storage.jobs.resolve(job)
        await storage.saved.remove(found)
        return found


def _shown(kept: SavedJob, as_json: bool) -> None:
    if as_json:
        say_json(saved_document(kept))
    else:
        say(saved_line(kept))


def saved_document(kept: SavedJob) -> dict[str, Any]:
    """A kept job as JSON has it (docs/cli.md)."""
    job = kept.job
    return {
        "id": job.id,
        "title": job.title,
        "company": job.company,
        "source": job.source,
        "url": job.url,
        "stage": kept.stage,
        "changed_at": kept.changed_at,
        "note": kept.note,
    }


def saved_line(kept: SavedJob) -> str:
    """A kept job as one line."""
    job = kept.job
    noted = f" · {' / '.join(kept.note.split(chr(10)))}" if kept.note else ""
    return f"{short_id(job.id)} · {kept.stage.value} · {job.title} · {job.company}{noted}"
