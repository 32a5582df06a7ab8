"""docs/reliability.md names every row of the fault model, and the tests it names are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "reliability.md"
ROWS = {"N": 50, "P": 18, "C": 20, "S": 32, "K": 16, "U": 14, "X": 8, "F": 7}


def stated():
    """Every line of every table: (row, fault, outcome, tests)."""
    for line in DOCUMENT.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if re.fullmatch(r"[A-Z]\d+", cells[0]):
            yield cells[0], *(*cells[1:], "")[:3]


def of_every_suite():
    """(file, test) of every suite."""
    for folder in (*ROOT.glob("packages/*/tests"), *ROOT.glob("apps/*/tests"), ROOT / "tests"):
        for file in folder.rglob("test_*.py"):
            for test in re.findall(r"def (test_\w+)\(", file.read_text("utf-8")):
                yield file.stem, test


THERE = frozenset(of_every_suite())


def test_every_row_of_the_model_is_stated():
    """None was left out, and none is of no model."""
    assert {f"{kind}{n}" for kind, count in ROWS.items() for n in range(1, count + 1)} == {row for row, *_ in stated()}


@pytest.mark.parametrize(("row", "fault", "outcome", "tests"), tuple(stated()))
def test_a_row_says_what_happens_and_which_test_shows_it(row, fault, outcome, tests):
    """Or why none does."""
    assert fault
    assert outcome
    named = re.findall(r"`(test_\w+)::(test_\w+)`", tests)
    assert named or " not " in f" {outcome} "
    assert set(named) <= THERE
