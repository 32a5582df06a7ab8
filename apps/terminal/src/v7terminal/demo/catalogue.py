"""What the demo's postings are made of: trades, boards and the persona, read from the TOML files beside this module."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import attrs

_FILES: Final = files(__package__)


@attrs.frozen(kw_only=True)
class Trade:
    """A line of work: the lists one posting is drawn from."""

    name: str
    department: str
    titles: tuple[str, ...]
    tags: tuple[str, ...]
    pay: tuple[int, int]
    """Yearly gross, euros, full time."""
    workplaces: tuple[str, ...]
    """`Workplace` values; one that stands twice is twice as likely."""
    employment: tuple[str, ...]
    """`EmploymentType` values, likewise."""
    duties: tuple[str, ...]
    needs: tuple[str, ...]
    offers: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Board:
    """One board of the demo and the employer, or the employers, behind it."""

    kind: str
    """The adapter whose shape it speaks: greenhouse, lever or feed."""
    token: str
    name: str
    about: tuple[str, ...]
    trades: tuple[str, ...]
    places: tuple[str, ...]
    currency: str
    """ISO 4217."""
    rate: float
    """Units of `currency` for a euro."""
    count: int
    employers: tuple[str, ...] = ()
    """For a feed of many employers; otherwise `name` is the employer."""
    remote: bool = False
    """Every posting is remote."""


@attrs.frozen(kw_only=True)
class Taste:
    """What somebody would truly say to an opening; a ranker is never shown it."""

    other: float
    departments: Mapping[str, float]
    """The share of its openings they would be interested in."""
    words: Mapping[str, float]
    """What a word in a title multiplies that by."""

    def interest(self, title: str, departments: Iterable[str]) -> float:
        """How likely they are to be interested in an opening, in [0, 1].

        Args:
            departments: As the board names them, in whatever field it does.
        """
        share = max((self.departments.get(name, 0.0) for name in departments), default=0.0) or self.other
        for word, factor in self.words.items():
            if word in title.casefold():
                share *= factor
        return min(1.0, share)


@attrs.frozen(kw_only=True)
class Persona:
    """The person the demo ranks for."""

    name: str
    match: str
    manifest: str
    taste: Taste


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(_FILES.joinpath(name).read_text("utf-8"))


def _tupled(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


@cache
def trade(name: str) -> Trade:
    """The trade written in trades/<name>.toml."""
    return Trade(name=name, **_tupled(_table(f"trades/{name}.toml")))


@cache
def boards() -> tuple[Board, ...]:
    """Every board, in the order of boards.toml."""
    return tuple(Board(**_tupled(table)) for table in _table("boards.toml")["board"])


@cache
def persona() -> Persona:
    """The persona with both profile texts."""
    table = _table("persona.toml")
    return Persona(
        name=table["name"],
        match=table["match"].strip(),
        manifest=table["manifest"].strip(),
        taste=Taste(**table["taste"]),
    )
