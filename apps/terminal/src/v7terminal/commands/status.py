"""How everything stands, from what was measured and kept."""

from datetime import timedelta
from typing import Any

import click

from v7core.models.metrics import MetricType
from v7core.protocols import MetricHistory
from v7terminal.compose import CLOCK, opened_storage
from v7terminal.console import say, say_json
from v7terminal.demo.home import mark_of
from v7terminal.measuring import status_document
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run


@click.command(cls=HomeCommand)
@json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Sources, jobs, reactions, and the figures last measured; what nobody measured has none."""
    document = run(_status(given_home(ctx)))
    if as_json:
        say_json(document)
        return
    for line in _lines(document):
        say(line)


async def _status(home: Home) -> dict[str, Any]:
    async with opened_storage(home) as storage:
        document = await status_document(storage)
        settings = await storage.settings.load()
        counts = await storage.jobs.counts()
        return {
            **document,
            "uptime_s": None,  # of a command: means nothing
            "demo": mark_of(home) is not None,
            "home": str(home.path),
            "jobs": {"open": sum(counts.values()), "by_source": counts},
            "events": await storage.log.last_sequence(),
            "profiles": {"match": bool(settings.match_text), "manifest": bool(settings.manifest_text)},
            "last_measured": {metric.value: await _latest(storage.history, metric) for metric in MetricType},
        }


async def _latest(history: MetricHistory, metric: MetricType) -> dict[str, Any] | None:
    now = CLOCK.now()
    for back in (timedelta(minutes=2), timedelta(hours=1), timedelta(hours=24), timedelta(days=30)):
        points = await history.read(metric.value, now - back, now + timedelta(seconds=1), limit=2_000)
        if points:
            return {"value": points[-1].value, "at": points[-1].at}
    return None


def _lines(document: dict[str, Any]) -> list[str]:
    sources, jobs = document["sources"], document["jobs"]
    lines = ["DEMO: invented postings, nothing here is real"] if document["demo"] else []
    lines.append(f"home {document['home']}")
    conditions: dict[str, int] = {}
    for each in sources["each"].values():
        conditions[each["condition"]] = conditions.get(each["condition"], 0) + 1
    said = ", ".join(f"{count} {word}" for word, count in sorted(conditions.items()))
    lines.append(f"sources {len(sources['each'])}" + (f" ({said})" if said else ""))
    lines.append(f"jobs {jobs['open']} open · events {document['events']}")
    profiles = document["profiles"]
    lines.append("profiles " + ", ".join(f"{name} {'set' if there else 'empty'}" for name, there in profiles.items()))
    for name, measured in document["last_measured"].items():
        figure = "no data yet" if measured is None else f"{measured['value']:.3f} at {measured['at']:%Y-%m-%d %H:%M}"
        lines.append(f"{name} {figure}")
    for key, each in sources["each"].items():
        if each["reason"]:
            lines.append(f"{key} {each['condition']}: {each['reason']}")
    return lines
