"""The worked examples of a metric, a screen and a policy: what the documents say is written, and its tests run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOW_TO = ROOT / "docs" / "how-to"
BLOCK = re.compile(
    r"^`(?P<path>[\w./-]+)`(?:, (?P<where>[^\n]+))?\n\n```\w+\n(?P<content>.*?)^```", re.DOTALL | re.MULTILINE
)
ANCHORS = {
    "in `KEYS`": "KEYS: Final[tuple[Key, ...]] = (\n",
    "in `PLACES`": "PLACES: Final = (",
    "in `SCREENS`": "SCREENS: Final[dict[str, str]] = {\n",
    "in `TABS`": "TABS = (",
}
"""Where a document's line goes: right after this."""


def write(document, folder):
    """Every file of a document as a file, every line of it where the document says."""
    for match in BLOCK.finditer((HOW_TO / document).read_text("utf-8")):
        path, anchor = folder / match["path"], ANCHORS.get(match["where"])
        if match["where"] is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(match["content"], "utf-8")
            continue
        text = path.read_text("utf-8")
        assert 1 == text.count(anchor), match["where"]
        path.write_text(text.replace(anchor, anchor + match["content"]), "utf-8")


def run(folder, *arguments):
    """Python in a folder, which stands before everything that is installed; returns what it printed."""
    path = os.pathsep.join(str(each) for each in (folder / "src", folder))
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def own_tests(folder):
    """How many passed of the tests a document wrote."""
    settings = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", ".", "-p", "no:cacheprovider")
    printed = run(folder, "-m", "pytest", "-q", *settings, ".")
    return int(re.search(r"(\d+) passed", printed)[1])


def test_the_metric(tmp_path):
    """It is timed, stands in status, raises its alert and ends it."""
    write("add-a-metric.md", tmp_path)
    assert 2 == own_tests(tmp_path)


def test_the_screen(tmp_path):
    """It works in a copy of the package, reached by its key."""
    shutil.copytree(ROOT / "packages" / "v7ui" / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    write("add-a-screen.md", tmp_path)
    assert 3 == own_tests(tmp_path)


def test_the_policy(tmp_path):
    """It keeps what it promises, and the comparison prints what the document says."""
    pytest.importorskip("numpy")
    write("add-a-policy.md", tmp_path)
    assert 7 == own_tests(tmp_path)
    text = (HOW_TO / "add-a-policy.md").read_text("utf-8")
    (printed,) = re.findall(r"^It prints\n\n```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert printed == run(tmp_path, "compare.py")
