"""Any page with schema.org JobPosting data. The board is the page's address.

Source: https://schema.org/JobPosting
Evidence: documented, recorded.
"""

from typing import Any, Final

import attrs

from v7core.errors import SchemaError
from v7core.models.jobs import JobPosting
from v7core.models.sources import Skipped
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.schema_org import blocks, job_postings, read_job_posting
from v7services.fields.urls import Address, site
from v7services.http.messages import FetchRequest, Format, get

NAME: Final = "jsonld"


def recognise(where: Address) -> str | None:
    """Never by the address: the page has to be seen."""
    return None


def first_request(board: str) -> FetchRequest:
    """The page itself."""
    return get(board, format=Format.HTML)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """Every JobPosting of every block; a block that cannot be read is counted and costs the others nothing."""
    found, broken = blocks(body)
    if not found:
        raise SchemaError(NAME, "no structured postings on the page", at=board)
    parsed = collect(
        [node for block in found for node in job_postings(block)], lambda node: _posting(node, board, context)
    )
    skipped = (*parsed.skipped, Skipped(reason="unreadable block", count=broken)) if broken else parsed.skipped
    return attrs.evolve(parsed, skipped=skipped, complete=not broken)


def _posting(node: dict[str, Any], board: str, context: ParseContext) -> JobPosting:
    base = context.url or board
    return read_job_posting(
        node, source=NAME, board=board, company=site(board), fetched_at=context.fetched_at, base=base
    )


ADAPTER: Final = Adapter(
    name=NAME,
    title="Page with structured postings",
    kind=SourceKind.PAGE,
    evidence=(Evidence.DOCUMENTED, Evidence.RECORDED),
    home="https://schema.org/JobPosting",
    board_title=site,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
