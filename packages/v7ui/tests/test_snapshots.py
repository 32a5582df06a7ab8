"""How every screen looks, filled, at both sizes; light and without colour where colour says something.

Each picture is compared with a file, so it is the same every time: no clock, no chance, no memory address in it.

Accept a wanted change with `pytest packages/v7ui/tests/test_snapshots.py --snapshot-update`, and look at the pictures.
"""

import pytest
from pytest_textual_snapshot import SVGImageExtension

from v7ui.gallery import SCENES
from v7ui.pictures import picture

SMALL, WIDE = (80, 24), (140, 45)


class Svg(SVGImageExtension):
    """One file a picture, with the ending browsers know."""

    file_extension = "svg"


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=["80x24", "140x45"])
@pytest.mark.parametrize("name", list(SCENES))
async def test_a_screen_looks_as_it_did(snapshot, name, size):
    """Dark."""
    assert snapshot(extension_class=Svg) == await picture(name, size)


@pytest.mark.parametrize("name", ["deck", "live"])
async def test_a_screen_looks_as_it_did_in_the_light(snapshot, name):
    """Every colour has its own light one."""
    assert snapshot(extension_class=Svg) == await picture(name, SMALL, theme="v7-light")


@pytest.mark.parametrize("name", ["deck", "live"])
async def test_a_screen_looks_as_it_did_without_colour(snapshot, name):
    """NO_COLOR: signs and words carry the meaning alone."""
    assert snapshot(extension_class=Svg) == await picture(name, SMALL, colour=False)


@pytest.mark.parametrize("name", ["deck", "live"])
async def test_a_screen_looks_as_it_did_in_high_contrast(snapshot, name):
    """Black ground, white rules."""
    assert snapshot(extension_class=Svg) == await picture(name, SMALL, theme="v7-contrast")
