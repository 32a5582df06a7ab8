"""Two simulated truths: postings as documents, and people who like some of them.

Neither is made from the learner's model. SIM1 is a sparse logistic taste: a few of many words, places and companies
matter, each adds to the logit. SIM2 is rules: a person likes a few trades under conditions (place, seniority), likes
pairs of skills more than each alone, never likes a deal-breaker, and reacts wrongly three times in a hundred.
"""

from dataclasses import dataclass

import numpy as np

from v7core.document import DocumentField as Field

POSTINGS = 5000
SHOWN = 10
ROUNDS = 60


@dataclass(frozen=True)
class Word:
    """A feature of the truth: the word as it stands in the document, its field, and its number."""

    field: Field
    text: str
    number: int


@dataclass(frozen=True)
class Pool:
    """Postings: their documents, and which words each has."""

    words: list
    has: np.ndarray  # bool (postings, words)
    documents: list
    family: np.ndarray  # int (postings,): the trade, in SIM2


@dataclass(frozen=True)
class Person:
    """Chances of a like before and after the taste changes, and five words of what the person wants."""

    before: np.ndarray
    after: np.ndarray
    profile: str


# Field, words in the vocabulary, words a posting has, share of words that matter, spread of their weights.
TASTE = (
    (Field.TITLE, 50, 2, 0.08, 6.0),
    (Field.TAGS, 50, 3, 0.08, 5.5),
    (Field.DEPARTMENT, 15, 1, 0.15, 3.0),
    (Field.COMPANY, 150, 1, 0.0, 0.0),
    (Field.LOCATION, 15, 1, 0.15, 3.0),
    (Field.SENIORITY, 6, 1, 0.30, 1.0),
    (Field.EMPLOYMENT, 4, 1, 0.30, 0.8),
    (Field.SOURCE, 12, 1, 0.0, 0.0),
    (Field.PAY, 12, 1, 0.0, 0.0),
    (Field.DESCRIPTION, 200, 5, 0.0, 0.0),
)


def _document(chosen):
    parts = []
    for field, *_ in TASTE:
        own = [word.text for word in chosen if word.field is field]
        if own:
            parts.append(
                bytes((field,)) + ("\x1f" if field in (Field.TAGS, Field.LOCATION) else " ").join(own).encode()
            )
    return b"".join(parts)


def _vocabulary():
    words = []
    for field, size, *_ in TASTE:
        words += [Word(field, f"{field.name.lower()[:3]}{n}", len(words) + n) for n in range(size)]
    return words


def pool(seed, *, families=0):
    """Postings whose words follow Zipf's law; with families, title and tags come mostly from the trade's own."""
    rng = np.random.default_rng(seed)
    words = _vocabulary()
    has = np.zeros((POSTINGS, len(words)), dtype=bool)
    family = rng.integers(0, families, POSTINGS) if families else np.zeros(POSTINGS, dtype=int)
    start = 0
    for field, size, each, *_ in TASTE:
        chances = 1.0 / np.arange(2, size + 2)
        for posting in range(POSTINGS):
            own = chances.copy()
            if families and field in (Field.TITLE, Field.TAGS, Field.DEPARTMENT, Field.DESCRIPTION):
                own[family[posting] :: families] *= 12.0 if field is not Field.DESCRIPTION else 4.0
            keys = rng.exponential(size=size) / own  # the least keys are a draw without replacement
            has[posting, start + np.argpartition(keys, each - 1)[:each]] = True
        start += size
    documents = [_document([words[n] for n in np.flatnonzero(row)]) for row in has]
    return Pool(words, has, documents, family)


def _sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def _weights(rng, words):
    weights, start = np.zeros(len(words)), 0
    for _, size, _, share, spread in TASTE:
        weights[start : start + size] = rng.normal(size=size) * spread * (rng.random(size) < share)
        start += size
    return weights


def _calibrated(logit, rate):
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _sigmoid(logit + middle).mean() < rate else (low, middle)
    return _sigmoid(logit + low)


def sim1(postings, seed, *, flip=0.0, rate=None):
    """A sparse logistic taste; `flip` is the share of words whose weight is drawn anew for the second half."""
    rng = np.random.default_rng(seed)
    rate = float(np.exp(rng.uniform(np.log(0.04), np.log(0.085)))) if rate is None else rate
    first = _weights(rng, postings.words)
    again = _weights(rng, postings.words)
    second = np.where(rng.random(first.size) < flip, again, first)
    worth = first * postings.has.mean(axis=0) * (first > 0)
    named = rng.choice(np.argsort(-worth)[:10], 5, replace=False)  # five of the ten likes that matter most
    profile = " ".join(postings.words[n].text for n in named)
    has = postings.has.astype(np.float64)
    return Person(_calibrated(has @ first, rate), _calibrated(has @ second, rate), profile)


FAMILIES = 25
NOISE = 0.03


def sim2(postings, seed, *, flip=0.0):
    """Rules; `flip` of 1 changes trades, conditions, pairs and deal-breakers, of 0.5 the trades alone."""
    rng = np.random.default_rng(seed)
    rate = rng.uniform(0.05, 0.4)
    first = _rules(rng, postings, rate)
    trades = None if flip >= 1.0 else first[1]
    second = first if not flip else _rules(rng, postings, rate, keep=trades)
    tell = first[1]["trades"]
    title = [word for word in postings.words if word.field is Field.TITLE]
    tags = [word for word in postings.words if word.field is Field.TAGS]
    named = [title[t].text for t in tell[:3]] + [tags[t].text for t in tell[:2]]
    return Person(first[0], second[0], " ".join(named))


def _rules(rng, postings, rate, keep=None):
    has, words = postings.has, postings.words
    columns = {field: np.flatnonzero([word.field is field for word in words]) for field, *_ in TASTE}
    trades = rng.permutation(FAMILIES)
    rules = keep or {
        "places": rng.choice(columns[Field.LOCATION][:25], 8, replace=False),
        "levels": rng.choice(columns[Field.SENIORITY], 3, replace=False),
        "breakers": np.concatenate(
            [rng.choice(columns[Field.TAGS][:40], 2, replace=False), rng.choice(columns[Field.EMPLOYMENT], 1)]
        ),
        "pairs": rng.choice(columns[Field.TAGS][:30], (4, 2), replace=False),
    }
    place, level = has[:, rules["places"]].any(axis=1), has[:, rules["levels"]].any(axis=1)
    pair = np.any([has[:, a] & has[:, b] for a, b in rules["pairs"]], axis=0)
    broken = has[:, rules["breakers"]].any(axis=1)
    liked, count = np.zeros(len(has), dtype=bool), 0
    while count < FAMILIES and liked.mean() < rate:
        count += 1
        inside = np.isin(postings.family, trades[:count])
        liked = ((inside & (place | level)) | (pair & (place | inside))) & ~broken
    return np.where(liked, 1 - NOISE, NOISE), rules | {"trades": trades[:count].tolist() + trades[count:5].tolist()}
