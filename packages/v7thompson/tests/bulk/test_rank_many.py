"""Ranking many people: the engine's own rankings, whatever the blocks, and whatever ended the run before."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from v7core.errors import ComputeError, ConfigError, InvalidValue
from v7thompson.bulk import LocalRanker, rank_many


@pytest.mark.parametrize(("people_a_block", "postings_a_block"), [(256, 20_000), (4, 60), (2, 7), (1, 1)])
def test_blocks_say_what_one_engine_says(files, expected, tmp_path, people_a_block, postings_a_block):
    """Bit for bit, however people and postings are cut."""
    out = tmp_path / "out.parquet"
    report = rank_many(*files, out, limit=7, people_a_block=people_a_block, postings_a_block=postings_a_block)
    assert expected == pq.read_table(out).to_pylist()
    assert (9, 60, 63) == (report.people, report.postings, report.rows)
    assert ["out.parquet", "people.parquet", "postings.parquet"] == sorted(p.name for p in tmp_path.iterdir())


class Stops(LocalRanker):
    """Ends with an error after some blocks."""

    def __init__(self, after):
        self.after = after

    def rank(self, people, postings, limit):
        for done, answer in enumerate(super().rank(people, postings, limit)):
            if done == self.after:
                raise KeyboardInterrupt
            yield answer


def test_a_run_goes_on_where_it_ended(files, expected, tmp_path):
    """What was done is not done again, and nothing stands twice."""
    out = tmp_path / "out.parquet"
    with pytest.raises(KeyboardInterrupt):
        rank_many(*files, out, limit=7, people_a_block=2, ranker=Stops(3))
    assert not out.exists()
    report = rank_many(*files, out, limit=7, people_a_block=2)
    assert (3, 5) == (report.resumed, report.blocks)
    assert expected == pq.read_table(out).to_pylist()


def test_another_question_starts_anew(files, tmp_path):
    """Parts of another limit are not taken for these."""
    out = tmp_path / "out.parquet"
    with pytest.raises(KeyboardInterrupt):
        rank_many(*files, out, limit=7, people_a_block=2, ranker=Stops(3))
    assert 0 == rank_many(*files, out, limit=3, people_a_block=2).resumed
    assert 27 == pq.read_table(out).num_rows


def test_a_folder_that_is_not_ours_is_left_alone(files, tmp_path):
    """It is refused, not removed."""
    other = tmp_path / "out.parquet.parts" / "letter.txt"
    other.parent.mkdir()
    other.write_text("mine")
    with pytest.raises(ConfigError, match="not ours"):
        rank_many(*files, tmp_path / "out.parquet")
    assert "mine" == other.read_text()


def test_nobody_and_nothing_are_ranked_too(files, tmp_path):
    """An empty file gives an empty result."""
    people, postings = files
    none = tmp_path / "none.parquet"
    pq.write_table(pq.read_table(people).slice(0, 0), none)
    assert 0 == rank_many(none, postings, tmp_path / "a.parquet").rows
    pq.write_table(pq.read_table(postings).slice(0, 0), none)
    assert 0 == rank_many(people, none, tmp_path / "b.parquet").rows


def altered(path, tmp_path, change):
    rows = pq.read_table(path).to_pylist()
    change(rows)
    odd = tmp_path / f"odd-{path.name}"
    pq.write_table(pa.Table.from_pylist(rows), odd)
    return odd


@pytest.mark.parametrize(
    ("which", "change", "error"),
    [
        (0, lambda rows: rows[1].update(blend=1.5), InvalidValue),
        (0, lambda rows: rows[1].update(person=""), InvalidValue),
        (0, lambda rows: rows[1].update(person=rows[0]["person"]), InvalidValue),
        (0, lambda rows: rows[1].update(snapshot=rows[2]["snapshot"]), ComputeError),
        (0, lambda rows: rows[1].update(snapshot=b"short"), ComputeError),
        (0, lambda rows: [row.pop("person") for row in rows], ConfigError),
        (1, lambda rows: rows[1].update(job="7"), InvalidValue),
        (1, lambda rows: rows[1].update(job=rows[0]["job"]), InvalidValue),
        (1, lambda rows: rows[1].update(document=b"\xff\xfe"), InvalidValue),
        (1, lambda rows: rows[1].update(document=None), InvalidValue),
    ],
)
def test_odd_input_is_refused_and_nothing_is_written(files, tmp_path, which, change, error):
    """A typed error that says whose it is."""
    given = list(files)
    given[which] = altered(given[which], tmp_path, change)
    with pytest.raises(error):
        rank_many(*given, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize("content", [None, b"", b"not parquet at all"])
def test_a_file_that_is_none_is_refused(files, tmp_path, content):
    """Missing, empty or of another kind."""
    odd = tmp_path / "odd.parquet"
    if content is not None:
        odd.write_bytes(content)
    with pytest.raises(ConfigError):
        rank_many(odd, files[1], tmp_path / "out.parquet")


def test_limits_are_checked(files, tmp_path):
    """Before anything is read."""
    with pytest.raises(InvalidValue):
        rank_many(*files, tmp_path / "out.parquet", limit=0)
