"""Postings whose words are as unevenly spread as in real ones."""

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from v7core.models.jobs import Dated, EmploymentType, JobPosting, Pay, PayPeriod, Seniority, Workplace, job_id
from v7core.models.sources import SourceKey

NOW = datetime(2026, 3, 14, tzinfo=UTC)
TRADES = (
    "Nurse", "Baker", "Engineer", "Developer", "Teacher", "Driver", "Technician", "Archivist", "Manager", "Analyst",
    "Designer", "Cook", "Carpenter", "Accountant", "Scientist", "Consultant", "Welder", "Midwife", "Editor", "Planner",
)  # fmt: skip
FIRST = ("Senior", "Junior", "Lead", "Night", "Data", "Field", "Software", "Sales", "Clinical", "Project", "Product")
PLACES = tuple(
    f"{name}{ending}"
    for name in ("Ber", "Lon", "Par", "Osl", "Por", "Wien", "Graz")
    for ending in ("lin", "don", "is", "o", "to")
)
WORDS_A_TEXT = 400
VOCABULARY = 30_000


def vocabulary(rng: random.Random) -> tuple[list[str], list[float]]:
    """Words and cumulative weights after Zipf; a trade is the 300th word or so, and stands in one text of eight."""
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words: list[str] = []
    seen = {trade.lower() for trade in TRADES}
    while len(words) < VOCABULARY:
        word = "".join(rng.choices(letters, weights=range(26, 0, -1), k=rng.randint(3, 10)))
        if word not in seen:
            seen.add(word)
            words.append(word)
    words[300:300] = [trade.lower() for trade in TRADES]
    return words, list(itertools.accumulate(1 / (rank + 10) for rank in range(len(words))))


def boards(count: int, size: int, seed: int = 7) -> Iterator[tuple[SourceKey, tuple[JobPosting, ...]]]:
    """`count` boards of `size` postings each."""
    rng = random.Random(seed)
    words, weights = vocabulary(rng)
    for number in range(count):
        key = SourceKey(source=("greenhouse", "lever", "ashby")[number % 3], board=f"company-{number}")
        yield key, tuple(_posting(rng, key, n, words, weights) for n in range(size))


def _posting(rng: random.Random, key: SourceKey, n: int, words: list[str], weights: list[float]) -> JobPosting:
    body = " ".join(rng.choices(words, cum_weights=weights, k=WORDS_A_TEXT))
    low = rng.randint(20, 120) * 1000.0
    return JobPosting(
        id=job_id(key.source, key.board, str(n)), source=key.source, board=key.board, external_id=str(n),
        title=f"{rng.choice(FIRST)} {rng.choice(TRADES)} {rng.choice(words)}", company=key.board.title(),
        locations=(rng.choice(PLACES),), workplace=rng.choice(list(Workplace)),
        departments=(rng.choice(words),), tags=(rng.choice(words), rng.choice(words)),
        employment_type=rng.choice([None, *EmploymentType]), seniority=rng.choice([None, *Seniority]),
        pay=Pay(minimum=low, maximum=low * 1.3, currency=rng.choice(("EUR", "USD", "GBP")), period=PayPeriod.YEAR)
        if rng.random() < 0.4
        else None,
        posted=Dated(at=NOW - timedelta(minutes=rng.randint(0, 90 * 1440)), provenance="first_published"),
        url=f"https://boards.example/{key.board}/{n}", text=body,
    )  # fmt: skip


def queries(seed: int = 11, count: int = 200) -> list[str]:
    """What people type: trades, trades with a qualifier, rare words, common words, two of a kind."""
    rng = random.Random(seed)
    words, weights = vocabulary(random.Random(7))
    made = []
    for n in range(count):
        kind = n % 5
        if kind == 0:
            made.append(rng.choice(TRADES))
        elif kind == 1:
            made.append(f"{rng.choice(FIRST)} {rng.choice(TRADES)}")
        elif kind == 2:
            made.append(rng.choice(words))
        elif kind == 3:
            made.append(rng.choices(words, cum_weights=weights)[0])
        else:
            made.append(" ".join(rng.choices(words, cum_weights=weights, k=2)))
    return made
