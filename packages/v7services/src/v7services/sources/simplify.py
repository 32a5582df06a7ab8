"""SimplifyJobs lists: internships and first jobs, kept by hand in a repository, each pointing at the employer's board.

The board is the repository.

Source: https://github.com/SimplifyJobs/New-Grad-Positions
Evidence: recorded (whole lists).
"""

import re
from typing import Any, Final

import attrs

from v7core.models.jobs import EmploymentType, JobPosting, Seniority
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line
from v7services.fields.instants import epoch_s
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, json_list, raw_text, text, texts
from v7services.fields.urls import Address
from v7services.fields.work import seniority_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "simplify"
BOARDS: Final = (
    "SimplifyJobs/New-Grad-Positions",
    "SimplifyJobs/Summer2027-Internships",
    "SimplifyJobs/Summer2026-Internships",
    "vanshb03/New-Grad-2027",
    "vanshb03/Summer2027-Internships",
    "cvrve/New-Grad-2025",
)
_OWNERS: Final = ("simplifyjobs", "vanshb03", "cvrve")
_REPOSITORY: Final = re.compile(r"(?:summer|fall|winter|off-season|new-grad)[\w-]*", re.IGNORECASE)
_SILENT: Final = ("", "other")


def recognise(where: Address) -> str | None:
    """A repository of one of those who keep such lists."""
    if where.host not in ("github.com", "raw.githubusercontent.com") or where.part(0).lower() not in _OWNERS:
        return None
    return f"{where.part(0)}/{where.part(1)}" if _REPOSITORY.fullmatch(where.part(1)) else None


def first_request(board: str) -> FetchRequest:
    """The whole list."""
    return get(f"https://raw.githubusercontent.com/{board}/dev/.github/scripts/listings.json")


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`[{...}, ...]`; what is over or hidden is left out without being counted."""
    jobs, _, damage = json_list(body, NAME, at=board)
    return attrs.evolve(collect(jobs, lambda item: _posting(item, board, context)), damage=damage)


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting | None:
    if flag(item, "active") is False or flag(item, "is_visible") is False:
        return None
    internship = "intern" in board.lower()
    title = html_line(raw_text(item, "title"))
    sponsorship = text(item, "sponsorship")
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=title,
        company=html_line(raw_text(item, "company_name")),
        fetched_at=context.fetched_at,
        locations=texts(item, "locations"),
        departments=(text(item, "category"),),
        tags=[
            *texts(item, "terms"),
            *texts(item, "season"),
            *([] if sponsorship.lower() in _SILENT else [sponsorship]),
        ],
        employment_type=EmploymentType.INTERNSHIP if internship else None,
        seniority=Seniority.INTERN if internship else seniority_of(title) or Seniority.ENTRY,
        posted=epoch_s(item, "date_posted"),
        updated=epoch_s(item, "date_updated"),
        url=raw_text(item, "url"),
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="SimplifyJobs list",
    kind=SourceKind.FEED,
    evidence=(Evidence.RECORDED,),
    home="https://github.com/SimplifyJobs/New-Grad-Positions",
    board_title=lambda board: board.rpartition("/")[2].replace("-", " "),
    attribution="Simplify and contributors (github.com/SimplifyJobs)",
    boards=BOARDS,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
