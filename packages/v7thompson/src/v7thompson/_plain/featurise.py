"""The featuriser, character by character. Twin of `v7thompson._kernels.featurise`."""

import math
from collections import Counter
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from v7core.document import SEPARATOR, WHOLE_VALUES, DocumentField
from v7thompson.layout import FIELDS, MAX_FEATURES, field_of
from v7thompson.stopwords import STOP_WORDS
from v7thompson.text_rules import SKIP, STOPPED, bucket, characters, is_high_word

_MARKS = {chr(field): field for field in DocumentField}


@cache
def fold(character: str) -> str | None:
    """A word character folded, "" for one that is skipped, None for one that parts words."""
    code = ord(character)
    if code >= 0x10000:
        return character if is_high_word(code) else None
    entry = int(characters()[code])
    if entry == SKIP:
        return ""
    if entry == 0:
        return None
    return chr(entry & 0xFFFF) + (chr(entry >> 16) if entry >> 16 else "")


def fields(document: str) -> Iterator[tuple[DocumentField, str]]:
    """Field and value, in order."""
    field, start = DocumentField.DESCRIPTION, 0
    for at, character in enumerate(document):
        if character in _MARKS or character == SEPARATOR.decode():
            yield field, document[start:at]
            field, start = _MARKS.get(character, field), at + 1
    yield field, document[start:]


def _is_ascii_digit(character: str) -> bool:
    return "0" <= character <= "9"


def words(text: str) -> Iterator[str]:
    """Folded words of one value, stop-words included, in order."""
    word, before, dotted, at = "", "other", False, 0
    while at < len(text):
        folded = fold(text[at])
        if folded == "":
            at += 1
            continue
        if folded is not None:
            if not word and dotted and not _is_ascii_digit(folded[0]):
                word = "."
            word, before, dotted = word + folded, "word", False
            at += 1
            continue
        if word and text[at] in "+#" and not _is_ascii_digit(word[-1]):
            end = at
            while end < len(text) and text[end] in "+#":
                end += 1
            follower = text[end : end + 1]
            if end - at <= 2 and (not follower or (follower.isascii() and fold(follower) is None)):
                word += text[at:end]
                at = end - 1
        if word:
            yield word
        dotted = text[at] == "." and before == "other"
        word, before = "", "dot" if text[at] == "." else "other"
        at += 1
    if word:
        yield word


def tokens(document: bytes) -> Iterator[tuple[DocumentField, str]]:
    """Every token that makes a feature, in order, repeats included."""
    for field, value in fields(document.decode("utf-8")):
        found = list(words(value))
        if field in WHOLE_VALUES:
            if found:
                yield field, " ".join(found)
        else:
            for word in found:
                if field not in STOPPED or word not in STOP_WORDS:
                    yield field, word


def featurise(document: bytes) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]]:
    """Sorted buckets and their values.

    The squared norm of a field's block is proportional to (its features)^0.75 and the row's is 1, so each of a
    field's n features has the square n^-0.25 / sum over fields of n^0.75.
    """
    found: set[int] = set()
    for field, token in tokens(document):
        if len(found) < MAX_FEATURES:
            found.add(bucket(field, token))
    order = sorted(found)
    owners = [field_of(index) for index in order]
    counts = Counter(owners)
    total = 0.0
    for field in FIELDS:
        root = math.sqrt(counts[field])
        total += root * math.sqrt(root)
    value = {field: math.sqrt(1.0 / (math.sqrt(math.sqrt(counts[field])) * total)) for field in counts}
    values = np.array([value[owner] for owner in owners], dtype=np.float64)
    return np.array(order, dtype=np.uint32), values.astype(np.float32)
