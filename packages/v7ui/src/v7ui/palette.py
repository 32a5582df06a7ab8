"""Every action of the key table, found by typing."""

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from v7ui.keys import KEYS, Key, effective, shown
from v7ui.screens.base import V7Screen


class Actions(Provider):
    """What can be done on the screen under the palette, with its key beside it."""

    def _here(self) -> list[tuple[Key, str]]:
        screen = self.screen
        if not isinstance(screen, V7Screen):
            return []
        keys = effective(screen.room.keys)
        return [
            (key, shown(keys[key.id].split(",")[0]))
            for key in KEYS
            if key.place in (screen.PLACE, "app") and key.id != "app.palette"
        ]

    async def _do(self, key: Key) -> None:
        namespace = self.app if key.place == "app" else self.screen
        await self.app.run_action(key.action, namespace)

    @staticmethod
    def _display(key: Key, name: str) -> Content:
        return Content(f"{key.help}  ({name})")

    async def discover(self) -> Hits:
        for key, name in self._here():
            yield DiscoveryHit(self._display(key, name), partial(self._do, key), text=key.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key, name in self._here():
            match = matcher.match(f"{key.help} {key.label}")
            if match > 0:
                yield Hit(match, self._display(key, name), partial(self._do, key), text=key.help)
