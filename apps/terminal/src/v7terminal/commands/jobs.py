"""One job: what it is, where it is, why it stands where it stands."""

import click

from v7core.errors import NotFound
from v7core.models.feed import Explanation, ProfileKind
from v7core.models.jobs import JobPosting, short_id
from v7terminal.compose import opened_feed, opened_storage
from v7terminal.console import say, say_json
from v7terminal.lines import pay_of, place_of, reasons
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run

job_argument = click.argument("job", metavar="ID")


@click.command(cls=HomeCommand)
@job_argument
@json_option
@click.pass_context
def show(ctx: click.Context, job: str, as_json: bool) -> None:
    """The whole posting."""
    posting = run(_posting(given_home(ctx), job))
    if as_json:
        say_json(posting)
        return
    say(posting.title)
    summary = posting.summary()
    kind = posting.employment_type.value if posting.employment_type else ""
    say(" · ".join(filter(None, (posting.company, place_of(summary), pay_of(posting.pay), kind))))
    dated = (("posted", posting.posted), ("updated", posting.updated), ("closes", posting.closes))
    facts = [f"{word} {when.at:%Y-%m-%d}" for word, when in dated if when is not None]
    say(" · ".join([short_id(posting.id), f"{posting.source}:{posting.board}", *facts]))
    if posting.tags or posting.departments:
        say(", ".join((*posting.departments, *posting.tags)))
    if posting.url:
        say(posting.url)
    say()
    for line in posting.text.split("\n"):
        say(line)


@click.command("open", cls=HomeCommand)
@job_argument
@json_option
@click.pass_context
def open_(ctx: click.Context, job: str, as_json: bool) -> None:
    """Open the posting's page in a browser, after showing the address."""
    from v7terminal.browser import open_url
    from v7ui.links import checked_link

    posting = run(_posting(given_home(ctx), job))
    if posting.url is None:
        raise NotFound(f"{posting.title}: no page of its own")
    link = checked_link(posting.url)
    try:
        open_url(link.url)
        why_not = ""
    except OSError as error:  # then the address itself is all that can be given
        why_not = str(error)
    if as_json:
        say_json({"id": posting.id, "url": link.url, "host": link.host, "opened": not why_not})
    else:
        say(f"{why_not}: {link.url}" if why_not else f"{link.host} · {link.url}")


@click.command(cls=HomeCommand)
@job_argument
@click.option("--profile", type=click.Choice([kind.value for kind in ProfileKind]), help="Instead of the one shown.")
@click.option("--top", type=click.IntRange(1, 1000), default=12, show_default=True, metavar="N", help="Words named.")
@json_option
@click.pass_context
def why(ctx: click.Context, job: str, profile: str | None, top: int, as_json: bool) -> None:
    """The words that put a job where it stands; with the intercept they add up to its mean."""
    kind = None if profile is None else ProfileKind(profile)
    posting, said = run(_why(given_home(ctx), job, kind))
    if as_json:
        say_json(said)
        return
    say(f"{posting.title} · {posting.company} · {short_id(posting.id)}")
    say(f"{said.profile.value}: mean {said.mean:+.2f} ±{said.sd:.2f}, this round's draw {said.draw:+.2f}")
    say(reasons(said, 5))
    for part in said.contributions[:top]:
        say(f"{part.logits:+.3f}  {part.token} ({part.field})")
    rest = sum(part.logits for part in said.contributions[top:])
    if said.contributions[top:]:
        say(f"{rest:+.3f}  {len(said.contributions) - top} other words")
    say(f"{said.intercept:+.3f}  before any word")


async def _posting(home: Home, job: str) -> JobPosting:
    async with opened_storage(home) as storage:
        return await storage.jobs.posting(await storage.jobs.resolve(job))


async def _why(home: Home, job: str, profile: ProfileKind | None) -> tuple[JobPosting, Explanation]:
    async with opened_storage(home) as storage:
        found = await storage.jobs.resolve(job)
        posting = await storage.jobs.posting(found)
        async with opened_feed(storage) as feed:
            return posting, await feed.why(found, profile)
