"""Cleaned text is inert, whatever it was."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core import clean_block, clean_text
from v7core.text import _COMPOSED, _SEQUENCE, join_blocks

anything = st.text(st.characters(), max_size=300) | st.text(
    st.sampled_from(list("\x1b[]()0123;mPX^_\\\x07\x9b\x9d\x9cab \n\t\r\u202e\u200b\u0301\u0323\ud800é")), max_size=60
)


@given(anything)
def test_a_cleaned_line_is_printable_single_spaced_nfc_and_short(text):
    """No control, format, private, surrogate or unassigned character survives."""
    clean = clean_text(text)
    assert clean.isprintable()
    assert " ".join(clean.split()) == clean
    assert unicodedata.normalize("NFC", clean) == clean
    assert len(clean) <= 500


@given(anything)
def test_cleaning_twice_is_cleaning_once(text):
    """Nothing that was hidden appears by cleaning."""
    once = clean_text(text)
    assert once == clean_text(once)
    block = clean_block(text)
    assert block == clean_block(block)
    assert block == clean_block("".join(list(block))), "another object with the same words"


@given(anything)
def test_a_cleaned_block_is_inert_line_by_line(text):
    """Only newlines stand between printable lines, and never two empty ones in a row."""
    block = clean_block(text)
    assert all(line.isprintable() for line in block.split("\n"))
    assert "\n\n\n" not in block


@given(st.text(st.sampled_from("aé\u0301\u0323\u0489\u20dd"), max_size=80))
def test_at_most_three_marks_stand_on_a_character(text):
    """A stack of combining marks cannot grow over the lines above."""
    run = 0
    for character in clean_text(text):
        run = run + 1 if unicodedata.combining(character) or unicodedata.category(character) == "Me" else 0
        assert run <= 3


def test_letters_taken_for_composed_are():
    """Each is NFC and no mark, and none composes with what stands before it."""
    every = [chr(code) for code in range(0x110000)]
    taken = {character for character in every if _COMPOSED.fullmatch(character)}
    assert {"a", "é", "Ж", "的", "€"} < taken
    assert {each for each in taken if unicodedata.normalize("NFC", each) != each} == set()
    assert {each for each in taken if unicodedata.category(each).startswith("M")} == set()
    parts = (unicodedata.decomposition(each).split() for each in every)
    seconds = {chr(int(two[1], 16)) for two in parts if len(two) == 2 and not two[0].startswith("<")}
    assert taken & seconds == set()


@pytest.mark.parametrize(
    ("hostile", "left"),
    [
        ("\x1b[31mRed\x1b[0m nurse", "Red nurse"),
        ("\x1b]0;pwned\x07Baker", "Baker"),
        ("\x1b]52;c;cm0gLXJm\x1b\\Cook", "Cook"),
        ("\x9b2JDriver", "Driver"),
        ("\x1b]8;;file:///etc/passwd\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b[>0qTeacher", "Teacher"),
        ("\x1bPtmux;\x1b\x1b]52;c;AAAA\x07\x1b\\Welder", "Welder"),
        ("Data\u202eremoved\u200b\x00 Engineer", "Dataremoved Engineer"),
        ("  Line\none\ttwo\u2028three  ", "Line one two three"),
        ("C++ [Remote] [/] [@click=app.quit]x[/]", "C++ [Remote] [/] [@click=app.quit]x[/]"),
        ("Cafe\u0301", "Café"),
        ("soft\u00adhyphen", "softhyphen"),
    ],
)
def test_known_attacks_leave_only_their_words(hostile, left):
    """Whole sequences go, not only their first byte; markup is ordinary text."""
    assert left == clean_text(hostile)


def test_long_text_is_cut_with_an_ellipsis():
    """A field has a length, and a megabyte costs no more than the cut."""
    assert clean_text("a" * 1_000_000, limit=10) == "a" * 9 + "…"
    assert len(clean_block("word " * 100_000)) == 60_000


def one_by_one(text):
    """`clean_block` as it reads: sequences out, then every line alone."""
    whole = _SEQUENCE.sub("", text)
    lines = [clean_text(line, limit=10_000) for line in whole.splitlines()]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return "\n".join(kept).strip("\n")


@given(
    anything
    | st.text(
        st.sampled_from("aé\u0301\u0323\u0489\u20dd\U0001e8d0\u0e31\u2013\u2019\u2028\u2009\u2126的\xa0\t \n"),
        max_size=60,
    )
)
def test_a_block_is_its_lines_cleaned_one_by_one(text):
    """Whatever shortcut is taken for the whole of it."""
    assert one_by_one(text) == clean_block(text)


def test_paragraphs_stay_apart():
    """A description keeps its shape."""
    assert clean_block("\n\n one \r\n\r\n\r\n two\nthree\n") == "one\n\ntwo\nthree"


@given(st.lists(anything, max_size=4))
def test_clean_parts_together_are_clean(texts):
    """So the whole need not be looked at again."""
    blocks = [clean_block(text) for text in texts]
    joined = join_blocks(*blocks)
    assert joined is clean_block(joined)
    assert clean_block("\n\n".join(texts)) == joined
    assert clean_block("".join(list(joined))) == joined, "another object with the same words"


def test_parts_too_long_together_are_cut():
    """The last word is had by `clean_block`."""
    joined = join_blocks("a" * 40_000, "b" * 40_000)
    assert len(clean_block(joined)) == 60_000
