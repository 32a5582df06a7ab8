"""A `JobFilter` as SQL over `facet`: the same three-valued answers, without reading what is left out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from v7core.models.filters import JobFilter
from v7core.models.jobs import Workplace
from v7services.storage.encoding import EMPLOYMENTS, WORKPLACES
from v7services.storage.plain import micros

Condition: TypeAlias = tuple[str, list[Any]]
"""SQL and its parameters."""


def condition(wanted: JobFilter, now: datetime) -> Condition:
    """True for exactly the postings that `wanted.accepts`."""
    parts = list(_parts(wanted, now))
    return " and ".join(sql for sql, _ in parts) or "true", [value for _, values in parts for value in values]


def _parts(wanted: JobFilter, now: datetime) -> Iterable[Condition]:
    keep = wanted.keep_unknown

    def known(column: str, codes: Iterable[Any], unknown: str) -> Condition:
        values = list(codes)
        yes = f"{column} in ({_marks(values)})"
        return (f"({yes} or {unknown})" if keep else f"({yes} and not {unknown})"), values

    if wanted.workplaces:
        yield known("facet.workplace", (WORKPLACES[place] for place in wanted.workplaces), "facet.workplace = 0")
    if wanted.places:
        yes = " or ".join("instr(facet.places_fold, ?)" for _ in wanted.places)
        unsure = f"facet.places_fold = '' or facet.workplace = {WORKPLACES[Workplace.REMOTE]}"
        yield f"({yes}{f' or {unsure}' if keep else ''})", [place.casefold() for place in wanted.places]
    if wanted.pay_floor is not None:
        unsure = "facet.currency is not ? or facet.pay is null"
        if keep:
            yield f"(facet.pay >= ? or {unsure})", [wanted.pay_floor, wanted.currency]
        else:
            yield f"(facet.pay >= ? and not ({unsure}))", [wanted.pay_floor, wanted.currency]
    if wanted.seniorities:
        yield known("facet.seniority", map(int, wanted.seniorities), "facet.seniority is null")
    if wanted.employment_types:
        codes = (EMPLOYMENTS[kind] for kind in wanted.employment_types)
        yield known("facet.employment", codes, "facet.employment is null")
    if wanted.companies:
        yield f"facet.company_fold in ({_marks(wanted.companies)})", _folded(wanted.companies)
    if wanted.not_companies:
        yield f"facet.company_fold not in ({_marks(wanted.not_companies)})", _folded(wanted.not_companies)
    if wanted.posted_within_days is not None:
        oldest = micros(now - timedelta(days=wanted.posted_within_days))
        yield f"(facet.posted >= ?{' or facet.posted is null' if keep else ''})", [oldest]
    if wanted.sources:
        names = _marks(wanted.sources)
        yield (
            f"facet.board_n in (select n from board where source in ({names}) or source || ':' || board in ({names}))",
            [*wanted.sources, *wanted.sources],
        )


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("?" for _ in values)


def _folded(names: Iterable[str]) -> list[Any]:
    return [name.casefold() for name in names]
