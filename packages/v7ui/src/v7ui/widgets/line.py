"""One line to type on. What is pasted arrives whole, with its line breaks as spaces."""

from textual import events
from textual.widgets import Input

from v7core.text import clean_text
from v7ui.look import Look
from v7ui.widgets.painted import PLAIN

LONGEST = 20_000
"""Characters; more of a paste is cut."""


class TextLine(Input):
    """A borderless input.

    Args:
        look: Whether the cursor may blink.
        does: What enter does, in a word or two: the hint line shows it while one types.
    """

    DEFAULT_CSS = """
    TextLine { height: 1; border: none; padding: 0 1; background: $surface; }
    TextLine:focus { border: none; }
    """

    def __init__(
        self,
        look: Look,
        does: str,
        *,
        placeholder: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        self.does = does
        super().__init__(
            placeholder=placeholder.translate(PLAIN) if look.plain else placeholder,
            id=id,
            max_length=LONGEST,
            select_on_focus=False,
        )
        self.cursor_blink = look.motion

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()  # Textual's own keeps the first line only
        event.stop()
        self.insert_text_at_cursor(clean_text(event.text, limit=LONGEST))
