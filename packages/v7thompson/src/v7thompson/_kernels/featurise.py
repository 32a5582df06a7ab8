"""Document to sorted hashed features, in one pass over its bytes. Twin: `v7thompson._plain.featurise`.

What made it fast: hashing while decoding, so no token is ever built; one table lookup a character; and a hash table
whose slot is the bucket's upper bits, so that reading it out gives almost sorted buckets and removing repeats and
sorting are one thing.
"""

import math

import numpy as np

from v7thompson._kernels.base import Array, Truth, Whole, float32_at, kernel, uint8_at, uint32_at, uint64_at
from v7thompson._kernels.scalar import mix64
from v7thompson.layout import DIM, MAX_FEATURES
from v7thompson.text_rules import HASH_START, HASH_STEP, SKIP, STOP_SLOTS

# The work arena's words (uint64): addresses of what follows, given by `v7thompson.features`.
DOCUMENT, CHARACTERS, RULES, STOPS, TABLE, INDICES, VALUES, ARENA_WORDS = range(8)

SHIFT = 7
"""A bucket's slot is bucket >> SHIFT."""
SLOTS = (DIM >> SHIFT) + MAX_FEATURES
"""With room behind, so that probing never wraps."""

_START = np.uint64(HASH_START)
_STEP = np.uint64(HASH_STEP)
_EMPTY = np.uint32(0xFFFFFFFF)
_SKIP = np.uint32(SKIP)
_ONE = np.uintp(1)
_STOP_MASK = np.uintp(STOP_SLOTS - 1)


@kernel
def is_stop_word(stops: Array, state: Whole) -> Truth:
    """Whether a token's hash is a stop-word's."""
    slot = np.uintp(state >> np.uint64(32)) & _STOP_MASK
    while stops[slot] != np.uint64(0):
        if stops[slot] == state:
            return True
        slot = (slot + _ONE) & _STOP_MASK
    return False


@kernel
def keep(table: Array, bucket: Whole) -> Whole:
    """Put a bucket into the table; 1 when it was not in it."""
    slot = np.uintp(bucket >> np.uint32(SHIFT))
    while True:
        there = table[slot]
        if there == bucket:
            return 0
        if there == _EMPTY:
            table[slot] = bucket
            return 1
        slot += _ONE


@kernel
def high_word(code: Whole) -> Truth:
    """`v7thompson.text_rules.is_high_word`."""
    return (
        code < np.uint32(0x1D000)
        or (code >= np.uint32(0x1D400) and code < np.uint32(0x1D800))
        or (code >= np.uint32(0x1E000) and code < np.uint32(0x1F000))
        or (code >= np.uint32(0x20000) and code < np.uint32(0x40000))
    )


@kernel
def ascii_digit(code: Whole) -> Truth:
    """Whether a folded character is one of 0 to 9."""
    return code >= np.uint32(48) and code <= np.uint32(57)


