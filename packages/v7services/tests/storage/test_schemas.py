"""A home of each older schema is whole after the first open of this version."""

import asyncio
import sqlite3

from v7core.models.filters import JobFilter, SearchQuery
from v7core.testing import samples
from v7services.storage import Storage, maintenance, migrations
from v7services.storage.encoding import JOB_COLUMNS, WORD_COLUMNS, encode
from v7services.storage.opening import open_database
from v7services.storage.plain import micros

BOARD = 1


def write_as_schema_1(connection, postings):
    """As the first version did: names of companies and places beside the facts, words alone in the index."""
    connection.execute(
        "insert into board(n, source, board, open_jobs) values (?, ?, ?, ?)",
        (BOARD, samples.KEY.source, samples.KEY.board, len(postings)),
    )
    now = micros(samples.NOW)
    for n, each in enumerate((encode(posting, now) for posting in postings), 1):
        connection.execute(
            f"insert into job(n, id, board_n, first_seen, changed_at, revision, {', '.join(JOB_COLUMNS)}) "
            f"values (?, ?, ?, ?, ?, 1{', ?' * len(JOB_COLUMNS)})",
            (n, each.id, BOARD, now, now, *each.job),
        )
        connection.execute(
            "insert into facet(n, board_n, newest, posted, workplace, employment, seniority, pay, currency, "
            f"company_fold, places_fold) values (?, ?{', ?' * len(each.facet)})",
            (n, BOARD, *each.facet),
        )
        for table, key in (("words", "n"), ("found", "rowid")):
            connection.execute(
                f"insert into {table}({key}, {', '.join(WORD_COLUMNS)}) values (?{', ?' * len(WORD_COLUMNS)})",
                (n, *each.words),
            )


async def test_a_home_of_schema_1_is_searched_filtered_and_changed_as_a_new_one(path):
    """And a whole copy of what it was stands beside it."""
    postings = [*samples.postings(12), samples.posting(12, locations=(), company="Straße")]
    opened = await asyncio.to_thread(open_database, path, sql=migrations.shipped()[:1])
    write_as_schema_1(opened.connection, postings)
    for each in (opened.connection, opened.turns, opened.use):
        each.close()

    async with await Storage.open(path) as storage:
        for wanted in (
            JobFilter(),
            JobFilter(companies=("STRASSE",)),
            JobFilter(places=("leeds",)),
            JobFilter(sources=(str(samples.KEY),)),
            JobFilter(places=("leeds",), keep_unknown=False),
        ):
            expected = {p.id for p in postings if wanted.accepts(p.summary(), storage.database.clock.now())}
            for text in ("", "provided"):
                hits = await storage.search.search(SearchQuery(text=text, filters=wanted))
                assert expected == {hit.job.id for hit in hits}
        await storage.jobs.commit_poll(
            samples.report(), samples.harvest([samples.posting(0, locations=("Atlantis",), text="Edited.")])
        )
        assert 1 == len(await storage.search.search(SearchQuery(text="edited", filters=JobFilter(places=("atlan",)))))
        assert (await maintenance.rebuild(storage.database)).index_was_sound
    copy = sqlite3.connect(path.with_name(f"{path.name}.schema-1"))
    assert (1, 13) == (migrations.version_of(copy), copy.execute("select count(*) from facet").fetchone()[0])
    copy.close()
