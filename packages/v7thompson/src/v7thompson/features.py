"""From a posting's document to the row the engine ranks by, and back to words people can read."""

import threading
from typing import Final

from v7core.document import DocumentField
from v7core.errors import InvalidValue
from v7thompson import backend
from v7thompson.contract import Featuriser
from v7thompson.rows import FeatureRow, sealed
from v7thompson.text_rules import bucket, rules_version

MAX_DOCUMENT: Final = 1_000_000
"""Bytes of the longest document that is read."""


class FieldHasher:
    """Documents to rows. The rules are those of `v7thompson.text_rules`; nothing is learned, nothing is kept.

    May be called from any thread; calls take turns.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._featuriser: Featuriser | None = None

    @property
    def version(self) -> str:
        """Sixteen hex digits that change when the rules do: rows of another version are made again."""
        return rules_version()

    def transform(self, document: bytes) -> FeatureRow:
        """The row of a document (`v7core.document.canonical_document`).

        Raises:
            InvalidValue: it is not UTF-8, or longer than MAX_DOCUMENT.
        """
        _check(document)
        with self._turn:
            if self._featuriser is None:
                self._featuriser = backend.current().featuriser()
            return sealed(*self._featuriser(document))

    def tokens(self, document: bytes) -> list[tuple[DocumentField, str, int]]:
        """The features of a document in words: field, folded token and bucket, each pair once, in order.

        Raises:
            InvalidValue: as `transform`.
        """
        from v7thompson._plain.featurise import tokens

        _check(document)
        return [(field, token, bucket(field, token)) for field, token in dict.fromkeys(tokens(document))]

    @staticmethod
    def words(text: str) -> tuple[str, ...]:
        """The distinct words of free text, folded, stop-words left out, in order."""
        from v7thompson._plain.featurise import words
        from v7thompson.stopwords import STOP_WORDS

        return tuple(dict.fromkeys(word for word in words(text) if word not in STOP_WORDS))

    @staticmethod
    def index(field: DocumentField, token: str) -> int:
        """The bucket of a folded token in a field."""
        return bucket(field, token)


def _check(document: bytes) -> None:
    if len(document) > MAX_DOCUMENT:
        raise InvalidValue(f"a document of {len(document)} bytes; at most {MAX_DOCUMENT}")
    if not document.isascii():
        try:
            document.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidValue(f"a document that is not UTF-8 at byte {error.start}") from error


__all__ = ["MAX_DOCUMENT", "FeatureRow", "FieldHasher"]
