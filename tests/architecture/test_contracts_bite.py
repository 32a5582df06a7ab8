"""Each import contract fails when it is broken: a guard nobody has seen bite is not a guard.

The packages' sources are copied aside, one forbidden import is added, and import-linter is run on the copy.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BREAKS = {
    "App over UI over performance and services over engine over core": ("v7thompson/batching.py", "import v7services"),
    "v7core imports the standard library only": ("v7core/clock.py", "import attrs"),
    "v7ui sees v7core, v7performance and Textual only": ("v7ui/theme.py", "import numpy"),
    "v7performance never sees services, the engine or numpy": ("v7performance/ring.py", "import numpy"),
    "Kernels are reached through one module": ("v7thompson/batching.py", "import v7thompson._kernels.draws"),
    "Sources are independent of one another": ("v7services/sources/lever.py", "import v7services.sources.greenhouse"),
    "No cycles inside a package": ("v7core/errors.py", "import v7core.registry"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Every package's source in one folder, and the contracts beside it."""
    folder = tmp_path_factory.mktemp("copy")
    for source in [*ROOT.glob("packages/*/src/*"), *ROOT.glob("apps/*/src/*")]:
        shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def verdicts(folder):
    """Each contract's name and whether it was kept, as import-linter sees the folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as m; m(['--no-cache'])"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "200"}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    lines = [line.strip() for line in run.stdout.splitlines()]
    return {
        line.rsplit(" ", 1)[0]: line.endswith("KEPT") for line in lines if line.endswith(("KEPT", "BROKEN"))
    }, run.stdout


def test_the_contracts_are_kept(copy):
    """As the code stands, and every contract has a break below."""
    kept, output = verdicts(copy)
    assert dict.fromkeys(BREAKS, True) == kept, output


@pytest.mark.parametrize("contract", BREAKS)
def test_a_broken_contract_is_seen(copy, contract):
    """One forbidden import breaks the contract that forbids it."""
    place, line = BREAKS[contract]
    path = copy / place
    sound = path.read_text()
    path.write_text(f"{sound}\n{line}\n")
    try:
        kept, output = verdicts(copy)
    finally:
        path.write_text(sound)
    assert kept.get(contract) is False, output
