"""Three ways to clean a text: per character, by one pattern, and the one that was taken."""

import re
import unicodedata

from v7core.text import clean_block

_BAD = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]+"
)


def per_character(text):
    """The category of every character."""
    text = unicodedata.normalize("NFC", text)
    lines = ("".join(c for c in line if unicodedata.category(c) not in _BAD) for line in text.split("\n"))
    return "\n".join(" ".join(line.split()) for line in lines)


def one_pattern(text):
    """Ranges written out: misses unassigned characters, escape sequences and piled-up marks."""
    text = _CONTROL.sub("", unicodedata.normalize("NFC", text))
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))


WAYS = {"per character": per_character, "one pattern": one_pattern, "v7core.text": clean_block}
