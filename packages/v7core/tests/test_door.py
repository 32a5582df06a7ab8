"""The package's door: every name is there, loads on first use, and is told to type checkers too."""

import ast
import subprocess
import sys
from pathlib import Path

import v7core


def test_every_name_is_there():
    """What is announced can be had, and nothing else is announced."""
    assert sorted(v7core._HOMES) == sorted(v7core.__all__) == dir(v7core)
    for name in v7core.__all__:
        assert getattr(v7core, name) is not None


def test_type_checkers_are_told_the_same():
    """The block under TYPE_CHECKING and the table agree."""
    tree = ast.parse(Path(v7core.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    told = {alias.name: node.module for node in block.body for alias in node.names}
    assert v7core._HOMES == told


def test_importing_the_package_loads_none_of_it():
    """A command pays for what it uses."""
    code = "import sys, v7core; print(sorted(m for m in sys.modules if m.startswith('v7core.')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "[]" == run.stdout.strip()
