"""Cached Gaussian ranking, sparse rows, learning, featurising, and a whole ranking."""

import itertools

import numpy as np
from benchmarks.speed import others, reference
from benchmarks.speed.timing import interleaved, report

from v7core.document import canonical_document
from v7core.models.feed import ProfileKind
from v7core.models.jobs import JobData, JobId
from v7core.testing.samples import posting
from v7thompson import EngineConfig, Evidence, FieldHasher, SparseLogisticThompson, ThompsonPerformanceEngine
from v7thompson._kernels import draws, fit, rows
from v7thompson._kernels.backend import NumbaFitter, NumbaRanker, address
from v7thompson.contract import Design, Prior
from v7thompson.layout import DIM
from v7thompson.pool import CandidatePool
from v7thompson.rows import FeatureRow

WIDTH = 64


def feature_rows(count, seed=3):
    """Rows of 64 of 2^18 features, squared norm 1."""
    rng = np.random.default_rng(seed)
    return [
        FeatureRow.checked(np.unique(rng.integers(0, DIM, 3 * WIDTH))[:WIDTH], np.full(WIDTH, WIDTH**-0.5))
        for _ in range(count)
    ]


def pool_of(count):
    """A pool of distinct jobs."""
    pool = CandidatePool(count)
    pool.admit(
        [(JobId(f"{n:032x}"), row) for n, row in enumerate(feature_rows(min(count, 5000)) * -(-count // 5000))][:count]
    )
    return pool


def gaussian(sizes, library):
    """Draw from cached means and deviations of two profiles, blend, take ten."""
    for n in sizes:
        rng = np.random.default_rng(1)
        columns = [rng.normal(size=n).astype(np.float32) for _ in range(4)]
        for sd in (1, 3):
            columns[sd] = np.abs(columns[sd])
        keys = rng.integers(0, 2**63, n).astype(np.uint64)
        words = np.zeros(draws.RANK_WORDS, dtype=np.uint64)
        block = [np.zeros(draws.BLOCK, dtype=kind) for kind in (np.int32, np.int32, np.float32)]
        top = [np.zeros(10, dtype=kind) for kind in (np.int64, np.float32, np.float32, np.float32)]
        mask = np.zeros(n, dtype=np.uint8)
        for word, array in (
            *zip((draws.HIGH, draws.LOW, draws.SCORE), block, strict=True), (draws.KEYS, keys), (draws.MASK, mask),
            *zip((draws.MATCH_MEAN, draws.MATCH_SD, draws.MANIFEST_MEAN, draws.MANIFEST_SD), columns, strict=True),
            *zip((draws.TOP_SLOT, draws.TOP_SCORE, draws.TOP_MATCH, draws.TOP_MANIFEST), top, strict=True),
        ):  # fmt: skip
            words[word] = address(array)
        where, rounds, generator = address(words), itertools.count(1), np.random.default_rng(2)
        calls = {
            "kernel": lambda where=where, n=n, r=rounds: draws.rank(
                where, n, 10, np.uint64(next(r)), 0.05, 0.5, 0.5, 0
            ),
            "numpy normal + argpartition, one profile": lambda c=columns, n=n, g=generator: np.argpartition(
                -(c[0] + c[1] * g.standard_normal(n, dtype=np.float32)), 10
            )[:10],
        }
        if not isinstance(library, str):
            score, best = np.zeros(10, dtype=np.float32), np.zeros(10, dtype=np.int64)
            given = address(keys), *map(address, columns)
            out = address(best), address(score)
            calls["C"] = lambda n=n, given=given, out=out, r=rounds: library.gaussian_best(
                n, *given, next(r), 0.05, 0.5, 0.5, 10, *out
            )
        report(f"Cached Gaussian rank of two profiles + top 10, N = {n:,}: ns a job", interleaved(calls), per=n,
               against="C" if "C" in calls else None)  # fmt: skip


def sparse(library, count=5000):
    """Mean and deviation of rows, 64 of 2^18 features each."""
    pool = pool_of(count)
    ranker, rng = NumbaRanker(pool), np.random.default_rng(4)
    table = np.column_stack([rng.normal(size=DIM), rng.random(DIM)]).astype(np.float32)
    ranker.refresh(ProfileKind.MATCH, table, (-2.0, 0.1))
    words = ranker._rows[ProfileKind.MATCH]
    where = address(words)
    calls = {"kernel": lambda: rows.refresh(where, count, 2, -2.0, 0.1)}
    if not isinstance(library, str):
        mean, sd = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.float32)
        given = [address(a) for a in (pool.start, pool.length, pool.indices, pool.values, table, mean, sd)]
        calls["C"] = lambda: library.sparse_rows(count, *given, -2.0, 0.1)
        plain = reference.load(reference.UNCONTRACTED)
        calls["C, a * b + c not contracted"] = lambda: plain.sparse_rows(count, *given, -2.0, 0.1)
        calls["C"]()
        assert np.allclose(mean, pool.columns[ProfileKind.MATCH].mean[:count], atol=1e-5), "C computes something else"
    elements = int(pool.length[:count].sum())
    indptr = np.concatenate([[0], np.cumsum(pool.length[:count].astype(np.int64))])
    calls |= others.rows(indptr, pool.indices[:elements], pool.values[:elements], table[:, 0].copy())
    taken = interleaved(calls)
    for name in taken:
        if "500 rows" in name:
            taken[name] = [value * count / 500 for value in taken[name]]
    report(f"Mean and variance of a row, {WIDTH} of 2^18, {count:,} rows: ns a row", taken, per=count,
           against="C" if "C" in calls else None)  # fmt: skip


def events_of(count):
    """Events whose likes follow a few features."""
    rng = np.random.default_rng(5)
    vocabulary = np.sort(rng.choice(DIM, 4000, replace=False))
    found = [np.sort(rng.choice(4000, WIDTH, replace=False)) for _ in range(count)]
    taste = rng.normal(size=4000) * (rng.random(4000) < 0.1) * 4
    rewards = np.array([float(rng.random() < 1 / (1 + np.exp(2 - taste[own].sum() / 8))) for own in found])
    indptr = np.arange(0, WIDTH * count + 1, WIDTH).astype(np.uint64)
    numbers = np.concatenate(found).astype(np.uint32)
    return Design(indptr, numbers, np.full(numbers.size, WIDTH**-0.5, dtype=np.float32), rewards), vocabulary


def learning():
    """One step, a replay of a thousand, a fit of a thousand."""
    count = 1000
    design, vocabulary = events_of(count)
    buckets = Design(design.indptr, vocabulary[design.indices].astype(np.uint32), design.values, design.rewards)
    table, fitter = np.zeros((DIM, 2), dtype=np.float32), NumbaFitter()
    table[:, 1] = 6.0
    fitter.steps(buckets, 0, 1, table, -2.0)
    words = fitter._step
    margins, spreads = np.zeros(count), np.zeros(count)
    words[fit.MARGINS], words[fit.SPREADS] = address(margins), address(spreads)
    where = address(words)
    bandit = SparseLogisticThompson(DIM, seed=1)
    own, x = buckets.indices[:WIDTH].copy(), buckets.values[:WIDTH].copy()
    prior = Prior(np.zeros(vocabulary.size), np.full(vocabulary.size, 6.0), (-2.0, 1.0))
    before = fitter.fit(Design(design.indptr[:991], design.indices[: 990 * WIDTH], design.values[: 990 * WIDTH],
                               design.rewards[:990]), prior, np.zeros(990))  # fmt: skip
    warm = np.concatenate([before.dual, np.zeros(10)])
    calls = {"one step, kernel": lambda: fit.steps(where, 0, 1, -2.0)}
    calls["one step, SparseLogisticThompson.update"] = _updates(bandit, own, x)
    calls |= others.learners(own, x)
    report(f"One reaction, {WIDTH} features: us", interleaved(calls), unit="us")
    report(
        f"A thousand events of {WIDTH} features: us",
        interleaved({
            "replay of 1,000 steps": lambda: fit.steps(where, 0, count, -2.0),
            "fit of 1,000 from 990's mode": lambda: fitter.fit(design, prior, warm),
            "fit of 1,000 from nothing": lambda: fitter.fit(design, prior, np.zeros(count)),
        }, seconds=0.1),
        unit="us",
    )  # fmt: skip


def _updates(bandit, indices, values):
    """Updates of a bandit that is refitted now and then, so that it does not grow without end."""
    state = {"bandit": bandit, "left": 2000}

    def update():
        state["left"] -= 1
        if not state["left"]:
            state["bandit"], state["left"] = SparseLogisticThompson(DIM, seed=1), 2000
        state["bandit"].update(indices, values, 1.0)

    return update


def document(kilobytes=3):
    """A posting of so many KB, about 280 distinct words."""
    rng = np.random.default_rng(6)
    words = ["".join(rng.choice(list("etaoinshrdlucmf"), rng.integers(3, 11))) for _ in range(260)]
    text = ""
    while len(text) < 1000 * kilobytes - 200:
        text += " ".join(rng.choice(words, 12)) + ". "
    return canonical_document(posting(1, text=text))


def featurising():
    """Text to a row."""
    made, hasher = document(), FieldHasher()
    calls = {"FieldHasher.transform": lambda: hasher.transform(made)}
    if others.have("sklearn.feature_extraction.text"):
        from sklearn.feature_extraction.text import HashingVectorizer

        vectorizer, text = HashingVectorizer(n_features=DIM), made.decode()
        calls["sklearn HashingVectorizer"] = lambda: vectorizer.transform([text])
    row = hasher.transform(made)
    report(f"A posting of {len(made):,} bytes, {len(row)} features: us", interleaved(calls), unit="us")


def whole(sizes=(100, 1000, 5000)):
    """A ranking of the engine, to a list of scored jobs."""
    for n in sizes:
        engine = ThompsonPerformanceEngine(EngineConfig(seed=1))
        found = feature_rows(n)
        engine.admit_rows([(JobId(f"{i:032x}"), row) for i, row in enumerate(found)])
        for sequence in range(1, 41):
            engine.learn(Evidence(sequence=sequence, profile=ProfileKind.MATCH, reward=float(sequence % 4 == 0),
                                  row=found[sequence], round=0))  # fmt: skip
        engine.rank(10)
        ranker, rounds = engine._ready(), itertools.count(1)
        where = address(ranker._draws)
        calls = {
            "kernel": lambda where=where, n=n, r=rounds: draws.rank(
                where, n, 10, np.uint64(next(r)), 0.05, 0.5, 0.5, 0
            ),
            "engine.rank(10), nothing new": lambda e=engine, r=rounds: e.rank(10, round_=next(r)),
            "engine.rank(1), nothing new": lambda e=engine, r=rounds: e.rank(1, round_=next(r)),
        }
        report(f"A whole ranking, N = {n:,}: us", interleaved(calls), unit="us")


def batch():
    """A batch of a hundred documents through the engine."""
    made = [JobData(id=JobId(f"{n:032x}"), source="x", payload=canonical_document(posting(n))) for n in range(100)]
    engine = ThompsonPerformanceEngine(EngineConfig(seed=1))
    taken = interleaved({"engine": lambda: engine.process_job_batch(made)})
    report("process_job_batch of 100 short postings: us", taken, unit="us")
