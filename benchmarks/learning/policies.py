"""Who chooses: the engine, and what people use instead. A policy sees rows and reactions, never the truth."""

import numpy as np

from v7core.models.feed import ProfileKind
from v7core.models.jobs import JobId
from v7thompson import EngineConfig, Evidence, FieldHasher, SparseLogisticThompson, ThompsonPerformanceEngine
from v7thompson.layout import DIM


def identities(count):
    """Ids by place, and places by id."""
    ids = [JobId(f"{n:032x}") for n in range(count)]
    return ids, {job: n for n, job in enumerate(ids)}


class Engine:
    """V7's engine under the Match profile alone."""

    def __init__(self, rows, seed, *, profile="", **settings):
        self.engine = ThompsonPerformanceEngine(EngineConfig(seed=seed, match_text=profile, **settings))
        self.rows, (self.ids, self.places) = rows, identities(len(rows))
        self.engine.admit_rows(list(zip(self.ids, rows, strict=True)))
        self.sequence, self.shown = 0, {}

    def choose(self, count):
        """Places of the slate."""
        scored = self.engine.rank(count, 0.0)
        self.shown = {self.places[job.id]: job.match for job in scored}
        return list(self.shown)

    def chance(self, place):
        """The predicted chance of a like of a posting just shown, at the mean logit.

        Moderated by the deviation it was less sure than it should be: the diagonal is too wide.
        """
        return 1.0 / (1.0 + np.exp(-self.shown[place].mean))

    def learn(self, places, rewards):
        """Reactions to the slate, then its postings leave."""
        shown_in = self.engine.sequence
        for place, reward in zip(places, rewards, strict=True):
            self.sequence += 1
            self.engine.learn(
                Evidence(
                    sequence=self.sequence, profile=ProfileKind.MATCH, reward=float(reward), row=self.rows[place],
                    round=shown_in, shown_mean=self.shown[place].mean, shown_sd=self.shown[place].sd,
                )
            )  # fmt: skip
        self.engine.retire([self.ids[place] for place in places])

    def told(self):
        """The taste changed: start anew."""
        self.engine.set_profiles("", "")


class Matrix:
    """Rows as CSR, and which are left."""

    def __init__(self, rows):
        self.left = np.ones(len(rows), dtype=bool)
        self.indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.uint64)
        self.indices = np.concatenate([row.indices for row in rows])
        self.values = np.concatenate([row.values for row in rows])

    def row(self, place):
        """Indices and values of one."""
        part = slice(int(self.indptr[place]), int(self.indptr[place + 1]))
        return self.indices[part], self.values[part]


class Logistic:
    """`SparseLogisticThompson` over plain rows: refitted every round or never, with any width."""

    def __init__(self, rows, seed, *, refit=True, **settings):
        self.matrix, self.refit = Matrix(rows), refit
        self.bandit = SparseLogisticThompson(DIM, seed=seed, **settings)
        self.round = 0

    def choose(self, count):
        """Places of the slate; the first is random, as everybody's."""
        m = self.matrix
        return self.bandit.rank(m.indptr, m.indices, m.values, count, eligible=m.left, round_=self.round).items.tolist()

    def learn(self, places, rewards):
        """Reactions to the slate, then its postings leave."""
        for place, reward in zip(places, rewards, strict=True):
            self.bandit.update(*self.matrix.row(place), float(reward))
        self.matrix.left[places] = False
        self.round += 1
        if self.refit:
            self.bandit.end_round()


class VowpalWabbit:
    """Logistic regression as `vw --loss_function logistic` learns it, greedy."""

    def __init__(self, rows, seed, *, options="-l 0.5"):
        import vowpalwabbit

        self.work = vowpalwabbit.Workspace(f"--loss_function logistic -b 18 --quiet --random_seed {seed} {options}")
        self.matrix = Matrix(rows)
        self.random = np.random.default_rng(seed)
        self.texts = ["| " + " ".join(str(i) for i in row.indices.tolist()) for row in rows]
        self.examples = [self.work.example(text) for text in self.texts]
        self.seen = 0

    def choose(self, count):
        """The highest predictions; at random before the first reaction."""
        left = np.flatnonzero(self.matrix.left)
        if not self.seen:
            return self.random.choice(left, count, replace=False).tolist()
        scores = np.array([self.work.predict(self.examples[place]) for place in left])
        return left[np.argsort(-scores, kind="stable")[:count]].tolist()

    def learn(self, places, rewards):
        """One pass."""
        for place, reward in zip(places, rewards, strict=True):
            self.work.learn(f"{1 if reward >= 0.5 else -1} {self.texts[place]}")
            self.seen += 1
        self.matrix.left[places] = False


class Random:
    """Shows anything."""

    def __init__(self, rows, seed):
        self.order = np.random.default_rng(seed).permutation(len(rows)).tolist()

    def choose(self, count):
        """The next ones."""
        chosen, self.order = self.order[:count], self.order[count:]
        return chosen

    def learn(self, places, rewards):
        """Nothing."""


def flat(rows):
    """The same features with equal values and a squared norm of 1: what plain hashing gives."""
    from v7thompson import FeatureRow

    return [FeatureRow.checked(row.indices, np.full(len(row), max(1, len(row)) ** -0.5)) for row in rows]


def hashed(documents):
    """Rows of documents."""
    hasher = FieldHasher()
    return [hasher.transform(document) for document in documents]
