"""Hacker News, "Who is hiring?": the newest thread, one posting a comment, read from its first line.

"Acme Bread (YC W21) | Night Baker | Leeds, UK | ONSITE | £31k-36k": company first, the rest in any order, so each part
is known by its words. A first line without parts is talk, and counted as such; replies are left out.

Source: https://hn.algolia.com/api and https://github.com/HackerNews/API
Evidence: documented, recorded (a whole thread).
"""

import re
from typing import Any, Final

import attrs

from v7core.errors import InvalidValue, SchemaError
from v7core.models.jobs import JobPosting, Pay
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import epoch_s, instant
from v7services.fields.pay import pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, number, raw_text, text
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, workplace_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "hackernews"
PAGE: Final = 1000
_API: Final = "https://hn.algolia.com/api/v1/search_by_date"
_THREAD: Final = re.compile(r"who is hiring\?", re.IGNORECASE)
_LINK: Final = re.compile(r"https?://[^\s|)\]>]+")
_DOMAIN: Final = re.compile(
    r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|io|ai|co|org|net|dev|app|me|tech|xyz|eu|de|uk)(?:/\S*)?"
)
_ROLE: Final = re.compile(
    r"\b(?:engineers?|engineering|developers?|devs?|programmers?|designers?|scientists?|analysts?|managers?|leads?"
    r"|head of|director|architects?|researchers?|interns?|consultants?|specialists?|administrators?"
    r"|sre|swe|swes|sres|ems|sdet|pm|pms|qa|cto"
    r"|ceo|coo|founder|founding|co-?founder|marketer|marketing|sales|support|recruiters?|writers?|editors?|roles?|positions?"
    r"|openings|professors?|staff|devops|full[- ]?stack|back[- ]?end|front[- ]?end|technician|operator|accountant)\b",
    re.IGNORECASE,
)
_MONEY: Final = re.compile(r"[$€£¥₹]\s?\d|\d\s?[kK]\b|\b(?:USD|EUR|GBP|CAD|CHF|salary)\b")
_WAY: Final = re.compile(r"\b(?:remote|on-?site|hybrid|in-?office|in-?person|wfh|distributed)\b", re.IGNORECASE)
_ASIDE: Final = re.compile(r"\b(?:visa|relocation|equity|yc|interns? welcome|sponsorship)\b", re.IGNORECASE)
_SEEKING: Final = re.compile(r"seeking (?:work|freelancer?s?|position)|looking for (?:work|a job)", re.IGNORECASE)
_KEY: Final = re.compile(
    r"^\W{0,3}(company|role|position|title|location|remote|type|salary|pay|compensation)\s*:\s*(.+)$", re.IGNORECASE
)
_EDGES: Final = " \t*-:,\u2013\u2014"
_NAMED: Final = {"position": "role", "title": "role", "pay": "salary", "compensation": "salary"}


def recognise(where: Address) -> str | None:
    """The site; a thread that an address names is one of many, so the newest is meant."""
    return "whoishiring" if where.on("news.ycombinator.com", "hn.algolia.com") else None


def first_request(board: str) -> FetchRequest:
    """Which thread is the newest."""
    return get(_API, {"tags": "story,author_whoishiring", "hitsPerPage": 12})


def _comments(thread: int, page: int, note: str) -> FetchRequest:
    query = {"tags": f"comment,story_{thread}", "hitsPerPage": PAGE, "page": page}
    return get(_API, query, note=note)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{hits: [...]}` twice: the threads, then the comments of the newest."""
    hits, document, damage = json_list(body, NAME, "hits", at=board)
    if "tags=comment," not in context.request.url:
        thread = next((hit for hit in hits if _THREAD.search(text(hit, "title"))), None)
        if thread is None or not text(thread, "objectID").isdigit():
            raise SchemaError(NAME, "no thread of who is hiring", at="hits")
        return Parsed(next_request=_comments(int(text(thread, "objectID")), 0, "comments"), damage=damage)
    parsed = collect(hits, lambda item: _posting(item, board, context))
    page, pages = number(document, "page"), number(document, "nbPages")
    following = None
    if page is not None and pages is not None and page + 1 < pages and hits:
        following = _comments(int(number(hits[0], "story_id") or 0), int(page) + 1, "")
    # Last month's postings are not over because this month's thread has begun.
    return attrs.evolve(parsed, damage=damage, complete=False, next_request=following)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting | None:
    story, parent = number(item, "story_id"), number(item, "parent_id")
    if story is not None and parent is not None and story != parent:
        return None  # a reply
    words = html_text(raw_text(item, "comment_text").replace("\n", "<br>"))
    if not words:
        raise InvalidValue("no text")
    said = _header(words)
    pay = said.get("salary", "")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "objectID"),
        title=said.get("role", "Open roles"),
        company=said["company"],
        fetched_at=context.fetched_at,
        locations=[part for part in said.get("location", "").split(" | ") if part],
        workplace=workplace_of((said.get("remote", ""), said.get("location", ""))),
        employment_type=employment_of(said.get("type", "")),
        pay=_pay(pay),
        posted=instant(item, "created_at") or epoch_s(item, "created_at_i"),
        url=f"https://news.ycombinator.com/item?id={text(item, 'objectID')}",
        apply_url=next((match[0].rstrip(".,;") for match in _LINK.finditer(words)), None),
        text=words,
    )


def _pay(words: str) -> Pay | None:
    """Nobody writes "a year" there. "Equity" alone is no pay."""
    pay = pay_from_text(words, usual=True) if words else None
    return None if pay is None or (pay.minimum is None and pay.maximum is None) else pay


def _header(words: str) -> dict[str, str]:
    """What the first line says, by kind.

    Raises:
        InvalidValue: it is no posting.
    """
    lines = words.split("\n")
    first = lines[0]
    if _SEEKING.search(first):
        raise InvalidValue("somebody looking for work")
    parts = [part.strip(_EDGES) for part in first.split("|")]
    if len(parts) < 2:
        keyed: dict[str, str] = {}
        for line in lines[:12]:
            match = _KEY.match(line)
            if match is not None:
                kind = match[1].lower()
                keyed.setdefault(_NAMED.get(kind, kind), match[2].strip())
        if "company" not in keyed:
            raise InvalidValue("no header of parts")
        return keyed
    company = _without_links(parts[0])
    if not company or (_ROLE.search(company) and not any(_ROLE.search(part) for part in parts[1:])):
        raise InvalidValue("no company")
    found = {"company": company}
    where: list[str] = []
    for part in filter(None, map(_without_links, parts[1:])):
        if _DOMAIN.fullmatch(part):
            continue
        way, money = _WAY.search(part), _MONEY.search(part)
        if "role" not in found and _ROLE.search(part) and not (way and len(part) < 20) and not money:
            found["role"] = part
        elif money:
            found.setdefault("salary", part)
        elif way:
            found.setdefault("remote", part)
            where += [part] if len(part) < 80 else []
        elif employment_of(part) is not None and len(part) < 40:
            found.setdefault("type", part)
        elif not _ASIDE.search(part) and not _ROLE.search(part) and len(part) < 80:
            where.append(part)
    found["location"] = " | ".join(where)
    return found


def _without_links(part: str) -> str:
    plain = re.sub(r"\(\s*\)|\[\s*\]", "", _LINK.sub("", part))
    return plain.strip(_EDGES)


ADAPTER: Final = Adapter(
    name=NAME,
    title="Hacker News: Who is hiring?",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://github.com/HackerNews/API",
    board_title=lambda _: "Hacker News: Who is hiring?",
    attribution="Hacker News (news.ycombinator.com)",
    boards=("whoishiring",),
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
