"""Real labels: a person's profile and 122 postings graded 0 to 3, recorded outside this repository.

Cold: ranked by the profile's text alone, against BM25 of the same text and chance. Then replayed: rounds of ten, a
grade of 2 or 3 counts as a like, what was shown leaves, and what is left is scored again.
"""

import json
import math
import os
import re
from collections import Counter
from pathlib import Path

import numpy as np
from benchmarks.learning import policies
from benchmarks.learning.playing import mean_se

from v7core.document import DocumentField as Field
from v7thompson import FieldHasher
from v7thompson._plain.featurise import tokens

LIKED = 2


def folder():
    """Where the recording is, or None."""
    named = os.environ.get("V7_SHARED")
    root = Path(named) if named else Path(__file__).resolve().parents[3] / "shared"
    found = root / "payloads" / "_datasets" / "ranking"
    return found if (found / "amspezia_golden_jobs.json").exists() else None


def read(where):
    """Profile text, documents, and grades."""
    told = json.loads((where / "amspezia_golden_jobs.json").read_text(encoding="utf-8"))
    grades = {
        label["job_id"]: label["grade"]
        for label in json.loads((where / "amspezia_golden_qrels.json").read_text(encoding="utf-8"))["labels"]
    }
    profile = told["profile"]
    keywords = profile["domains_keywords"]
    text = " ".join([*profile["target_titles"], *keywords["tech_stack"], *keywords["domains"]])
    documents, graded = [], []
    for job in told["jobs"]:
        if job["id"] in grades:
            documents.append(_document(job))
            graded.append(grades[job["id"]])
    return text, documents, np.array(graded)


def _document(job):
    told = " ".join(str(job.get(part) or "") for part in ("description", "requirements", "responsibilities"))
    fields = (
        (Field.TITLE, job.get("title")), (Field.COMPANY, job.get("company")), (Field.LOCATION, job.get("location")),
        (Field.SENIORITY, job.get("seniority")), (Field.EMPLOYMENT, job.get("job_type")), (Field.DESCRIPTION, told),
    )  # fmt: skip
    clean = [(field, re.sub(r"[\x00-\x1f]", " ", str(value))) for field, value in fields if value]
    return b"".join(bytes((field,)) + value.encode() for field, value in clean)


def ndcg(grades, k=10):
    """Of grades in ranked order; gain 2^grade - 1, against the best order of the same grades."""

    def gain(ordered):
        return sum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(ordered[:k]))

    best = gain(sorted(grades, reverse=True))
    return gain(list(grades)) / best if best else 0.0


def bm25(query, documents, k1=1.2, b=0.75):
    """Scores of documents, words as the hasher splits them."""
    texts = [Counter(token for _, token in tokens(document)) for document in documents]
    lengths = np.array([sum(counts.values()) for counts in texts], dtype=float)
    words = set(FieldHasher.words(query))
    scores = np.zeros(len(documents))
    for word in words:
        having = np.array([counts[word] for counts in texts], dtype=float)
        df = int((having > 0).sum())
        idf = math.log(1 + (len(documents) - df + 0.5) / (df + 0.5))
        scores += idf * having * (k1 + 1) / (having + k1 * (1 - b + b * lengths / lengths.mean()))
    return scores


def replay(rows, grades, seed, profile, scores=None):
    """nDCG@10 of what is left before each round of ten, likes so far, until twenty are left."""
    engine = policies.Engine(rows, seed, profile=profile)
    order = None if scores is None else np.argsort(-scores, kind="stable").tolist()
    found, likes = [], 0
    while len(engine.engine) > 20:
        left = [engine.places[job] for job in engine.engine.jobs]
        if order is None:
            ranked = [engine.places[job.id] for job in engine.engine.rank(len(left), 0.0)]
        else:
            ranked = [place for place in order if place in set(left)]
        found.append(ndcg(grades[ranked]))
        shown = engine.choose(10) if order is None else ranked[:10]
        reactions = (grades[shown] >= LIKED).astype(float)
        likes += int(reactions.sum())
        found.append(likes)
        if order is None:
            engine.learn(shown, reactions)
        else:
            engine.engine.retire([engine.ids[place] for place in shown])
    return found


def main(repetitions):
    """Cold, then replayed."""
    where = folder()
    if where is None:
        print("\nReal labels: left out (no recording; set V7_SHARED)")
        return
    text, documents, grades = read(where)
    rows = policies.hashed(documents)
    rng = np.random.default_rng(0)
    words = bm25(text, documents)
    chance = [ndcg(grades[rng.permutation(grades.size)]) for _ in range(2000)]
    print(f"\nReal labels: {grades.size} postings, grades {np.bincount(grades).tolist()}; nDCG@10")
    print(f"  cold, chance        {np.mean(chance):.3f}")
    print(f"  cold, BM25          {ndcg(grades[np.argsort(-words, kind='stable')]):.3f}")
    print("  replayed in rounds of ten: nDCG@10 of what is left, and likes so far")
    for name, runs in (
        ("BM25, not learning", [replay(rows, grades, 0, "", words)]),
        ("engine, no profile", [replay(rows, grades, seed, "") for seed in range(repetitions)]),
        ("engine, profile", [replay(rows, grades, seed, text) for seed in range(repetitions)]),
        ("chance", [replay(rows, grades, 0, "", rng.random(grades.size)) for _ in range(200)]),
    ):
        steps = [mean_se([run[n] for run in runs]) for n in range(len(runs[0]))]
        print(f"  {name:<20} nDCG {' '.join(f'{m:.2f}' for m, _ in steps[0::2])}"
              f"   likes {' '.join(f'{m:.0f}' for m, _ in steps[1::2])}")  # fmt: skip
