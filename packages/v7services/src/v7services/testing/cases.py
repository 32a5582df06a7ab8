"""A source's fixtures, replayed: the same walk as in the product, with a folder in place of the network.

`case.toml` stands beside the bodies:

    board = "acme"                                # asked for
    complete = true                               # whether the walk says it saw everything (true unless said)
    items = "jobs"                                # where a page's postings are: see `bodies.Body`

    [[pages]]                                     # every answer, details too; any other question fails
    url = "https://api.example/jobs?page=1"       # exactly as asked
    body = { limit = 20 }                         # of a POST, exactly
    asked = { X-Page = "2" }                      # headers of the question, these at least
    file = "page-1.json"
    items = ""                                    # only where it differs from the one above; "-" is no postings here
    headers = { x-total = "3" }                   # of the answer

    [skipped]                                     # counted by reason
    "no title" = 1

    [unused]                                      # what the source sends and we leave out, each with the reason
    "internal_job_id" = "one requisition, several postings: the posting's own id is kept"
    "detail.similarJobs" = "other postings"       # of a posting's own document

    [recognise]                                   # addresses of boards
    "https://boards.example/acme" = "acme"

    [[postings]]                                  # in order; a field that is not there is expected to be empty
    external_id = "1"
    title = "Baker"
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import attrs

from v7core.errors import StatusError
from v7core.models.jobs import (
    Dated,
    EmploymentType,
    JobId,
    JobPosting,
    Pay,
    PayPeriod,
    Precision,
    Seniority,
    Workplace,
    job_id,
)
from v7core.testing.fakes import FixedClock, ListRecorder
from v7services.adapter import Adapter, ParseContext, Parsed
from v7services.fetching import HttpSource, Poll
from v7services.http.client import Fetcher
from v7services.http.limits import Rate
from v7services.http.messages import FetchReply, FetchRequest
from v7services.testing.bodies import Body

FETCHED_AT: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""When every fixture is fetched: relative dates are resolved against it."""
NO_ITEMS: Final = "-"


@attrs.frozen(kw_only=True)
class Page:
    """One answer."""

    url: str
    content: bytes = attrs.field(repr=False)
    body: Any = None
    items: str = NO_ITEMS
    headers: Mapping[str, str] = attrs.field(factory=dict)
    asked: Mapping[str, str] = attrs.field(factory=dict)

    def answers(self, request: FetchRequest) -> bool:
        """Whether this is what was asked for."""
        return (
            request.url == self.url
            and _question(request.body) == self.body
            and self.asked.items() <= dict(request.headers).items()
        )


def _question(body: bytes | None) -> Any:
    """What a request asks: JSON read, a form as it is."""
    try:
        return None if body is None else json.loads(body)
    except ValueError:
        return None if body is None else body.decode()


@attrs.frozen(kw_only=True)
class Case:
    """Everything in one source's folder."""

    name: str
    board: str
    pages: tuple[Page, ...]
    postings: tuple[JobPosting, ...] = ()
    skipped: Mapping[str, int] = attrs.field(factory=dict)
    complete: bool = True
    unused: Mapping[str, str] = attrs.field(factory=dict)
    recognise: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Reading:
    """One body as the walk gave it to `parse`."""

    body: bytes = attrs.field(repr=False)
    context: ParseContext
    items: str

    def taken_apart(self) -> Body:
        """For pages with postings."""
        return Body.of(self.body, self.items)


@attrs.define
class Replay:
    """A fetcher that answers from a case; what is not in it is a 404."""

    case: Case
    asked: list[FetchRequest] = attrs.field(factory=list)
    readings: list[Reading] = attrs.field(factory=list)
    details: list[tuple[bytes, JobPosting, ParseContext]] = attrs.field(factory=list)

    async def get(self, request: FetchRequest, *, source: str = "", rate: Rate = Rate()) -> FetchReply:  # noqa: B008
        self.asked.append(request)
        page = self.page(request)
        if page is None:
            raise StatusError(source, 404)
        return FetchReply(status=200, url=page.url, headers=page.headers, body=page.content)

    def page(self, request: FetchRequest) -> Page | None:
        """The answer to a request."""
        return next((page for page in self.case.pages if page.answers(request)), None)

    async def poll(self, adapter: Adapter, known: Mapping[JobId, JobPosting] | None = None) -> Poll:
        """Walk the board as the product does.

        Args:
            known: What is stored of it.
        """

        async def stored(job: JobId) -> JobPosting | None:
            return (known or {}).get(job)

        def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
            page = self.page(context.request)
            self.readings.append(Reading(body=body, context=context, items=NO_ITEMS if page is None else page.items))
            return adapter.parse(body, board, context)

        def parse_detail(body: bytes, posting: JobPosting, context: ParseContext) -> JobPosting:
            self.details.append((body, posting, context))
            assert adapter.parse_detail is not None
            return adapter.parse_detail(body, posting, context)

        watched = attrs.evolve(adapter, parse=parse, parse_detail=parse_detail if adapter.parse_detail else None)
        source = HttpSource(
            watched,
            self.case.board,
            cast("Fetcher", self),
            clock=FixedClock(FETCHED_AT),
            recorder=ListRecorder(),
            known=stored,
        )
        return await source.poll()


