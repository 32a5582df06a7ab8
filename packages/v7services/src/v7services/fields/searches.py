"""A search as a board, "words/place": for sources that have a whole country's postings and want a question."""

from v7core.text import clean_text


def search_board(words: str, place: str = "") -> str | None:
    """A board for these words in this place; None when there are neither."""
    parts = [clean_text(part.replace("+", " ").replace("/", " ")).lower() for part in (words, place)]
    return "/".join(parts).rstrip("/") if any(parts) else None


def asked(board: str) -> tuple[str, str]:
    """The words and the place of a board, each "" when it names none."""
    words, _, place = board.partition("/")
    return words.strip(), place.strip()


def search_title(board: str) -> str:
    """A search for people: "Baker in Leeds"."""
    words, place = asked(board)
    said = " in ".join(filter(None, (words, place.title())))
    return said[:1].upper() + said[1:] if words else f"All jobs in {place.title()}"
