"""Remote OK: one array, its first element the terms of use; pay is dollars a year, and 0 is unknown.

Every description ends in a sentence against spam that holds a code for whoever asked, so it differs from fetch to fetch
and is cut off. The terms ask for a link back and for the source to be named.

Source: https://remoteok.com/api (its first element)
Evidence: recorded (cut to a few postings).
"""

import re
from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting, PayPeriod, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import epoch_s, instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_list, number, raw_text, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, places
from v7services.http.messages import FetchRequest, get

NAME: Final = "remoteok"
_CODE: Final = re.compile(r"\s*Please mention the word\b.{0,80}\band tag\b.*", re.DOTALL)
_CONTRACT: Final = re.compile(r"(?:full|part)[ -]?time|contract|freelance|internship|temporary", re.IGNORECASE)


def recognise(where: Address) -> str | None:
    """The site, under both of its names."""
    return "all" if where.on("remoteok.com", "remoteok.io") else None


def first_request(board: str) -> FetchRequest:
    """The newest hundred or so."""
    return get("https://remoteok.com/api")


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`[{legal}, {...}, ...]`: a window, so what is missing from it is not closed."""
    items, _, damage = json_list(body, NAME, at=board)
    jobs = [item for item in items if not (isinstance(item, dict) and "legal" in item and "position" not in item)]
    return attrs.evolve(collect(jobs, lambda item: _posting(item, board, context)), damage=damage, complete=False)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    tags = texts(item, "tags")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=html_line(raw_text(item, "position")),
        company=html_line(raw_text(item, "company")),
        fetched_at=context.fetched_at,
        locations=places(text(item, "location")),
        workplace=Workplace.REMOTE,
        tags=tags,
        employment_type=employment_of(*(tag for tag in tags if _CONTRACT.fullmatch(tag))),
        pay=make_pay(number(item, "salary_min"), number(item, "salary_max"), currency="USD", period=PayPeriod.YEAR),
        posted=instant(item, "date") or epoch_s(item, "epoch"),
        url=raw_text(item, "url"),
        apply_url=raw_text(item, "apply_url"),
        text=_CODE.sub("", html_text(raw_text(item, "description"))),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Remote OK",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.RECORDED,),
    home="https://remoteok.com/api",
    board_title=lambda _: "Remote OK",
    attribution="Remote OK (remoteok.com)",
    boards=("all",),
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
