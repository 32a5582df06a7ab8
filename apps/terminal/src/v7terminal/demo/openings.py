"""Openings drawn from the catalogue: the same seed gives the same openings, on any machine."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeVar

import attrs

from v7terminal.demo.catalogue import Board, Trade, trade

T = TypeVar("T")

_LEVELS: Final = (
    ("", 1.0),
    ("", 1.0),
    ("", 1.0),
    ("Senior ", 1.25),
    ("Junior ", 0.85),
    ("Trainee ", 0.7),
)
_HOUSES: Final = (
    "The team in {place} is {n} people strong and has lunch together.",
    "You join {n} colleagues in {place}; two of them will show you round.",
    "The position in {place} is new: you shape it with {n} others.",
    "In {place} you take over from a colleague who retires after {n} years.",
)
_CLOSINGS: Final = (
    "Write three sentences about yourself; a photograph is not needed.",
    "Call before you apply if you like, we answer the telephone.",
    "We reply within ten days, also when the answer is no.",
    "A trial day is paid.",
)


@attrs.frozen(kw_only=True)
class Opening:
    """One invented opening, before it takes a board's shape."""

    number: int
    """Unique on its board, from 0."""
    title: str
    employer: str
    place: str
    workplace: str
    """A `Workplace` value."""
    employment: str
    """An `EmploymentType` value."""
    department: str
    tags: tuple[str, ...]
    intro: str
    duties: tuple[str, ...]
    needs: tuple[str, ...]
    offers: tuple[str, ...]
    closing: str
    pay: tuple[int, int] | None
    """Yearly, in `currency`; None where the employer does not say."""
    currency: str
    posted: datetime
    updated: datetime
    closes: datetime | None


def openings(board: Board, *, seed: int, born: datetime) -> tuple[Opening, ...]:
    """Every opening of a board.

    Args:
        board: From the catalogue.
        seed: Chooses among the phrases.
        born: Aware; every date lies within the 40 days before it, every deadline after it.
    """
    return tuple(_opening(board, n, Random(f"{seed}/{board.kind}/{board.token}/{n}"), born) for n in range(board.count))


def _opening(board: Board, number: int, chance: Random, born: datetime) -> Opening:
    work = trade(chance.choice(board.trades))
    level, factor = chance.choice(_LEVELS)
    employer = chance.choice(board.employers) if board.employers else board.name
    place = chance.choice(board.places)
    house = chance.choice(_HOUSES).format(place=place.split(",")[0], n=chance.randint(3, 24))
    posted = born - timedelta(minutes=chance.randint(60, 40 * 24 * 60))
    return Opening(
        number=number,
        title=_titled(level, chance.choice(work.titles), chance),
        employer=employer,
        place=place,
        workplace="remote" if board.remote else chance.choice(work.workplaces),
        employment=chance.choice(work.employment),
        department=work.department,
        tags=_some(work.tags, 2, 4, chance),
        intro=f"{chance.choice(board.about)} {house}",
        duties=_some(work.duties, 3, 6, chance),
        needs=_some(work.needs, 3, 5, chance),
        offers=_some(work.offers, 2, 4, chance),
        closing=chance.choice(_CLOSINGS),
        pay=_pay(work, factor * board.rate, chance) if chance.random() < 0.7 else None,
        currency=board.currency,
        posted=posted,
        updated=posted + (born - posted) * chance.random(),
        closes=born + timedelta(days=chance.randint(5, 60)) if chance.random() < 0.3 else None,
    )


def _titled(level: str, title: str, chance: Random) -> str:
    share = chance.choice(("", "", "", "", " (80%)", " (part-time)", " (m/f/d)", ", fixed term"))
    named = title.startswith(("Senior", "Head", "Deputy")) or "Leader" in title or "Manager" in title
    return f"{'' if named else level}{title}{share}"


def _pay(work: Trade, factor: float, chance: Random) -> tuple[int, int]:
    low, high = work.pay
    start = low + (high - low) * chance.random() * 0.6
    end = start + (high - start) * (0.4 + 0.6 * chance.random())
    return round(start * factor / 100) * 100, round(end * factor / 100) * 100


def _some(items: Sequence[T], least: int, most: int, chance: Random) -> tuple[T, ...]:
    return tuple(chance.sample(items, min(len(items), chance.randint(least, most))))
