"""Chapelle and Li's setting: one arm of rate 1/2, the others a gap below. All repetitions are played side by side.

A table of repetitions x arms is one bandit of that many arms whose draws are read a row at a time: an arm's draw
depends on its own counts and number alone, so each row is a bandit of its own.

Source: Chapelle & Li (2011), NeurIPS 24, section 3.
"""

import numpy as np
from benchmarks.learning.playing import mean_se

from v7thompson import BetaThompson


def thompson(repetitions, arms, seed):
    """Chooser and learner."""
    bandit = BetaThompson(repetitions * arms, seed=seed)
    rows = np.arange(repetitions) * arms

    def choose(number):
        return np.argmax(bandit.log_odds(number).reshape(repetitions, arms), axis=1)

    def learn(chosen, rewards):
        bandit.update_batch(rows + chosen, rewards)

    return choose, learn


def counted(repetitions, arms, index):
    """A chooser by an index of (likes, plays, round)."""
    likes, plays = np.zeros((repetitions, arms)), np.zeros((repetitions, arms))
    rows = np.arange(repetitions)

    def choose(number):
        return np.argmax(np.where(plays == 0, np.inf, index(likes, np.maximum(plays, 1), number + 1)), axis=1)

    def learn(chosen, rewards):
        likes[rows, chosen] += rewards
        plays[rows, chosen] += 1

    return choose, learn


def regret(policy, arms, gap, rounds, repetitions, seed):
    """Regret of each repetition."""
    rng = np.random.default_rng(seed)
    rates = np.full(arms, 0.5 - gap)
    rates[0] = 0.5
    choose, learn = policy
    lost = np.zeros(repetitions)
    for number in range(rounds):
        chosen = choose(number)
        lost += np.where(chosen == 0, 0.0, gap)
        learn(chosen, (rng.random(repetitions) < rates[chosen]).astype(float))
    return lost


def main(rounds, repetitions):
    """Two sizes, four policies."""
    for arms, gap in ((10, 0.1), (100, 0.1), (10, 0.02)):
        bound = (arms - 1) * gap * np.log(rounds) / _divergence(0.5 - gap, 0.5)
        print(f"\n{arms} arms, gap {gap}, {rounds:,} rounds, {repetitions} runs: regret ± standard error")
        print(f"  {'Lai and Robbins (asymptotic)':<30} {bound:>8.1f}")
        contenders = {
            "BetaThompson": thompson(repetitions, arms, 1),
            "UCB1": counted(repetitions, arms, lambda s, n, t: s / n + np.sqrt(2 * np.log(t) / n)),
            "UCB, half the width": counted(repetitions, arms, lambda s, n, t: s / n + np.sqrt(np.log(t) / (2 * n))),
            "greedy": counted(repetitions, arms, lambda s, n, t: (s + 1) / (n + 2)),
        }
        for name, policy in contenders.items():
            found = mean_se(regret(policy, arms, gap, rounds, repetitions, 7))
            print(f"  {name:<30} {found[0]:>8.1f} ± {found[1]:.1f}")


def _divergence(p, q):
    return p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
