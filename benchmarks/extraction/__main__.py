"""How often a field read out of words is right: python -m benchmarks.extraction

Over labelled pieces of real postings (salaries in English, German and Spanish, levels of titles). They are other
people's texts, so they are not part of this project: the folder is `payloads/_datasets/extraction` below V7_SHARED, or
below `shared` beside the repository. Each corpus is split in two by the hash of a row's source: the rules were written
looking at one half ("seen"), and the other ("held out") is what counts. `--errors` shows what went wrong in the seen
half.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

from v7core.models.jobs import Pay, PayPeriod, Seniority
from v7core.text import clean_block
from v7services.fields.pay_text import pay_in_text
from v7services.fields.work import seniority_of

SHARED = Path(os.environ.get("V7_SHARED") or Path(__file__).parents[3] / "shared")
FOLDER = SHARED / "payloads" / "_datasets" / "extraction"

SALARIES = {"English": "ergon_salary_corpus", "German": "ergon_de_salary_corpus", "Spanish": "ergon_es_salary_corpus"}
LEVELS = {
    "intern": Seniority.INTERN,
    "entry": Seniority.ENTRY,
    "junior": Seniority.ENTRY,
    "mid": Seniority.MID,
    "senior": Seniority.SENIOR,
    "lead": Seniority.LEAD,
    "staff": Seniority.LEAD,
    "principal": Seniority.LEAD,
    "manager": Seniority.LEAD,
    "director": Seniority.DIRECTOR,
    "executive": Seniority.EXECUTIVE,
}
"""The corpus's words in ours: people who lead, and the levels beside them, are one."""


def rows(name: str) -> list[dict]:
    """A corpus, one object a line."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines() if line.strip()]


def held_out(row: dict) -> bool:
    """Which half a row is in."""
    return hashlib.sha256(row["src"].encode()).digest()[0] % 2 == 1


def share(right: int, of: int) -> str:
    """A share with its numbers."""
    return f"{right / of:6.3f} ({right}/{of})" if of else "     - (0/0)"


def pay_is_right(found: Pay, wanted: dict) -> bool:
    """Both ends and the period. A single amount may be the lower end or both of them, or the upper one where it is."""
    ends = {found.minimum, found.maximum} - {None}
    labelled = {wanted["min"], wanted["max"]} - {None}
    if len(labelled) == 1:
        same = ends == labelled and (wanted["min"] is not None or found.minimum is None)
    else:
        same = (found.minimum, found.maximum) == (wanted["min"], wanted["max"])
    return same and found.period is PayPeriod(wanted["interval"])


def salaries(language: str, name: str, *, half: bool, errors: bool) -> None:
    """Precision, recall and how often both ends and the period are right."""
    counts: Counter[str] = Counter()
    for row in rows(name):
        if held_out(row) is not half:
            continue
        found, wanted = pay_in_text(clean_block(row["text"])), row["expect"]
        right = found is not None and wanted is not None and pay_is_right(found, wanted)
        counts["labelled"] += wanted is not None
        counts["found"] += found is not None
        counts["both"] += found is not None and wanted is not None
        counts["right"] += right
        if errors and not half and (found or wanted) and not right:
            print("   ", wanted, "|", found and (found.minimum, found.maximum, found.period.value, found.original))
    said, size = ("held out" if half else "seen"), sum(held_out(row) is half for row in rows(name))
    print(
        f"pay, {language:<8} {said:<9} rows {size:>4}"
        f"   precision {share(counts['right'], counts['found'])}   recall {share(counts['right'], counts['labelled'])}"
    )
    print(
        f"   named at all           "
        f"   precision {share(counts['both'], counts['found'])}   recall {share(counts['both'], counts['labelled'])}"
    )


def levels(*, half: bool, errors: bool) -> None:
    """Precision and recall of each level, and of all."""
    found_of: Counter[str] = Counter()
    wanted_of: Counter[str] = Counter()
    right_of: Counter[str] = Counter()
    for row in rows("ergon_level_corpus"):
        if held_out(row) is not half:
            continue
        found, wanted = seniority_of(row["title"]), LEVELS.get(row["level"])
        if found is not None:
            found_of[found.name.lower()] += 1
        if wanted is not None:
            wanted_of[wanted.name.lower()] += 1
        if found is wanted and found is not None:
            right_of[found.name.lower()] += 1
        elif errors and not half and found is not wanted:
            print("   ", row["level"], "|", found and found.name, "|", row["title"])
    said = "held out" if half else "seen"
    for name in [*(level.name.lower() for level in Seniority), "all"]:
        right, found, wanted = (sum(c.values()) if name == "all" else c[name] for c in (right_of, found_of, wanted_of))
        print(f"level, {name:<10} {said:<9} precision {share(right, found)}   recall {share(right, wanted)}")


def cost() -> None:
    """Microseconds a piece."""
    texts = [clean_block(row["text"]) for name in SALARIES.values() for row in rows(name)]
    begun = time.process_time()
    for _ in range(20):
        for text in texts:
            pay_in_text(text)
    each = (time.process_time() - begun) / 20 / len(texts)
    size = sum(map(len, texts)) / len(texts)
    print(f"pay_in_text: {each * 1e6:.1f} us a piece of {size:.0f} characters on average")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--errors", action="store_true", help="show what went wrong in the seen half")
    errors = parser.parse_args().errors
    if not FOLDER.is_dir():
        print(f"no labelled pieces at {FOLDER}: set V7_SHARED")
        return 1
    for half in (False, True):
        for language, name in SALARIES.items():
            salaries(language, name, half=half, errors=errors)
        levels(half=half, errors=errors)
    cost()
    return 0


if __name__ == "__main__":
    sys.exit(main())
