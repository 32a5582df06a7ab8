"""Any XML file of jobs, as employers write them for search engines: one element a job, its fields under familiar names.

The board is the file's address. Names are compared without case, hyphens and underscores, and looked for in a job's
groups too ("company/name", "address/city").

Source: https://docs.indeed.com/job-feed-specification (`<source><job>`), and feeds of French partners.
Evidence: documented (the shape), sanitised.
"""

from collections.abc import Iterator
from typing import Final

import attrs

from v7core.errors import SchemaError
from v7core.models.jobs import JobPosting, Pay
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import any_instant
from v7services.fields.pay import make_pay, pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, joined, number
from v7services.fields.urls import Address, site
from v7services.fields.work import employment_of, seniority_of, workplace_of
from v7services.fields.xml import Element, content, inner, local, salvage, xml_document
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "xmlfeeds"
_JOBS: Final = ("job", "position", "vacancy", "offer", "offre", "jobposting")
_ROOTS_OF_FEEDS: Final = ("rss", "feed", "rdf", "html", "urlset", "sitemapindex")
_FILES: Final = ("jobs.xml", "indeed.xml", "jobfeed.xml", "job-feed.xml", "careers.xml", "vacancies.xml")
_NAMES: Final = {
    "id": ("jobid", "id", "referencenumber", "reference", "guid", "requisitionid"),
    "requisition": ("requisitionid", "reqid"),
    "title": ("title", "jobtitle", "name", "position"),
    "company": ("companyname", "companytitle", "company", "employer", "company.name", "employer.name"),
    "url": ("url", "link", "applyurl", "joburl"),
    "apply": ("applyurl", "applicationurl"),
    "text": ("htmldescription", "description", "jobdescription", "body"),
    "more": ("htmlprofile", "profile", "requirements", "benefits"),
    "department": ("category", "function", "sector"),
    "contract": ("jobtype", "contracttype", "contract", "employmenttype", "type"),
    "hours": ("jobtime", "workingtime", "schedule"),
    "level": ("experience", "seniority", "level"),
    "remote": ("remote", "remotetype", "remotelevel", "workplace"),
    "posted": ("publicationdate", "date", "postdate", "publishedat", "firstactivatedat", "createdat", "pubdate"),
    "updated": ("updateddate", "updatedat", "lastactivationat", "modified"),
    "closes": ("expirationdate", "expires", "validthrough", "closingdate"),
    "salary": ("salary", "compensation", "pay"),
    "minimum": ("salarymin", "minsalary", "salary.min"),
    "maximum": ("salarymax", "maxsalary", "salary.max"),
    "currency": ("salarycurrency", "currency", "salary.currency"),
    "place": ("location", "joblocation"),
    "city": ("city", "locationcity"),
    "state": ("state", "region", "locationstate"),
    "country": ("country", "locationcountryname"),
    "tags": ("tags", "keywords", "skills"),
    "language": ("language", "lang"),
}


def recognise(where: Address) -> str | None:
    """A file that says it holds jobs; every other one is added as "xmlfeeds:ADDRESS"."""
    return where.url if where.part(-1).lower() in _FILES else None


def first_request(board: str) -> FetchRequest:
    """The file."""
    return get(board, format=Format.XML)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """Every element that is called a job and stands in no other job."""
    root, damage = xml_document(body, NAME, at=board)
    if local(root) in _ROOTS_OF_FEEDS:
        raise SchemaError(NAME, f"a <{local(root)}>, not a file of jobs", at="$")
    kind = next((name for name in _JOBS if salvage(body, root, damage, name)), None)
    if kind is None:
        raise SchemaError(NAME, "no element that is called a job", at="$")
    jobs = salvage(body, root, damage, kind)
    publisher = html_line(inner(root, "publisher"))
    parsed = collect(jobs, lambda job: _posting(job, publisher, board, context))
    return attrs.evolve(parsed, damage=damage)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "")


def _values(element: Element, groups: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Names of fields with their contents; those of groups also with the group's name in front."""
    for child in element:
        name = _plain(local(child))
        if not name:
            continue
        if len(child) and depth < 3:
            yield from _values(child, name, depth + 1)
            continue
        found = content(child)
        if found:
            if groups:
                yield f"{groups}.{name}", found
            yield name, found


def _posting(job: Element, publisher: str, board: str, context: ParseContext) -> JobPosting:
    held: dict[str, str] = {}
    for name, found in _values(job):
        held.setdefault(name, found)

    def first(kind: str) -> str:
        return next((held[name] for name in _NAMES[kind] if name in held), "")

    where = first("place") or joined(first("city"), first("state"), first("country"))
    parts = [html_text(first("text")), *(html_text(held[name]) for name in _NAMES["more"] if name in held)]
    remote = first("remote").replace("_", " ")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": first("id"), "held": held}, "id"),
        title=html_line(first("title")),
        company=html_line(first("company")) or publisher or ADAPTER.board_title(board),
        fetched_at=context.fetched_at,
        locations=(html_line(where),),
        workplace=workplace_of((remote,)),
        departments=[html_line(held[name]).replace("_", " ") for name in _NAMES["department"] if name in held],
        tags=[tag.strip() for tag in html_line(first("tags")).split(",")],
        employment_type=employment_of(*_contract(first("contract"), first("hours"))),
        seniority=seniority_of(first("level")),
        pay=_pay(first("minimum"), first("maximum"), first("currency"), first("salary")),
        posted=any_instant(first("posted"), "posted"),
        updated=any_instant(first("updated"), "updated"),
        closes=any_instant(first("closes"), "closes"),
        url=first("url"),
        apply_url=first("apply"),
        base=context.url or board,
        language=first("language"),
        requisition_id=first("requisition"),
        text="\n\n".join(filter(None, parts)),
    )


def _contract(kind: str, hours: str) -> tuple[str, str]:
    """A permanent contract says nothing about hours where something else does."""
    return (hours, kind) if hours and kind.strip().lower() in ("cdi", "permanent") else (kind, hours)


def _pay(minimum: str, maximum: str, currency: str, words: str) -> Pay | None:
    amounts = {"minimum": minimum, "maximum": maximum}
    pay = make_pay(number(amounts, "minimum"), number(amounts, "maximum"), currency=currency, period=words)
    return pay or pay_from_text(words)


ADAPTER: Final = Adapter(
    name=NAME,
    title="XML file of jobs",
    kind=SourceKind.FEED,
    evidence=(Evidence.DOCUMENTED, Evidence.SANITISED),
    home="https://docs.indeed.com/job-feed-specification",
    recognise=recognise,
    first_request=first_request,
    parse=parse,
    board_title=site,
)
