"""Openings in the shape of each kind of board: the bytes a real one would send.

Source: the public Greenhouse job board API, the Lever postings API, RSS 2.0 with the element names job feeds use.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape as xml_escape

from v7terminal.demo.catalogue import Board
from v7terminal.demo.openings import Opening

_COMMITMENT: Final = {
    "full-time": "Full-time",
    "part-time": "Part-time",
    "temporary": "Temporary",
    "contract": "Contract",
    "apprenticeship": "Apprenticeship",
}


def greenhouse(board: Board, openings: Sequence[Opening]) -> bytes:
    """`GET /v1/boards/{token}/jobs?content=true`: content is HTML, escaped once; pay is in cents."""
    jobs = [_greenhouse_job(board, opening) for opening in openings]
    return _json({"jobs": jobs, "meta": {"total": len(jobs)}})


def _greenhouse_job(board: Board, opening: Opening) -> dict[str, Any]:
    number = _number(board, opening)
    office = opening.place.split(",")[0]
    job: dict[str, Any] = {
        "absolute_url": f"https://boards.greenhouse.io/{board.token}/jobs/{number}",
        "data_compliance": [{"type": "gdpr", "requires_consent": False, "retention_period": None}],
        "internal_job_id": number - 4_000_000,
        "location": {"name": _place(opening)},
        "metadata": [
            _custom("Employment Type", _COMMITMENT[opening.employment], "single_select"),
            _custom("Keywords", list(opening.tags), "multi_select"),
        ],
        "id": number,
        "updated_at": opening.updated.isoformat(timespec="seconds"),
        "requisition_id": f"{board.token[:3].upper()}-{opening.number + 100}",
        "title": opening.title,
        "company_name": opening.employer,
        "first_published": opening.posted.isoformat(timespec="seconds"),
        "language": "en",
        "application_deadline": opening.closes and opening.closes.isoformat(timespec="seconds"),
        "content": escape(_html(opening), quote=False),
        "departments": [{"id": 60_000 + len(opening.department), "name": opening.department, "child_ids": []}],
        "offices": [{"id": 70_000 + len(office), "name": office, "location": opening.place, "child_ids": []}],
    }
    if opening.pay is not None:
        low, high = opening.pay
        cents = {"min_cents": low * 100, "max_cents": high * 100, "currency_type": opening.currency}
        job["pay_input_ranges"] = [cents | {"title": "Annual salary", "blurb": ""}]
    return job


def _custom(name: str, value: object, kind: str) -> dict[str, Any]:
    return {"id": 71 + len(name), "name": name, "value": value, "value_type": kind}


def lever(board: Board, openings: Sequence[Opening]) -> bytes:
    """`GET /v0/postings/{site}?mode=json`: a bare array; requirements live in `lists`."""
    return _json([_lever_posting(board, opening) for opening in openings])


def _lever_posting(board: Board, opening: Opening) -> dict[str, Any]:
    page = f"https://jobs.lever.co/{board.token}/{uuid5(NAMESPACE_URL, f'{board.token}/{opening.number}')}"
    posting: dict[str, Any] = {
        "additionalPlain": opening.closing,
        "additional": f"<div>{escape(opening.closing)}</div>",
        "categories": {
            "commitment": _COMMITMENT[opening.employment],
            "department": opening.department,
            "location": opening.place,
            "team": opening.tags[0].capitalize(),
            "allLocations": [opening.place],
        },
        "createdAt": int(opening.posted.timestamp() * 1000),
        "descriptionPlain": opening.intro,
        "description": f"<div>{escape(opening.intro)}</div>",
        "id": page.rsplit("/", 1)[1],
        "lists": [{"text": head, "content": _items(lines)} for head, lines in _sections(opening)],
        "text": opening.title,
        "country": None,
        "workplaceType": "unspecified" if opening.workplace == "unknown" else opening.workplace,
        "hostedUrl": page,
        "applyUrl": f"{page}/apply",
    }
    if opening.pay is not None:
        low, high = opening.pay
        posting["salaryRange"] = {"min": low, "max": high, "currency": opening.currency, "interval": "per-year-salary"}
    return posting


def rss(board: Board, openings: Sequence[Opening]) -> bytes:
    """An RSS 2.0 feed whose items name the employer in an element of their own."""
    items = "".join(_rss_item(board, opening) for opening in openings)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{xml_escape(board.name)}</title><link>{home_of(board)}</link>"
        f"<description>{xml_escape(board.about[0])}</description><language>en</language><ttl>60</ttl>\n"
        f"{items}</channel></rss>\n"
    ).encode()


def _rss_item(board: Board, opening: Opening) -> str:
    page = f"{home_of(board)}/jobs/{opening.number}"
    fields: list[tuple[str, str]] = [
        ("title", opening.title),
        ("company", opening.employer),
        ("region", _place(opening)),
        ("category", opening.department),
        *(("category", tag) for tag in opening.tags),
        ("type", _COMMITMENT[opening.employment]),
        ("description", _html(opening)),
        ("pubDate", _rfc822(opening.posted)),
        *([("expires_at", _rfc822(opening.closes))] if opening.closes else []),
        ("guid", page),
        ("link", page),
    ]
    return "<item>" + "".join(f"<{tag}>{xml_escape(text)}</{tag}>" for tag, text in fields) + "</item>\n"


def home_of(board: Board) -> str:
    """The address of a feed's site: a reserved name that resolves nowhere."""
    return f"https://{board.token}.example"


def _rfc822(at: datetime) -> str:
    return format_datetime(at)


def _place(opening: Opening) -> str:
    known = opening.workplace in ("remote", "hybrid") and not opening.place.lower().startswith("remote")
    return f"{opening.place} ({opening.workplace})" if known else opening.place


def _sections(opening: Opening) -> Iterable[tuple[str, tuple[str, ...]]]:
    needs = tuple(need[0].upper() + need[1:] for need in opening.needs)
    offers = tuple(offer[0].upper() + offer[1:] for offer in opening.offers)
    return (("What you do", opening.duties), ("What you bring", needs), ("What we offer", offers))


def _html(opening: Opening) -> str:
    pay = f"<p>{_pay_words(opening)}</p>" if opening.pay else ""
    lists = "".join(f"<h3>{head}</h3>\n<ul>{_items(lines)}</ul>\n" for head, lines in _sections(opening))
    return f"<p>{escape(opening.intro)}</p>\n{lists}{pay}<p>{escape(opening.closing)}</p>"


def _pay_words(opening: Opening) -> str:
    low, high = opening.pay or (0, 0)
    return f"Pay: {opening.currency} {low:,} to {high:,} a year, full time."


def _items(lines: Sequence[str]) -> str:
    return "".join(f"<li>{escape(line)}</li>" for line in lines)


def _number(board: Board, opening: Opening) -> int:
    return 5_000_000 + sum(map(ord, board.token)) * 1000 + opening.number


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
