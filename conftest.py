"""For every suite of the workspace: a start in a test costs what a person's start costs.

Hundreds of tests start a Python of their own. Where the environment forbids bytecode beside the sources, each of those
starts would compile Textual, numba and all of ours again, half a second to two; then it is kept in pytest's own cache.
"""

import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

BYTECODE: Final = Path(__file__).parent / ".pytest_cache" / "bytecode"

if sys.dont_write_bytecode and sys.pycache_prefix is None:
    # At import, so that it holds for what the other conftests import.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(BYTECODE)
    sys.dont_write_bytecode = False

# Thousands of collected tests live as long as the session: the collector looks seldom while they are made, and never at
# them afterwards.
gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish() -> None:
    """Everything alive now stays alive."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """What was compiled in folders of single tests is of no use to the next run."""
    if sys.pycache_prefix == str(BYTECODE):
        for folder in BYTECODE.joinpath(*Path(tempfile.gettempdir()).parts[1:]).glob("pytest-of-*"):
            shutil.rmtree(folder, ignore_errors=True)
