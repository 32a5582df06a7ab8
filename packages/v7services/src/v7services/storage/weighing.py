"""How well a posting fits some words: BM25 over fields, without the rarity of words.

Robertson, Zaragoza and Taylor, "Simple BM25 Extension to Multiple Weighted Fields" (CIKM 2004): what a word counts in
each field is weighed and added up before it is saturated, so that a title that names the job is worth more than a text
that repeats it. Everything compared holds every word, so rarity could only weigh the words against each other; FTS5's
`bm25` walks the whole list of each word to know it, which takes longer than the search.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_WEIGHTS: Final = (8.0, 4.0, 3.0, 3.0, 1.0)
"""Of title, company, places, tags and body."""
_K1: Final = 1.2
_B: Final = 0.75
_USUAL: Final = 3_000.0
"""Characters of a text that is neither long nor short."""
_PART: Final = r"[\w+#]"
"""What a word of the index is made of."""


class Weights:
    """Weighs texts for the same words.

    Args:
        words: As typed.
        prefix: The last one is a beginning.
    """

    def __init__(self, words: Sequence[str], *, prefix: bool) -> None:
        ends = [rf"(?!{_PART})"] * len(words)
        if prefix:
            ends[-1] = ""
        # The word comes first, so that it is looked for as a plain string is; what stands before it comes next.
        self._patterns = [
            re.compile(rf"{word}(?<!{_PART}{word}){end}")
            for word, end in zip((re.escape(_folded(word)) for word in words), ends, strict=True)
        ]

    def of(self, fields: Sequence[str]) -> float:
        """In [0, number of words).

        Args:
            fields: Title, company, places, tags and body.
        """
        *names, body = map(_folded, fields)
        longer = max(0.5, 1.0 - _B + _B * len(body) / _USUAL)  # a text of three words is no better than a short one
        total = 0.0
        for pattern in self._patterns:
            counted = _WEIGHTS[-1] * len(pattern.findall(body)) / longer
            counted += sum(w * len(pattern.findall(name)) for w, name in zip(_WEIGHTS, names, strict=False) if name)
            total += counted / (_K1 + counted)
        return total


def _folded(text: str) -> str:
    """Without case and accents, as the index compares."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return text.lower()
