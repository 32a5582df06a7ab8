"""What was last shown, so that a reaction from another process knows under which profile and with what prediction."""

import sqlite3
from math import isfinite
from typing import Any, Final

from v7core.errors import InvalidValue
from v7core.models.feed import Card, Deck, Draw, ProfileKind, ScoredJob, Shown
from v7core.models.jobs import JobId
from v7services.storage.database import Database
from v7services.storage.plain import dump, job_key, load
from v7services.storage.postings import read_summaries

KEPT: Final = 20
"""Decks; older ones are dropped."""

_CARD: Final = (
    "position, job_id, score, profile, match_mean, match_sd, match_value, manifest_mean, manifest_sd, manifest_value"
)


class Decks:
    """The last decks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, deck: Deck) -> None:
        """Keep what was shown. The same deck again changes nothing.

        Raises:
            InvalidValue: a figure of a card is not finite.
        """
        cards, left_out = [_card_out(card) for card in deck.cards], dump(deck.left_out)
        if not all(isfinite(figure) for card in cards for figure in (card[2], *card[4:])):
            raise InvalidValue("a card with a figure that is not finite")

        def work(connection: sqlite3.Connection) -> None:
            last = connection.execute("select id from deck order by n desc limit 1").fetchone()
            if last is not None and last[0] == deck.id:
                return
            connection.execute(
                "insert into deck(id, round, blend, eligible, total, model_version, left_out) "
                "values (?, ?, ?, ?, ?, ?, ?)",
                (deck.id, deck.round, deck.blend, deck.eligible, deck.total, deck.model_version, left_out),
            )
            (number,) = connection.execute("select last_insert_rowid()").fetchone()
            connection.executemany(
                f"insert into card(deck_n, {_CARD}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(number, *card) for card in cards],
            )
            connection.execute("delete from deck where n <= ?", (number - KEPT,))

        await self._database.write(work)

    async def shown(self, job: JobId) -> tuple[ProfileKind, Shown] | None:
        """How a job was last shown; None when it is in none of the last decks."""

        def work(connection: sqlite3.Connection) -> tuple[ProfileKind, Shown] | None:
            row = connection.execute(
                "select deck.id, deck.round, deck.model_version, card.position, card.profile, card.match_mean, "
                "card.match_sd, card.manifest_mean, card.manifest_sd from card join deck on deck.n = card.deck_n "
                "where card.job_id = ? order by card.deck_n desc limit 1",
                (job.bytes,),
            ).fetchone()
            if row is None:
                return None
            deck, round_, model, position, profile, *figures = row
            kind = ProfileKind(profile)
            mean, sd = figures[:2] if kind is ProfileKind.MATCH else figures[2:]
            return kind, Shown(deck_id=deck, round=round_, position=position, mean=mean, sd=sd, model_version=model)

        return await self._database.read(work)

    async def latest(self) -> Deck | None:
        """The last deck shown, its cards with the postings as they are now; None before the first."""

        def work(connection: sqlite3.Connection) -> Deck | None:
            row = connection.execute(
                "select n, id, round, blend, eligible, total, model_version, left_out from deck order by n desc limit 1"
            ).fetchone()
            if row is None:
                return None
            number, deck, round_, blend, eligible, total, model, left_out = row
            rows = connection.execute(
                f"select {_CARD} from card where deck_n = ? order by position",
                (number,),
            ).fetchall()
            jobs = read_summaries(connection, [card[1] for card in rows])
            cards = tuple(
                Card(position=card[0], job=jobs[job_key(card[1])], scored=_scored(card))
                for card in rows
                if job_key(card[1]) in jobs
            )
            return Deck(
                id=deck, round=round_, blend=blend, cards=cards, eligible=eligible, total=total, model_version=model,
                left_out=tuple((reason, count) for reason, count in load(left_out)),
            )  # fmt: skip

        return await self._database.read(work)


def _card_out(card: Card) -> tuple[Any, ...]:
    s = card.scored
    return (
        card.position, card.job.id.bytes, s.score, s.profile.value, s.match.mean, s.match.sd, s.match.value,
        s.manifest.mean, s.manifest.sd, s.manifest.value,
    )  # fmt: skip


def _scored(row: tuple[Any, ...]) -> ScoredJob:
    _, job, score, profile, *figures = row
    return ScoredJob(
        id=job_key(job), score=score, profile=ProfileKind(profile),
        match=Draw(mean=figures[0], sd=figures[1], value=figures[2]),
        manifest=Draw(mean=figures[3], sd=figures[4], value=figures[5]),
    )  # fmt: skip
