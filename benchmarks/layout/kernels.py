"""Kernels of the size the engine has: featurise a text, mean and variance of sparse rows, draw and top-k, one step.

Run as a program, it compiles them into `NUMBA_CACHE_DIR` and ends: the short-lived process of a first start.
"""

import math

import numpy as np
from numba import njit

BITS = 18
kernel = njit(cache=True, nogil=True, error_model="numpy")


@kernel
def _mix(x):
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel
def featurise(text, table, out):
    """Distinct word buckets of a UTF-8 text, by an open-addressing table of 2^12 marks; returns how many."""
    table[:] = 0
    count, word, inside = np.uintp(0), np.uint64(14695981039346656037), False
    for i in range(np.uintp(text.size + 1)):
        byte = text[i] if i < np.uintp(text.size) else np.uint8(32)
        if np.uint8(65) <= byte <= np.uint8(90):
            byte = np.uint8(byte | np.uint8(32))
        if byte >= np.uint8(97) or np.uint8(48) <= byte <= np.uint8(57):
            word, inside = (word ^ np.uint64(byte)) * np.uint64(1099511628211), True
        elif inside:
            mixed = _mix(word)
            bucket = np.uint32(mixed >> np.uint64(64 - BITS))
            slot = np.uintp(mixed & np.uint64(4095))
            while table[slot] != 0 and table[slot] != bucket + np.uint32(1):
                slot = (slot + np.uintp(1)) & np.uintp(4095)
            if table[slot] == 0 and count < np.uintp(out.size):
                table[slot] = bucket + np.uint32(1)
                out[count] = bucket
                count += np.uintp(1)
            word, inside = np.uint64(14695981039346656037), False
    return count


@kernel
def rows(starts, index, pairs, mean, sd):
    """Mean and standard deviation of each sparse row, from (mean, variance) pairs side by side."""
    for row in range(np.uintp(mean.size)):
        total, spread = np.float32(0), np.float32(0)
        for j in range(np.uintp(starts[row]), np.uintp(starts[row + np.uintp(1)])):
            at = np.uintp(index[j]) * np.uintp(2)
            total += pairs[at]
            spread += pairs[at + np.uintp(1)]
        mean[row], sd[row] = total, np.float32(math.sqrt(spread))


@kernel
def draw_top(mean, sd, key, score, top):
    """One Gaussian draw a row by counter, and the indices of the best, best first."""
    for i in range(np.uintp(mean.size)):
        bits = _mix(key + np.uint64(i) * np.uint64(0x9E3779B97F4A7C15))
        u = (np.float64(bits >> np.uint64(11)) + 0.5) * 2.0**-53
        v = np.float64(bits & np.uint64(0x7FFFFFFF)) * 2.0**-31
        score[i] = mean[i] + sd[i] * np.float32(math.sqrt(-2 * math.log(u)) * math.cos(6.283185307179586 * v))
    held = np.uintp(0)
    for i in range(np.uintp(mean.size)):
        if held == np.uintp(top.size) and score[i] <= score[top[held - np.uintp(1)]]:
            continue
        at = held if held < np.uintp(top.size) else held - np.uintp(1)
        held = min(held + np.uintp(1), np.uintp(top.size))
        while at > 0 and score[top[at - np.uintp(1)]] < score[i]:
            top[at] = top[at - np.uintp(1)]
            at -= np.uintp(1)
        top[at] = i
    return held


@kernel
def step(index, pairs, reward):
    """One diagonal Newton step of a logistic posterior on the features of one posting."""
    logit = np.float32(0)
    for j in range(np.uintp(index.size)):
        logit += pairs[np.uintp(index[j]) * np.uintp(2)]
    share = np.float32(1 / (1 + math.exp(-logit)))
    for j in range(np.uintp(index.size)):
        at = np.uintp(index[j]) * np.uintp(2)
        variance = np.float32(1 / (1 / pairs[at + np.uintp(1)] + share * (1 - share)))
        pairs[at] += variance * (reward - share)
        pairs[at + np.uintp(1)] = variance


def warm() -> None:
    """Load each kernel from the cache, or compile it, by calling it once."""
    text, table, out = np.zeros(8, np.uint8), np.zeros(4096, np.uint32), np.zeros(512, np.uint32)
    pairs = np.ones(1 << (BITS + 1), np.float32)
    mean, sd, score, top = (
        np.zeros(1, np.float32),
        np.ones(1, np.float32),
        np.zeros(1, np.float32),
        np.zeros(1, np.int64),
    )
    featurise(text, table, out)
    rows(np.zeros(2, np.uint64), out, pairs, mean, sd)
    draw_top(mean, sd, np.uint64(1), score, top)
    step(out[:1], pairs, np.float32(1))


if __name__ == "__main__":
    from benchmarks.layout import kernels  # under its own name, so that the cache is the one the engine reads

    kernels.warm()
