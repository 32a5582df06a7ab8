"""Lever postings: a bare array; the requirements live in `lists`, the creation date is all there is.

Source: https://github.com/lever/postings-api
Evidence: documented, recorded.
"""

from typing import Any, Final
from urllib.parse import quote

from v7core.errors import SchemaError
from v7core.models.jobs import JobPosting, Pay
from v7core.text import clean_block, join_blocks
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import epoch_ms
from v7services.fields.pay import make_pay, pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, json_document, number, raw_text, records, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import employment_of, workplace_code
from v7services.http.messages import FetchRequest, get

NAME: Final = "lever"
_EU: Final = "eu:"
_HOSTS: Final = ("jobs.lever.co", "jobs.eu.lever.co")
_APIS: Final = ("api.lever.co", "api.eu.lever.co")


def recognise(where: Address) -> str | None:
    """Boards and the API, European ones as "eu:site"; a site's name keeps its case."""
    eu = _EU if ".eu." in where.host else ""
    if where.host in _APIS:
        site = where.part(2) if where.parts[:2] == ("v0", "postings") else ""
    elif where.host in _HOSTS:
        site = where.part(0)
    else:
        return None
    return f"{eu}{site}" if site else None


def first_request(board: str) -> FetchRequest:
    """The whole board."""
    eu = ".eu" if board.startswith(_EU) else ""
    return get(f"https://api{eu}.lever.co/v0/postings/{quote(board.removeprefix(_EU), safe='')}", {"mode": "json"})


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`[{...}, ...]`."""
    document, damage = json_document(body, NAME, at=board)
    if not isinstance(document, list):
        raise SchemaError(NAME, "not a list of postings", at="$")
    parsed = collect(document, lambda item: _posting(item, board, context))
    return Parsed(postings=parsed.postings, skipped=parsed.skipped, total=len(document), damage=damage)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    where = texts(item, "categories", "allLocations") or texts(item, "categories", "location")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=text(item, "text"),
        company=ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=where,
        workplace=workplace_code(text(item, "workplaceType")),
        departments=filter(None, (text(item, "categories", "department"), text(item, "categories", "team"))),
        tags=texts(item, "tags"),
        employment_type=employment_of(text(item, "categories", "commitment")),
        pay=_pay(item),
        posted=epoch_ms(item, "createdAt"),
        url=raw_text(item, "hostedUrl"),
        apply_url=raw_text(item, "applyUrl"),
        text=_description(item),
    )


def _description(item: Any) -> str:
    lists = ((text(each, "text"), html_text(raw_text(each, "content"))) for each in records(item, "lists"))
    return join_blocks(
        _section(item, "description"),
        *("\n".join(filter(None, each)) for each in lists),
        _section(item, "additional"),
        _section(item, "salaryDescription"),
    )


def _section(item: Any, name: str) -> str:
    plain = raw_text(item, f"{name}Plain")
    return clean_block(plain) if plain else html_text(raw_text(item, name))


def _pay(item: Any) -> Pay | None:
    low, high = number(item, "salaryRange", "min"), number(item, "salaryRange", "max")
    words = text(item, "salaryRange", "interval")
    pay = make_pay(low, high, currency=text(item, "salaryRange", "currency"), period=words)
    return pay or pay_from_text(text(item, "salaryDescriptionPlain"))


ADAPTER: Final = Adapter(
    name=NAME,
    title="Lever",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://github.com/lever/postings-api",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    probe=True,
)
