"""Untrusted text, made inert once, where it comes in.

A posting's title can otherwise clear the screen, press keys (a terminal answers some sequences, and the answer is read
as typing), write the clipboard, or reverse the reading order of a line. Cleaned text holds no control, format,
private-use, surrogate or unassigned character, at most three combining marks in a row, is NFC and single-spaced.

`str.isprintable` is false for exactly the categories to remove (Cc, Cf, Cs, Co, Cn and separators other than the
space), so ordinary text is judged in one C call; a per-character loop costs 20 times as much.
"""

import re
import unicodedata
from functools import cache
from typing import Final

MAX_LINE: Final = 500
"""Characters of a one-line field; longer ones are cut and end in an ellipsis."""
MAX_BLOCK: Final = 60_000
"""Characters of a description; longer ones are cut and end in an ellipsis."""
MAX_MARKS: Final = 3
"""Combining marks kept on one character."""
BASIC_PLANE: Final = "\uffff"
"""The last character of the basic multilingual plane."""

# Whole sequences, so that "\x1b[31m" leaves nothing and not "[31m": CSI, then OSC/DCS/SOS/PM/APC up to their end (BEL
# or ST; an unterminated one takes the rest of its line), then two-character escapes; C1 forms likewise.
_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_INTRODUCERS: Final = "\x1b\x90\x98\x9b\x9d\x9e\x9f"
"""Looked for one by one: that takes a tenth of the time of a character class."""
_PLAIN: Final = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
"""ASCII that is printed, and the white space that a block may hold."""
_COMPOSED: Final = re.compile(
    "[\x00-\u02ff\u0388-\u0482\u048a-\u052f\u2010-\u205e\u20a0-\u20bf\u3001\u3002\u4e00-\u9fff\uff01-\uff5e]*"
)
"""NFC and without marks, whatever the order: Latin, Greek, Cyrillic and Chinese, dashes, quotes and signs of money."""


@cache
def _excess_marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds too many marks. Built on the first text of other letters: most imports never need it.

    Returns:
        A pattern for what may be too many (10 nanoseconds a character: of four marks in a row, three are of the basic
        plane or one is not); and the one that knows (a microsecond, since the engine walks a list of ranges as soon as
        a class reaches beyond the basic plane).
    """
    marks = [chr(code) for code in range(0x300, 0x1E950) if unicodedata.category(chr(code)) in ("Mn", "Me")]
    basic = f"[{''.join(mark for mark in marks if mark <= BASIC_PLANE)}]"
    beyond = f"[{''.join(mark for mark in marks if mark > BASIC_PLANE)}]"
    suspect = re.compile(f"{basic * MAX_MARKS}|(?=[\U00010000-\U0010ffff]){beyond}")
    kind = f"[{''.join(marks)}]"
    return suspect, re.compile(f"({kind}{{{MAX_MARKS}}}){kind}+")


def _odd(text: str) -> str:
    """What is not plain ASCII, in its order: a fiftieth of most texts, so judging it costs next to nothing."""
    return text.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")


def _composed(text: str, odd: str) -> str:
    """NFC, at most three marks on a character.

    Args:
        odd: Every character of the text that is not ASCII, and perhaps more.
    """
    if _COMPOSED.fullmatch(odd):
        return text
    text = unicodedata.normalize("NFC", text)
    suspect, excess = _excess_marks()
    return excess.sub(r"\1", text) if suspect.search(_odd(text)) else text


def _without_sequences(text: str) -> str:
    return _SEQUENCE.sub("", text) if any(start in text for start in _INTRODUCERS) else text


def _line(text: str) -> str:
    """Single-spaced, without what cannot be printed."""
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return " ".join("".join(c if c.isprintable() else "" for c in text).split())


def clean_text(text: str, *, limit: int = MAX_LINE) -> str:
    """One inert line.

    Args:
        text: Anything, from anyone.
        limit: Most characters returned, >= 1.
    """
    if len(text) > 4 * limit:  # bound the work before doing any of it
        text = text[: 4 * limit]
    text = _line(text if text.isprintable() else _without_sequences(text))
    text = text if text.isascii() else _composed(text, text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


_last_block = ""
"""What was made of clean text last: sources clean a description and hand it on to be cleaned with everything else."""


def clean_block(text: str, *, limit: int = MAX_BLOCK) -> str:
    """Inert paragraphs: lines cleaned one by one, no more than one empty line in a row, none at either end.

    Args:
        text: Anything, from anyone.
        limit: Most characters returned, >= 1.
    """
    global _last_block  # noqa: PLW0603 - a hint that any thread may overwrite: only the same object is taken for clean
    if text is _last_block and len(text) <= limit:
        return text
    text = text[: 4 * limit]
    odd = _odd(text)  # what can be wrong with a text is in there: the whole of it is judged by a fiftieth
    tidy = odd.replace("\xa0", "").isprintable()
    # Single spaces by whole replacements: splitting a description into words takes four times as long.
    spaced = (text if tidy else _without_sequences(text)).replace("\t", " ").replace("\xa0", " ")
    while "  " in spaced:
        spaced = spaced.replace("  ", " ")
    lines = [line.strip(" ") if tidy else _line(line) for line in spaced.splitlines()]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    block = _composed("\n".join(kept).strip("\n"), odd)
    block = block if len(block) <= limit else block[: limit - 1].rstrip() + "…"
    _last_block = block
    return block


def join_blocks(*blocks: str) -> str:
    """What `clean_block` returned for the parts of a description as one, which is clean again and known to be.

    Args:
        blocks: Cleaned; empty ones are left out.
    """
    global _last_block  # noqa: PLW0603 - as above
    joined = "\n\n".join(filter(None, blocks))
    _last_block = joined
    return joined
