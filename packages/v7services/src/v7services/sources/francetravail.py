"""France Travail: postings of the French employment service and its partners, by a search, with an id and a secret.

The board is "words/place", the place a department's number ("boulanger/75"). A token is asked for before each poll and
goes along with its questions. 150 postings a question, 1,150 at most; no posting is answered with 204.

Source: https://francetravail.io/data/api/offres-emploi
Evidence: unverified (only descriptions of its answers were at hand).
"""

import re
from typing import Any, Final
from urllib.parse import urlencode

import attrs

from v7core.errors import SchemaError
from v7core.models.jobs import EmploymentType, JobPosting, Pay, Seniority
from v7services.adapter import (
    Adapter,
    Credential,
    Evidence,
    Login,
    ParseContext,
    Parsed,
    Rate,
    SourceKind,
    bearer,
    collect,
)
from v7services.fields.html import html_line, html_text
from v7services.fields.instants import instant
from v7services.fields.pay import pay_from_text
from v7services.fields.postings import make_posting
from v7services.fields.reading import external_id, flag, json_document, json_list, raw_text, records, text
from v7services.fields.searches import asked, search_board, search_title
from v7services.fields.urls import Address
from v7services.fields.work import employment_of
from v7services.http.messages import FetchRequest, get

NAME: Final = "francetravail"
PAGE: Final = 150
LAST: Final = 1_000
"""The first posting of the last page."""
_RANGE: Final = re.compile(r"[?&]range=(\d+)-")
_PLACE: Final = re.compile(r"\d{2,3} - (.+)")
_CONTRACTS: Final = {
    "CDI": EmploymentType.FULL_TIME, "CDD": EmploymentType.TEMPORARY, "MIS": EmploymentType.TEMPORARY,
    "SAI": EmploymentType.TEMPORARY, "LIB": EmploymentType.CONTRACT, "FRA": EmploymentType.CONTRACT,
}  # fmt: skip


def recognise(where: Address) -> str | None:
    """A search on the site."""
    if not where.on("candidat.francetravail.fr", "candidat.pole-emploi.fr"):
        return None
    department = re.fullmatch(r"(\d[\dAB]\d?)D", where.query.get("lieux", ""))
    return search_board(where.query.get("motsCles", ""), department[1] if department else "")


def _page(board: str, first: int) -> FetchRequest:
    words, department = asked(board)
    query = {
        "motsCles": words or None,
        "departement": department.upper() or None,
        "range": f"{first}-{first + PAGE - 1}",
        "sort": 1,
    }
    return get("https://api.francetravail.io/partenaire/offresdemploi/v2/offres/search", query)


def first_request(board: str) -> FetchRequest:
    """The newest 150."""
    return _page(board, 0)


_LOGIN_FORM: Final = {
    "grant_type": "client_credentials",
    "client_id": "{{FRANCE_TRAVAIL_ID}}",
    "client_secret": "{{FRANCE_TRAVAIL_SECRET}}",
    "scope": "api_offresdemploiv2 o2dsoffre",
}


def _headers(body: bytes) -> tuple[tuple[str, str], ...]:
    document, _ = json_document(body, NAME, at="access_token")
    return bearer(raw_text(document, "access_token"), NAME)


def parse(body: bytes, board: str, context: ParseContext) -> Parsed:
    """`{resultats: [...]}`; a page that is not full is the last one."""
    jobs, _, damage = json_list(body, NAME, "resultats", at=board)
    place = _RANGE.search(context.request.url)
    if place is None:
        raise SchemaError(NAME, "an answer to no page", at="range")
    following = int(place[1]) + PAGE
    more = len(jobs) >= PAGE
    further = more and following <= LAST
    parsed = collect(jobs, lambda item: _posting(item, board, context))
    return attrs.evolve(
        parsed,
        damage=damage,
        complete=not more or further,
        next_request=_page(board, following) if further else None,
    )


def _posting(item: Any, board: str, context: ParseContext) -> JobPosting:
    place = text(item, "lieuTravail", "libelle")
    town = _PLACE.fullmatch(place)
    return make_posting(
        source=NAME,
        board=board,
        external_id=external_id(item, "id"),
        title=html_line(raw_text(item, "intitule")),
        # One posting in four names no employer.
        company=text(item, "entreprise", "nom") or _UNNAMED,
        fetched_at=context.fetched_at,
        locations=(town[1].title() if town else place,),
        departments=(text(item, "secteurActiviteLibelle"),),
        tags=[
            text(item, "romeLibelle"),
            text(item, "appellationlibelle"),
            *(text(skill, "libelle") for skill in records(item, "competences")),
        ],
        employment_type=_employment(item),
        seniority=Seniority.ENTRY if text(item, "experienceExige") == "D" else None,
        pay=_pay(item),
        posted=instant(item, "dateCreation"),
        updated=instant(item, "dateActualisation"),
        url=raw_text(item, "origineOffre", "urlOrigine"),
        language="fr",
        text=html_text(raw_text(item, "description")),
    )


_UNNAMED: Final = "Employeur non communiqué"


def _employment(item: Any) -> EmploymentType | None:
    if flag(item, "alternance"):
        return EmploymentType.APPRENTICESHIP
    hours = employment_of(text(item, "dureeTravailLibelleConverti"), text(item, "dureeTravailLibelle"))
    if hours is EmploymentType.PART_TIME:
        return hours
    return _CONTRACTS.get(text(item, "typeContrat")) or employment_of(text(item, "typeContratLibelle")) or hours


def _pay(item: Any) -> Pay | None:
    words = text(item, "salaire", "libelle") or text(item, "salaire", "commentaire")
    return pay_from_text(words, currency="EUR") if words else None


ADAPTER: Final = Adapter(
    name=NAME,
    title="France Travail",
    kind=SourceKind.BOARD_API,
    evidence=(Evidence.UNVERIFIED,),
    home="https://francetravail.io/data/api/offres-emploi",
    board_title=search_title,
    attribution="France Travail (francetravail.fr)",
    credentials=(
        Credential(name="FRANCE_TRAVAIL_ID", where="https://francetravail.io/inscription"),
        Credential(name="FRANCE_TRAVAIL_SECRET", where="https://francetravail.io/inscription"),
    ),
    login=Login(
        request=FetchRequest(
            url="https://entreprise.francetravail.fr/connexion/oauth2/access_token?realm=/partenaire",
            method="POST",
            headers=(("Content-Type", "application/x-www-form-urlencoded"),),
            body=urlencode(_LOGIN_FORM, safe="{}").encode(),
        ),
        headers=_headers,
    ),
    rate=Rate(requests=2.0, seconds=1.0),
    conditional=False,
    recognise=recognise,
    first_request=first_request,
    parse=parse,
)
