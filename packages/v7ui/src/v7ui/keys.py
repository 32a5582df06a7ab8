"""Every key in one table: bindings, hints, help and the conflict check are all made from it.

A person rebinds by id (`Settings.keys`). ctrl+b, ctrl+a, ctrl+s, ctrl+j and ctrl+o belong to terminal multiplexers and
are never defaults.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from textual.binding import Binding


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One thing a key does somewhere."""

    id: str
    """ "deck.pass": the place, then the deed."""
    keys: str
    """Textual's names, comma separated; the first is shown."""
    action: str
    label: str
    """One or two words, for the hint line."""
    help: str = ""
    """A sentence, for the help and the palette."""
    hint: bool = False
    """Whether it is worth a place in the hint line."""

    @property
    def place(self) -> str:
        """Where it works: "app" is everywhere, "list" is wherever there is a list."""
        return self.id.split(".", 1)[0]


def _key(id_: str, keys: str, action: str, label: str, help_: str = "", *, hint: bool = False) -> Key:
    return Key(id=id_, keys=keys, action=action, label=label, help=help_ or label, hint=hint)


KEYS: Final[tuple[Key, ...]] = (
    _key("app.deck", "1", "show('deck')", "Deck", "Go to the deck: jobs ranked for you"),
    _key("app.search", "2", "show('search')", "Search", "Go to the search over every stored job"),
    _key("app.live", "3", "show('live')", "Live", "Go to the machine room: speed, memory, sources"),
    _key("app.sources", "4", "show('sources')", "Sources", "Go to your sources"),
    _key("app.saved", "5", "show('saved')", "Saved", "Go to saved jobs and applications"),
    _key("app.settings", "comma", "show('settings')", "Settings", "Profiles, blend, theme, motion, keys"),
    _key("app.help", "question_mark", "help", "Keys", "Every key that works here"),
    _key("app.palette", "ctrl+p,colon", "command_palette", "Palette", "Find any action by typing"),
    _key("app.poll", "R", "poll", "Poll", "Poll every source now; again to stop waiting"),
    _key("app.shot", "S", "shot", "Picture", "Write a picture (SVG) of this screen here"),
    _key("app.suspend", "ctrl+z", "suspend_process", "Suspend", "Back to the shell; fg returns"),
    _key("app.quit", "q,ctrl+c", "quit", "Quit", "Leave V7"),
    _key("list.down", "j,down", "cursor(1)", "Down"),
    _key("list.up", "k,up", "cursor(-1)", "Up"),
    _key("list.page_down", "pagedown,ctrl+d", "page(1)", "Page down"),
    _key("list.page_up", "pageup,ctrl+u", "page(-1)", "Page up"),
    _key("list.first", "g,home", "first", "First row"),
    _key("list.last", "G,end", "last", "Last row"),
    _key("list.choose", "enter", "choose", "Choose"),
    _key("deck.interested", "i", "react('interested')", "Interested", "More like this", hint=True),
    _key("deck.pass", "x", "react('pass')", "Pass", "Less like this", hint=True),
    _key("deck.applied", "a", "react('applied')", "Applied", "Note that you applied (sends nothing)", hint=True),
    _key("deck.save", "s", "react('save')", "Save", "Keep it in Saved", hint=True),
    _key("deck.undo", "u,z", "undo", "Undo", "Take the last reaction back", hint=True),
    _key("deck.open", "o", "open", "Open", "Open the posting in a browser", hint=True),
    _key("deck.why", "w", "why", "Why", "Every reason for this place in the deck", hint=True),
    _key("deck.filter", "slash", "filter", "Filter", "Narrow the deck: words, remote, in:berlin, …", hint=True),
    _key("deck.blend_up", "b", "blend(0.1)", "Blend", "More weight to where you want to go", hint=True),
    _key("deck.blend_down", "B", "blend(-0.1)", "Blend less", "More weight to what fits you now"),
    _key("deck.lens", "tab", "lens", "Match/Manifest", "Rank by the blend, Match alone, or Manifest alone"),
    _key("deck.rank", "r", "rank", "Rank anew", "Rank anew with what was learned and with new jobs", hint=True),
    _key("deck.mark", "m", "mark", "Mark", "Mark this job; a reaction goes to all marked"),
    _key("deck.range", "v", "range", "Range", "Mark from here to where you press v again"),
    _key("deck.copy_title", "y", "copy_title", "Copy title"),
    _key("deck.copy_url", "Y", "copy_url", "Copy address"),
    _key("deck.back", "escape", "back", "Back", "Leave reading, marks or the filter"),
    _key("search.focus", "slash", "focus_words", "Search", "Type words and filters", hint=True),
    _key("search.keep", "f", "keep", "Keep", "Keep this search", hint=True),
    _key("search.kept", "F", "kept", "Kept", "Kept searches, and what is new in each", hint=True),
    _key("search.interested", "i", "react('interested')", "Interested", "More like this", hint=True),
    _key("search.pass", "x", "react('pass')", "Pass", "Less like this", hint=True),
    _key("search.save", "s", "react('save')", "Save", "Keep it in Saved", hint=True),
    _key("search.applied", "a", "react('applied')", "Applied", "Note that you applied (sends nothing)", hint=True),
    _key("search.undo", "u,z", "undo", "Undo", "Take the last reaction back", hint=True),
    _key("search.open", "o", "open", "Open", "Open the posting in a browser", hint=True),
    _key("search.rank", "r", "again", "Refresh", "Search again"),
    _key("search.copy_title", "y", "copy_title", "Copy title"),
    _key("search.copy_url", "Y", "copy_url", "Copy address"),
    _key("search.back", "escape", "back", "Back", "Leave the line, then clear the search"),
    _key("live.pause", "space", "pause", "Pause", "Stop or go on refreshing", hint=True),
    _key("live.shorter", "left_square_bracket", "range(-1)", "Range", "A shorter time range", hint=True),
    _key("live.longer", "right_square_bracket", "range(1)", "Longer", "A longer time range"),
    _key("live.slower", "minus", "rate(1)", "Slower", "Refresh less often"),
    _key("live.faster", "plus", "rate(-1)", "Faster", "Refresh more often", hint=True),
    _key("live.expand", "e", "expand", "Expand", "Sources on the whole screen", hint=True),
    _key("live.refresh", "r", "refresh_now", "Refresh", "Read every figure now; retries after an error", hint=True),
    _key("live.copy", "y", "copy", "Copy", "Copy the figures as text"),
    _key("live.settings", "t", "monitoring_settings", "Settings", "Rate, range and charts of this screen", hint=True),
    _key("sources.add", "n,slash", "add", "Add", "Add a source by its address", hint=True),
    _key("sources.refresh", "r", "refresh_one", "Check", "Poll this source now and say what it came to", hint=True),
    _key("sources.pause", "p,space", "pause", "Pause", "Pause this source, or go on", hint=True),
    _key("sources.remove", "D", "remove", "Remove", "Remove this source (press twice)", hint=True),
    _key("sources.copy", "y", "copy", "Copy", "Copy the source's key"),
    _key("sources.back", "escape", "back", "Back", "Leave the line, or stop waiting"),
    _key("saved.next", "greater_than_sign,right", "stage(1)", "Next stage", "One stage on", hint=True),
    _key("saved.previous", "less_than_sign,left", "stage(-1)", "Stage back", "One stage back", hint=True),
    _key("saved.note", "n", "note", "Note", "Write a note", hint=True),
    _key("saved.undo", "u,z", "undo", "Undo", "Take the last change back", hint=True),
    _key("saved.remove", "D", "remove", "Remove", "Take the job out of this list; undo brings it back"),
    _key("saved.open", "o", "open", "Open", "Open the posting in a browser", hint=True),
    _key("saved.refresh", "r", "again", "Refresh", "Read the list again"),
    _key("saved.copy_title", "y", "copy_title", "Copy title"),
    _key("saved.copy_url", "Y", "copy_url", "Copy address"),
    _key("saved.back", "escape", "back", "Back", "Leave the line"),
    _key("settings.change", "space,right", "change(1)", "Change", "Next value of this setting", hint=True),
    _key("settings.change_back", "left", "change(-1)", "Back", "Previous value of this setting"),
    _key("settings.refresh", "r", "again", "Refresh", "Read the settings again"),
    _key("settings.back", "escape", "back", "Back", "Leave the line, then go to the deck", hint=True),
)

