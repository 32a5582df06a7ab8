"""Every command: help, a home, JSON; and how each ends when something is wrong."""

import os
import subprocess
import sys

import click
import pytest

from v7terminal.cli import COMMANDS, cli
from v7terminal.paths import home_at
from v7terminal.reports import KEPT, MAX_LOG, background_log, report_of


def every_command():
    """(path, command) of each command and subcommand."""
    context = click.Context(cli, info_name="v7")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            for sub, inner in command.commands.items():
                yield pytest.param((name, sub), inner, id=f"{name} {sub}")
        else:
            yield pytest.param((name,), command, id=name)


@pytest.mark.parametrize(("path", "command"), list(every_command()))
def test_every_command_takes_json_and_explains_itself(path, command):
    """And `--home`, unless it needs none."""
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options or path == ("serve",)  # prints an address and goes on
    assert "--home" in options or path in (("sources", "catalog"), ("rank-many",))
    assert command.help


def test_the_version_is_the_distributions(v7):
    """Of `v7terminal`."""
    from importlib.metadata import version

    assert f"v7 {version('v7terminal')}" == v7("--version").out.strip()


def test_plain_v7_without_a_terminal_says_what_to_do_next(v7, home):
    """In one screen; nothing is made."""
    ran = v7()
    assert (0, True) == (ran.status, len(ran.lines) <= 24)
    assert all(len(line) <= 80 for line in ran.lines[:-1])
    assert str(home) == ran.lines[-1]
    assert "v7 sources add" in ran.out
    assert not home.exists()


@pytest.mark.parametrize(
    "words", [("nope",), ("rank", "--nope"), ("sources", "nope"), ("react",), ("rank", "--top", "x")]
)
def test_wrong_usage_is_2_and_one_line(v7, words):
    """Not a screenful."""
    ran = v7(*words)
    assert (2, "", 1) == (ran.status, ran.out, len(ran.err.splitlines()))


def test_a_home_that_cannot_be_made_is_2_and_one_line(shell):
    """No traceback, no report."""
    ran = shell("status", V7_HOME="/proc/nobody/home")
    assert (2, "", 1) == (ran.status, ran.out, len(ran.err.splitlines()))
    assert ran.err.startswith("v7: home: ")


def test_a_home_of_a_user_that_is_not_there_is_2(shell):
    """`~nobody-at-all/x`."""
    ran = shell("status", V7_HOME="~nobody-at-all/x")
    assert (2, 1) == (ran.status, len(ran.err.splitlines()))


def test_without_home_and_variables_the_platforms_folder_is_used(shell, tmp_path):
    """HOME is where that is."""
    ran = shell("status", V7_HOME="", HOME=str(tmp_path / "me"), XDG_DATA_HOME="")
    assert 0 == ran.status
    assert str(tmp_path / "me") in ran.out


def test_a_link_at_the_place_of_the_database_is_refused(shell, home, tmp_path):
    """What it points to is untouched."""
    home.mkdir(mode=0o700)
    target = tmp_path / "target"
    target.write_bytes(b"")
    (home / "v7.sqlite3").symlink_to(target)
    ran = shell("reactions")
    assert (5, 1) == (ran.status, len(ran.err.splitlines()))
    assert b"" == target.read_bytes()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything: permissions say nothing")
def test_a_folder_that_may_not_be_written_is_told(shell, home):
    """Nothing new can be kept there."""
    home.mkdir(mode=0o500)
    assert shell("reactions").status in (2, 5)


def test_a_latin_or_plain_terminal_shows_what_it_can(demo, shell):
    """A question mark for what it cannot; never a traceback."""
    for encoding in ("ascii", "latin-1"):
        ran = subprocess.run(
            [sys.executable, "-m", "v7terminal", "search", "--top", "40"],
            capture_output=True, timeout=60, check=True, env={**os.environ, "LANG": "C", "PYTHONIOENCODING": encoding},
        )  # fmt: skip
        assert b"Traceback" not in ran.stderr
        assert 40 == len(ran.stdout.decode(encoding).splitlines())


def test_lang_c_is_enough(demo, shell):
    """As a cron job would have it."""
    assert 0 == shell("search", "--top", "3", LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").status


@pytest.mark.parametrize(
    "words", ["search --top 5000", "reactions", "sources list", "status --json", "sources catalog"]
)
def test_a_reader_that_has_enough_is_no_error(demo, words):
    """`v7 … | head -1`: quiet, and 0."""
    command = f'{sys.executable} -m v7terminal {words} | head -1 >/dev/null; echo "${{PIPESTATUS[0]}}"'
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert ("0\n", "") == (ran.stdout, ran.stderr)


def test_output_nobody_can_take_is_no_traceback(demo):
    """A standard output that is closed, or a disk that is full."""
    for redirect in (">&-", ">/dev/full"):
        command = f"{sys.executable} -m v7terminal search --top 2 {redirect}"
        ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
        assert "Traceback" not in ran.stderr
        assert len(ran.stderr.splitlines()) <= 1


def test_a_bug_is_one_line_and_a_report_in_the_home(demo, v7, monkeypatch):
    """The report holds the traceback; the screen does not."""
    monkeypatch.setattr("v7terminal.commands.react.opened_storage", None)
    ran = v7("reactions")
    assert (1, "", 1) == (ran.status, ran.out, len(ran.err.splitlines()))
    report = next((demo / "reports").glob("v7-crash-*.txt"))
    assert "TypeError" in report.read_text()
    assert 0o600 == report.stat().st_mode & 0o777


def test_reports_and_the_background_log_are_bounded(tmp_path):
    """The ten latest reports are kept, and a log that has grown large is set aside once."""
    home = home_at(tmp_path)
    for n in range(KEPT + 5):
        home.reports.mkdir(parents=True, exist_ok=True)
        (home.reports / f"v7-crash-20260101-0000{n:02}-1.txt").write_text("old")
    report_of(ValueError("the latest"), home)
    kept = sorted(home.reports.glob("v7-crash-*.txt"))
    assert KEPT == len(kept)
    assert "the latest" in kept[-1].read_text()
    for text in ("first", "second"):
        background_log(home).write_text(text + "x" * MAX_LOG)
    assert not background_log(home).exists()
    assert ["background.log.1"] == [path.name for path in home.reports.glob("background.log*")]
    assert (home.reports / "background.log.1").read_text().startswith("second")


def test_memory_that_runs_out_is_one_line_and_no_bug(demo, v7, monkeypatch):
    """The status of the engine's own refusal for want of memory, and no report."""

    def none_left(*_, **__):
        raise MemoryError

    monkeypatch.setattr("v7terminal.commands.react.opened_storage", none_left)
    ran = v7("reactions")
    assert (6, "", "v7: memory ran out; what was acknowledged is kept") == (ran.status, ran.out, ran.err.strip())
    assert not list((demo / "reports").glob("*"))


def test_checks_do_not_rest_on_assertions(home):
    """`python -OO` refuses the same things."""
    command = [sys.executable, "-OO", "-m", "v7terminal", "settings", "set", "blend", "7"]
    assert 2 == subprocess.run(command, capture_output=True, timeout=60, check=False).returncode
