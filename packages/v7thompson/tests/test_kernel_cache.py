"""Machine code is kept privately, never outlives its source, and its absence costs time only."""

import json
import os
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import v7thompson
from v7thompson import kernel_cache
from v7thompson._kernels.base import kernel

PACKAGE = Path(v7thompson.__file__).parent

RANK = """
import json, sys, uuid, warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from v7core.models.feed import ProfileKind
    from v7core.models.jobs import JobData
    from v7thompson import backend
    from v7thompson.config import EngineConfig
    from v7thompson.engine import ThompsonPerformanceEngine
    from v7thompson.evidence import Evidence
    engine = ThompsonPerformanceEngine(EngineConfig(seed=5, match_text="two"))
    jobs = [JobData(id=uuid.UUID(int=n + 1), source="x", payload=f"\\x01word{n} two".encode()) for n in range(20)]
    engine.admit(jobs)
    for n in range(12):
        row = engine.row(jobs[n].id)
        engine.learn(Evidence(sequence=n + 1, profile=ProfileKind.MATCH, reward=n % 2, row=row, round=n))
    ranked = repr(engine.rank(5, 0.3))
ours = [str(w.message) for w in caught if w.category.__module__.startswith("v7thompson")]
print(json.dumps({"ranked": ranked, "backend": backend.current().name, "warnings": ours}))
"""


def run(code, *, path=None, **environment):
    """What a fresh interpreter prints, as JSON."""
    given = os.environ | environment
    if path is not None:
        given["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, "-c", code], env=given, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def expected():
    """An ordinary process."""
    found = run(RANK)
    assert "numba" == found["backend"]
    assert [] == found["warnings"]
    return found["ranked"]


@pytest.mark.parametrize(
    ("prelude", "environment"),
    [
        ("", {"V7_NO_JIT": "1"}),
        ("", {"NUMBA_DISABLE_JIT": "1"}),
        ("import sys; sys.modules['numba'] = None\n", {}),
        ("import sys; sys.modules['llvmlite'] = None\n", {}),
        ("import sys; sys.modules['coverage'] = type(sys)('coverage')\n", {}),
    ],
    ids=["switched off", "switched off for numba", "no numba", "no LLVM", "a coverage that numba does not fit"],
)
def test_without_compiled_kernels_the_ranking_is_the_same(expected, prelude, environment):
    """And one warning says so, once."""
    found = run(prelude + RANK, **environment)

    assert expected == found["ranked"]
    assert "numpy" == found["backend"]
    assert 1 == len(found["warnings"])


@pytest.mark.slow
def test_without_a_place_for_machine_code_it_is_made_anew(expected, tmp_path):
    """One warning, and the same ranking."""
    blocked = tmp_path / "a file, no folder"
    blocked.write_text("")
    found = run(RANK, NUMBA_CACHE_DIR=str(blocked))

    assert expected == found["ranked"]
    assert "numba" == found["backend"]
    assert 1 == len(found["warnings"])


SCALE = """
import json
import numpy as np
from v7thompson._kernels.backend import NumbaFitter
from v7thompson.contract import Design
table = np.array([[0.0, 1.0]], dtype=np.float32)
design = Design(np.array([0, 1], dtype=np.uint64), np.zeros(1, np.uint32), np.ones(1, np.float32), np.ones(1))
NumbaFitter().steps(design, 0, 1, table, 0.0)
print(json.dumps(float(table[0, 0])))
"""


@pytest.mark.slow
def test_an_edited_kernel_never_runs_old_code(tmp_path):
    """The edit is in another file than the kernel that is called: exactly what numba's own cache does not see."""
    copy = tmp_path / "path" / "v7thompson"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    places = {"path": copy.parent, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    before = run(SCALE, **places)
    assert before == run(SCALE, **places)
    source = copy / "_kernels" / "scalar.py"
    text = source.read_text(encoding="utf-8")
    edited = text.replace("(1.0 if x >= 0.0 else e) / (1.0 + e)", "0.5 * ((1.0 if x >= 0.0 else e) / (1.0 + e))")
    assert text != edited
    source.write_text(edited, encoding="utf-8")

    assert before != run(SCALE, **places)
    assert 2 == len(list((tmp_path / "cache").iterdir()))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache of this test's own."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("NUMBA_BOUNDSCHECK", raising=False)
    kernel_cache.cache_folder.cache_clear()
    yield tmp_path / "cache"
    kernel_cache.cache_folder.cache_clear()


def double(number):
    """A kernel that is compiled in no time."""
    return 2 * number


def shortened(content):
    return content[: len(content) // 2]


def altered(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [shortened, altered, lambda content: b""], ids=["shortened", "altered", "emptied"])
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_damaged_machine_code_is_never_run_and_made_anew(folder, kind, damage):
    """A power cut leaves such files: the next process compiles, and the one after it loads again."""
    assert 42 == kernel(double)(21)
    files = list(folder.rglob(f"*.{kind}"))
    assert files
    for file in files:
        file.write_bytes(damage(file.read_bytes()))
    healed, loaded = kernel(double), kernel(double)
    assert 42 == healed(21)
    assert 0 == sum(healed.stats.cache_hits.values())
    assert 42 == loaded(21)
    assert 1 == sum(loaded.stats.cache_hits.values())


@contextmanager
def files_of_at_most(size):
    """No file of this process grows beyond so many bytes: what a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_costs_time_only(folder):
    """The kernel runs, and a warning says that it could not be kept."""
    compiled = kernel(double)
    with pytest.warns(kernel_cache.KernelCacheWarning, match="compiled in every process"), files_of_at_most(10):
        assert 42 == compiled(21)


def test_the_folder_is_private(folder):
    """Machine code is executable content."""
    made = kernel_cache.cache_folder()

    assert folder == made.parent
    assert 0o700 == made.stat().st_mode & 0o777


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs POSIX permissions")
def test_a_folder_that_others_may_write_is_not_used(folder):
    """One warning, and nothing is loaded from there."""
    kernel_cache.cache_folder().chmod(0o777)
    kernel_cache.cache_folder.cache_clear()
    with pytest.warns(kernel_cache.KernelCacheWarning):
        assert kernel_cache.cache_folder() is None
    assert not kernel_cache.is_cached()


def test_bounds_checked_code_has_a_folder_of_its_own(folder, monkeypatch):
    """Or code without the checks would run in its place."""
    plain = kernel_cache.cache_folder()
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    kernel_cache.cache_folder.cache_clear()

    assert plain != kernel_cache.cache_folder()


def test_cached_is_said_after_everything_was_compiled(folder):
    """Not before, and not of another folder."""
    assert not kernel_cache.is_cached()
    kernel_cache.note_complete()
    assert kernel_cache.is_cached()
    shutil.rmtree(folder)
    assert not kernel_cache.is_cached()


def test_asking_loads_no_numba():
    """A start asks before it decides to wait."""
    code = (
        "import json, sys; from v7thompson.kernel_cache import is_cached; is_cached(); import v7thompson.warmup; "
        "print(json.dumps(sorted({'numba', 'llvmlite'} & set(sys.modules))))"
    )
    assert [] == run(code)


def test_warming_loads_every_kernel_of_the_engine():
    """After it, a ranking, a refit and an explanation compile and load nothing."""
    code = """
import json
from v7thompson.warmup import warm
warm()
from v7thompson._kernels import change, draws, featurise, fit, joint, rows
print(json.dumps([len(k.signatures) for k in (
    draws.rank, rows.refresh, joint.draw, featurise.featurise, fit.steps, fit.fit, change.suffix_evidence)]))
"""
    assert [1] * 7 == run(code)