PLACES: Final = ("deck", "search", "live", "sources", "saved", "settings")
_BY_ID: Final = {key.id: key for key in KEYS}


def bindings_for(place: str) -> list[Binding]:
    """Textual's bindings of one place."""
    return [Binding(key.keys, key.action, key.label, show=False, id=key.id) for key in KEYS if key.place == place]


def effective(overrides: Mapping[str, str]) -> dict[str, str]:
    """Keys by id, with what the person rebound; unknown ids are ignored."""
    return {key.id: overrides.get(key.id) or key.keys for key in KEYS}


def conflicts(overrides: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with a rebinding, one sentence each; empty when all is well."""
    problems = [f"there is no action {id_!r}" for id_ in overrides if id_ not in _BY_ID]
    keys = effective(overrides)
    for place in PLACES:
        taken: dict[str, str] = {}
        for id_, names in keys.items():
            if _BY_ID[id_].place not in (place, "app", "list"):
                continue
            for name in names.split(","):
                other = taken.setdefault(name.strip(), id_)
                if other != id_:
                    problems.append(f"{shown(name)} would do both {other} and {id_}")
    return tuple(dict.fromkeys(problems))


_SHOWN: Final = {
    "question_mark": "?", "slash": "/", "comma": ",", "colon": ":", "escape": "esc", "space": "space", "minus": "-",
    "plus": "+", "left_square_bracket": "[", "right_square_bracket": "]", "greater_than_sign": ">",
    "less_than_sign": "<", "pagedown": "PgDn", "pageup": "PgUp",
}  # fmt: skip


PRESSED: Final = {sign: name for name, sign in _SHOWN.items()}
"""Textual's name of a key by how it is written."""


def shown(name: str) -> str:
    """A key as it is written in a hint: "?", "esc", "^d"."""
    name = name.strip()
    return _SHOWN.get(name) or (f"^{name[5:]}" if name.startswith("ctrl+") else name)


def written(names: str) -> str:
    """Every name of a key as it is written: "? f1"."""
    return " ".join(shown(name) for name in names.split(","))


def hints(place: str, overrides: Mapping[str, str]) -> list[tuple[str, str]]:
    """(key, label) for the hint line of a place, then the key of the help."""
    keys = effective(overrides)
    here = [key for key in KEYS if key.place == place and key.hint] + [_BY_ID["app.help"]]
    return [(shown(keys[key.id].split(",")[0]), key.label) for key in here]


def help_rows(places: Iterable[str], overrides: Mapping[str, str]) -> list[tuple[str, str]]:
    """(keys, sentence) for the help."""
    keys, wanted = effective(overrides), tuple(places)
    return [(written(keys[key.id]), key.help) for key in KEYS if key.place in wanted]
