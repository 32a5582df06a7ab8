"""The fold and the rankings have the same bits in every process, on every processor, however they are cut."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = str(Path(__file__).with_name("probe_fold.py"))
PLAIN_CPU = {
    # As if the processor had neither fused multiply-add nor wide vectors: the C library and NumPy choose other code.
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-FMA,-FMA_Usable,-AVX512F,-AVX512F_Usable,-FMA4",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR",
}


def digest(count, how="whole", **environment):
    """What the probe prints."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", PROBE, str(count), how],
        env=os.environ | environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout.strip()


@pytest.fixture(scope="module")
def expected():
    """By number of events: an ordinary process, whole."""
    return {count: digest(count) for count in (130, 260)}


@pytest.mark.parametrize(
    ("how", "environment"),
    [
        ("whole", {"PYTHONHASHSEED": "7"}),
        ("sevenths", {}),
        ("threads", {}),
        ("whole", {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}),
        ("whole", PLAIN_CPU),
    ],
    ids=["another process", "a crash and a snapshot at every seventh", "four threads", "one thread", "C without FMA"],
)
def test_the_same_bits(expected, how, environment):
    """One digest, over weights, snapshot, changes and rankings."""
    assert expected[260] == digest(260, how, **environment)


@pytest.mark.parametrize("how", ["whole", "sevenths"])
def test_the_same_bits_without_compiled_kernels(expected, how):
    """The plain twins, through the whole engine."""
    assert expected[130] == digest(130, how, V7_NO_JIT="1")


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names x86-64 processors")
@pytest.mark.parametrize("cpu", ["x86-64", "x86-64-v3"])
def test_the_same_bits_for_other_processors(expected, tmp_path, cpu):
    """Kernels compiled for the oldest 64-bit processor and for a common one."""
    built = {"NUMBA_CPU_NAME": cpu, "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert expected[260] == digest(260, **built, **PLAIN_CPU)


@pytest.mark.slow
def test_no_index_is_ever_outside(expected, tmp_path):
    """Kernels compiled with every index checked, in their own cache folder."""
    assert expected[260] == digest(260, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(tmp_path))
