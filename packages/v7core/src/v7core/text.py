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
_INTRODUCER: Final = re.compile(r"[\x1b\x90\x98\x9b\x9d-\x9f]")
_BREAKS: Final = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


@cache
def _excess_marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What may hold too many marks, and what finds them. Built on the first non-ASCII text: most imports never need it.

    The second costs 1 microsecond a character, since the engine walks a list of ranges as soon as a class reaches
    beyond the basic plane; the first costs 10 nanoseconds, and misses nothing: of four marks in a row, three are of
    the basic plane or one is not.
    """
    marks = [chr(code) for code in range(0x300, 0x1E950) if unicodedata.category(chr(code)) in ("Mn", "Me")]
    basic = f"[{''.join(mark for mark in marks if mark <= BASIC_PLANE)}]"
    beyond = f"[{''.join(mark for mark in marks if mark > BASIC_PLANE)}]"
    suspect = re.compile(f"{basic * MAX_MARKS}|(?=[\U00010000-\U0010ffff]){beyond}")
    kind = f"[{''.join(marks)}]"
    return suspect, re.compile(f"({kind}{{{MAX_MARKS}}}){kind}+")


def _at_most_three_marks(text: str) -> str:
    suspect, excess = _excess_marks()
    return excess.sub(r"\1", text) if suspect.search(text) else text


def clean_text(text: str, *, limit: int = MAX_LINE) -> str:
    """One inert line.

    Args:
        text: Anything, from anyone.
        limit: Most characters returned, >= 1.
    """
    if len(text) > 4 * limit:  # bound the work before doing any of it
        text = text[: 4 * limit]
    if _INTRODUCER.search(text):
        text = _SEQUENCE.sub("", text)
    text = " ".join(text.split())
    if not text.isprintable():
        text = " ".join("".join(c if c.isprintable() else "" for c in text).split())
    if not text.isascii():
        text = _at_most_three_marks(unicodedata.normalize("NFC", text))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clean_block(text: str, *, limit: int = MAX_BLOCK) -> str:
    """Inert paragraphs: lines cleaned one by one, no more than one empty line in a row, none at either end.

    Args:
        text: Anything, from anyone.
        limit: Most characters returned, >= 1.
    """
    text = text[: 4 * limit]
    if _INTRODUCER.search(text):
        text = _SEQUENCE.sub("", text)
    lines: list[str] = []
    for line in _BREAKS.split(text):
        clean = clean_text(line, limit=limit)
        if clean or (lines and lines[-1]):
            lines.append(clean)
    block = "\n".join(lines).strip("\n")
    return block if len(block) <= limit else block[: limit - 1].rstrip() + "…"
