"""What an import loads, seen from a fresh interpreter: static contracts cannot see that."""

import json
import subprocess
import sys
import sysconfig

import pytest

PROBE = """
import json, sys
before = set(sys.modules)
import {module}
print(json.dumps({{name: getattr(sys.modules[name], "__file__", None) or "" for name in set(sys.modules) - before}}))
"""


def loaded(module):
    """Top-level names a fresh `import module` loads, with the file of one of their modules."""
    run = subprocess.run(
        [sys.executable, "-c", PROBE.format(module=module)], capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(run.stdout)


def test_the_core_loads_no_third_party_module():
    """Everything comes from the standard library or from v7core itself."""
    purelib = sysconfig.get_path("purelib")
    foreign = {n for n, file in loaded("v7core").items() if file.startswith(purelib) and not n.startswith("v7core")}
    assert set() == foreign


HEAVY = {"numpy", "numba", "llvmlite", "sqlite3", "v7thompson", "v7services"}


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("v7ui", HEAVY),
        ("v7performance", HEAVY | {"textual"}),
        ("v7thompson", {"numba", "llvmlite", "v7services"}),
        ("v7services", {"numba", "llvmlite"}),
        ("v7terminal", {"numpy", "numba", "llvmlite", "textual"}),
        ("v7terminal.cli", {"numba", "llvmlite", "textual", "httpx2"}),
    ],
)
def test_an_import_does_not_load_what_it_may_not(module, never):
    """So that a command which only appends a reaction, or a screen, never pays for the engine."""
    assert set() == {name.partition(".")[0] for name in loaded(module)} & never
