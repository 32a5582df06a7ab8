"""Playing people's feeds, and comparing policies on the same people."""

import os
from concurrent.futures import ProcessPoolExecutor
from math import sqrt

import numpy as np
from benchmarks.learning import policies, worlds
from benchmarks.learning.worlds import ROUNDS, SHOWN

POOL_USERS = 10
"""People who share one pool of postings."""
TUNING = 500
"""First seed of the people that baselines were tuned and simulators calibrated on."""
EVALUATION = 10_000
"""First seed of the people that figures are of; pools differ, too."""
HALF = ROUNDS // 2


def contenders(rows, flat, seed, profile, tuned):
    """Makers of every policy, by name."""
    made = {
        "random": lambda: policies.Random(rows, seed),
        "textbook Thompson (width 1)": lambda: policies.Logistic(
            flat, seed, width=1.0, intercept=(0.0, 1.0), prior_variance=1.0
        ),
        "online greedy": lambda: policies.Logistic(flat, seed, refit=False, width=0.0, prior_variance=tuned["online"]),
        "refit logistic greedy": lambda: policies.Logistic(
            flat, seed, width=0.0, intercept=(0.0, 100.0), prior_variance=tuned["refit"]
        ),
        "engine": lambda: policies.Engine(rows, seed),
        "engine, five words": lambda: policies.Engine(rows, seed, profile=profile),
    }
    if tuned.get("vw"):
        made["VW greedy"] = lambda: policies.VowpalWabbit(flat, seed, options=tuned["vw"])
    return made


def play(policy, person, seed, *, flip_at=None, told=False, rounds=ROUNDS):
    """Expected likes by round, and (chance, reaction) of what was shown where the policy says chances."""
    rng, likes, said = np.random.default_rng(seed), [], []
    for number in range(rounds):
        flipped = flip_at is not None and number >= flip_at
        if told and number == flip_at:
            policy.told()
        truth = person.after if flipped else person.before
        places = policy.choose(SHOWN)
        likes.append(float(truth[places].sum()))
        rewards = (rng.random(len(places)) < truth[places]).astype(float)
        if hasattr(policy, "chance"):
            said += [(policy.chance(place), reward) for place, reward in zip(places, rewards, strict=True)]
        policy.learn(places, rewards)
    return np.array(likes), said


def group(arguments):
    """One pool and its people: results by policy."""
    world, first, users, flip, names, tuned = arguments
    made = worlds.pool(first, families=worlds.FAMILIES if world == "sim2" else 0)
    rows = policies.hashed(made.documents)
    flat = policies.flat(rows)
    results = []
    for seed in range(first, first + users):
        person = getattr(worlds, world)(made, seed, flip=flip)
        flip_at = HALF if flip else None
        best = float(np.sort(person.before)[::-1][: SHOWN * ROUNDS].sum())
        got = {"oracle": best, "rate": float(person.before.mean())}
        for name, make in contenders(rows, flat, seed, person.profile, tuned).items():
            if names is None or name in names:
                got[name] = play(make(), person, seed, flip_at=flip_at)
        if flip:
            got["engine, told the change"] = play(policies.Engine(rows, seed), person, seed, flip_at=HALF, told=True)
        results.append(got)
    return results


def people(world, users, *, first=EVALUATION, flip=0.0, names=None, tuned=None, workers=1):
    """Results of so many people, pools of ten each."""
    tuned = tuned or {"online": 6.0, "refit": 6.0}
    tasks = [
        (world, first + start, min(POOL_USERS, users - start), flip, names, tuned)
        for start in range(0, users, POOL_USERS)
    ]
    if workers == 1:
        found = map(group, tasks)
    else:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        with ProcessPoolExecutor(workers) as pool:
            found = list(pool.map(group, tasks))
    return [each for results in found for each in results]


def mean_se(values):
    """Mean and standard error."""
    values = np.asarray(values, dtype=float)
    return float(values.mean()), float(values.std(ddof=1) / sqrt(values.size)) if values.size > 1 else float("nan")


def policies_of(results):
    """Names of the policies in results."""
    return [name for name in results[0] if name not in ("oracle", "rate")]


def table(title, results, against="refit logistic greedy"):
    """Share of the oracle, first ten rounds, and likes more than `against`, of the same people."""
    rate = mean_se([each["rate"] for each in results])[0]
    print(f"\n{title}: {len(results)} people, mean like rate {rate:.3f}; mean ± standard error")
    print(f"  {'policy':<28} {'share of oracle':>18} {'first 10 rounds':>18} {'likes more than ' + against:>40}")
    for name in policies_of(results):
        share = mean_se([each[name][0].sum() / each["oracle"] for each in results])
        early = mean_se([each[name][0][:10].sum() for each in results])
        more = mean_se([each[name][0].sum() - each[against][0].sum() for each in results])
        print(f"  {name:<28} {share[0]:>10.3f} ± {share[1]:.3f} {early[0]:>10.1f} ± {early[1]:.1f}"
              f" {more[0]:>30.1f} ± {more[1]:.1f}")  # fmt: skip


def after(title, results):
    """Expected likes in the rounds after the change, and paired with online greedy."""
    print(f"\n{title}: {len(results)} people; expected likes in the {HALF} rounds after the change (of {SHOWN * HALF})")
    for name in policies_of(results):
        late = mean_se([each[name][0][HALF:].sum() for each in results])
        more = mean_se([(each[name][0] - each["online greedy"][0])[HALF:].sum() for each in results])
        print(f"  {name:<28} {late[0]:>8.1f} ± {late[1]:.1f}   {more[0]:>8.1f} ± {more[1]:.1f} more than online greedy")


def calibration(title, results, name):
    """Reliability of the chances said of what was shown: ten bins of equal size."""
    said = np.array([pair for each in results for pair in each[name][1]])
    order = np.argsort(said[:, 0], kind="stable")
    print(f"\n{title}, {name}: chances said of {len(said):,} postings shown, against reactions")
    error = 0.0
    for part in np.array_split(said[order], 10):
        chance, liked = part.mean(axis=0)
        error += abs(chance - liked) * len(part) / len(said)
        print(f"  said {chance:.3f}   liked {liked:.3f}")
    print(f"  expected calibration error {error:.4f}")
