"""Full text and filters over everything stored; kept searches and what is new in them."""

from typing import Any

import click

from v7core.errors import InvalidValue
from v7core.filter_language import spell_filters
from v7core.models.filters import JobFilter, SavedSearch, SearchHit, SearchQuery
from v7core.text import clean_text
from v7terminal.compose import opened_storage
from v7terminal.console import complain, say, say_json
from v7terminal.filters import LineCommand, asked, line_options, tell_unsaid, unsaid
from v7terminal.lines import job_line
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run


@click.command(cls=LineCommand)
@line_options
@click.option("--top", type=click.IntRange(1, 10_000), default=50, show_default=True, metavar="N")
@click.option("--save", "name", metavar="NAME", help="Keep the search under this name.")
@json_option
@click.pass_context
def search(ctx: click.Context, /, top: int, name: str | None, as_json: bool, **written: Any) -> None:
    """Find postings by words and filters; without words, the newest."""
    words, filters = asked(**written)
    query = SearchQuery(text=words, filters=filters, limit=top)
    hits = run(_search(given_home(ctx), query, name))
    if as_json:
        say_json([hit_document(hit, filters) for hit in hits])
        return
    _say_hits(hits, filters)
    if not hits:
        complain("nothing found")


def _say_hits(hits: tuple[SearchHit, ...], filters: JobFilter) -> None:
    for hit in hits:
        say(job_line(hit.job, unsaid(hit.job, filters)))
    tell_unsaid((hit.job for hit in hits), filters)


async def _search(home: Home, query: SearchQuery, name: str | None) -> tuple[SearchHit, ...]:
    async with opened_storage(home) as storage:
        if name is not None:
            await storage.searches.keep(clean_text(name), query)
        return await storage.search.search(query)


def hit_document(hit: SearchHit, filters: JobFilter) -> dict[str, Any]:
    """A hit of these filters as JSON has it (docs/cli.md)."""
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
        "unsaid": unsaid(job, filters),
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
        line = line_of(each.query)
        told = f" · {line}" if line is not None and line != each.text else ""
        say(f"{each.text}{told} · {each.new} new since {each.looked_at:%Y-%m-%d %H:%M}")


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
    filters = kept.query.filters
    if as_json:
        say_json({"search": search_document(kept), "hits": [hit_document(hit, filters) for hit in hits]})
        return
    say(f"{kept.text} · {kept.new} new")
    _say_hits(hits, filters)


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
    return {
        "name": kept.text,
        "line": line_of(kept.query),
        "words": kept.query.text,
        "filters": kept.query.filters,
        "new": kept.new,
        "kept_at": kept.kept_at,
        "looked_at": kept.looked_at,
    }


def line_of(query: SearchQuery) -> str | None:
    """The line that asks the same, to be typed on a screen or after `v7 search`; None where there is none."""
    try:
        return spell_filters(query.text, query.filters)
    except InvalidValue:
        return None
