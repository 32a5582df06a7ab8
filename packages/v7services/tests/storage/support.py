"""Starting the programs, and looking at what they left."""

import subprocess
import sys
from pathlib import Path

PROGRAM = str(Path(__file__).with_name("programs.py"))
LIMIT_S = 60


def command(what, *words):
    return [sys.executable, PROGRAM, what, *map(str, words)]


def run(what, *words, before=()):
    """The lines a program printed, ended within a minute."""
    done = subprocess.run(
        [*before, *command(what, *words)], capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines()


def start(what, *words):
    """A program in the background; its output is a pipe."""
    return subprocess.Popen(command(what, *words), stdout=subprocess.PIPE, text=True)


def end(process):
    """Stop exactly this process, and read what it had printed."""
    process.kill()
    out = process.stdout.read()  # not `communicate`: it would miss what `readline` took into its buffer
    process.wait(timeout=LIMIT_S)
    process.stdout.close()
    return [line for line in out.splitlines(keepends=True) if line.endswith("\n")]


def acknowledged(lines):
    return [line.split()[1] for line in lines if line.startswith("ok ")]
