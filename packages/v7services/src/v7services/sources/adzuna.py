"""Adzuna: other boards' postings by country, with a key; snippets, and pay that is often Adzuna's own guess.

The board is "country/words/place" ("gb/night baker/leeds"). Amounts are a year's in the country's currency. Every link
leads through Adzuna and holds the number of whoever asked, which is taken out.

Source: https://developer.adzuna.com/docs/search
Evidence: recorded (three whole answers). The limits are from memory.
"""

import re
from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.errors import InvalidValue
from v7core.models.jobs import JobPosting, PayPeriod
from v7services.adapter import SIX_HOURS, Adapter, Credential, Evidence, ParseContext, Parsed, Rate, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, json_list, number, raw_text, text, texts
from v7services.fields.searches import asked, search_board, search_title
from v7services.fields.urls import Address
from v7services.fields.work import employment_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "adzuna"
PAGE: Final = 50
PAGES: Final = 4
"""A free key is good for 250 questions a day."""
_CURRENCIES: Final = {
    "at": "EUR", "au": "AUD", "be": "EUR", "br": "BRL", "ca": "CAD", "ch": "CHF", "de": "EUR", "es": "EUR", "fr": "EUR",
    "gb": "GBP", "in": "INR", "it": "EUR", "mx": "MXN", "nl": "EUR", "nz": "NZD", "pl": "PLN", "sg": "SGD", "us": "USD",
    "za": "ZAR",
}  # fmt: skip
_SITES: Final = {
    "adzuna.co.uk": "gb", "adzuna.com": "us", "adzuna.com.au": "au", "adzuna.com.br": "br", "adzuna.co.nz": "nz",
    "adzuna.co.za": "za", "adzuna.com.mx": "mx",
}  # fmt: skip
_ASKER: Final = re.compile(r"[?&](?:utm_source|utm_medium|v|se)=[^&#]*")


def recognise(where: Address) -> str | None:
    """A search on one of its sites."""
    site = where.host.removeprefix("www.")
    country = _SITES.get(site) or (
        site.removeprefix("adzuna.") if site.removeprefix("adzuna.") in _CURRENCIES else None
    )
    found = search_board(where.query.get("q", ""), where.query.get("w", "")) if country else None
    return f"{country}/{found}" if found else None


def _country(board: str) -> tuple[str, str]:
    country, _, search = board.partition("/")
    if country.lower() not in _CURRENCIES or not search:
        raise InvalidValue(f"an Adzuna board is country/words/place, not {board!r}")
    return country.lower(), search


def _page(board: str, page: int) -> FetchRequest:
    country, search = _country(board)
    words, place = asked(search)
    return get(
        f"https://api.adzuna.com/v1/api/jobs/{quote(country)}/search/{page}",
        {
            "app_id": "{{ADZUNA_APP_ID}}",
            "app_key": "{{ADZUNA_APP_KEY}}",
            "what": words or None,
            "where": place or None,
            "results_per_page": PAGE,
            "sort_by": "date",
            "content-type": "application/json",
        },
    )


def first_request(board: str) -> FetchRequest:
    """The newest fifty."""
    return _page(board, 1)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{count, results: [...]}`."""
    jobs, document, damage = json_list(body, NAME, "results", at=board)
    count = number(document, "count")
    more = bool(jobs) and count is not None and (context.page + 1) * PAGE < count
    further = more and context.page + 1 < PAGES
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(board, context.page + 2) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    country, _ = _country(board)
    place = text(item, "location", "display_name") or ", ".join(texts(item, "location", "area")[::-1])
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=html_line(raw_text(item, "title")),
        company=html_line(raw_text(item, "company", "display_name")),
        fetched_at=context.fetched_at,
        locations=(place,),
        departments=(text(item, "category", "label"),),
        # "contract" or "permanent" says less than "part_time".
        employment_type=employment_of(
            *(name for name in (text(item, "contract_type"), text(item, "contract_time")) if name != "permanent"),
            text(item, "contract_type"),
        ),
        pay=make_pay(
            number(item, "salary_min"),
            number(item, "salary_max"),
            currency=_CURRENCIES[country],
            period=PayPeriod.YEAR,
            predicted=bool(flag(item, "salary_is_predicted")),
        ),
        posted=instant(item, "created"),
        url=_ASKER.sub("", text(item, "redirect_url")),
        text=html_text(raw_text(item, "description")),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Adzuna",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.RECORDED,),
    home="https://developer.adzuna.com",
    board_title=lambda board: f"{search_title(board.partition('/')[2])} ({board.partition('/')[0].upper()})",
    attribution="Jobs by Adzuna (adzuna.com)",
    credentials=(
        Credential(name="ADZUNA_APP_ID", where="https://developer.adzuna.com/signup"),
        Credential(name="ADZUNA_APP_KEY", where="https://developer.adzuna.com/signup"),
    ),
    min_interval_s=SIX_HOURS,
    rate=Rate(requests=1.0, seconds=3.0, in_flight=1),
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
