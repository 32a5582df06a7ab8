"""What is kept comes out, goes in again, and can be taken away whole."""

import csv
import io
import json
import sqlite3

import pytest

from v7terminal.commands.exchange import FORMULA, inert_cell


@pytest.fixture
def job(demo, v7):
    """A job that was reacted to and is in the pipeline."""
    found = v7("search", "nurse", "--top", "1", "--json").json[0]["id"]
    v7("react", found, "save", "--event", "mine")
    v7("saved", "note", found, "call them\nnext week")
    return found


def test_an_export_comes_back_whole_in_another_home(job, v7, tmp_path):
    """Postings, events under their own keys, sources, pipeline, settings; twice changes nothing."""
    out = tmp_path / "all.jsonl"
    assert 0 == v7("export", "--to", str(out)).status
    assert 0o600 == out.stat().st_mode & 0o777
    elsewhere = ("--home", str(tmp_path / "elsewhere"))
    first = v7("import", str(out), "--json", *elsewhere).json
    assert (654, 1, 9) == (first["postings"], first["events"], first["sources"])
    assert ["mine"] == v7("reactions", "--ids", *elsewhere).lines
    assert "call them\nnext week" == v7("saved", "list", "--json", *elsewhere).json[0]["note"]
    assert v7("profile", "match").out == v7("profile", "match", *elsewhere).out
    again = v7("import", str(out), "--json", *elsewhere).json
    assert (0, 0) == (again["postings"], again["events"])
    assert 0 == v7("import", "-", *elsewhere, stdin=out.read_text()).status


@pytest.mark.parametrize(
    "content", ["", "{}", "nonsense", '{"v7": "export", "format": 99}', '{"v7":"export","format":1}\n[']
)
def test_what_is_no_export_changes_nothing(job, v7, tmp_path, content):
    """The line is named."""
    (tmp_path / "odd").write_text(content)
    ran = v7("import", str(tmp_path / "odd"))
    assert (2 if content else 0) == ran.status
    assert ["mine"] == v7("reactions", "--ids").lines


def test_a_table_holds_no_formula(job, v7, monkeypatch):
    """Every cell is text to a spreadsheet; the numbers of rows and columns are those of the postings."""
    v7("saved", "note", job, "=1+1")
    rows = list(csv.reader(io.StringIO(v7("export", "--format", "csv").out)))
    assert 655 == len(rows)
    assert {len(rows[0])} == {len(row) for row in rows}
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]
    assert "'=1+1" in {cell for row in rows for cell in row}


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_looks_like_a_formula_is_quoted(text):
    """As spreadsheets understand it."""
    assert f"'{text}" == inert_cell(text)
    assert "plain" == inert_cell("plain")


def test_parquet_without_its_extra_names_it(demo, v7, tmp_path, monkeypatch):
    """And nothing is written."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    ran = v7("export", "--format", "parquet", "--to", str(tmp_path / "x.parquet"))
    assert (2, True) == (ran.status, "v7terminal[parquet]" in ran.err)
    assert not (tmp_path / "x.parquet").exists()


def test_parquet_reads_back(demo, v7, tmp_path):
    """Where the extra is there."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    v7("export", "--format", "parquet", "--to", str(tmp_path / "x.parquet"))
    assert 654 == parquet.read_table(tmp_path / "x.parquet").num_rows


def test_postings_of_an_export_are_ranked_for_many(demo, v7, tmp_path):
    """The file goes straight into `rank-many`; what it writes is documented, and never one of the files it reads."""
    arrow = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    from pyarrow import parquet

    postings, people, out = (tmp_path / name for name in ("postings.parquet", "people.parquet", "out.parquet"))
    v7("export", "--format", "parquet", "--to", str(postings))
    parquet.write_table(arrow.table({"person": ["a", "b"], "match_text": ["nurse", "python developer"]}), people)
    files = ("--people", str(people), "--postings", str(postings), "--limit", "3")
    done = v7("rank-many", *files, "--out", str(out), "--json").json
    assert {"people": 2, "postings": 654, "rows": 6, "blocks": 1, "resumed": 0, "engine": "local"} == done
    best = {row["person"]: row["job"] for row in parquet.read_table(out).to_pylist() if row["rank"] == 1}
    assert "nurse" in v7("show", best["a"]).out.casefold()
    assert best["a"] != best["b"]
    assert 2 == v7("rank-many", *files, "--out", str(people)).status
    assert 2 == v7("rank-many", *files, "--out", str(out), "--scheduler", "tcp://127.0.0.1:1").status


def test_an_export_never_writes_over_a_file(demo, v7, tmp_path):
    """Nor through a link."""
    (tmp_path / "there").write_text("mine")
    assert 2 == v7("export", "--to", str(tmp_path / "there")).status
    assert "mine" == (tmp_path / "there").read_text()


def test_a_backup_is_put_back(job, v7, tmp_path, demo):
    """What was there is set aside; without a terminal it wants --yes."""
    copy = tmp_path / "copy.v7"
    assert 1 == v7("backup", str(copy), "--json").json["events"]
    v7("react", job, "pass", "--event", "later")
    assert 2 == v7("restore", str(copy)).status
    done = v7("restore", str(copy), "--yes", "--json").json
    assert (1, 654) == (done["events"], done["postings"])
    assert done["set_aside"]
    assert ["mine"] == v7("reactions", "--ids").lines
    assert 2 == v7("backup", str(copy)).status


