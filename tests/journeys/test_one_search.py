"""One search on the command line: a board, a profile, a ranking, a reaction that survives anything, reasons."""

import json
import os
import signal
import subprocess
import sys

import pytest


def killed_right_after_ok(*arguments):
    """Run a command and kill it the moment it has acknowledged."""
    process = subprocess.Popen([sys.executable, "-m", "v7terminal", *arguments], stdout=subprocess.PIPE, text=True)
    said = process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    process.stdout.close()
    return said


def test_a_board_a_profile_a_ranking_a_reaction_and_why(board, v7):
    """Add, refresh, rank, react, kill -9 right after `ok`: it is in the log, has moved the ranking, `why` says how."""
    assert "added lever:acme" in v7("sources", "add", "https://jobs.lever.co/acme")
    v7("profile", "match", "--file", "-", stdin="Night nurse, ten years on wards.")
    assert "24 received, 24 new" in v7("refresh")
    ranked = json.loads(v7("rank", "--top", "24", "--json"))
    assert 24 == len(ranked)
    assert "nurse" in ranked[0]["title"].lower()
    assert {"id", "title", "company", "source", "score", "mean", "sd", "profile", "url"} <= set(ranked[0])

    baker = next(job for job in ranked if "Baker" in job["title"])
    before = {job["id"]: job for job in ranked}
    assert "ok mine\n" == killed_right_after_ok("react", baker["id"], "interested", "--event", "mine")
    assert "mine\n" == v7("reactions", "--ids")

    after = {job["id"]: job for job in json.loads(v7("rank", "--top", "24", "--json"))}
    assert baker["id"] not in after
    others = [job for job in after.values() if "aker" in job["title"]]
    assert others
    for job in others:
        if job["profile"] == before[job["id"]]["profile"] == baker["profile"]:
            assert job["mean"] > before[job["id"]]["mean"]
    explained = json.loads(v7("why", others[0]["id"], "--json", "--profile", baker["profile"]))
    assert any(part["token"] == "baker" and part["logits"] > 0 for part in explained["contributions"])
    assert abs(explained["mean"] - explained["intercept"] - sum(p["logits"] for p in explained["contributions"])) < 1e-4

    v7("undo")
    again = {job["id"]: job for job in json.loads(v7("rank", "--top", "24", "--json"))}
    assert set(before) == set(again)
    assert "equal bit for bit" in v7("rebuild")
    assert json.loads(v7("status", "--json"))["last_measured"]["thompson_duration_ms"]["value"] > 0


def test_who_reads_a_pipe_hears_of_a_poll_at_once(board, v7, monkeypatch):
    """Not when the command ends: `--watch` does not."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    v7("sources", "add", "lever:acme")
    command = [sys.executable, "-m", "v7terminal", "refresh", "--watch"]
    watching = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert "24 received, 24 new" in watching.stdout.readline()
        assert watching.poll() is None
        assert 24 == json.loads(v7("status", "--json"))["jobs"]["open"]
    finally:
        watching.kill()
        watching.wait(30)
        watching.stdout.close()


def test_what_a_board_takes_down_is_closed_and_what_it_changes_is_kept(board, v7):
    """Only on a sound poll; the reaction stays with what was shown."""
    v7("sources", "add", "lever:acme")
    v7("refresh")
    first = json.loads(v7("search", "gardener", "--json"))[0]["id"]
    v7("react", first, "save")
    board.titles = board.titles[:20]
    board.titles[0] = "Head baker"
    assert "1 changed, 4 closed" in v7("refresh")
    assert 20 == json.loads(v7("status", "--json"))["jobs"]["open"]
    assert [first] == [kept["id"] for kept in json.loads(v7("saved", "list", "--json"))]
    board.titles = []
    (report,) = json.loads(v7("refresh", "--json"))
    assert ("suspicious drop", 0) == (report["outcome"], report["closed"])


@pytest.mark.parametrize("rounds", [8])
def test_reactions_survive_being_killed_at_any_moment(board, v7, rounds):
    """Nothing acknowledged is lost, nothing is there twice, nothing comes from nowhere; a retry is the same event."""
    v7("sources", "add", "lever:acme")
    v7("refresh")
    job = json.loads(v7("search", "nurse", "--json"))[0]["id"]
    acknowledged = set()
    for number in range(rounds):
        key = f"event-{number}"
        command = [sys.executable, "-m", "v7terminal", "react", job, "interested", "--event", key]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            said, _ = process.communicate(timeout=0.05 + 0.03 * number)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate(timeout=30)
        if f"ok {key}" in said:
            acknowledged.add(key)
        kept = v7("reactions", "--ids").split()
        assert acknowledged <= set(kept)
        assert len(set(kept)) == len(kept)
        if number % 3 == 0:
            v7("react", job, "interested", "--event", key)
            acknowledged.add(key)
            assert 1 == v7("reactions", "--ids").split().count(key)
    assert set(v7("reactions", "--ids").split()) <= {f"event-{number}" for number in range(rounds)}
    assert "ok log chain" in v7("doctor")
