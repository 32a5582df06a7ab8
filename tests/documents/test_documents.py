"""Every document of the repository: its links lead somewhere, its Python runs, its commands exist."""

import re
import shlex
from pathlib import Path

import click
import pytest

from v7terminal.cli import cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/README.md"), *ROOT.glob("apps/*/README.md")]
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"(?:^|\s|&& )(?:uv run )?v7 ([^#|`\n]*)")

ids = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


def anchors(path):
    """Of every heading, as a forge and the site make them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCUMENTS, ids=ids)
def test_every_link_leads_somewhere(path):
    """Relative links name a file or folder of the repository, and a heading that is there."""
    broken = []
    for target in LINK.findall(CODE.sub("", path.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            broken.append(target)
    assert [] == broken


def test_every_page_has_its_place_on_the_site():
    """The navigation names each document under docs/, once, and nothing else."""
    named = re.findall(r"^ +- [^:\n]+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(str(path.relative_to(ROOT / "docs")) for path in ROOT.glob("docs/**/*.md")) == sorted(named)


BLOCKS = [
    pytest.param(path, block, id=f"{path.relative_to(ROOT)}-{number}")
    for path in DOCUMENTS
    for number, block in enumerate(PYTHON.findall(path.read_text("utf-8")))
    # A package's README is run by that package's own tests, and the worked examples are by the tests beside this one.
    if (path.parent == ROOT or ROOT / "docs" in path.parents) and not path.name.startswith("add-a-")
]


@pytest.mark.parametrize(("path", "block"), BLOCKS)
def test_a_python_block_runs_as_it_stands(path, block, tmp_path, monkeypatch):
    """Pasted into a file in an empty folder it works, where what it imports is installed."""
    for name in re.findall(r"^(?:import|from) (\w+)", block, re.MULTILINE):
        pytest.importorskip(name, reason=f"{name} is not installed")
    monkeypatch.chdir(tmp_path)
    exec(compile(block, str(path), "exec"), {"__name__": "__main__"})


def commands():
    """Every `v7 …` line of a code block or a code span."""
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        code = [part.strip("`") for part in CODE.findall(text)] + re.findall(r"^    .*$", text, re.MULTILINE)
        for part in code:
            for line in part.splitlines():
                for found in COMMAND.findall(line):
                    for each in found.split("&&"):
                        words = shlex.split(re.split(r"\s{3,}", each.strip().rstrip("…").strip())[0], comments=True)
                        if words and re.fullmatch(r"[a-z][a-z-]*", words[0]):
                            yield pytest.param(words, id=f"{path.relative_to(ROOT)}: v7 {' '.join(words)}"[:100])


def test_commands_are_found():
    """The pattern still sees what the README shows."""
    assert ["demo"] in [param.values[0] for param in commands()]


@pytest.mark.parametrize("words", list(commands()))
def test_a_command_of_a_document_exists(words):
    """Its name and each of its options are ones that `v7` knows."""
    context = click.Context(cli, info_name="v7")
    command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, words[0]
        command, words = found, words[1:]
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help", "-h"}
    used = {word.split("=")[0] for word in words if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word)}
    assert set() == used - known - {"--home"}
