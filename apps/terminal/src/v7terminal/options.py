"""Options that several commands share."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from v7terminal.paths import VARIABLE, Home, home_at

F = TypeVar("F", bound=Callable[..., Any])


def _remember(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.find_root().meta["v7.home"] = value


def home_option(function: F) -> F:
    """`--home`, before or after the command's name."""
    return click.option(
        "--home", metavar="DIR", expose_value=False, callback=_remember, help="Where V7 keeps your data (or V7_HOME)."
    )(function)


class HomeCommand(click.Command):
    """A command that also takes `--home`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home_option(self)


def given_home(ctx: click.Context) -> Home:
    """The home this run is about."""
    return home_at(ctx.find_root().meta.get("v7.home"))


def home_was_given(ctx: click.Context) -> bool:
    """Whether somebody said where, by `--home` or by `V7_HOME`."""
    return bool(ctx.find_root().meta.get("v7.home") or os.environ.get(VARIABLE))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/cli.md).")
