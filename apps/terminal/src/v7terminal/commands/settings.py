"""Settings and muted companies."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, Final

import click

from v7core.errors import ConfigError, InvalidValue
from v7core.filter_language import parse_filters
from v7core.models.person import Settings
from v7core.text import clean_text
from v7terminal.compose import opened_storage
from v7terminal.console import plain, say, say_json
from v7terminal.options import HomeCommand, given_home, json_option
from v7terminal.paths import Home
from v7terminal.running import run


def _truth(text: str) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if text.casefold() not in words:
        raise ValueError(text)
    return words[text.casefold()]


def _line(text: str) -> str:
    parse_filters(text)
    return clean_text(text)


SETTABLE: Final[Mapping[str, tuple[Callable[[str], Any], str]]] = {
    "blend": (float, "a number from 0 (Match only) to 1 (Manifest only)"),
    "seed": (int, "a whole number from 0"),
    "theme": (clean_text, "v7-dark, v7-light or v7-contrast"),
    "reduced_motion": (_truth, "true or false"),
    "refresh_ms": (int, "100, 250, 500 or 1000"),
    "deck_filter": (_line, "one line as it is typed on the deck, or nothing"),
}
"""What `set` may change, how a word becomes a value, and what is allowed."""


@click.group()
def settings() -> None:
    """How you want it: `settings get`, `settings set KEY VALUE`."""


@settings.command("get", cls=HomeCommand)
@click.argument("key", required=False)
@json_option
@click.pass_context
def get(ctx: click.Context, key: str | None, as_json: bool) -> None:
    """All settings, or one."""
    values = plain(run(_load(given_home(ctx))))
    if key is not None and key not in values:
        raise ConfigError(key, f"no such setting; there are {', '.join(values)}")
    shown = values if key is None else {key: values[key]}
    if as_json:
        say_json(shown)
        return
    for name, value in shown.items():
        say(_one_line(value) if key is not None else f"{name} = {_one_line(value)}")


def _one_line(value: object) -> str:
    if isinstance(value, str):
        return clean_text(value, limit=200)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


@settings.command("set", cls=HomeCommand, context_settings={"ignore_unknown_options": True})  # a value may be -1
@click.argument("key")
@click.argument("value")
@json_option
@click.pass_context
def set_(ctx: click.Context, key: str, value: str, as_json: bool) -> None:
    """Change one setting. Profile texts have `v7 profile`, companies `v7 mute`."""
    if key not in SETTABLE:
        others = {field.name for field in fields(Settings)} - set(SETTABLE)
        hint = "has a command of its own (v7 profile, v7 mute) or a screen" if key in others else "no such setting"
        raise ConfigError(key, f"{hint}; settable are {', '.join(SETTABLE)}")
    read, allowed = SETTABLE[key]
    try:
        parsed = read(value)
    except InvalidValue as error:
        raise ConfigError(key, str(error)) from error
    except ValueError as error:
        raise ConfigError(key, f"{clean_text(value, limit=40)!r} is not {allowed}") from error
    if key == "theme" and parsed not in ("v7-dark", "v7-light", "v7-contrast"):
        raise ConfigError(key, f"{clean_text(value, limit=40)!r} is not {allowed}")
    _changed(ctx, lambda old: _replaced(old, key, parsed, allowed), as_json)


def _replaced(old: Settings, key: str, value: Any, allowed: str) -> Settings:
    try:
        return replace(old, **{key: value})
    except InvalidValue as error:
        raise ConfigError(key, f"{value} is not {allowed}") from error


@click.command(cls=HomeCommand)
@click.argument("company")
@json_option
@click.pass_context
def mute(ctx: click.Context, company: str, as_json: bool) -> None:
    """Never show a company on the deck."""
    name = clean_text(company)
    _changed(ctx, lambda old: replace(old, muted_companies=(*_without(old, name), name)), as_json)


@click.command(cls=HomeCommand)
@click.argument("company")
@json_option
@click.pass_context
def unmute(ctx: click.Context, company: str, as_json: bool) -> None:
    """Show a company again."""
    name = clean_text(company)
    _changed(ctx, lambda old: replace(old, muted_companies=_without(old, name)), as_json)


def _without(settings_: Settings, name: str) -> tuple[str, ...]:
    return tuple(muted for muted in settings_.muted_companies if muted.casefold() != name.casefold())


def _changed(ctx: click.Context, change: Callable[[Settings], Settings], as_json: bool) -> None:
    new = run(_change(given_home(ctx), change))
    if as_json:
        say_json(plain(new))
    else:
        say("ok")


async def _load(home: Home) -> Settings:
    async with opened_storage(home) as storage:
        return await storage.settings.load()


async def _change(home: Home, change: Callable[[Settings], Settings]) -> Settings:
    async with opened_storage(home) as storage:
        new = change(await storage.settings.load())
        await storage.settings.save(new)
        return new
