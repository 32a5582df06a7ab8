"""`v7 share` with no server behind the address: nothing is lost, and it is said."""

import json
import os
import shutil
import subprocess
import sys


def v7(home, *args, **env):
    """A command of the same home."""
    return subprocess.run(
        [sys.executable, "-m", "v7terminal", "--home", str(home), *args],
        capture_output=True, text=True, timeout=120, env=os.environ | env,
    )  # fmt: skip


def test_a_server_that_is_away_is_said_and_nothing_is_lost(tmp_path, demo_folder):
    """The reaction stays in the log here."""
    home = shutil.copytree(demo_folder, tmp_path / "home")
    job = json.loads(v7(home, "search", "nurse", "--json").stdout)[0]["id"]
    assert "ok k1\n" == v7(home, "react", job, "interested", "--event", "k1").stdout
    away = v7(home, "share", "--person", "ana", "--json", V7_POSTGRES="postgresql://127.0.0.1:1/x?connect_timeout=1")
    document = json.loads(away.stdout)
    assert (0, None, 0) == (document["sent"], document["not_yet_shared"], away.returncode)
    assert "storage away" in document["problem"]
    assert "k1\n" == v7(home, "reactions", "--ids").stdout


def test_an_address_that_is_missing_is_said_in_one_line(tmp_path):
    """With the name of the variable."""
    done = v7(tmp_path / "home", "share", "--person", "ana", V7_POSTGRES="")
    assert 2 == done.returncode
    assert "V7_POSTGRES" in done.stderr
