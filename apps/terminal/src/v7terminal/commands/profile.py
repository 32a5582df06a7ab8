"""Who you are and where you want to go: the two texts everything is ranked by."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from v7core.errors import ConfigError, InvalidValue
from v7core.models.feed import ProfileKind
from v7core.models.person import Settings
from v7core.text import clean_block
from v7terminal.compose import opened_storage
from v7terminal.console import complain, say, say_json
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import interruptible, run

MAX_TEXT = 20_000
"""Characters of a profile that are kept."""
MAX_BYTES = 400_000


@click.group()
def profile() -> None:
    """The two texts everything is ranked by: match (who you are) and manifest (where you want to go)."""


def _command(kind: ProfileKind, about: str) -> click.Command:
    @click.command(kind.value, cls=HomeCommand, help=about)
    @click.option("--edit", is_flag=True, help="Write it in your editor ($VISUAL, $EDITOR).")
    @click.option("--file", "file", metavar="F", help="Take it from a text file; - is standard input.")
    @json_option
    @click.pass_context
    def command(ctx: click.Context, edit: bool, file: str | None, as_json: bool) -> None:
        if edit and file is not None:
            raise click.UsageError("--edit or --file, not both")
        text = run(_profile(given_home(ctx), kind, edit=edit, file=file))
        if as_json:
            say_json({"profile": kind, "text": text, "characters": len(text)})
        elif edit or file is not None:
            say(f"{kind.value}: {len(text)} characters kept" if text else f"{kind.value}: empty now")
        elif text:
            say(text)
        else:
            complain(f"{kind.value} is empty: `v7 profile {kind.value} --edit`, or --file F")

    return command


profile.add_command(_command(ProfileKind.MATCH, "Who you are: a CV, or a few words. Prints it, or takes a new one."))
profile.add_command(_command(ProfileKind.MANIFEST, "Where you want to go. Prints it, or takes a new one."))


async def _profile(home: Home, kind: ProfileKind, *, edit: bool, file: str | None) -> str:
    with interruptible():
        new = None if file is None else _text_of(file)
    async with opened_storage(home) as storage:
        settings = await storage.settings.load()
        old = settings.profile_text(kind)
        if edit:
            new = click.edit(old or f"\n\n# {_HINTS[kind]} Lines that begin with # are left out.\n", extension=".txt")
            new = None if new is None else "\n".join(line for line in new.split("\n") if not line.startswith("#"))
        if new is None:
            return old
        text = clean_block(new, limit=MAX_TEXT)
        await storage.settings.save(with_profile(settings, kind, text))
        return text


def with_profile(settings: Settings, kind: ProfileKind, text: str) -> Settings:
    """The same settings with another text."""
    if kind is ProfileKind.MATCH:
        return replace(settings, match_text=text)
    return replace(settings, manifest_text=text)


_HINTS = {ProfileKind.MATCH: "Who you are: paste a CV, or a few words.", ProfileKind.MANIFEST: "Where you want to go."}


def _text_of(file: str) -> str:
    source: Any = sys.stdin.buffer if file == "-" else None
    try:
        if source is None:
            with Path(file).expanduser().open("rb") as opened:
                content = opened.read(MAX_BYTES + 1)
        else:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError("file", f"{file}: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise InvalidValue(f"a profile is plain text of at most {MAX_BYTES} bytes")
    try:
        text: str = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidValue("a profile is plain text in UTF-8; save a PDF or a document as text first") from error
    if "\0" in text:
        raise InvalidValue("a profile is plain text; save a document as text first")
    return text
