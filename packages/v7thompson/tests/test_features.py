# ruff: noqa: RUF001 - its business is characters that look alike
"""The featuriser and its twin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7core.document import DocumentField, canonical_document
from v7core.errors import ComputeError, ComputeFault, InvalidValue
from v7core.testing.samples import posting
from v7thompson._plain.featurise import featurise
from v7thompson.features import MAX_DOCUMENT, FeatureRow, FieldHasher
from v7thompson.layout import MAX_FEATURES, OFFSET, SIZE, field_of
from v7thompson.text_rules import characters

HASHER = FieldHasher()
MARKS = "".join(chr(field) for field in DocumentField) + "\x1f"
TRICKY = "aA9zß éÉŒ.+#-  Йй ёΣς 东京\u0301\u200d\ufe0f\uff11\uff21𝐀🚀\U00020000 \n\x07\x10'’ｶﾞ" + MARKS
LINES = st.text(st.one_of(st.sampled_from(TRICKY), st.characters(exclude_categories=("Cs",))), max_size=120)


def words_of(text, field=DocumentField.TITLE):
    """The tokens of one field's text."""
    return [token for _, token, _ in HASHER.tokens(bytes((field,)) + text.encode())]


@settings(max_examples=400, deadline=None)
@given(LINES)
def test_kernel_equals_twin(text):
    """Same buckets and same bits of the values, whatever the text."""
    document = text.encode()
    row, (indices, values) = HASHER.transform(document), featurise(document)

    assert indices.tolist() == row.indices.tolist()
    assert values.tobytes() == row.values.tobytes()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 3000), st.sampled_from(DocumentField))
def test_long_documents_equal_their_twin(count, field):
    """Past the most features too: the first distinct ones in the document's order are kept by both."""
    document = bytes((field,)) + "\x1f".join(f"w{n * 7919}" for n in range(count)).encode() + b"\x01late title"
    row, (indices, values) = HASHER.transform(document), featurise(document)

    assert len(row) <= MAX_FEATURES
    assert indices.tolist() == row.indices.tolist()
    assert values.tobytes() == row.values.tobytes()


def test_a_workspace_is_left_clean():
    """A row depends on its document alone, not on those before it."""
    document = canonical_document(posting(3))
    alone = FieldHasher().transform(document)
    HASHER.transform("\x0f".join(f"noise{n}" for n in range(5000)).encode())

    assert alone.indices.tolist() == HASHER.transform(document).indices.tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Senior C++ and C# / .NET", ["senior", "c++", "c#", ".net"]),
        ("asp.net ...net 5+ c+++ c++x F#", ["asp", "net", "5", "c", "x", "f#"]),
        ("Zürich Straße Łódź Ærø", ["zurich", "strasse", "lodz", "aero"]),
        ("ΟΔΟΣ Ёлка й", ["οδοσ", "елка", "й"]),
        ("e\u0301te\u0301 ＡＢ１", ["ete", "ab1"]),
        ("the der les una", []),
        ("🚀 x", ["x"]),
    ],
)
def test_words_are_folded_as_stated(text, expected):
    """The rules of `text_rules`, by example."""
    assert expected == words_of(text)


def test_whole_values_are_one_token():
    """A company is not its words."""
    document = b"\x04ACME,  GmbH & Co\x1fThe Firm"

    assert ["acme gmbh co", "the firm"] == [token for _, token, _ in HASHER.tokens(document)]


def test_tokens_name_every_feature():
    """The buckets of the readable tokens are the row's."""
    document = canonical_document(posting(1))
    named = {index for _, _, index in HASHER.tokens(document)}

    assert set(HASHER.transform(document).indices.tolist()) == named


def test_a_bucket_lies_in_its_field():
    """The same word in two fields makes two features."""
    for field in DocumentField:
        index = FieldHasher.index(field, "nurse")
        assert OFFSET[field] <= index < OFFSET[field] + SIZE[field]
        assert field is field_of(index)


def test_norms():
    """The row's squared norm is 1, and a field's share grows with its tokens to the power 0.75."""
    row = HASHER.transform(b"\x01nurse\x0f" + " ".join(f"word{n}" for n in range(16)).encode())
    squares = row.values.astype(float) ** 2
    title = squares[[field_of(int(i)) is DocumentField.TITLE for i in row.indices]].sum()

    assert squares.sum() == pytest.approx(1.0, abs=1e-6)
    assert (squares.sum() - title) / title == pytest.approx(16**0.75, rel=1e-6)


def test_nothing_gives_an_empty_row():
    """No words, no features, no error."""
    assert len(HASHER.transform(b"")) == 0
    assert len(HASHER.transform(b"\x01 - \x0f...")) == 0


@pytest.mark.parametrize("document", [b"\x01\xff", b"\x01\xc3", b"\xed\xa0\x80", b"x" * (MAX_DOCUMENT + 1)])
def test_unreadable_documents_are_refused(document):
    """The kernel decodes without checks, so the face checks."""
    with pytest.raises(InvalidValue):
        HASHER.transform(document)
    with pytest.raises(InvalidValue):
        HASHER.tokens(document)


def test_rows_survive_a_store():
    """Bytes and back, equal."""
    row = HASHER.transform(canonical_document(posting(2)))
    again = FeatureRow.from_bytes(*row.to_bytes())

    assert row.indices.tolist() == again.indices.tolist()
    assert row.values.tolist() == again.values.tolist()


@pytest.mark.parametrize(
    ("indices", "values", "fault"),
    [
        ([1, 1], [1, 1], ComputeFault.SHAPE),
        ([2, 1], [1, 1], ComputeFault.SHAPE),
        ([-1], [1], ComputeFault.SHAPE),
        ([2**18], [1], ComputeFault.SHAPE),
        ([1.5], [1], ComputeFault.SHAPE),
        ([1], [1, 2], ComputeFault.SHAPE),
        ([[1]], [[1]], ComputeFault.SHAPE),
        (["a"], [1], ComputeFault.SHAPE),
        (range(MAX_FEATURES + 1), [1.0] * (MAX_FEATURES + 1), ComputeFault.SHAPE),
        ([1], [float("nan")], ComputeFault.NOT_FINITE),
        ([1], [float("inf")], ComputeFault.NOT_FINITE),
        ([1], [1e300], ComputeFault.NOT_FINITE),
        ([1], [-1.0], ComputeFault.NOT_FINITE),
    ],
)
def test_bad_rows_are_refused(indices, values, fault):
    """A stray index inside a kernel is a crash: it never gets there."""
    with pytest.raises(ComputeError) as caught:
        FeatureRow.checked(indices, values)
    assert fault is caught.value.kind


def test_cut_bytes_are_refused():
    """A damaged store gives an error, not a shorter row."""
    with pytest.raises(ComputeError):
        FeatureRow.from_bytes(b"123", b"1234")


def test_rows_cannot_be_written():
    """A row that was handed out never changes."""
    row = HASHER.transform(b"\x01nurse")
    with pytest.raises(ValueError, match="read-only"):
        row.values[0] = 2.0


def test_the_character_table_holds_no_surprise():
    """No ASCII but letters and digits makes words, and every entry folds to itself or to what does."""
    table = characters()
    ascii_words = {chr(code) for code in range(128) if table[code]}

    assert set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ascii_words
    entries = table[(table != 0) & (table != 0xFFFFFFFF)]
    folded = np.unique(np.concatenate([entries & 0xFFFF, entries >> 16]))
    assert all(table[code] == code for code in folded[1:])
