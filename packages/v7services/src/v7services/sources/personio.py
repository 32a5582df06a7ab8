"""Personio boards: XML, sometimes malformed, without addresses of the postings and without pay.

Source: https://developer.personio.de/docs/retrieving-open-job-positions
Evidence: documented, recorded.
"""

from typing import Final
from urllib.parse import quote

import attrs

from v7core.errors import InvalidValue, SchemaError
from v7core.models.jobs import JobPosting
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_text
from v7services.fields.instants import iso_instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id
from v7services.fields.urls import Address, host_label
from v7services.fields.work import employment_of, seniority_of
from v7services.fields.xml import Element, children, content, inner, line, local, salvage, xml_document
from v7services.http.limits import Rate
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "personio"
_DOMAINS: Final = ("jobs.personio.de", "jobs.personio.com")


def recognise(where: Address) -> str | None:
    """ "acme", or "acme.com" for a board on the .com domain."""
    for domain in _DOMAINS:
        label = where.label(domain)
        if label:
            return label if domain.endswith(".de") else f"{label}.com"
    return None


def _host(board: str) -> str:
    name, dot, end = board.partition(".")
    if dot and end != "com":
        raise InvalidValue(f"a Personio board is acme or acme.com, not {board!r}")
    return f"{host_label(name)}.jobs.personio.{end or 'de'}"


def first_request(board: str) -> FetchRequest:
    """The board in English where it has English texts, else in its own language."""
    return get(f"https://{_host(board)}/xml", {"language": "en"}, format=Format.XML)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`<workzag-jobs><position>...`."""
    root, damage = xml_document(body, NAME, at=board)
    if local(root) != "workzag-jobs":
        raise SchemaError(NAME, f"<{local(root)[:40]}> instead of <workzag-jobs>", at="$")
    parsed = collect(salvage(body, root, damage, "position"), lambda element: _posting(element, board, context))
    return attrs.evolve(parsed, damage=damage)


def _posting(element: Element, board: str, context: ParseContext) -> JobPosting:
    number = inner(element, "id")
    more = [
        content(office) for holder in children(element, "additionaloffices") for office in children(holder, "office")
    ]
    sections = [part for holder in children(element, "jobdescriptions") for part in children(holder, "jobdescription")]
    texts = [f"{line(part, 'name')}\n{html_text(inner(part, 'value'))}".strip() for part in sections]
    schedule = line(element, "schedule")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": number, "name": inner(element, "name")}, "id"),
        title=line(element, "name"),
        company=line(element, "subcompany") or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(line(element, "office"), *more),
        departments=(line(element, "department"), line(element, "recruitingcategory")),
        tags=_tags(element),
        employment_type=employment_of(_contract(line(element, "employmenttype")), "" if "or" in schedule else schedule),
        seniority=seniority_of(
            {"student": "intern", "entry-level": "entry level"}.get(
                line(element, "seniority"), line(element, "seniority")
            )
        ),
        posted=iso_instant(inner(element, "createdat"), "createdAt"),
        url=f"https://{_host(board)}/job/{quote(number, safe='')}" if number else None,
        text="\n\n".join(texts),
    )


def _tags(element: Element) -> list[str]:
    years = line(element, "yearsofexperience").replace("lt-1", "0-1").replace("gt-", "over ")
    codes = (line(element, name).replace("_", " ") for name in ("occupation", "occupationcategory"))
    return [*inner(element, "keywords").split(","), *codes, f"{years} years" if years else ""]


def _contract(code: str) -> str:
    # "permanent" says nothing about hours, which `schedule` does.
    return "" if code == "permanent" else code


ADAPTER: Final = Adapter(
    name=NAME,
    title="Personio",
    kind=SourceKind.ATS_BOARD,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://developer.personio.de/docs/retrieving-open-job-positions",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    board_title=lambda board: board.partition(".")[0].replace("-", " ").title(),
    rate=Rate(requests=2.0, shared="personio.de"),
    probe=True,
)
