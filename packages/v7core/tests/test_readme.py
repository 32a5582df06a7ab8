"""The README's examples run and print what they say."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
PRINTS = ["['Night Nurse 0']", "'Senior Engineer (C++)'"]


@pytest.mark.parametrize(("example", "expected"), list(zip(EXAMPLES, PRINTS, strict=True)))
def test_an_example_runs_as_it_stands(example, expected, capsys):
    """Pasted into a file it works."""
    exec(compile(example, str(README), "exec"), {"__name__": "__main__"})
    assert expected in capsys.readouterr().out
