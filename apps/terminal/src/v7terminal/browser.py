"""Opening a checked address outside the terminal: by argument vector, never through a shell."""

import os
import shlex
import shutil
import subprocess
import sys


def open_url(url: str) -> None:
    """Start the person's browser on an address that `v7ui.links.checked_link` let through; does not wait for it.

    Raises:
        OSError: there is no browser here, or it does not start.
    """
    command = _browser()
    if command is None:
        raise OSError("there is no browser here")
    arguments = (
        [part.replace("%s", url) for part in command] if any("%s" in part for part in command) else [*command, url]
    )
    # Detached and silent: a browser that writes to the terminal would paint over the screen.
    subprocess.Popen(  # noqa: S603 - a program the person named, and one checked argument
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _browser() -> list[str] | None:
    named = os.environ.get("BROWSER", "")
    if named:
        command = shlex.split(named.split(os.pathsep)[0])
        return command if command and shutil.which(command[0]) else None
    if sys.platform == "darwin":
        return ["/usr/bin/open"]
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        found = shutil.which("xdg-open")
        return [found] if found else None
    return None
