"""A demo home, furnished: the persona's two texts, and every board that is served as a source."""

from dataclasses import replace

from v7core.protocols import SettingsStore
from v7services.records import SourceStates
from v7terminal.demo.boards import DemoBoards
from v7terminal.demo.catalogue import persona


async def furnish(boards: DemoBoards, sources: SourceStates, settings: SettingsStore) -> None:
    """Fill in what is not there yet; what the person changed stays."""
    kept = await settings.load()
    if not kept.match_text and not kept.manifest_text:
        someone = persona()
        await settings.save(replace(kept, match_text=someone.match, manifest_text=someone.manifest))
    for board in boards.served:
        await sources.add(board.key, board.name)
