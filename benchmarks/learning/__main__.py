"""How well the learner learns: python -m benchmarks.learning [--users N] [part ...]

Parts: tune, feed, flip, labels, regret, classification (the last needs scikit-learn). VW takes part where it is
installed: uv run --with scikit-learn --with vowpalwabbit python -m benchmarks.learning

Simulators were calibrated, and the baselines' settings chosen, on people of seeds 500 to 599 (`tune`); every figure is
of other people on other postings. Policies are compared on the same people, postings and luck.
"""

import argparse
import os

from benchmarks.learning import classification, playing, ranking, regret

TUNED = {"online": 6.0, "refit": 6.0, "vw": "-l 0.5"}
"""What `tune` chose."""


def have(name):
    """Whether a library is here."""
    try:
        __import__(name)
    except Exception as error:  # what a foreign import may raise is theirs to choose
        print(f"left out: {name} ({type(error).__name__})")
        return False
    return True


def settings():
    """Settings of the baselines that can run."""
    return {name: value for name, value in TUNED.items() if name != "vw" or have("vowpalwabbit")}


def tune(users, workers):
    """Likes of the baselines by setting, on tuning people."""
    for world in ("sim1", "sim2"):
        print(f"\n{world}, tuning people: mean likes")
        for variance in (1.0, 6.0, 30.0, 100.0, 300.0):
            tuned = {"online": variance, "refit": variance}
            found = playing.people(world, users, first=playing.TUNING, tuned=tuned, workers=workers,
                                   names=("online greedy", "refit logistic greedy"))  # fmt: skip
            means = {
                name: playing.mean_se([each[name][0].sum() for each in found])[0] for name in playing.policies_of(found)
            }
            print(f"  prior variance {variance:<6} " + "  ".join(f"{name} {mean:.1f}" for name, mean in means.items()))
        if have("vowpalwabbit"):
            for options in ("-l 0.1", "-l 0.5", "-l 2", "-l 0.5 --l2 1e-5", "-l 0.5 --power_t 0"):
                found = playing.people(world, users, first=playing.TUNING, workers=workers, names=("VW greedy",),
                                       tuned={"online": 6.0, "refit": 6.0, "vw": options})  # fmt: skip
                print(f"  VW {options:<20} {playing.mean_se([each['VW greedy'][0].sum() for each in found])[0]:.1f}")


def feed(users, workers):
    """Sixty rounds of ten."""
    for world in ("sim1", "sim2"):
        found = playing.people(world, users, tuned=settings(), workers=workers)
        playing.table(f"{world}, 60 rounds of 10 of 5,000", found)
        for name in ("engine", "engine, five words"):
            playing.calibration(world, found, name)


def flip(users, workers):
    """The taste changes after thirty rounds, wholly or by half."""
    names = ("online greedy", "refit logistic greedy", "engine", "engine, five words")
    for world in ("sim1", "sim2"):
        for share in (1.0, 0.5):
            found = playing.people(world, users, flip=share, names=names, tuned=settings(), workers=workers)
            playing.after(f"{world}, {share:.0%} of the taste changes", found)


def main():
    """All parts, or those named."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="*")
    arguments.add_argument("--users", type=int, default=100)
    arguments.add_argument("--workers", type=int, default=1, help=f"processes; {os.cpu_count()} here")
    chosen = arguments.parse_args()
    parts = {
        "feed": lambda: feed(chosen.users, chosen.workers),
        "flip": lambda: flip(chosen.users, chosen.workers),
        "labels": lambda: ranking.main(20),
        "regret": lambda: regret.main(20_000, 200),
        "classification": lambda: have("sklearn") and classification.main(10),
    }
    for name in chosen.parts or parts:
        if name == "tune":
            tune(min(chosen.users, 100), chosen.workers)
        else:
            parts[name]()


if __name__ == "__main__":
    main()
