"""Every action of the key table, found by typing."""

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from v7ui.keys import KEYS, Key, effective, shown
from v7ui.screens.base import V7Screen


class Actions(Provider):
    """What can be done on the screen under the palette, with its key beside it; by its words, what can elsewhere."""

    def _keys(self, *, here: bool) -> list[tuple[Key, str]]:
        screen = self.screen
        if not isinstance(screen, V7Screen):
            return []
        keys, places = effective(screen.room.keys), (screen.PLACE, "app")
        return [
            (key, shown(keys[key.id].split(",")[0]))
            for key in KEYS
            if (key.place in places) is here and key.place != "list" and key.id != "app.palette"
        ]

    async def _go(self, key: Key, name: str) -> None:
        """To the screen where it works; done there, so that one sees first to what."""
        await self.app.run_action(f"show('{key.place}')", self.app)
        if isinstance(self.app.screen, V7Screen):
            self.app.screen.say(f"{name} here: {key.help}")

    async def _do(self, key: Key) -> None:
        namespace = self.app if key.place == "app" else self.screen
        await self.app.run_action(key.action, namespace)

    @staticmethod
    def _display(key: Key, name: str) -> Content:
        return Content(f"{key.help}  ({name})")

    async def discover(self) -> Hits:
        for key, name in self._keys(here=True):
            yield DiscoveryHit(self._display(key, name), partial(self._do, key), text=key.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for key, name in self._keys(here=True):
            match = matcher.match(f"{key.help} {key.label}")
            if match > 0:
                yield Hit(match, self._display(key, name), partial(self._do, key), text=key.help)
        for key, name in self._keys(here=False):
            words = f"{key.place.title()}: {key.help}"
            match = matcher.match(f"{words} {key.label}") / 2  # after what can be done here
            if match > 0:
                yield Hit(match, Content(f"{words}  ({name} there)"), partial(self._go, key, name), text=words)
