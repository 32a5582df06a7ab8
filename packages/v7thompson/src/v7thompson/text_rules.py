"""What a token is: the rules of the featuriser as tables, shared by the kernel and its plain twin.

A word is a run of Unicode letters, marks and digits, lower-cased; Latin and Greek letters lose their diacritics (é is
e, ß is ss, æ is ae), Cyrillic io is ie, everything else stays itself. Combining diacritics and joiners are skipped.

- One or two of `+` and `#` right after a letter belong to the word when no letter or digit follows: c++, c#, f#.
- One `.` right before a letter belongs to it when neither a word nor another dot stands before: .net.
- Company, seniority, employment, source and pay are one token a value, its words apart by one space.
- Stop-words of title and description are left out.
- Text before the first field mark is read as description.
"""

import hashlib
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from v7core.document import WHOLE_VALUES, DocumentField
from v7thompson import _unicode
from v7thompson.layout import FIELDS, MAX_FEATURES, OFFSET, SIZE
from v7thompson.stopwords import STOP_WORDS

SKIP: Final = 0xFFFFFFFF
"""Entry of the character table for what is skipped; 0 parts words; else one or two folded characters of 16 bits."""
STOPPED: Final = frozenset({DocumentField.TITLE, DocumentField.DESCRIPTION})
"""Fields whose stop-words are left out."""

MASK: Final = 2**64 - 1
HASH_START: Final = 0xCBF29CE484222325
HASH_STEP: Final = 0x9E3779B97F4A7C15
STOP_SLOTS: Final = 2048


def _ranges(text: str) -> list[tuple[int, int]]:
    return [(int(first, 16), int(last, 16)) for first, last in (part.split("-") for part in text.split())]


@cache
def characters() -> npt.NDArray[np.uint32]:
    """uint32 (65536,): what each character of the basic plane becomes. 2 ms and 256 KB, on the first text."""
    table = np.zeros(0x10000, dtype=np.uint32)
    for first, last in _ranges(_unicode.WORDS):
        table[first : last + 1] = np.arange(first, last + 1, dtype=np.uint32)
    for part in _unicode.FOLDS.split():
        code, _, folded = part.partition(":")
        low, _, high = folded.partition("+")
        table[int(code, 16)] = int(low, 16) | (int(high or "0", 16) << 16)
    for first, last in _ranges(_unicode.DROPPED):
        table[first : last + 1] = SKIP
    table.flags.writeable = False
    return table


def is_high_word(code: int) -> bool:
    """Whether a character at or above 0x10000 makes words: historic scripts and ideographs, no emoji or symbols."""
    return code < 0x1D000 or 0x1D400 <= code < 0x1D800 or 0x1E000 <= code < 0x1F000 or 0x20000 <= code < 0x40000


def token_hash(token: str) -> int:
    """64 bits of a folded token: multiply-xor over its characters."""
    state = HASH_START
    for character in token:
        state = ((state ^ ord(character)) * HASH_STEP) & MASK
    return state


def mix64(x: int) -> int:
    """SplitMix64's finaliser over Python integers: the same as the kernels'."""
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def salt(field: DocumentField) -> int:
    """64 bits that part the hashes of a field from those of the others."""
    return mix64(int(field) * HASH_STEP & MASK)


def bucket(field: DocumentField, token: str) -> int:
    """The bucket of a folded token, in the field's range."""
    return OFFSET[field] + (mix64(token_hash(token) ^ salt(field)) & (SIZE[field] - 1))


@cache
def field_rules() -> npt.NDArray[np.uint64]:
    """uint64 (16, 6), by field mark: known, whole value, stop-words out, salt, offset, then size - 1."""
    rules = np.zeros((16, 6), dtype=np.uint64)
    for field in FIELDS:
        rules[field] = (
            1, field in WHOLE_VALUES, field in STOPPED, salt(field), OFFSET[field], SIZE[field] - 1,
        )  # fmt: skip
    rules.flags.writeable = False
    return rules


@cache
def stop_table() -> npt.NDArray[np.uint64]:
    """uint64 (STOP_SLOTS,): hashes of the stop-words, open addressing, 0 where empty."""
    table = np.zeros(STOP_SLOTS, dtype=np.uint64)
    for word in sorted(STOP_WORDS):
        value = token_hash(word)
        slot = (value >> 32) & (STOP_SLOTS - 1)
        while table[slot]:
            slot = (slot + 1) & (STOP_SLOTS - 1)
        table[slot] = value
    table.flags.writeable = False
    return table


RULES: Final = 1
"""Raised by hand when a rule changes that is not in a table below."""


@cache
def rules_version() -> str:
    """Sixteen hex digits that change when any row could."""
    digest = hashlib.sha256(f"{RULES} {MAX_FEATURES} {HASH_START} {HASH_STEP}".encode())
    for table in (characters(), field_rules(), stop_table()):
        digest.update(table.astype(table.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()[:16]
