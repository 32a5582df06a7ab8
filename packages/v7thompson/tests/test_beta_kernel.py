"""Beta draws: their distribution, their twin, and on what they depend."""

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7thompson._kernels.arms import NumbaArms
from v7thompson._plain.arms import PlainArms
from v7thompson.arms import ArmTable

CRITICAL = 1.95  # Kolmogorov's statistic exceeds it for one seed in a thousand; the seeds here are fixed
SHAPES = (0.01, 0.1, 0.5, 0.999, 1.0, 1.5, 3.0, 20.0, 1e3, 1e6)


def table_of(a, b):
    """A table of these counts; 0 is a removed arm."""
    table = ArmTable()
    table.extend(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    return table


def drawn(a, b, key):
    """Log-odds of one round."""
    return NumbaArms(table_of(a, b)).scores(key=key)


def below(log_odds, a, b):
    """The incomplete beta function by its continued fraction (DLMF 8.17.22, Lentz's method), for x below the mean."""
    log_x, log_rest = -np.logaddexp(0.0, -log_odds), -np.logaddexp(0.0, log_odds)
    x = np.exp(log_x)
    front = a * log_x + b * log_rest + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) - math.log(a)
    c, d = np.ones_like(x), 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value = d.copy()
    for m in range(1, 20_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1.0 / (1.0 + term * d)
            c = 1.0 + term / c
            value = value * (d * c)
        if np.all(np.abs(d * c - 1.0) < 1e-12):
            break
    return np.exp(front) * value


def beta_cdf(log_odds, a, b):
    """P(draw <= x) of Beta(a, b), log_odds = log(x / (1 - x)), without loss next to 0 and 1."""
    given, result = np.asarray(log_odds, dtype=np.float64), np.empty(np.size(log_odds))
    lower = given < math.log((a + 1.0) / (b + 1.0))
    result[lower] = below(given[lower], a, b)
    result[~lower] = 1.0 - below(-given[~lower], b, a)
    return result


def kolmogorov(cdf):
    """The greatest distance from the uniform distribution, times sqrt(n)."""
    ordered, n = np.sort(cdf), cdf.size
    steps = np.arange(n)
    return math.sqrt(n) * max(((steps + 1) / n - ordered).max(), (ordered - steps / n).max())


def test_the_exact_distribution_is_right():
    """The yardstick itself, where there are closed forms."""
    p = np.array([1e-9, 0.2, 0.5, 0.9, 1 - 1e-9])
    log_odds = np.log(p) - np.log1p(-p)

    assert beta_cdf(log_odds, 1, 1) == pytest.approx(p, rel=1e-9)
    assert beta_cdf(log_odds, 3, 1) == pytest.approx(p**3, rel=1e-9)
    assert beta_cdf(log_odds, 0.5, 0.5) == pytest.approx(2 / np.pi * np.arcsin(np.sqrt(p)), rel=1e-9)
    assert beta_cdf(log_odds, 2, 3) == pytest.approx(p**2 * (6 - 8 * p + 3 * p**2), rel=1e-7)


@pytest.mark.parametrize("a", SHAPES)
@pytest.mark.parametrize("b", SHAPES)
def test_draws_are_beta(a, b):
    """Kolmogorov and Smirnov, over a grid of shapes, below 1 and with real counts too."""
    n = 4_000
    draws = drawn(np.full(n, a), np.full(n, b), key=SHAPES.index(a) * 100 + SHAPES.index(b))

    assert kolmogorov(beta_cdf(draws, a, b)) < CRITICAL


@pytest.mark.parametrize(
    ("a", "b", "cdf"),
    [
        (1, 1, lambda p: p),
        (2, 1, lambda p: p**2),
        (1, 2, lambda p: 1 - (1 - p) ** 2),
        (2, 2, lambda p: p**2 * (3 - 2 * p)),
        (0.5, 0.5, lambda p: 2 / np.pi * np.arcsin(np.sqrt(p))),
    ],
)
def test_draws_are_beta_to_three_digits(a, b, cdf):
    """Where the quick acceptance test decides least often, two million draws."""
    n = 2_000_000
    draws = drawn(np.full(n, a), np.full(n, b), key=7).astype(np.float64)

    assert kolmogorov(cdf(1 / (1 + np.exp(-draws)))) < CRITICAL


@pytest.mark.parametrize(("a", "b"), [(2.0**24, 2.0**24), (1e9, 1e9), (1e12, 3e12), (1e15, 1e3), (7.0, 1e15)])
def test_huge_counts_keep_their_spread(a, b):
    """Nothing collapses: counts no float32 could hold are drawn in float64. The log-odds are normal there."""
    n = 20_000
    draws = drawn(np.full(n, a), np.full(n, b), key=3).astype(np.float64)
    mean = math.log(a / b) - 0.5 / a + 0.5 / b
    sd = math.sqrt(1 / a + 1 / b)
    rounding = 2.0**-24 * abs(mean)  # of the result, which is a float32

    assert abs(draws.mean() - mean) < 4 * sd / math.sqrt(n) + rounding
    assert sd == pytest.approx(draws.std(), rel=0.05, abs=2 * rounding)


def test_arms_and_rounds_are_independent():
    """Neighbouring arms, neighbouring rounds, and an arm's two halves do not know of one another."""
    n = 200_000
    first, second = (beta_cdf(drawn(np.full(n, 2.0), np.full(n, 5.0), key=key), 2, 5) for key in (10, 11))

    for x, y in ((first[:-1], first[1:]), (first, second), (first[:-512], first[512:])):
        assert abs(np.corrcoef(x, y)[0, 1]) < 4 / math.sqrt(n)
        cells = np.histogram2d(x, y, bins=16, range=[[0, 1], [0, 1]])[0]
        expected = x.size / 256
        assert ((cells - expected) ** 2 / expected).sum() < 255 + 4 * math.sqrt(2 * 255)


shapes = st.one_of(
    st.integers(1, 200).map(float),
    st.floats(1e-30, 1e15),
    st.floats(-2, 3).map(lambda power: 10.0**power),
    st.sampled_from([1e-30, 0.5, 1.0, 2.0**24, 2.0**24 - 1, 1e15]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(shapes, shapes, st.booleans()), max_size=40), st.integers(0, 2**64 - 1), st.integers(1, 50))
def test_kernel_equals_twin(arms, key, k):
    """The same bits, the same ranking, whatever the counts; removed arms are passed over."""
    a, b, gone = (np.array(column) for column in zip(*arms, strict=True)) if arms else (np.zeros(0),) * 3
    a, b = np.where(gone, 0.0, a), np.where(gone, 0.0, b)
    table = table_of(a, b)
    compiled, plain = NumbaArms(table), PlainArms(table)

    assert plain.scores(key=key).tobytes() == compiled.scores(key=key).tobytes()
    expected, actual = (sampler.best(k, key=key, masked=False) for sampler in (plain, compiled))
    assert expected.arms.tolist() == actual.arms.tolist()
    assert expected.draws.tobytes() == actual.draws.tobytes()


@pytest.mark.parametrize("n", [511, 512, 513, 2048, 5000])
def test_kernel_equals_twin_across_blocks(n):
    """Blocks with and without shapes below 1, masked and not."""
    rng = np.random.default_rng(n)
    table = table_of(10 ** rng.uniform(-2, 3, n), np.where(np.arange(n) % 700 < 600, 5.0, 0.3))
    table.mask[:n] = rng.random(n) < 0.3
    compiled, plain = NumbaArms(table), PlainArms(table)

    for k in (1, 10, n):
        for masked in (False, True):
            expected, actual = (sampler.best(k, key=k, masked=masked) for sampler in (plain, compiled))
            assert expected.arms.tolist() == actual.arms.tolist()
            assert expected.draws.tobytes() == actual.draws.tobytes()


def test_ties_go_to_the_lower_number():
    """Equal scores do not depend on the order of work: huge equal counts give many equal log-odds."""
    table = table_of(np.full(3000, 1e15), np.full(3000, 5e14))
    arms = NumbaArms(table).best(3000, key=1, masked=False).arms
    scores = NumbaArms(table).scores(key=1)

    assert np.unique(scores).size < scores.size
    assert np.lexsort((np.arange(3000), -scores)).tolist() == arms.tolist()


def test_a_draw_depends_on_its_arm_alone():
    """Not on how many others there are, nor on their counts: any split of the work gives the same bits."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(1, 50, 3000).astype(float), rng.integers(1, 50, 3000).astype(float)
    whole = drawn(a, b, key=5)
    other = a.copy()
    other[1::2] = 0.25

    assert whole[:700].tobytes() == drawn(a[:700], b[:700], key=5).tobytes()
    assert whole[::2].tobytes() == drawn(other, b, key=5)[::2].tobytes()


def test_threads_do_not_disturb_one_another():
    """The interpreter lock is released; every sampler has its own arena, and its own table."""
    rng = np.random.default_rng(0)
    shapes = [(rng.integers(1, 9, 20_000), rng.integers(1, 9, 20_000)) for _ in range(4)]
    alone = [drawn(a, b, key=9).tobytes() for a, b in shapes]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda pair: drawn(*pair, key=9).tobytes(), shapes * 5))

    assert alone * 5 == together


NO_ALLOCATION = """
import numpy as np
from numba.core.runtime import rtsys
from v7thompson._kernels import beta
from v7thompson._kernels.arms import NumbaArms
from v7thompson.arms import ArmTable

for arms in (10, 100_000):
    table = ArmTable()
    table.extend(np.full(arms, 0.7), np.full(arms, 3.0))
    sampler = NumbaArms(table)
    sampler.best(10, key=1, masked=False)
    before = rtsys.get_allocation_stats()
    for key in range(20):
        table.touch_all()
        beta.best(sampler._where, arms, 10, np.uint64(key), 0)
    after = rtsys.get_allocation_stats()
    print(after.alloc - before.alloc, after.mi_alloc - before.mi_alloc)
"""


def test_a_round_allocates_nothing():
    """numba's own count of heap allocations, for ten arms and for many, counts changed or not."""
    environment = os.environ | {"NUMBA_NRT_STATS": "1"}
    run = subprocess.run(
        [sys.executable, "-c", NO_ALLOCATION], env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    assert "0 0\n0 0\n" == run.stdout


OTHER_CPU = """
import numpy as np
from v7thompson._kernels.arms import NumbaArms
from v7thompson.arms import ArmTable

rng = np.random.default_rng(4)
table = ArmTable()
table.extend(10 ** rng.uniform(-3, 4, 20_000), 10 ** rng.uniform(-3, 4, 20_000))
print(NumbaArms(table).scores(key=77).tobytes().hex())
"""


@pytest.mark.slow
def test_the_bits_do_not_depend_on_the_cpu(tmp_path):
    """Machine code for this CPU and for the plainest 64-bit one draw the same."""
    told = []
    for cpu in ({}, {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": ""}):
        environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / str(len(cpu)))} | cpu
        run = subprocess.run(
            [sys.executable, "-c", OTHER_CPU], env=environment, capture_output=True, text=True, timeout=300, check=True
        )
        told.append(run.stdout)
    assert told[0] == told[1]
