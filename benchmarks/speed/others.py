"""Other libraries, where they install; whichever is missing is named with the reason."""

import importlib
from itertools import pairwise

import numpy as np

MISSING = {}


def have(name):
    """Whether a module loads."""
    try:
        importlib.import_module(name)
    except Exception as error:  # what a foreign import may raise is theirs to choose
        MISSING[name.partition(".")[0]] = f"{type(error).__name__}: {str(error).splitlines()[0]}"
        return False
    return True


def arms(n):
    """Choosing one of n arms by Thompson sampling; a call each."""
    calls = {}
    if have("mabwiser.mab"):
        from mabwiser.mab import MAB, LearningPolicy

        mab = MAB(list(range(n)), LearningPolicy.ThompsonSampling(), seed=1)
        mab.fit(np.repeat(np.arange(n), 2).tolist(), np.tile([0, 1], n).tolist())
        calls["MABWiser predict (one arm)"] = mab.predict
    if have("river.bandit"):
        from river import bandit, proba

        policy, named = bandit.ThompsonSampling(reward_obj=proba.Beta(), seed=1), list(range(n))
        for arm in named:
            policy.update(arm, True)
        calls["river pull (one arm)"] = lambda: policy.pull(named)
    if have("bayesianbandits") and n <= 1000:
        import bayesianbandits as bb

        learners = [
            bb.Arm(arm, lambda draws: draws[..., 1], bb.DirichletClassifier({0: 1.0, 1: 1.0})) for arm in range(n)
        ]
        agent = bb.Agent(learners, bb.ThompsonSampling(), random_seed=1)
        for arm in range(n):
            agent.select_for_update(arm).update(np.array([1]))
        calls["bayesianbandits pull (one arm)"] = agent.pull
    return calls


def rows(indptr, indices, values, weights):
    """Scoring all rows of a sparse matrix by weights; a call each."""
    calls, dim = {}, weights.size
    if have("scipy.sparse"):
        from scipy import sparse

        matrix = sparse.csr_matrix(
            (values, indices.astype(np.int32), indptr.astype(np.int32)), shape=(len(indptr) - 1, dim)
        )
        squares, variances = matrix.multiply(matrix).tocsr(), np.abs(weights)
        calls["scipy CSR @ mean"] = lambda: matrix @ weights
        calls["scipy CSR @ mean, CSR^2 @ variance"] = lambda: (matrix @ weights, squares @ variances)
    if have("vowpalwabbit"):
        work = _workspace()
        examples = [_example(work, indices[s:e], values[s:e]) for s, e in pairwise(indptr[:501].tolist())]
        calls["VW predict, examples prepared (500 rows)"] = lambda: [work.predict(example) for example in examples]
    return calls


def learners(indices, values):
    """Learning from one example; a call each."""
    calls = {}
    if have("vowpalwabbit"):
        work = _workspace()
        example = _example(work, indices, values, label="1 ")
        calls["VW learn, example prepared"] = lambda: work.learn(example)
    if have("sklearn.linear_model"):
        from scipy import sparse
        from sklearn.linear_model import SGDClassifier

        model = SGDClassifier(loss="log_loss")
        row = sparse.csr_matrix((values, indices.astype(np.int32), [0, len(indices)]), shape=(1, 2**18))
        model.partial_fit(row, [1], classes=[0, 1])
        calls["sklearn SGDClassifier.partial_fit"] = lambda: model.partial_fit(row, [1])
    return calls


def _workspace():
    import vowpalwabbit

    return vowpalwabbit.Workspace("--loss_function logistic -b 18 --quiet")


def _example(work, indices, values, label=""):
    features = " ".join(f"{index}:{value:.6f}" for index, value in zip(indices.tolist(), values.tolist(), strict=True))
    return work.example(f"{label}| {features}")
