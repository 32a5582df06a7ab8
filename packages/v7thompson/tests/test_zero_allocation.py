"""No kernel allocates, however many jobs there are; a kernel that does is caught."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def probe(*arguments, **environment):
    """What ten calls of each kernel allocated: numba's arrays, numba's headers, the C library's blocks."""
    run = subprocess.run(
        [sys.executable, str(HERE / "probe_allocations.py"), *arguments],
        env=os.environ | {"NUMBA_NRT_STATS": "1"} | environment,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    return json.loads(run.stdout)


def judged(counts):
    """The kernels, and the control apart."""
    control = {name: counts.pop(name) for name in list(counts) if name.startswith("leaky")}
    assert len(counts) >= 16
    return counts, control


def test_numbas_heap_is_not_touched():
    """Neither with 20 jobs nor with 2,000; the control makes one array a call."""
    counts, control = judged(probe())

    assert {name: [0, 0, None] for name in counts} == counts
    assert {"leaky 20": [10, 10, None], "leaky 2000": [10, 10, None]} == control


def test_the_c_heap_is_not_touched(tmp_path):
    """Seen from below: malloc itself is counted."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs a C compiler and glibc to count mallocs")
    library = tmp_path / "count_mallocs.so"
    built = subprocess.run(
        [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(HERE / "count_mallocs.c")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if built.returncode:
        pytest.skip(f"the malloc counter does not build here: {built.stderr[-300:]}")
    counts, control = judged(probe("malloc", LD_PRELOAD=str(library)))

    assert dict.fromkeys(counts, 0) == {name: mallocs for name, (_, _, mallocs) in counts.items()}
    assert all(mallocs >= 10 for _, _, mallocs in control.values())
