"""Landing.jobs: technology jobs in Europe, fifty a page, the company only in the address of the posting.

Source: https://landing.jobs/api/v1/jobs
Evidence: unverified (no answer was at hand; its fields are known from other readers).
"""

from typing import Any, Final

import attrs

from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.pay import make_pay
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, joined, json_list, number, raw_text, records, text, texts
from v7services.fields.urls import Address, address
from v7services.fields.work import employment_of, workplace_flags
from v7services.http.messages import FetchRequest, get

NAME: Final = "landingjobs"
PAGE: Final = 50
_TEXTS: Final = ("role_description", "main_requirements", "nice_to_have", "perks")


def recognise(where: Address) -> str | None:
    """The site."""
    return "all" if where.on("landing.jobs") else None


def _page(offset: int) -> FetchRequest:
    return get("https://landing.jobs/api/v1/jobs", {"limit": PAGE, "offset": offset})


def first_request(board: str) -> FetchRequest:
    """The first fifty."""
    return _page(0)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`[{...}, ...]`; a page that is not full is the last one."""
    jobs, _, damage = json_list(body, NAME, at=board)
    following = _page((context.page + 1) * PAGE) if len(jobs) >= PAGE else None
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(parsed, damage=damage, next_request=following)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    link = text(item, "url")
    where = [joined(text(place, "city"), text(place, "country_code")) for place in records(item, "locations")]
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id", natural=int),
        title=html_line(raw_text(item, "title")),
        company=_company(link),
        fetched_at=context.fetched_at,
        locations=where,
        workplace=workplace_flags(remote=flag(item, "remote") or None),
        tags=texts(item, "tags"),
        employment_type=employment_of(text(item, "type")),
        # The field says gross and low and high, not for how long; the site shows years.
        pay=make_pay(
            number(item, "gross_salary_low"),
            number(item, "gross_salary_high"),
            currency=text(item, "currency_code"),
            period="year",
        ),
        posted=instant(item, "published_at") or instant(item, "created_at"),
        closes=instant(item, "expires_at"),
        url=link,
        text="\n\n".join(filter(None, (html_text(raw_text(item, name)) for name in _TEXTS))),
    )


def _company(link: str) -> str:
    """ "Acme Bread" of ".../at/acme-bread/night-baker"."""
    where = address(link)
    return where.part(1).replace("-", " ").replace("_", " ").title() if where and where.part(0) == "at" else ""


ADAPTER: Final = Adapter(
    name=NAME,
    title="Landing.jobs",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.UNVERIFIED,),
    home="https://landing.jobs",
    board_title=lambda _: "Landing.jobs",
    attribution="Landing.jobs",
    boards=("all",),
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
