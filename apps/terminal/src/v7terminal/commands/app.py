"""The app: screens in this process, everything else in another. Without a terminal: what to do next, or the deck."""

import asyncio
import gc
import os
import sys
from typing import Any, Final

import click

from v7terminal.console import say
from v7terminal.demo.home import mark_of
from v7terminal.exports import Exports
from v7terminal.options import given_home
from v7terminal.paths import Home

GUIDE: Final = """\
V7 ranks the openings of job boards for you, and learns from what you say.

Nothing is here yet. What to do next:

  v7 demo                             see it at work first, without a network
  v7 profile match --edit             who you are: paste a CV, or a few words
  v7 profile manifest --edit          where you want to go
  v7 sources starter TRADE REGION     boards to begin with
  v7 sources add https://…            a company's board, or any RSS/Atom feed
  v7 refresh                          poll them
  v7 rank                             the best first, with reasons
  v7                                  the app, in a terminal

`v7 --help` lists every command. Everything is kept in one place only:
{home}"""


def run_app(ctx: click.Context, exports: Exports) -> int:
    """Plain `v7`."""
    home = given_home(ctx)
    if os.environ.get("V7_PLAIN"):
        from v7terminal.plainmode import run_plain

        return run_plain(home)
    served = "TEXTUAL_DRIVER" in os.environ  # a browser stands where the terminal would
    if served or (sys.stdin.isatty() and sys.stdout.isatty()):
        return run_screens(home, exports)
    if not home.exists:
        say(GUIDE.format(home=home.path))
        return 0
    from v7terminal.commands.rank import rank

    ctx.invoke(rank, top=10)
    return 0


def run_screens(home: Home, exports: Exports | None = None) -> int:
    """The app, until the person leaves it. Returns its exit status."""
    gc.disable()  # nothing that starting allocates is garbage; `V7App` collects, and goes on collecting, once it stands
    return asyncio.run(_screens(home, exports or Exports()))


async def _screens(home: Home, exports: Exports) -> int:
    from v7terminal.compose import opened_terminal

    screens: list[Any] = []  # none until there is one to say it on

    def tell(text: str) -> None:
        for screen in screens:
            screen.tell(text)

    async with opened_terminal(home, tell, exports) as ports:
        from v7ui.app import V7App

        app = V7App(ports, banner="DEMO" if mark_of(home) is not None else "")
        screens.append(app)
        await app.run_async()
        code: int = app.return_code or 0
        return code
