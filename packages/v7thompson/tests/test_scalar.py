"""The functions we own, so that no C library decides our bits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7thompson._kernels import scalar as kernels
from v7thompson._plain import scalar as plain

NUMBERS = st.one_of(st.floats(-800, 800), st.floats(), st.sampled_from([0.0, -0.0, 709.0, -708.0, -708.5, 1e300]))


def same(left, right):
    """Bit for bit; one NaN is as good as another."""
    assert np.float64(left).tobytes() == np.float64(right).tobytes() or (math.isnan(left) and math.isnan(right))


@settings(deadline=None)
@given(NUMBERS)
def test_kernels_equal_their_twins(x):
    """Bit for bit, at the ends of the range and beyond."""
    array = np.array([x])
    same(kernels.exp64(x), plain.exp64(array)[0])
    same(kernels.sigmoid64(x), plain.sigmoid64(array)[0])
    same(kernels.softplus64(x), plain.softplus64(array)[0])


@settings(deadline=None)
@given(st.floats(1e-300, 1e300))
def test_the_logarithm_equals_its_twin_and_the_library(x):
    """Within one unit in the last place."""
    found = kernels.log64(x)
    same(found, plain.log64(np.array([x]))[0])
    assert found == pytest.approx(math.log(x), rel=3e-16, abs=3e-16)


@settings(deadline=None)
@given(st.floats(-700, 700))
def test_the_exponential_is_the_exponential(x):
    """Within two units in the last place."""
    assert kernels.exp64(x) == pytest.approx(math.exp(x), rel=5e-16)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6))
def test_sigmoid_and_softplus_never_overflow(x):
    """In [0, 1], and above 0 and x."""
    assert 0.0 <= kernels.sigmoid64(x) <= 1.0
    assert max(x, 0.0) <= kernels.softplus64(x) <= max(x, 0.0) + 0.7


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1))
def test_the_counter_equals_its_twins(x):
    """All three of them."""
    from v7thompson._plain.draws import mix64
    from v7thompson.text_rules import mix64 as of_integers

    expected = of_integers(x)
    assert expected == int(kernels.mix64(np.uint64(x)))
    assert expected == int(mix64(np.array([x], dtype=np.uint64))[0])
