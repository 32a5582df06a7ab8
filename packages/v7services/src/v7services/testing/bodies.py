"""A fixture's document taken apart, so that a contract can reorder, damage and poison it in the source's own shape."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, Final, TypeAlias

from lxml import etree

Leaf: TypeAlias = tuple[str | int, ...]
"""The way from a posting to one of its values."""

_SCRIPT: Final = re.compile(
    rb"""(<script\b[^<>]*(?:ld\+json|application/json|__NEXT_DATA__)[^<>]*>)(.*?)(</script)""",
    re.IGNORECASE | re.DOTALL,
)
_MARK: Final = "V7-HOSTILE-MARK"


def leaf_name(leaf: Leaf) -> str:
    """A leaf as expectations name it: keys joined by dots, positions in lists left out; "(itself)" for a bare value."""
    return ".".join(step for step in leaf if isinstance(step, str)) or "(itself)"


class Body:
    """One document with postings in it.

    Args:
        content: As the source would send it.
        items: Where the postings are: the dotted path of the list in JSON ("" is the document itself), the tag in XML.
            In an HTML page the path is looked for in its JSON scripts; the first that has it is taken.
    """

    def __init__(self, content: bytes, items: str) -> None:
        self.content = content
        self._items = items

    @staticmethod
    def of(content: bytes, items: str) -> "Body":
        """By what the content starts with."""
        start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1000]
        if start[:1] in (b"{", b"["):
            return JsonBody(content, items)
        if start[:9].lower() in (b"<!doctype", b"<html") or b"<html" in start.lower():
            return PageBody(content, items)
        return XmlBody(content, items)

    def postings(self) -> list[Any]:
        """The postings, in the source's order. Change copies only."""
        raise NotImplementedError

    def with_postings(self, postings: list[Any]) -> bytes:
        """The same document with other postings."""
        raise NotImplementedError

    def leaves(self, posting: Any) -> Iterator[tuple[Leaf, Any]]:
        """Every value of a posting that is neither null nor empty."""
        raise NotImplementedError

    def put(self, posting: Any, leaf: Leaf, value: Any) -> Any:
        """A copy of the posting with another value at a leaf."""
        raise NotImplementedError

    def odd(self) -> list[Any]:
        """Postings that are none."""
        raise NotImplementedError

    def changed(self, position: int, leaf: Leaf, value: Any) -> bytes:
        """The document with one value of one posting replaced."""
        postings = self.postings()
        postings[position] = self.put(postings[position], leaf, value)
        return self.with_postings(postings)


class JsonBody(Body):
    """JSON with a list of postings."""

    def __init__(self, content: bytes, items: str) -> None:
        super().__init__(content, items)
        self._path = [int(step) if step.isdigit() else step for step in items.split(".") if step]
        self._document: Any = json.loads(content.decode("utf-8-sig"))

    def postings(self) -> list[Any]:
        found = self._document
        for step in self._path:
            found = found[step]
        if not isinstance(found, list):
            raise TypeError(f"no list at {self._items!r}")
        return list(found)

    def with_postings(self, postings: list[Any]) -> bytes:
        return _json(_put(self._document, self._path, postings))

    def leaves(self, posting: Any) -> Iterator[tuple[Leaf, Any]]:
        if isinstance(posting, dict):
            for key, value in posting.items():
                yield from (((key, *rest), leaf) for rest, leaf in self.leaves(value))
        elif isinstance(posting, list):
            for position, value in enumerate(posting):
                yield from (((position, *rest), leaf) for rest, leaf in self.leaves(value))
        elif posting is not None and posting != "":
            yield (), posting

    def put(self, posting: Any, leaf: Leaf, value: Any) -> Any:
        return _put(posting, leaf, value)

    def odd(self) -> list[Any]:
        return [{}, None, "words", 7, [[]], {"id": {}, "title": [], "name": {}}]


def _put(whole: Any, way: Sequence[str | int], value: Any) -> Any:
    """The whole with another value at the end of the way; what lies off the way is shared, not copied."""
    if not way:
        return value
    copy = whole.copy()
    copy[way[0]] = _put(whole[way[0]], way[1:], value)
    return copy


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


class PageBody(JsonBody):
    """An HTML page with postings in a JSON script."""

    def __init__(self, content: bytes, items: str) -> None:
        self._page = content
        for self._script in _SCRIPT.finditer(content):
            try:
                super().__init__(self._script[2], items)
                self.postings()
            except (ValueError, KeyError, TypeError, IndexError):
                continue
            break
        else:
            raise ValueError(f"no script of the page has a list at {items!r}")
        self.content = content

    def odd(self) -> list[Any]:
        # Among structured data only what says that it is a posting can be an odd one.
        kind = {"@type": "JobPosting"} if b"ld+json" in self._script[1] else {}
        return [kind | odd for odd in super().odd() if isinstance(odd, dict)]

    def with_postings(self, postings: list[Any]) -> bytes:
        script = super().with_postings(postings).replace(b"</", b"<\\/")
        return self._page[: self._script.start(2)] + script + self._page[self._script.end(2) :]


class XmlBody(Body):
    """XML with one element a posting."""

    def __init__(self, content: bytes, items: str) -> None:
        super().__init__(content, items)
        self._root: Any = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))

    def _elements(self, root: Any) -> list[Any]:
        return [each for each in root.iter() if isinstance(each.tag, str) and _local(each) == self._items]

    def postings(self) -> list[Any]:
        return [deepcopy(each) for each in self._elements(self._root)]

    def with_postings(self, postings: list[Any]) -> bytes:
        root = deepcopy(self._root)
        found = self._elements(root)
        holder, at = found[0].getparent(), found[0].getparent().index(found[0])
        for each in found:
            each.getparent().remove(each)
        marks: list[str] = []
        for offset, posting in enumerate(postings):
            copy = deepcopy(posting)
            marks += [str(each.get("v7-text")) for each in copy.iter() if each.get("v7-text") is not None]
            for each in copy.iter():
                each.attrib.pop("v7-text", None)
            holder.insert(at + offset, copy)
        written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
        for mark in marks:  # what XML may not hold is written all the same: sources do
            written = written.replace(
                _MARK.encode(), html.escape(json.loads(mark), quote=False).encode("utf-8", "surrogatepass"), 1
            )
        return written

    def leaves(self, posting: Any) -> Iterator[tuple[Leaf, Any]]:
        for position, child in enumerate(posting):
            if not isinstance(child.tag, str):
                continue
            steps: Leaf = (position, _local(child))
            yield from (((*steps, f"@{name}"), value) for name, value in child.attrib.items())
            if len(child):
                yield from (((*steps, *rest), value) for rest, value in self.leaves(child))
            elif (child.text or "").strip():
                yield steps, child.text

    def put(self, posting: Any, leaf: Leaf, value: Any) -> Any:
        posting = deepcopy(posting)
        element = posting
        words = value if isinstance(value, str) else json.dumps(value)
        for step in leaf:
            if isinstance(step, int):
                element = element[step]
            elif step.startswith("@"):
                element.set(step[1:], re.sub(r"[^\x20-\ud7ff]", "", words))
                return posting
        for child in list(element):
            element.remove(child)
        element.text = _MARK
        element.set("v7-text", json.dumps(words))
        return posting

    def odd(self) -> list[Any]:
        tag = self._elements(self._root)[0].tag
        broken = etree.Element(tag)
        etree.SubElement(broken, "nothing").text = "words"
        return [etree.Element(tag), broken]


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2].lower()
