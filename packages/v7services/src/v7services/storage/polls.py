"""A poll, written whole: postings that are new, changed, back or gone, the source's state, and the report."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from v7core.errors import InvalidValue
from v7core.models.jobs import JobPosting
from v7core.models.sources import Harvest, PollOutcome, PollReport, Skipped, SourceKey, Validators
from v7services.records import MAX_REPORTS
from v7services.storage.encoding import FACET_COLUMNS, JOB_COLUMNS, WORD_COLUMNS, Encoded, encode
from v7services.storage.plain import dump, instant, load, maybe_instant, maybe_micros, micros

_CHUNK: Final = 500
_JOB_SET: Final = ", ".join(f"{name} = ?" for name in JOB_COLUMNS)
_NUMBERS: Final = {
    "company_n": "(select n from company where fold = ?)",
    "place_n": "(select n from place where fold = ?)",
}
_FACET_VALUES: Final = tuple(_NUMBERS.get(name, "?") for name in FACET_COLUMNS)
_FACET_SET: Final = ", ".join(f"{name} = {value}" for name, value in zip(FACET_COLUMNS, _FACET_VALUES, strict=True))
_WORD_SET: Final = ", ".join(f"{name} = ?" for name in WORD_COLUMNS)
_INSERT_JOB: Final = (
    f"insert into job(n, id, board_n, first_seen, changed_at, revision, {', '.join(JOB_COLUMNS)}) "
    f"values (?, ?, ?, ?, ?, ?{', ?' * len(JOB_COLUMNS)})"
)
_INSERT_FACET: Final = (
    f"insert into facet(n, board_n, {', '.join(FACET_COLUMNS)}) values (?, ?, {', '.join(_FACET_VALUES)})"
)
_NAMES: Final = (
    ("insert or ignore into company(fold) values (?)", FACET_COLUMNS.index("company_n")),
    ("insert or ignore into place(fold) values (?)", FACET_COLUMNS.index("place_n")),
)
_UPDATE_FACET: Final = f"update facet set {_FACET_SET} where n = ?"
_UNDATED: Final = (
    "update facet set newest = (select first_seen from job where job.n = facet.n) where n = ? and posted is null"
)
_INSERT_WORDS: Final = f"insert into words(n, {', '.join(WORD_COLUMNS)}) values (?{', ?' * len(WORD_COLUMNS)})"
_KEEP_OLD: Final = (
    "insert into old_version(job_n, version, until, title, company, facts, body) "
    "select job.n, job.version, ?, job.title, job.company, job.facts, words.body "
    "from job join words on words.n = job.n where job.n = ?"
)
_UPDATE_JOB: Final = (
    f"update job set version = version + 1, changed_at = ?, revision = ?, closed_at = null, {_JOB_SET} where n = ?"
)
_INDEXED: Final = ", ".join((*WORD_COLUMNS, "marks"))
_SEARCHED: Final = f"select n, {_INDEXED} from searched where n in"
_MARKS: Final = "select n, marks from searched where n in"
# Values, not `insert ... select`: that opens a savepoint, at which FTS5 writes out what it has gathered in memory.
_VALUES: Final = f"(?{', ?' * len((*WORD_COLUMNS, 'marks'))})"
_INDEX: Final = f"insert into found(rowid, {_INDEXED}) values {_VALUES}"
_UNINDEX: Final = f"insert into found(found, rowid, {_INDEXED}) values ('delete', {_VALUES[1:]}"
_UPDATE_WORDS: Final = f"update words set {_WORD_SET} where n = ?"


def encode_harvest(key: SourceKey, postings: Sequence[JobPosting], seen: int) -> dict[bytes, Encoded]:
    """Postings of one board by their ids, each once.

    Raises:
        InvalidValue: one belongs to another board, or cannot be kept as text.
    """
    for posting in postings:
        if posting.source != key.source or posting.board != key.board:
            raise InvalidValue(f"a posting of {posting.source}:{posting.board} in a poll of {key}")
    return {each.id: each for each in (encode(posting, seen) for posting in postings)}


def write_poll(
    connection: sqlite3.Connection,
    report: PollReport,
    harvest: Harvest | None,
    encoded: dict[bytes, Encoded],
    now: int,
) -> PollReport:
    """Inside a write transaction; returns the report with its counts."""
    board = board_n(connection, report.key)
    if harvest is not None and not harvest.unchanged:
        closes = report.outcome.sound and harvest.complete
        new, changed, closed = _write_postings(connection, board, encoded, now, closes=closes)
        report = replace(report, received=len(encoded), new=new, changed=changed, closed=closed)
    connection.execute(
        "update source set next_try = ?, last_success = coalesce(?, last_success), validators = coalesce(?, validators)"
        " where board_n = ?",
        (
            maybe_micros(report.next_try),
            micros(report.started_at) if report.outcome.sound else None,
            None if harvest is None else dump(validators_out(harvest.validators)),
            board,
        ),
    )
    connection.execute("insert into report(board_n, body) values (?, ?)", (board, dump(report_out(report))))
    connection.execute(
        "delete from report where board_n = ? and n <= "
        "(select n from report where board_n = ? order by n desc limit 1 offset ?)",
        (board, board, MAX_REPORTS),
    )
    return report


def board_n(connection: sqlite3.Connection, key: SourceKey) -> int:
    """The number of a board, new or known."""
    found = connection.execute("select n from board where source = ? and board = ?", (key.source, key.board)).fetchone()
    if found is not None:
        return int(found[0])
    connection.execute("insert into board(source, board) values (?, ?)", (key.source, key.board))
    return int(connection.execute("select last_insert_rowid()").fetchone()[0])


def _write_postings(
    connection: sqlite3.Connection, board: int, encoded: dict[bytes, Encoded], now: int, *, closes: bool
) -> tuple[int, int, int]:
    """Returns (new, changed, closed)."""
    known = _known(connection, board, encoded)
    fresh = [each for key, each in encoded.items() if key not in known]
    edited = [(known[key][0], each) for key, each in encoded.items() if key in known and known[key][1] != each.content]
    back = [
        known[key][0]
        for key, each in encoded.items()
        if key in known and known[key][1] == each.content and not known[key][2]
    ]
    gone = [n for key, (n, _, is_open) in known.items() if closes and is_open and key not in encoded]
    (last,) = connection.execute("select coalesce(max(n), 0) from job").fetchone()
    (latest,) = connection.execute("select coalesce(max(revision), 0) from job").fetchone()
    revision = latest + 1
    connection.executemany(
        _INSERT_JOB, [(n, each.id, board, now, now, revision, *each.job) for n, each in enumerate(fresh, last + 1)]
    )
    name_all(connection, [*fresh, *(each for _, each in edited)])
    connection.executemany(_INSERT_FACET, [(n, board, *each.facet) for n, each in enumerate(fresh, last + 1)])
    connection.executemany(_INSERT_WORDS, [(n, *each.words) for n, each in enumerate(fresh, last + 1)])
    _index(connection, dict(enumerate(fresh, last + 1)))
    connection.executemany(_KEEP_OLD, [(now, n) for n, _ in edited])
    # With what was indexed: before anything of the posting is changed.
    connection.executemany(_UNINDEX, by_ids(connection, _SEARCHED, [n for n, _ in edited]))
    connection.executemany(_UPDATE_JOB, [(now, revision, *each.job, n) for n, each in edited])
    connection.executemany(_UPDATE_FACET, [(*each.facet, n) for n, each in edited])
    connection.executemany(_UNDATED, [(n,) for n, _ in edited])
    connection.executemany(_UPDATE_WORDS, [(*each.words, n) for n, each in edited])
    _index(connection, dict(edited))
    moved = [(None, revision, n) for n in back] + [(now, revision, n) for n in gone]
    connection.executemany("update job set closed_at = ?, revision = ? where n = ?", moved)
    if fresh or back or gone or edited:
        connection.execute(
            "update board set open_jobs = (select count(*) from job where board_n = ?1 and closed_at is null)"
            " where n = ?1",
            (board,),
        )
    return len(fresh), len(edited), len(gone)


def insert_job(
    connection: sqlite3.Connection, board: int, each: Encoded, first_seen: int, changed_at: int, closed_at: int | None
) -> None:
    """One posting from elsewhere, inside a write transaction. The board's count is the caller's to bring up to date."""
    (last,) = connection.execute("select coalesce(max(n), 0) from job").fetchone()
    (latest,) = connection.execute("select coalesce(max(revision), 0) from job").fetchone()
    connection.execute(_INSERT_JOB, (last + 1, each.id, board, first_seen, changed_at, latest + 1, *each.job))
    connection.execute("update job set closed_at = ? where n = ?", (closed_at, last + 1))
    name_all(connection, [each])
    connection.execute(_INSERT_FACET, (last + 1, board, *each.facet))
    connection.execute(_INSERT_WORDS, (last + 1, *each.words))
    _index(connection, {last + 1: each})


def _index(connection: sqlite3.Connection, written: dict[int, Encoded]) -> None:
    """Enter what was just written into the index; the words are at hand, reading them back takes a tenth more."""
    marks = by_ids(connection, _MARKS, list(written))
    connection.executemany(_INDEX, ((n, *written[n].words, found) for n, found in marks))


def name_all(connection: sqlite3.Connection, postings: Sequence[Encoded]) -> None:
    """See to it that the companies and places of these postings have numbers."""
    for insert, at in _NAMES:
        connection.executemany(insert, [(fold,) for fold in dict.fromkeys(each.facet[at] for each in postings)])


def _known(
    connection: sqlite3.Connection, board: int, encoded: Iterable[bytes]
) -> dict[bytes, tuple[int, bytes, bool]]:
    """(number, content, open) by id: every open posting of the board, and those of `encoded` that were closed."""
    known: dict[bytes, tuple[int, bytes, bool]] = {
        id_: (n, content, True)
        for id_, n, content in connection.execute(
            "select id, n, content from job where board_n = ? and closed_at is null", (board,)
        )
    }
    rest = [id_ for id_ in encoded if id_ not in known]
    for id_, n, content in by_ids(connection, "select id, n, content from job where id in", rest):
        known[id_] = (n, content, False)
    return known


def by_ids(
    connection: sqlite3.Connection, select: str, ids: Sequence[bytes] | Sequence[int], *before: object
) -> Iterable[tuple[Any, ...]]:
    """Rows of a query that ends in `in`, for any number of ids; `before` are the parameters that come first."""
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        yield from connection.execute(f"{select} ({', '.join('?' * len(some))})", (*before, *some))


# --- reports and validators as JSON ---------------------------------------------------------------------------------


def validators_out(validators: Validators) -> dict[str, str]:
    """Validators as JSON."""
    every = {
        "etag": validators.etag, "last_modified": validators.last_modified, "body_hash": validators.body_hash,
    }  # fmt: skip
    return {name: value for name, value in every.items() if value is not None}


def validators_in(kept: str) -> Validators:
    """Validators read back."""
    return Validators(**load(kept))


def report_out(report: PollReport) -> dict[str, Any]:
    """A report as JSON, without its key."""
    return {
        "outcome": report.outcome.value, "started_at": micros(report.started_at), "duration_ms": report.duration_ms,
        "received": report.received, "new": report.new, "changed": report.changed, "closed": report.closed,
        "skipped": [[each.reason, each.count] for each in report.skipped], "wire_bytes": report.wire_bytes,
        "requests": report.requests, "reason": report.reason, "error": report.error,
        "next_try": maybe_micros(report.next_try),
    }  # fmt: skip


def report_in(key: SourceKey, kept: str) -> PollReport:
    """A report read back."""
    facts = load(kept)
    return PollReport(
        **facts
        | {
            "key": key,
            "outcome": PollOutcome(facts["outcome"]),
            "started_at": instant(facts["started_at"]),
            "skipped": tuple(Skipped(reason=reason, count=count) for reason, count in facts["skipped"]),
            "next_try": maybe_instant(facts["next_try"]),
        }
    )
