"""Builds every wheel, then installs each alone, with what it declares and nothing else, and runs its own tests.

Static contracts see imports; only this sees a dependency that was never declared and happens to be in the workspace.
Runs on the interpreter it is started with, and the quick import check on every other supported one that is installed.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OTHERS = ("3.12", "3.13")


def run(*command: str | Path) -> None:
    """Run a command from the root and end with its status if it fails."""
    print("+", *command, flush=True)
    done = subprocess.run([str(part) for part in command], cwd=ROOT, check=False)  # noqa: S603 - our own commands
    if done.returncode:
        sys.exit(done.returncode)


def installed(version: str) -> bool:
    """Whether a Python of this version is on the machine already."""
    find = ["uv", "python", "find", "--no-python-downloads", version]
    return subprocess.run(find, cwd=ROOT, check=False, capture_output=True).returncode == 0  # noqa: S603


def environment(folder: Path, python: str, project: Path, dist: Path, *, test: bool) -> Path:
    """A clean environment with one wheel, its dependencies at the locked versions, and its test group."""
    run("uv", "venv", "--quiet", "--python", python, folder)
    interpreter = folder / "bin" / "python"
    name = tomllib.loads((project / "pyproject.toml").read_text())["project"]["name"]
    group = ["--group", f"{project / 'pyproject.toml'}:test"] if test else []
    run("uv", "pip", "install", "--quiet", "--python", interpreter, "--find-links", dist, "--no-sources",
        "--constraint", constraints(folder.parent), name, *group)  # fmt: skip
    return interpreter


def constraints(folder: Path) -> Path:
    """The locked versions without their hashes: a constraint with a hash would demand one for our own wheels too."""
    path = folder / "constraints.txt"
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    path.write_text("\n".join(line.rstrip("\\ ") for line in lines if line[:1].isalnum()))
    return path


def main() -> None:
    """Build, then one clean environment a package."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        dist = folder / "dist"
        run("uv", "build", "--quiet", "--all-packages", "--wheel", "--out-dir", dist)
        projects = sorted([*ROOT.glob("packages/*/"), *ROOT.glob("apps/*/")])
        for project in projects:
            python = environment(folder / project.name, sys.executable, project, dist, test=True)
            run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", project / "tests")
        for version in filter(installed, OTHERS):
            for project in projects:
                name = tomllib.loads((project / "pyproject.toml").read_text())["project"]["name"]
                python = environment(folder / f"{name}-{version}", version, project, dist, test=False)
                run(python, "-W", "error", "-c", f"import {name}")


if __name__ == "__main__":
    main()
