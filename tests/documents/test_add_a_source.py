"""The worked example of docs/how-to/add-a-source.md, taken out of it and put through the contract of sources."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from v7services.catalogue import ADAPTERS
from v7services.testing.cases import load_case
from v7services.testing.contract import SourceContract

DOCUMENT = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-source.md"
FILES = re.compile(r"^`(?P<path>[^`\n]+)`\n\n```\w+\n(?P<content>.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The document's files in a folder, and the adapter loaded from there."""
    folder = tmp_path_factory.mktemp("source")
    files = {match["path"]: match["content"] for match in FILES.finditer(DOCUMENT.read_text("utf-8"))}
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, "utf-8")
    source = next(path for path in files if path.endswith(".py"))
    specification = importlib.util.spec_from_file_location("worked_example", folder / source)
    module = importlib.util.module_from_spec(specification)
    sys.modules["worked_example"] = module
    specification.loader.exec_module(module)
    case = next(path for path in files if path.endswith("case.toml"))
    yield module.ADAPTER, (folder / case).parent
    del sys.modules["worked_example"]


class TestTheWorkedExample(SourceContract):
    """It keeps the whole contract as it stands in the document, beside everything in the catalogue."""

    @pytest.fixture
    def adapter(self, written):
        return written[0]

    @pytest.fixture
    def case(self, written):
        return load_case(written[1])

    @pytest.fixture
    def adapters(self, adapter):
        return (adapter, *ADAPTERS)


def test_the_example_is_none_of_ours(written):
    """Its name is free, so following the document to the letter works."""
    assert written[0].name not in {adapter.name for adapter in ADAPTERS}
