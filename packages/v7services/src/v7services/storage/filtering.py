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
        yes = f"{column} in ({_asked(values)})"
        return (f"({yes} or {unknown})" if keep else f"({yes} and not {unknown})"), values

    if wanted.workplaces:
        yield known("facet.workplace", (WORKPLACES[place] for place in wanted.workplaces), "facet.workplace = 0")
    if wanted.places:
        yes, values = places_of(wanted)
        unsure = f" or facet.workplace = {WORKPLACES[Workplace.REMOTE]}" if keep else ""
        yield f"(facet.place_n in ({yes}){unsure})", values
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
        select, values = companies_of(wanted.companies)
        yield f"facet.company_n in ({select})", values
    if wanted.not_companies:
        select, values = companies_of(wanted.not_companies)
        yield f"facet.company_n not in ({select})", values
    if wanted.posted_within_days is not None:
        oldest = micros(now - timedelta(days=wanted.posted_within_days))
        yield f"(facet.posted >= ?{' or facet.posted is null' if keep else ''})", [oldest]
    if wanted.sources:
        select, values = boards_of(wanted.sources)
        yield f"facet.board_n in ({select})", values


def places_of(wanted: JobFilter) -> Condition:
    """A query of the places whose name holds one of the filter's, and of no place where that is let through."""
    yes = " or ".join("instr(fold, ?)" for _ in wanted.places)
    unsure = " or fold = ''" if wanted.keep_unknown else ""
    return f"select n from place where {yes}{unsure}", [place.casefold() for place in wanted.places]


def companies_of(names: Iterable[str]) -> Condition:
    """A query of the companies of these names."""
    folded = [name.casefold() for name in names]
    return f"select n from company where fold in ({_asked(folded)})", list(folded)


def boards_of(sources: Iterable[str]) -> Condition:
    """A query of the boards of these sources, each of them one adapter's or one board's key."""
    names = list(sources)
    asked = _asked(names)
    return f"select n from board where source in ({asked}) or source || ':' || board in ({asked})", [*names, *names]


def _asked(values: Iterable[Any]) -> str:
    return ", ".join("?" for _ in values)
