"""The demo from one command: invented boards, recorded boards, pipes."""

import json
import os
import re
import subprocess
import sys

import pytest

DEMO = [sys.executable, "-m", "v7terminal", "demo"]


def test_one_command_ranks_invented_postings_and_leaves_nothing(tmp_path):
    """In a pipe it is plain; its home is thrown away."""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "V7_HOME": ""}
    ran = subprocess.run(DEMO, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, env=environment)
    assert (0, "") == (ran.returncode, ran.stderr)
    ranked = [line for line in ran.stdout.splitlines() if re.match(r"\d+\. ", line)]
    assert 10 == len(ranked)
    assert all("because" in line for line in ranked)
    assert [] == list(tmp_path.iterdir())


def test_a_reader_that_has_enough_is_no_error():
    """`v7 demo --plain | head -1`."""
    command = f'{" ".join(DEMO)} --plain | head -1; echo "status ${{PIPESTATUS[0]}}"'
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=300, check=True)
    assert ran.stdout.startswith("DEMO")
    assert ran.stdout.endswith("status 0\n")
    assert "" == ran.stderr


@pytest.fixture(scope="session")
def recorded(shared):
    """What `v7 demo --payloads` says of the recordings."""
    folder = shared / "payloads"
    if not folder.is_dir():
        pytest.skip("there are no recorded bodies: set V7_SHARED to the folder that holds `payloads`")
    ran = subprocess.run([*DEMO, "--json", "--payloads", str(folder)], capture_output=True, text=True, timeout=300)
    assert 0 == ran.returncode, ran.stderr
    return folder, json.loads(ran.stdout)


def test_recorded_postings_of_every_source_with_an_adapter_are_ranked(recorded):
    """Greenhouse, Lever, RSS and all the others in one refresh; each tells its counts."""
    from v7services.catalogue import by_name

    folder, document = recorded
    rows = {row["source"]: row for row in document["sources"]}
    assert rows["greenhouse"]["postings"] > 100
    assert rows["lever"]["postings"] > 400
    assert rows["weworkremotely"]["postings"] > 0
    assert rows["feed"]["postings"] > 0
    there = {path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert set(by_name()) & there <= set(rows)
    assert 10 == len(document["top"])
    # A posting that two boards show is one job; nothing else is lost between boards and store.
    assert 0.9 < document["postings"] / sum(row["postings"] for row in rows.values()) <= 1


def test_what_is_not_read_is_named_and_counted(recorded):
    """A folder without adapter, a body of another shape; with the reason."""
    _, document = recorded
    trouble = {f"{row['source']}/{board}": why for row in document["sources"] for board, why in row["trouble"].items()}
    assert "changed-shape: no list of jobs (at jobs)" == trouble["greenhouse/cz_detail"]
    left_out = {left["name"]: left for left in document["left_out"]}
    assert {"files": 1, "name": "euraxess", "reason": "no adapter for this source"} == left_out["euraxess"]
