"""Made-up people: rows, and what somebody thinks of them."""

import numpy as np

from v7core.models.feed import ProfileKind
from v7thompson.evidence import Evidence
from v7thompson.layout import FIELDS, OFFSET
from v7thompson.rows import FeatureRow

WORDS = 12
"""Of each field."""


def row_of(random, fields=6):
    """One to three words of each of the first fields."""
    indices = []
    for field in FIELDS[:fields]:
        chosen = random.choice(WORDS, int(random.integers(1, 4)), replace=False)
        indices += [OFFSET[field] + 5 * int(word) for word in chosen]
    indices = np.array(sorted(indices), dtype=np.uint32)
    return FeatureRow(indices, np.full(indices.size, indices.size**-0.5, dtype=np.float32))


def events_of(seed, count, *, flips=(), profiles=(ProfileKind.MATCH,), soft=False):
    """A person likes postings by the words of their titles; at a flip, all words swap sides."""
    random = np.random.default_rng(seed)
    weights = random.normal(0, 5, WORDS)
    events, side = [], 1.0
    for number in range(count):
        if number in flips:
            side = -side
        row = row_of(random)
        title = row.indices[row.indices < OFFSET[FIELDS[1]]] // 5
        latent = side * weights[title].mean() - 0.5
        reward = float(random.random() < 1 / (1 + np.exp(-3 * latent)))
        if soft and random.random() < 0.3:
            reward *= 0.8
        events.append(
            Evidence(
                sequence=number + 1,
                profile=profiles[number % len(profiles)],
                reward=reward,
                row=row,
                round=number // 10 * 10,
            )
        )
    return events
