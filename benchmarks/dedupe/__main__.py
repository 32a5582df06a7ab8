"""How often two postings are rightly called one opening: python -m benchmarks.dedupe

Two sets of labelled pairs, both labelled before the matcher was written. `pairs.csv` beside this file names pairs of
recorded postings by hashes; the postings are other people's, so they are not part of this project, and are read from
`payloads` below V7_SHARED (or below `shared` beside the repository). The written pairs are our own, in
`packages/v7services/tests/dedupe`. Each set is split in two by the employer: thresholds were chosen on one half
("seen"), and the other ("held out") is what counts. `--errors` shows what went wrong in the seen half.
"""

import argparse
import csv
import hashlib
import json
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.dedupe.recorded import PAYLOADS, recorded_postings

from v7core.models.jobs import JobPosting
from v7services.dedupe import Index, Likeness, compare, grouped
from v7services.fields.instants import iso_instant
from v7services.fields.postings import make_posting
from v7services.testing.cases import FETCHED_AT

RECORDED = Path(__file__).parent / "pairs.csv"
WRITTEN = Path(__file__).parents[2] / "packages" / "v7services" / "tests" / "dedupe"


def written_postings() -> dict[str, JobPosting]:
    """Our own postings by their keys."""
    found = {}
    for line in (WRITTEN / "written.jsonl").read_text("utf-8").splitlines():
        item = json.loads(line)
        found[item["key"]] = make_posting(
            source=item["source"],
            board=item["board"],
            external_id=item["external_id"],
            title=item["title"],
            company=item["company"],
            fetched_at=FETCHED_AT,
            locations=item["locations"],
            posted=iso_instant(item["posted"], "posted"),
            requisition_id=item.get("requisition"),
            url=item.get("url"),
            text=item["text"],
        )
    return found


def held_out(row: dict[str, str]) -> bool:
    """Which half an employer is in."""
    return hashlib.sha256(row["company"].encode()).digest()[0] % 2 == 1


def share(right: int, of: int) -> str:
    """A share with its numbers."""
    return f"{right / of:6.3f} ({right}/{of})" if of else "     - (0/0)"


def judge(name: str, pairs: list[dict[str, str]], postings: dict[str, JobPosting], *, half: bool, errors: bool) -> None:
    """Precision and recall of the verdicts, and of the index that proposes pairs."""
    chosen = [row for row in pairs if held_out(row) is half]
    counts: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for row in chosen:
        one, other = postings[row["a"]], postings[row["b"]]
        verdict = compare(one, other)
        found, wanted = verdict.likeness is Likeness.SAME, row["same"] == "yes"
        counts["found"] += found
        counts["wanted"] += wanted
        counts["right"] += found and wanted
        counts["proposed"] += wanted and (other.id in Index([other]).candidates(one) or other.id == one.id)
        counts["hard"] += not wanted
        counts["hard right"] += not wanted and not found
        if found is not wanted:
            wrong[f"{'missed' if wanted else 'merged'}: {row['kind']}"] += 1
            if errors and not half:
                print("   ", row["same"], row["kind"], "|", verdict.reason, f"{verdict.strength:.2f}")
                for each in (one, other):
                    print("       ", each.source, each.title, "|", each.company, "|", each.locations[:2])
    said = "held out" if half else "seen"
    print(
        f"{name:<9} {said:<9} pairs {len(chosen):>4}"
        f"   precision {share(counts['right'], counts['found'])}"
        f"   recall {share(counts['right'], counts['wanted'])}"
        f"   kept apart {share(counts['hard right'], counts['hard'])}"
        f"   proposed {share(counts['proposed'], counts['wanted'])}"
    )
    for kind, count in wrong.most_common():
        print(f"          {count:>4} {kind}")


def cost(postings: list[JobPosting]) -> None:
    """Of grouping everything that was recorded, one posting after another."""
    begun = time.process_time()
    groups = grouped(postings)
    spent = time.process_time() - begun
    print(
        f"grouping {len(postings)} recorded postings: {spent:.2f} s, {spent / len(postings) * 1e6:.0f} us each; "
        f"{len(groups)} groups, the largest of {max(map(len, groups), default=0)}"
    )


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--errors", action="store_true", help="show what went wrong in the seen half")
    errors = parser.parse_args().errors
    ours = written_postings()
    sets = [("written", list(csv.DictReader((WRITTEN / "pairs.csv").open(encoding="utf-8"))), ours)]
    recorded: dict[str, JobPosting] = {}
    if PAYLOADS.is_dir():
        recorded = recorded_postings()
        sets.append(("recorded", list(csv.DictReader(RECORDED.open(encoding="utf-8"))), recorded))
    else:
        print(f"no recorded postings at {PAYLOADS}: set V7_SHARED")
    for half in (False, True):
        for name, pairs, postings in sets:
            judge(name, pairs, postings, half=half, errors=errors)
        if len(sets) > 1:
            judge("both", sets[0][1] + sets[1][1], ours | recorded, half=half, errors=False)
    if recorded:
        cost(list(recorded.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
