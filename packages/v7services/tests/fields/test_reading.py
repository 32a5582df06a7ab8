"""Foreign JSON: a wrong type is a missing value, a broken document a typed error, an id one per value."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core.errors import ParseError, SchemaError
from v7services.fields.reading import (
    external_id,
    flag,
    joined,
    json_document,
    json_list,
    number,
    pick,
    raw_text,
    records,
    text,
    texts,
)

scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=30))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
)
paths = st.lists(st.one_of(st.text(max_size=8), st.integers(-3, 3)), max_size=3)


@given(values, paths)
def test_no_reader_raises_whatever_it_reads(value, path):
    """Any value, any path."""
    pick(value, *path)
    assert isinstance(raw_text(value, *path), str)
    assert text(value, *path).isprintable()
    assert all(line and line.isprintable() for line in texts(value, *path))
    assert all(isinstance(each, dict) for each in records(value, *path))
    found = number(value, *path)
    assert found is None or math.isfinite(found)
    assert flag(value, *path) in (True, False, None)


def test_a_number_is_a_finite_one_and_no_boolean():
    """Also as text, with commas for thousands."""
    assert 1234.5 == number("1,234.5")
    assert [None] * 5 == [number(value) for value in (True, "x", float("inf"), "nan", None)]


def test_a_flag_is_read_from_what_sources_write():
    """Yes, no, or nothing."""
    assert [True, True, True, False, False, None, None] == [
        flag(value) for value in (True, 1, "Yes", 0, "false", "maybe", 2)
    ]


def test_a_document_is_strict_first_and_repaired_where_one_value_is_odd():
    """What was repaired is said."""
    assert ({"a": 1}, "") == json_document(b'\xef\xbb\xbf{"a": 1}', "x")
    value, damage = json_document(b'{"a": NaN, "b": "\\ud800"}', "x")
    assert value["a"] is None
    assert damage


@pytest.mark.parametrize("body", [b"", b" \n", b"<html>", b'{"a": 1', b'{"a": 1} {"b": 2}', b"[" * 5000])
def test_what_is_no_document_is_a_typed_error(body):
    """Never an untyped one, never nothing."""
    with pytest.raises(ParseError):
        json_document(body, "x", at="board")


def test_a_list_has_to_be_one():
    """At its path."""
    assert ([1], {"a": [1]}, "") == json_list(b'{"a": [1]}', "x", "a")
    with pytest.raises(SchemaError):
        json_list(b'{"a": {}}', "x", "a")


def test_parts_are_joined_once_each():
    """Empty ones left out."""
    assert "Leeds, UK" == joined("Leeds", "", "UK", "Leeds")


def test_ids_of_different_values_differ():
    """One, "1", 1.0 and true are four ids; the natural type stands bare."""
    ids = [external_id({"id": value}, "id") for value in (1, "1", 1.0, True)]
    assert 4 == len(set(ids))
    assert "1" == ids[1]
    assert "1" == external_id({"id": 1}, "id", natural=int)


@given(st.dictionaries(st.text(max_size=8), scalars.filter(lambda v: not isinstance(v, float)), max_size=4))
def test_without_an_id_the_content_is_it(item):
    """The same content, in any order of its keys, has the same id; another one has another."""
    try:
        json.dumps(item, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    reordered = dict(reversed(item.items()))
    assert external_id(item, "no", "way") == external_id(reordered, "no", "way")
    assert external_id(item, "no", "way") != external_id({**item, "extra": 1}, "no", "way")


@given(st.text(max_size=400))
def test_an_id_is_bounded_and_printable(name):
    """Whatever the source calls it."""
    found = external_id({"id": name}, "id")
    assert found
    assert len(found) <= 204
    assert found.isprintable()