@kernel
def featurise(arena: Whole, length: Whole) -> Whole:
    """Write the row of a document.

    Args:
        arena: Address of the work arena. INDICES and VALUES are **overwritten**, TABLE is left empty.
        length: Bytes of valid UTF-8 at DOCUMENT.

    Returns:
        The number of features.

    Cost: O(bytes); no heap allocation.
    """
    words = uint64_at(arena, ARENA_WORDS)
    document = uint8_at(words[DOCUMENT], length)
    characters = uint32_at(words[CHARACTERS], 65536)
    rules = uint64_at(words[RULES], 16 * 6)
    stops = uint64_at(words[STOPS], STOP_SLOTS)
    table = uint32_at(words[TABLE], SLOTS)
    indices = uint32_at(words[INDICES], MAX_FEATURES)
    values = float32_at(words[VALUES], MAX_FEATURES)

    end = np.uintp(length)
    rule = np.uintp(15 * 6)  # text before the first mark is description
    state = _START
    in_word = False
    final = np.uint32(0)  # the word's last character, folded
    gap = False  # a whole value's words so far are to be parted by a space
    dotted = False
    last = 2  # 0 word, 1 dot, 2 other
    kept = 0
    at = np.uintp(0)
    while at <= end:
        closing = False
        opening = np.uintp(0)
        entry = np.uint32(0)
        code = np.uint32(0)
        size = _ONE
        if at == end:
            closing = True
        else:
            code = np.uint32(document[at])
            if code < np.uint32(0x80):
                entry = characters[code]
                if code < np.uint32(0x20):
                    if code == np.uint32(0x1F):
                        closing = True
                    elif code < np.uint32(16) and rules[np.uintp(code) * np.uintp(6)] != np.uint64(0):
                        closing = True
                        opening = np.uintp(code)
            else:
                if code < np.uint32(0xE0):
                    code = (code & np.uint32(0x1F)) << np.uint32(6) | np.uint32(document[at + _ONE] & 0x3F)
                    size = np.uintp(2)
                elif code < np.uint32(0xF0):
                    code = (
                        (code & np.uint32(0x0F)) << np.uint32(12)
                        | np.uint32(document[at + _ONE] & 0x3F) << np.uint32(6)
                        | np.uint32(document[at + np.uintp(2)] & 0x3F)
                    )
                    size = np.uintp(3)
                else:
                    code = (
                        (code & np.uint32(0x07)) << np.uint32(18)
                        | np.uint32(document[at + _ONE] & 0x3F) << np.uint32(12)
                        | np.uint32(document[at + np.uintp(2)] & 0x3F) << np.uint32(6)
                        | np.uint32(document[at + np.uintp(3)] & 0x3F)
                    )
                    size = np.uintp(4)
                if code < np.uint32(0x10000):
                    entry = characters[code]
                elif high_word(code):
                    entry = np.uint32(1)
        if entry != np.uint32(0):
            at += size
            if entry == _SKIP:
                continue
            first = entry & np.uint32(0xFFFF)
            second = entry >> np.uint32(16)
            if code >= np.uint32(0x10000):
                first = code
            if not in_word:
                in_word = True
                if gap:
                    state = (state ^ np.uint64(32)) * _STEP
                    gap = False
                if dotted and not ascii_digit(first):
                    state = (state ^ np.uint64(46)) * _STEP
            dotted = False
            last = 0
            state = (state ^ np.uint64(first)) * _STEP
            final = first
            if second != np.uint32(0):
                state = (state ^ np.uint64(second)) * _STEP
                final = second
            continue

        # Something that parts words.
        whole = rules[rule + _ONE] != np.uint64(0)
        if in_word:
            if (code == np.uint32(43) or code == np.uint32(35)) and not closing and not ascii_digit(final):
                run = at
                while run < end and (document[run] == 43 or document[run] == 35):
                    run += _ONE
                if run - at <= np.uintp(2):
                    alone = run == end
                    if not alone and document[run] < 0x80:
                        alone = characters[np.uintp(document[run])] == np.uint32(0)
                    if alone:
                        while at < run:
                            state = (state ^ np.uint64(document[at])) * _STEP
                            at += _ONE
                        at -= _ONE
            in_word = False
            if whole:
                gap = True
            else:
                if kept < MAX_FEATURES and not (rules[rule + np.uintp(2)] != 0 and is_stop_word(stops, state)):
                    bucket = rules[rule + np.uintp(4)] + (
                        mix64(state ^ rules[rule + np.uintp(3)]) & rules[rule + np.uintp(5)]
                    )
                    kept += keep(table, np.uint32(bucket))
                state = _START
        if closing:
            if gap and kept < MAX_FEATURES:
                bucket = rules[rule + np.uintp(4)] + (
                    mix64(state ^ rules[rule + np.uintp(3)]) & rules[rule + np.uintp(5)]
                )
                kept += keep(table, np.uint32(bucket))
            gap = False
            state = _START
            dotted = False
            last = 2
            if opening != np.uintp(0):
                rule = opening * np.uintp(6)
        elif code == np.uint32(46):
            dotted = last == 2
            last = 1
        else:
            dotted = False
            last = 2
        at += size
    return read_out(table, rules, indices, values, kept)


@kernel
def read_out(table: Array, rules: Array, indices: Array, values: Array, kept: Whole) -> Whole:
    """Empty the table into sorted indices, and write the values."""
    n = np.uintp(0)
    for slot in range(np.uintp(SLOTS)):
        bucket = table[slot]
        if bucket != _EMPTY:
            table[slot] = _EMPTY
            here = n
            while here > np.uintp(0) and indices[here - _ONE] > bucket:
                indices[here] = indices[here - _ONE]
                here -= _ONE
            indices[here] = bucket
            n += _ONE

    # Fields lie in the order of their marks and of their ranges alike: two walks over the same runs.
    total = 0.0
    at: Whole = np.uintp(0)
    for field in range(16):
        stop = run_end(rules, indices, at, n, field)
        if stop > at:
            root = math.sqrt(np.float64(np.int64(stop - at)))
            total += root * math.sqrt(root)
        at = stop
    at = np.uintp(0)
    for field in range(16):
        stop = run_end(rules, indices, at, n, field)
        if stop > at:
            size = np.float64(np.int64(stop - at))
            value = np.float32(math.sqrt(1.0 / (math.sqrt(math.sqrt(size)) * total)))
            for place in range(np.uintp(at), np.uintp(stop)):
                values[place] = value
        at = np.uintp(stop)
    return np.int64(n)


@kernel
def run_end(rules: Array, indices: Array, at: Whole, n: Whole, field: Whole) -> Whole:
    """Where the run of a field's buckets that starts at `at` ends."""
    base = np.uintp(field) * np.uintp(6)
    if rules[base] == np.uint64(0):
        return at
    limit = rules[base + np.uintp(4)] + rules[base + np.uintp(5)]
    while at < n and np.uint64(indices[at]) <= limit:
        at += _ONE
    return at
