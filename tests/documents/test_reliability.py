"""docs/reliability.md names every row of the fault model, and the tests it names are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "reliability.md"
TESTS = ROOT / "packages" / "v7services" / "tests"
ROWS = [*(f"N{n}" for n in range(1, 51)), *(f"P{n}" for n in range(1, 19)), *(f"C{n}" for n in range(1, 21))]


def table():
    found = {}
    for line in DOCUMENT.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if re.fullmatch(r"[NPC]\d+", cells[0]):
            found[cells[0]] = (*cells[1:], "")
    return found


@pytest.mark.parametrize("row", ROWS)
def test_a_row_says_what_happens_and_which_test_shows_it(row):
    """Or why none does."""
    fault, outcome, tests = table()[row][:3]
    assert fault
    assert outcome
    named = re.findall(r"`(test_\w+)::(test_\w+)`", tests)
    assert named or "not " in outcome
    for file, test in named:
        (found,) = TESTS.rglob(f"{file}.py")
        assert f"def {test}(" in found.read_text("utf-8"), f"{file}::{test}"