def test_a_damaged_store_is_never_replaced_in_silence(job, v7, demo):
    """Commands stop with 5; doctor says what can be read; salvage asks, sets aside and begins anew."""
    store = demo / "v7.sqlite3"
    for ending in ("-wal", "-shm"):
        (demo / f"v7.sqlite3{ending}").unlink(missing_ok=True)
    content = bytearray(store.read_bytes())
    content[:100] = bytes(100)
    store.write_bytes(content)
    ran = v7("status")
    assert (5, 1) == (ran.status, len(ran.err.splitlines()))
    found = v7("doctor", "--json")
    assert 5 == found.status
    assert any("salvage" in each["fix"] for each in found.json)
    assert 2 == v7("salvage").status
    assert bytes(content) == store.read_bytes()
    done = v7("salvage", "--yes", "--json").json
    assert {"aside", "events", "lost"} == set(done)
    with sqlite3.connect(store) as connection:
        assert ("ok",) == connection.execute("pragma quick_check").fetchone()
    connection.close()


def test_doctor_finds_nothing_wrong_with_a_sound_home(job, v7):
    """And says of each thing what it looked at."""
    found = v7("doctor", "--json")
    assert (0, []) == (found.status, [each for each in found.json if not each["sound"]])
    assert {"versions", "engine", "keys", "pages", "log chain", "search index", "modes", "sources"} <= {
        each["name"] for each in found.json
    }


def test_everything_can_be_taken_away(job, v7, demo):
    """The home is gone with it; without a terminal it wants --yes."""
    assert 2 == v7("delete-everything").status
    removed = v7("delete-everything", "--yes", "--json").json
    assert "v7.sqlite3" in removed["removed"]
    assert not demo.exists()
    assert "there was nothing" == v7("delete-everything", "--yes").out.strip()


def test_profiles_are_taken_from_files_and_cleaned(demo, v7, tmp_path):
    """Control characters do not come in; a document that is no text is refused."""
    (tmp_path / "cv.txt").write_text("Baker\x1b[31m, nights\n\n\nBerlin")
    assert 0 == v7("profile", "match", "--file", str(tmp_path / "cv.txt")).status
    assert "Baker, nights\n\nBerlin\n" == v7("profile", "match").out
    assert 0 == v7("profile", "manifest", "--file", "-", stdin="head baker").status
    assert "head baker" == v7("profile", "manifest", "--json").json["text"]
    for content in (b"%PDF\xff\xfe\x00", b"a\x00b", b"x" * 500_000):
        (tmp_path / "odd").write_bytes(content)
        assert 2 == v7("profile", "match", "--file", str(tmp_path / "odd")).status
    assert 2 == v7("profile", "match", "--file", str(tmp_path / "nowhere")).status
    assert "Baker, nights\n\nBerlin\n" == v7("profile", "match").out


def test_a_profile_is_edited_in_the_persons_editor(demo, v7, monkeypatch, tmp_path):
    """The text that is there is what they see."""
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\ncp "$1" "$SEEN"\necho "head nurse" > "$1"\n')
    script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(script))
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    before = v7("profile", "match").out
    assert 0 == v7("profile", "match", "--edit").status
    assert before.strip() == (tmp_path / "seen").read_text().strip()
    assert "head nurse\n" == v7("profile", "match").out


@pytest.mark.parametrize(
    ("key", "value"),
    [("blend", "2"), ("blend", "x"), ("seed", "-1"), ("theme", "pink"), ("refresh_ms", "7"),
     ("reduced_motion", "maybe"), ("match_text", "x"), ("nobody", "x")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_named_with_what_can(demo, v7, key, value):
    """And nothing changes."""
    before = v7("settings", "get", "--json").json
    ran = v7("settings", "set", key, value)
    assert (2, True) == (ran.status, ran.err.startswith(f"v7: {key}: "))
    assert before == v7("settings", "get", "--json").json


def test_muted_companies_are_kept_once(demo, v7):
    """Whatever their case."""
    v7("mute", "Acme")
    v7("mute", "ACME")
    assert ["ACME"] == v7("settings", "get", "muted_companies", "--json").json["muted_companies"]
    v7("unmute", "acme")
    assert [] == json.loads(v7("settings", "get", "--json").out)["muted_companies"]


def test_kept_searches_say_what_is_new(demo, v7):
    """Nothing right after they were kept."""
    v7("search", "nurse", "--save", "Nurses")
    assert [("Nurses", 0)] == [(each["name"], each["new"]) for each in v7("searches", "list", "--json").json]
    looked = v7("searches", "look", "Nurses", "--json").json
    assert looked["hits"]
    assert 0 == v7("searches", "drop", "Nurses").status
    assert 3 == v7("searches", "look", "Nurses").status


def test_a_change_of_taste_is_taken_back_and_back_again(fickle, v7):
    """It lasts from command to command; a number that names none changes nothing."""
    (found,) = v7("taste", "--json").json
    assert ("match", False) == (found["profile"], found["refused"])
    number = str(found["sequence"])
    assert [f"{number}  match: what came before {found['since']} weighs no more"] == v7("taste").lines
    assert f"{number}  match: refused" == v7("taste", "refuse", number).lines[0]
    assert {"profile": "match", "sequence": int(number), "since": None, "refused": True} in v7("taste", "--json").json
    assert v7("rebuild", "--json").json["posterior_equal"]
    assert [found] == v7("taste", "--json", "accept", number).json
    for act in ("refuse", "accept"):
        ran = v7("taste", act, "7")
        assert (3, "v7: no change of taste at 7") == (ran.status, ran.err.strip())
    assert [found] == v7("taste", "--json").json


def test_a_steady_taste_says_so(home, v7):
    """In a sentence, and as an empty array."""
    assert ["no change of taste was found"] == v7("taste").lines
    assert [] == v7("taste", "--json").json
