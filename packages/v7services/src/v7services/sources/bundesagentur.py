"""Bundesagentur für Arbeit: Germany's employment service, by a search, with the key that its own site shows everybody.

The board is "words/place" ("bäcker/leipzig"). The interface is not an official one: its fourth version was shut in
August 2026, and its sixth names every field anew, so both are read. Lists have no text.

Source: https://github.com/bundesAPI/jobsuche-api, and what others read of the sixth version.
Evidence: documented, toy.
"""

from typing import Any, Final
from urllib.parse import quote

import attrs

from v7core.errors import SchemaError
from v7core.models.jobs import JobPosting, Workplace
from v7services.adapter import Adapter, Evidence, ParseContext, Parsed, SourceKind, collect
from v7services.fields.html import html_line
from v7services.fields.instants import instant
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, joined, json_document, number, pick, raw_text, records, text
from v7services.fields.searches import asked, search_board, search_title
from v7services.fields.urls import Address
from v7services.fields.work import workplace_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "bundesagentur"
PAGE: Final = 100
PAGES: Final = 10
_KEY: Final = "jobboerse-jobsuche"
"""Of the agency's own site: no secret, and nobody's in particular."""


def recognise(where: Address) -> str | None:
    """A search on the site."""
    if not where.on("arbeitsagentur.de") or "jobsuche" not in where.parts:
        return None
    return search_board(where.query.get("was", ""), where.query.get("wo", ""))


def _page(board: str, page: int) -> FetchRequest:
    words, place = asked(board)
    query = {"was": words or None, "wo": place or None, "angebotsart": 1, "size": PAGE, "page": page}
    url = "https://rest.arbeitsagentur.de/jobboerse/jobsuche-service/pc/v6/jobs"
    return get(url, query, headers=(("X-API-Key", _KEY),))


def first_request(board: str) -> FetchRequest:
    """The first hundred."""
    return _page(board, 1)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{ergebnisliste: [...], maxErgebnisse}`, before that `{stellenangebote: [...], maxErgebnisse}`."""
    document, damage = json_document(body, NAME, at=board)
    jobs = pick(document, "ergebnisliste")
    if not isinstance(jobs, list):
        jobs = pick(document, "stellenangebote")
    total = number(document, "maxErgebnisse")
    if not isinstance(jobs, list):
        if total != 0:
            raise SchemaError(NAME, "no list of postings", at="ergebnisliste")
        jobs = []  # how it says that nothing was found
    more = bool(jobs) and total is not None and (context.page + 1) * PAGE < total
    further = more and context.page + 1 < PAGES
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(board, context.page + 2) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    reference = text(item, "referenznummer") or text(item, "refnr")
    title = html_line(raw_text(item, "stellenangebotsTitel") or raw_text(item, "titel")) or text(item, "beruf")
    places = [_place(pick(each, "adresse")) for each in records(item, "stellenlokationen")]
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id({"id": reference, "item": item}, "id"),
        title=title,
        company=html_line(raw_text(item, "firma") or raw_text(item, "arbeitgeber")),
        fetched_at=context.fetched_at,
        locations=places or (_place(pick(item, "arbeitsort")),),
        # That some of the work may be done at home is said, not how much of it.
        workplace=Workplace.HYBRID if flag(item, "homeofficemoeglich") else workplace_of((title,)),
        tags=(text(item, "hauptberuf") or text(item, "beruf"),),
        posted=instant(item, "veroeffentlichungszeitraum", "von") or instant(item, "aktuelleVeroeffentlichungsdatum"),
        updated=instant(item, "aenderungsdatum") or instant(item, "modifikationsTimestamp"),
        url=f"https://www.arbeitsagentur.de/jobsuche/jobdetail/{quote(reference, safe='')}",
        apply_url=text(item, "externeURL") or text(item, "externeUrl"),
        language="de",
    )


def _place(where: Any) -> str:
    return joined(*(text(where, name) for name in ("ort", "region", "land")))


ADAPTER: Final = Adapter(
    name=NAME,
    title="Bundesagentur für Arbeit",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.DOCUMENTED, Evidence.TOY),
    home="https://github.com/bundesAPI/jobsuche-api",
    board_title=search_title,
    attribution="Bundesagentur für Arbeit (arbeitsagentur.de)",
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
