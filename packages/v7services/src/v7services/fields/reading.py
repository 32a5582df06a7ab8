"""Reading foreign JSON: a wrong type is a missing value, and a missing value is never an exception."""

import codecs
import hashlib
import json
import math
import unicodedata
from typing import Any, Final

import msgspec

from v7core.errors import InvalidValue, ParseError, SchemaError
from v7core.text import clean_text

MAX_ID: Final = 200
_MAX_DIGITS: Final = 40
_FLAGS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def json_document(body: bytes, source: str, *, at: str = "") -> tuple[Any, str]:
    """A JSON document and what was damaged in it ("" when it was sound).

    Strict first. A document with lone surrogates, NaN or numbers past any use is read once more leniently, those
    values missing, so that one odd posting does not lose the rest; anything else that is not JSON is an error.
    Of duplicate keys the last wins.

    Raises:
        ParseError: empty, cut, not JSON, followed by more text, or nested too deeply.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            body = body.decode(encoding, "replace").encode("utf-8", "replace").removeprefix(codecs.BOM_UTF8)
            break
    if not body.strip():
        raise ParseError(source, "an empty body", at=at)
    try:
        return msgspec.json.decode(body), ""
    except RecursionError as error:
        raise ParseError(source, "nested too deeply", at=at) from error
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return _lenient(body, source, at)


def _lenient(body: bytes, source: str, at: str) -> tuple[Any, str]:
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text, parse_constant=lambda _: None, parse_int=_short_int)
    except RecursionError as error:
        raise ParseError(source, "nested too deeply", at=at) from error
    except ValueError as error:
        raise ParseError(source, "not JSON", at=at) from error
    return value, "text or numbers that had to be repaired"


def _short_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else None


def json_list(body: bytes, source: str, *path: str | int, at: str = "") -> tuple[list[Any], Any, str]:
    """The list at a path of a JSON document, the document, and what was damaged in it.

    Raises:
        ParseError: as `json_document`.
        SchemaError: there is no list at the path.
    """
    document, damage = json_document(body, source, at=at)
    found = pick(document, *path)
    if not isinstance(found, list):
        raise SchemaError(source, "no list of postings", at=".".join(map(str, path)) or "$")
    return found, document, damage


def json_record(document: Any, source: str, *path: str | int) -> dict[str, Any]:
    """The object at a path of a document; raises `SchemaError` when there is none."""
    found = pick(document, *path)
    if not isinstance(found, dict):
        raise SchemaError(source, "no posting", at=".".join(map(str, path)) or "$")
    return found


def joined(*parts: str, by: str = ", ") -> str:
    """What there is of some texts, each once, in one line: "Leeds, United Kingdom"."""
    return by.join(dict.fromkeys(part for part in parts if part))


def pick(value: Any, *path: str | int) -> Any:
    """The value at a path of keys and indices; None where it ends early."""
    for step in path:
        if isinstance(step, str):
            if not isinstance(value, dict):
                return None
            value = value.get(step)
        else:
            if not isinstance(value, list) or not -len(value) <= step < len(value):
                return None
            value = value[step]
    return value


def raw_text(value: Any, *path: str | int) -> str:
    """A string as it came (for HTML and the like), "" for anything else."""
    found = pick(value, *path)
    return found if isinstance(found, str) else ""


def text(value: Any, *path: str | int) -> str:
    """One clean line from a string or a whole number, "" for anything else."""
    found = pick(value, *path)
    if isinstance(found, str):
        return clean_text(found)
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def texts(value: Any, *path: str | int) -> tuple[str, ...]:
    """Clean lines from a list of strings, or from one string."""
    found = pick(value, *path)
    if isinstance(found, str):
        found = [found]
    return tuple(filter(None, map(text, found))) if isinstance(found, list) else ()


def records(value: Any, *path: str | int) -> list[dict[str, Any]]:
    """The objects of a list; anything else in it is left out."""
    found = pick(value, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def number(value: Any, *path: str | int) -> float | None:
    """A finite number, also from a string such as "1234.5"; None for anything else, booleans included."""
    found = pick(value, *path)
    if isinstance(found, str):
        try:
            found = float(found.replace(",", "")) if len(found) <= _MAX_DIGITS else None
        except ValueError:
            return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        return float(found) if math.isfinite(found) else None
    except OverflowError:
        return None


def flag(value: Any, *path: str | int) -> bool | None:
    """True or false, also from 1, 0, "true", "yes", "false", "no"; None for anything else."""
    found = pick(value, *path)
    if isinstance(found, str):
        return _FLAGS.get(found.strip().lower())
    return bool(found) if isinstance(found, bool) or found in (0, 1) else None


def external_id(item: Any, *path: str | int, natural: type = str) -> str:
    """What the source calls a posting, as text that differs where the source's values differ.

    `1`, `"1"`, `1.0` and `true` are four ids: the type the source normally uses stands bare, others are marked.
    A posting without an id is called by the hash of its content.

    Args:
        natural: `str` or `int`, whichever the source uses.
    """
    found = pick(item, *path)
    if isinstance(found, str):
        name = found.strip()
        if not name.isprintable():
            name = "".join(c for c in name if c.isprintable())
        name = unicodedata.normalize("NFC", name)
        if len(name) > MAX_ID:
            name = f"sha:{_digest(name.encode('utf-8', 'replace'))}"
    elif isinstance(found, bool):
        name = "true" if found else "false"
    elif isinstance(found, int | float) and math.isfinite(found):
        name = repr(found)
    else:
        name = ""
    if not name:
        try:
            content = msgspec.json.encode(item, order="deterministic")
        except (TypeError, ValueError, RecursionError, UnicodeEncodeError) as error:
            raise InvalidValue("no id") from error
        return f"sha:{_digest(content)}"
    return name if type(found) is natural else f"{type(found).__name__}:{name}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
