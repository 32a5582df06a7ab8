"""Pictures of every screen, made by the app itself: `python -m v7ui.pictures FOLDER`. The same every time."""

import asyncio
import sys
from pathlib import Path

from v7ui.gallery import SCENES, play, scene_app
from v7ui.look import look_from

SIZE = (100, 30)


async def picture(name: str, size: tuple[int, int] = SIZE, *, theme: str = "v7-dark", colour: bool = True) -> str:
    """One scene as SVG, the same every time.

    Args:
        name: A key of `SCENES`.
        size: Columns and lines.
        theme: Of the settings.
        colour: False draws as NO_COLOR does.
    """
    look = look_from({"NO_MOTION": "1", "PYTHONIOENCODING": "utf-8"})
    app = await scene_app(name, look=look, theme=theme, colour=colour)
    async with app.run_test(size=size) as pilot:
        await play(name, pilot)
        return app.export_screenshot(title=f"V7: {name.replace('-', ' ')}")


def write_all(folder: Path) -> None:
    """Every scene, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCENES:
        (folder / f"{name}.svg").write_text(asyncio.run(picture(name)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_all(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
