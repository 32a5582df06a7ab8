"""Full text and filters over everything stored; kept searches and what is new in them."""

from typing import Any

import click

from v7core.models.filters import JobFilter, SavedSearch, SearchHit, SearchQuery
from v7core.text import clean_text
from v7terminal.compose import opened_storage
from v7terminal.console import complain, say, say_json
from v7terminal.filters import filter_of, filter_options
from v7terminal.lines import job_line
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run


@click.command(cls=HomeCommand)
@click.argument("text", nargs=-1)
@click.option("--top", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N")
@click.option("--save", "name", metavar="NAME", help="Keep the search under this name.")
@filter_options
@json_option
@click.pass_context
def search(
    ctx: click.Context, /, text: tuple[str, ...], top: int, name: str | None, as_json: bool, **filters: Any
) -> None:
    """Find postings by their words; without words, the newest. Filters narrow what is found."""
    query = SearchQuery(text=clean_text(" ".join(text)), filters=filter_of(**filters), limit=top)
    hits = run(_search(given_home(ctx), query, name))
    if as_json:
        say_json([hit_document(hit) for hit in hits])
        return
    for hit in hits:
        say(job_line(hit.job))
    if not hits:
        complain("nothing found")


async def _search(home: Home, query: SearchQuery, name: str | None) -> tuple[SearchHit, ...]:
    async with opened_storage(home) as storage:
        if name is not None:
            await storage.searches.keep(clean_text(name), query)
        return await storage.search.search(query)


def hit_document(hit: SearchHit) -> dict[str, Any]:
    """A hit as JSON has it (docs/cli.md)."""
    job = hit.job
    return {
        "id": job.id,
        "title": job.title,
        "company": job.company,
        "source": job.source,
        "board": job.board,
        "url": job.url,
        "locations": job.locations,
        "workplace": job.workplace,
        "pay": job.pay,
        "posted": job.posted.at if job.posted else None,
        "snippet": hit.snippet,
    }


@click.group()
def searches() -> None:
    """Searches you keep: list, look (what is new since last time), drop."""


@searches.command("list", cls=HomeCommand)
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Each kept search and how many new jobs it finds."""
    kept = run(_list(given_home(ctx)))
    if as_json:
        say_json([search_document(each) for each in kept])
        return
    for each in kept:
        say(f"{each.text} · {each.new} new since {each.looked_at:%Y-%m-%d %H:%M}")


async def _list(home: Home) -> tuple[SavedSearch, ...]:
    async with opened_storage(home) as storage:
        return await storage.searches.list()


@searches.command("look", cls=HomeCommand)
@click.argument("name")
@json_option
@click.pass_context
def look(ctx: click.Context, name: str, as_json: bool) -> None:
    """Run a kept search; what is new counts from now on."""
    kept, hits = run(_look(given_home(ctx), clean_text(name)))
    if as_json:
        say_json({"search": search_document(kept), "hits": [hit_document(hit) for hit in hits]})
        return
    say(f"{kept.text} · {kept.new} new")
    for hit in hits:
        say(job_line(hit.job))


async def _look(home: Home, name: str) -> tuple[SavedSearch, tuple[SearchHit, ...]]:
    async with opened_storage(home) as storage:
        kept = await storage.searches.look(name)
        return kept, await storage.search.search(kept.query)


@searches.command("drop", cls=HomeCommand)
@click.argument("name")
@json_option
@click.pass_context
def drop(ctx: click.Context, name: str, as_json: bool) -> None:
    """Forget a kept search."""
    run(_drop(given_home(ctx), clean_text(name)))
    if as_json:
        say_json({"dropped": clean_text(name)})
    else:
        say("ok")


async def _drop(home: Home, name: str) -> None:
    async with opened_storage(home) as storage:
        await storage.searches.drop(name)


def search_document(kept: SavedSearch) -> dict[str, Any]:
    """A kept search as JSON has it (docs/cli.md)."""
    filters: JobFilter = kept.query.filters
    return {
        "name": kept.text,
        "words": kept.query.text,
        "filters": filters,
        "new": kept.new,
        "kept_at": kept.kept_at,
        "looked_at": kept.looked_at,
    }
