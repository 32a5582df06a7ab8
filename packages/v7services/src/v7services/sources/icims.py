"""iCIMS career sites, both kinds: cards on pages ("careers-acme.icims.com"), and Jibe's JSON ("jibe:careers.acme.com").

Cards are completed by each posting's own page; Jibe's list has everything, its pay in an unnamed tag.

Source: recorded pages and answers; neither has public documentation.
Evidence: recorded (pages), sanitised (Jibe); how Jibe's pages are numbered is unverified.
"""

import re
from typing import Any, Final
from urllib.parse import quote

import attrs
from selectolax.lexbor import LexborHTMLParser, LexborNode

from v7core.errors import InvalidValue, SchemaError
from v7core.models.jobs import JobPosting, Pay
from v7core.text import clean_text
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import any_instant
from v7services.fields.pay import make_pay, pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, joined, json_list, number, pick, raw_text, text, texts
from v7services.fields.schema_org import completed_by_page
from v7services.fields.urls import Address, safe_url
from v7services.fields.work import employment_of
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "icims"
JIBE: Final = "jibe:"
PAGE: Final = 100
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_JOB: Final = re.compile(r"/jobs/(\d+)/")
_TAG: Final = re.compile(r"tags\d+")
_PAY: Final = re.compile(r"[$€£]\s?\d|\d[\d,. ]*\s?(?:USD|EUR|GBP|CAD)\b")


def recognise(where: Address) -> str | None:
    """A site on icims.com; Jibe's sites stand on the employers' own domains and show in the interface's address."""
    if where.host.endswith(".icims.com"):
        label = where.host.removesuffix(".icims.com")
        return where.host if label not in ("www", "api", "developer", "login") and "." not in label else None
    return f"{JIBE}{where.host}" if where.parts == ("api", "jobs") and "page" in where.query else None


def _host(board: str) -> str:
    host = board.removeprefix(JIBE)
    if _HOST.fullmatch(host) is None:
        raise InvalidValue(f"an iCIMS board is a host, not {board!r}")
    return host


def _page(board: str, page: int) -> FetchRequest:
    """Pages count from 0 on cards, from 1 in Jibe's interface."""
    host = _host(board)
    if board.startswith(JIBE):
        return get(f"https://{host}/api/jobs", {"page": page + 1, "limit": PAGE})
    return get(f"https://{host}/jobs/search", {"ss": 1, "pr": page, "in_iframe": 1}, format=Format.HTML)


def first_request(board: str) -> FetchRequest:
    """The first page."""
    return _page(board, 0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """Cards, or `{jobs: [{data}], totalCount}`."""
    following = _page(board, context.page + 1)
    if not board.startswith(JIBE):
        parsed, more = _cards(body, board, context)
        return attrs.evolve(parsed, next_request=following if more else None)
    items, document, damage = json_list(body, NAME, "jobs", at=board)
    parsed = collect(items, lambda item: _posting(pick(item, "data"), board, context))
    total = number(document, "totalCount")
    more = bool(items) and total is not None and (context.page + 1) * PAGE < total
    return attrs.evolve(
        parsed,
        damage=damage,
        total=None if total is None else int(total),
        next_request=following if more else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    place = text(item, "full_location") or joined(*(text(item, name) for name in ("city", "state", "country")))
    parts = [html_text(raw_text(item, name)) for name in ("description", "responsibilities", "qualifications")]
    number_ = external_id(item, "req_id")
    return make_posting(
        source=NAME,
        board=board,
        external_id=number_,
        title=html_line(raw_text(item, "title")),
        company=text(item, "hiring_organization") or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(place or text(item, "short_location"),),
        departments=[*texts(item, "department"), *(text(each, "name") for each in pick(item, "categories") or ())],
        employment_type=employment_of(text(item, "employment_type")),
        pay=_pay(item),
        posted=any_instant(raw_text(item, "posted_date"), "posted_date"),
        updated=any_instant(raw_text(item, "update_date"), "update_date"),
        url=raw_text(item, "meta_data", "canonical_url")
        or f"https://{_host(board)}/jobs/{quote(text(item, 'slug') or number_, safe='')}",
        apply_url=raw_text(item, "apply_url"),
        language=text(item, "language"),
        requisition_id=text(item, "req_id"),
        text="\n\n".join(filter(None, parts)),
    )


def _pay(item: Any) -> Pay | None:
    pay = make_pay(number(item, "salary_min_value"), number(item, "salary_max_value"), currency=text(item, "currency"))
    if pay is not None or not isinstance(item, dict):
        return pay
    words = (word for name in sorted(item) if _TAG.fullmatch(name) for word in texts(item, name))
    return next((pay_from_text(each) for each in words if _PAY.search(each)), None)


def _cards(body: bytes, board: str, context: ParseContext) -> tuple[Parsed, bool]:
    if b"iCIMS_" not in body:
        raise SchemaError(NAME, "no page of an iCIMS site", at=board)
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    cards = tree.css("li.iCIMS_JobCardItem") or tree.css("div.iCIMS_JobsTable > div.row")
    parsed = collect(cards, lambda card: _card(card, board, context))
    more = f"pr={context.page + 1}" in " ".join(link.attributes.get("href") or "" for link in tree.css("a"))
    return attrs.evolve(parsed, complete=b"</html" in body.lower()), more


def _card(card: LexborNode, board: str, context: ParseContext) -> JobPosting:
    link = card.css_first("a.iCIMS_Anchor")
    href = (link.attributes.get("href") or "") if link is not None else ""
    match = _JOB.search(href)
    if link is None or match is None:
        raise InvalidValue("no link to a posting")
    heading = link.css_first("h2, h3, h4")
    for label in card.css("span.sr-only"):
        label.decompose()
    place = card.css_first("div.header.left")
    said = {_words(name): _words(value) for name, value in zip(card.css("dt"), card.css("dd"), strict=False)}
    return make_posting(
        source=NAME,
        board=board,
        external_id=match[1],
        title=_words(heading if heading is not None else link),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=((place is not None and _words(place)) or said.get("Location", ""),),
        departments=(said.get("Category", ""), said.get("Department", "")),
        employment_type=employment_of(said.get("Type", ""), said.get("Position Type", "")),
        posted=any_instant(said.get("Posted Date", ""), "Posted Date"),
        url=safe_url(href.split("?")[0], base=f"https://{_host(board)}"),
        requisition_id=said.get("Job ID") or said.get("ID"),
    )


def _words(node: LexborNode) -> str:
    return clean_text(node.text(deep=True, separator=" "))


def detail_request(posting: JobPosting) -> FetchRequest | None:
    """The page of a card; Jibe's list is whole."""
    if posting.board.startswith(JIBE) or posting.url is None:
        return None
    return get(posting.url, {"in_iframe": 1}, format=Format.HTML)


def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
    """Its structured data."""
    return completed_by_page(body, posting, context.fetched_at, context.url)


def _title(board: str) -> str:
    label = board.removeprefix(JIBE).split(".")
    name = label[1] if board.startswith(JIBE) and len(label) > 2 else label[0]
    return re.sub(r"^(?:careers|jobs)-|-(?:careers|jobs)$", "", name).replace("-", " ").title()


ADAPTER: Final = Adapter(
    name=NAME,
    title="iCIMS",
    kind=SourceKind.PAGE,
    evidence=(Evidence.RECORDED, Evidence.SANITISED, Evidence.UNVERIFIED),
    home="https://www.icims.com",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    detail_request=detail_request,
    parse_detail=parse_detail,
    board_title=_title,
    conditional=False,
)
