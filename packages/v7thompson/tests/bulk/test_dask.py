"""Real Dask processes on loopback: the same bits, and a worker that dies loses and doubles nothing."""

import os
import signal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from v7core.errors import ComputeError, ConfigError
from v7thompson.bulk import rank_many

pytestmark = [
    pytest.mark.cluster,
    # A cluster's own threads and sockets end a little after it was closed.
    pytest.mark.filterwarnings("ignore"),
]
pytest.importorskip("distributed", reason="the extra v7thompson[cluster] is not installed")

from v7thompson.bulk.dask import ClusterUnavailableWarning, DaskRanker, dask_or_local  # noqa: E402


@pytest.fixture(scope="module")
def ranker():
    """Two worker processes."""
    ranker = DaskRanker(workers=2)
    yield ranker
    ranker.close()


def test_a_cluster_says_what_one_engine_says(files, expected, tmp_path, ranker):
    """Bit for bit."""
    out = tmp_path / "out.parquet"
    report = rank_many(*files, out, limit=7, people_a_block=2, postings_a_block=13, ranker=ranker)
    assert expected == pq.read_table(out).to_pylist()
    assert "dask, 2 workers" == report.engine


def test_a_worker_that_dies_loses_and_doubles_nothing(files, expected, tmp_path, ranker):
    """kill -9 of each worker in turn while blocks are under way; its tasks run again elsewhere."""
    pids = list(ranker._client.run(os.getpid).values())
    killed = []

    def progress(done, _total):
        if done in (1, 3) and len(killed) < len(pids):
            pid = pids[len(killed)]
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    out = tmp_path / "out.parquet"
    rank_many(*files, out, limit=7, people_a_block=1, postings_a_block=7, ranker=ranker, progress=progress)
    assert pids == killed
    assert expected == pq.read_table(out).to_pylist()


def test_an_error_of_a_block_comes_back_as_it_is(files, tmp_path, ranker):
    """Typed, as here."""
    rows = pq.read_table(files[0]).to_pylist()
    rows[3]["snapshot"] = rows[4]["snapshot"]
    odd = tmp_path / "odd.parquet"
    pq.write_table(pa.Table.from_pylist(rows), odd)
    with pytest.raises(ComputeError, match="other rules, profiles"):
        rank_many(odd, files[1], tmp_path / "out.parquet", ranker=ranker)


def test_texts_do_not_leave_this_machine_in_the_clear():
    """A scheduler elsewhere is asked over TLS or not at all."""
    with pytest.raises(ConfigError, match="tls://"):
        DaskRanker("tcp://192.0.2.1:8786")


def test_without_a_cluster_the_work_is_done_here(files, expected, tmp_path):
    """One warning, the same result."""
    with pytest.warns(ClusterUnavailableWarning):
        ranker = dask_or_local("tcp://127.0.0.1:1", start_s=1.0)
    out = tmp_path / "out.parquet"
    assert "local" == rank_many(*files, out, limit=7, ranker=ranker).engine
    assert expected == pq.read_table(out).to_pylist()
