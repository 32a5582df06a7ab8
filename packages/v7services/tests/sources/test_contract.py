"""Every source of the catalogue over its own fixtures: one folder a source, found by its name."""

from pathlib import Path

import pytest

from v7services.catalogue import ADAPTERS
from v7services.testing.cases import Case, load_case
from v7services.testing.contract import SourceContract

FIXTURES = Path(__file__).parent / "fixtures"
CASES = sorted(FIXTURES.glob("*/case*.toml"))


class TestEverySource(SourceContract):
    """One run of the suite a folder."""

    @pytest.fixture(params=CASES, ids=lambda file: f"{file.parent.name}{file.stem.removeprefix('case')}")
    def case(self, request) -> Case:
        return load_case(request.param.parent, request.param.name)


def test_every_source_of_the_catalogue_has_fixtures():
    """And every folder a source: a name that changes would change the id of every posting."""
    assert {adapter.name for adapter in ADAPTERS} == {file.parent.name for file in CASES}


def test_names_are_theirs_alone():
    """Names are part of ids."""
    names = [adapter.name for adapter in ADAPTERS]
    assert len(set(names)) == len(names)
