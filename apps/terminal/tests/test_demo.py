"""`v7 demo --plain`: ten lines with reasons, where they came from, what was left out; the mark on everything."""

import json
import re

import pytest

LINE = re.compile(r"^(\d+)\. .+ · .+ · .+ · [0-9a-f]{8} · (match|manifest) [+-]\d+\.\d\d .+ · because .+$")


def test_ten_lines_with_reasons_and_an_account(v7, home):
    """Rank, title, company, source; how many came from where. The home that was given is marked and can be used."""
    ran = v7("demo", "--plain")
    assert (0, "") == (ran.status, ran.err)
    ranked = [line for line in ran.lines if line[0].isdigit()]
    assert list(range(1, 11)) == [int(LINE.match(line)[1]) for line in ranked]
    assert all(line.startswith("DEMO") for line in ran.lines if line not in ranked)
    assert "DEMO · greenhouse: 288 postings, 0 skipped" in ran.lines
    assert re.match(r"DEMO · 654 jobs from 9 boards of 3 sources, ranked in \d", ran.lines[11])
    status = v7("status", "--json").json
    assert (True, 654) == (status["demo"], status["jobs"]["open"])
    assert status["last_measured"]["thompson_duration_ms"]["value"] > 0
    assert v7("status").out.startswith("DEMO")
    again = v7("demo", "--json").json
    assert {"demo", "refreshes", "sources", "left_out", "postings", "top"} == set(again)
    assert (True, 654, 10) == (again["demo"], again["postings"], len(again["top"]))
    assert ranked[0].split(" · ")[3] == again["top"][0]["id"][:8]


def test_without_a_terminal_it_is_plain(v7, home):
    """As in a pipe; the throw-away home is gone afterwards."""
    ran = v7("demo", "--plain", "--seed", "3")
    assert 0 == ran.status


def test_recorded_bodies_are_ranked_and_odd_ones_named(v7, home, recordings):
    """The newest of dated snapshots; a folder without adapter and a body of another shape are told; the status is 0."""
    ran = v7("demo", "--plain", "--payloads", str(recordings))
    assert 0 == ran.status
    said = "\n".join(ran.lines)
    assert "DEMO · greenhouse: 2 postings, 0 skipped" in said
    assert "DEMO · greenhouse/odd: changed-shape" in said
    assert re.search(r"DEMO · lever: 1 postings, 1 skipped \(1 .+\)", said)
    assert "DEMO · left out, no adapter for this source: nobody (1)" in said
    assert {"Head baker", "Nurse", "Night nurse", "Guard"} == {hit["title"] for hit in v7("search", "--json").json}


def test_a_replay_serves_dated_snapshots_in_order(v7, home, recordings):
    """One a refresh: what changed, came and went is seen."""
    document = v7("demo", "--json", "--payloads", str(recordings), "--replay").json
    assert 2 == document["refreshes"]
    greenhouse = next(row for row in document["sources"] if row["source"] == "greenhouse")
    assert (3, 1, 1) == (greenhouse["new"], greenhouse["changed"], greenhouse["closed"])
    assert 2 == json.loads((home / "demo.json").read_text())["step"]


@pytest.mark.parametrize("words", [("--replay",), ("--payloads", "/nowhere/at/all"), ("--seed", "x")])
def test_what_cannot_be_is_2(v7, home, words):
    """In one line."""
    ran = v7("demo", "--plain", *words)
    assert (2, "", 1) == (ran.status, ran.out, len(ran.err.splitlines()))
