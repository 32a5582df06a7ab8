"""Bodies undone piece by piece."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core.errors import DecodeError, TooLarge
from v7services.http.decoding import Body


def undo(packed, encoding, cuts, *, cap=10_000_000):
    body = Body("s", encoding, max_wire=10_000_000, max_decoded=cap)
    start = 0
    for cut in [*sorted({min(cut, len(packed)) for cut in cuts}), len(packed)]:
        body.feed(packed[start:cut])
        start = cut
    return body.finish()


@given(
    st.binary(max_size=5000),
    st.sampled_from(["gzip", "deflate", "raw", ""]),
    st.lists(st.integers(0, 6000), max_size=5),
)
def test_however_it_is_cut_it_comes_out_the_same(data, kind, cuts):
    """gzip, zlib, bare deflate and plain, in any pieces."""
    raw = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": gzip.compress(data),
        "deflate": zlib.compress(data),
        "raw": raw.compress(data) + raw.flush(),
        "": data,
    }
    assert data == undo(packed[kind], {"raw": "deflate"}.get(kind, kind), cuts)


@given(st.binary(min_size=1, max_size=2000), st.integers(1, 2000))
def test_a_cut_stream_is_never_half_a_body(data, missing):
    """Whatever its length."""
    packed = gzip.compress(data)
    cut = packed[: max(1, len(packed) - missing)]
    with pytest.raises(DecodeError):
        undo(cut, "gzip", [])


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 131_072, 1_000_000])
def test_around_the_size_of_a_piece(size):
    """Output that is still in the decompressor when all input is used up is not lost."""
    assert bytes(size) == undo(gzip.compress(bytes(size)), "gzip", [])


def test_the_cap_is_exact():
    """The last byte that fits, fits."""
    assert len(undo(gzip.compress(bytes(1000)), "gzip", [], cap=1000)) == 1000
    with pytest.raises(TooLarge):
        undo(gzip.compress(bytes(1001)), "gzip", [], cap=1000)