def load_case(folder: Path, file: str = "case.toml") -> Case:
    """A folder with a `case.toml`; its name is the adapter's. A source with two kinds of boards has a second file."""
    table = tomllib.loads((folder / file).read_text("utf-8"))
    known = {"board", "complete", "items", "pages", "skipped", "unused", "recognise", "postings"}
    if not known >= table.keys():
        raise ValueError(f"{folder.name}: unknown keys {sorted(table.keys() - known)}")
    pages = tuple(
        Page(
            url=page["url"],
            content=(folder / page["file"]).read_bytes(),
            body=page.get("body"),
            items=page.get("items", table.get("items", NO_ITEMS)),
            headers=page.get("headers", {}),
            asked=page.get("asked", {}),
        )
        for page in table["pages"]
    )
    board = table["board"]
    return Case(
        name=folder.name,
        board=board,
        pages=pages,
        postings=tuple(_posting(folder.name, board, entry) for entry in table.get("postings", ())),
        skipped=table.get("skipped", {}),
        complete=table.get("complete", True),
        unused=table.get("unused", {}),
        recognise=table.get("recognise", {}),
    )


_DATES: Final = ("posted", "updated", "closes")
_TUPLES: Final = ("locations", "departments", "tags")


def _posting(source: str, board: str, entry: dict[str, Any]) -> JobPosting:
    fields: dict[str, Any] = dict(entry)
    fields |= {name: tuple(entry[name]) for name in _TUPLES if name in entry}
    fields |= {name: _dated(entry[name]) for name in _DATES if name in entry}
    if "workplace" in entry:
        fields["workplace"] = Workplace(entry["workplace"])
    if "employment_type" in entry:
        fields["employment_type"] = EmploymentType(entry["employment_type"])
    if "seniority" in entry:
        fields["seniority"] = Seniority[entry["seniority"].upper()]
    if "pay" in entry:
        fields["pay"] = Pay(**(entry["pay"] | {"period": PayPeriod(entry["pay"].get("period", "unknown"))}))
    return JobPosting(id=job_id(source, board, entry["external_id"]), source=source, board=board, **fields)


def _dated(entry: list[str]) -> Dated:
    at, precision, provenance = entry
    return Dated(at=datetime.fromisoformat(at), precision=Precision(precision), provenance=provenance)


def written(posting: JobPosting) -> str:
    """A posting as `case.toml` spells it."""
    said = {name: getattr(posting, name) for name in _SPELLED}
    lines = [f"{name} = {_written(value)}" for name, value in said.items() if value not in _SILENT]
    return "\n".join(["[[postings]]", *lines])


_SPELLED: Final = (
    "external_id", "title", "company", "locations", "departments", "tags", "workplace", "employment_type", "seniority",
    "pay", "posted", "updated", "closes", "url", "apply_url", "language", "requisition_id", "text",
)  # fmt: skip
_SILENT: Final = (None, "", (), Workplace.UNKNOWN)


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, Dated):
        return f"[{', '.join(map(_text, (value.at.isoformat(), value.precision.value, value.provenance)))}]"
    if isinstance(value, Pay):
        return f"{{ {', '.join(f'{key} = {words}' for key, words in _pay(value))} }}"
    if isinstance(value, Seniority):
        return _text(value.name.lower())
    return _text(value.value if isinstance(value, Workplace | EmploymentType) else value)


def _pay(pay: Pay) -> Iterator[tuple[str, str]]:
    for name in ("minimum", "maximum"):
        if getattr(pay, name) is not None:
            yield name, f"{getattr(pay, name):.10g}"
    if pay.currency:
        yield "currency", _text(pay.currency)
    if pay.period is not PayPeriod.UNKNOWN:
        yield "period", _text(pay.period.value)
    yield "original", _text(pay.original)
    if pay.predicted:
        yield "predicted", "true"


def _text(value: str) -> str:
    if "\n" not in value:
        return json.dumps(value, ensure_ascii=False)
    inside = value.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""\n{inside}"""'
