"""React, undo, reactions: one line each, durable when printed, and nothing loaded that is not needed."""

import json
import subprocess
import sys

import pytest

HEAVY = {"numpy", "numba", "llvmlite", "textual", "httpx2", "httpcore2", "lxml", "v7thompson", "v7ui", "psutil", "attr"}


@pytest.fixture
def jobs(demo, v7):
    return [hit["id"] for hit in v7("search", "nurse", "--top", "5", "--json").json]


def test_ok_and_the_key_once_it_is_kept(jobs, v7):
    """The key is the caller's or a new one; the log has it."""
    assert (0, ["ok mine"]) == ((ran := v7("react", jobs[0][:8], "interested", "--event", "mine")).status, ran.lines)
    second = v7("react", jobs[0], "interested")
    assert second.out.startswith("ok ")
    assert ["mine", second.out.split()[1]] == v7("reactions", "--ids").lines


def test_the_same_key_is_the_same_event(jobs, v7):
    """Also for another kind: what happened first is what happened."""
    v7("react", jobs[0], "pass", "--event", "k")
    again = v7("react", jobs[0], "pass", "--event", "k", "--json")
    assert {"event_key": "k", "sequence": 1, "new": False} == again.json
    assert ["k"] == v7("reactions", "--ids").lines


def test_undo_takes_the_latest_back_and_says_so(jobs, v7):
    """The log keeps both; a second undo takes the one before."""
    v7("react", jobs[0], "interested", "--event", "a")
    v7("react", jobs[1], "pass", "--event", "b")
    assert 0 == v7("undo").status
    events = v7("reactions", "--json").json
    assert ["reaction", "reaction", "retraction"] == [event["type"] for event in events]
    assert "b" == events[2]["retracts"]
    assert 0 == v7("undo").status
    assert 3 == v7("undo").status


def test_saved_and_applied_jobs_are_in_the_pipeline(jobs, v7):
    """And out of it again with the reaction."""
    v7("react", jobs[0], "save")
    v7("react", jobs[1], "applied")
    assert ["applied", "saved"] == [kept["stage"] for kept in v7("saved", "list", "--json").json]
    v7("undo")
    assert ["saved"] == [kept["stage"] for kept in v7("pipeline", "list", "--json").json]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("react", "ffff0000", "interested"), 3),
        (("react", "zz", "interested"), 3),
        (("react", "1d43", "loved"), 2),
        (("react", "JOB", "pass", "--event", " "), 2),
        (("react", "JOB", "pass", "--event", "x" * 300), 2),
        (("undo", "nobody"), 3),
    ],
)
def test_what_cannot_be_is_one_line_and_a_status(jobs, v7, arguments, status):
    """Nothing was appended."""
    ran = v7(*(jobs[0] if argument == "JOB" else argument for argument in arguments))
    assert (status, "", 1) == (ran.status, ran.out, len(ran.err.splitlines()))
    assert ran.err.startswith("v7: ")
    assert [] == v7("reactions", "--ids").lines


PROBE = """
import json, sys
from v7terminal.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize(
    "arguments", [("react", "JOB", "interested"), ("undo",), ("reactions", "--ids")], ids=lambda words: words[0]
)
def test_reacting_loads_no_engine_screen_or_network(jobs, v7, arguments):
    """So that it takes a fraction of a second."""
    v7("react", jobs[1], "pass")
    words = [jobs[0] if word == "JOB" else word for word in arguments]
    ran = subprocess.run([sys.executable, "-c", PROBE, *words], capture_output=True, text=True, timeout=60, check=True)
    assert set() == HEAVY & set(json.loads(ran.stdout.splitlines()[-1]))
