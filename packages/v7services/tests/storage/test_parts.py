"""The smaller parts: snapshots, feature rows, decks, groups, histories, settings."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from v7core.document import canonical_document, document_digest
from v7core.errors import InvalidValue, StorageError, StorageFault
from v7core.models.feed import Card, Deck, Draw, ProfileKind, ScoredJob
from v7core.models.metrics import MetricPoint
from v7core.testing import samples
from v7core.testing.contracts.support import NOWHERE
from v7services.storage import metric_history

# --- snapshots ------------------------------------------------------------------------------------------------------


async def test_the_latest_snapshot_of_a_kind_is_given_back(storage):
    """Kinds do not see one another."""
    assert await storage.snapshots.latest("posterior") is None
    for sequence in (3, 7, 12):
        await storage.snapshots.save("posterior", sequence, bytes([sequence]) * 100)
    await storage.snapshots.save("other", 1, b"")
    assert (12, b"\x0c" * 100) == await storage.snapshots.latest("posterior")
    await storage.snapshots.discard("posterior")
    assert (None, (1, b"")) == (await storage.snapshots.latest("posterior"), await storage.snapshots.latest("other"))


async def test_a_damaged_snapshot_is_passed_over(storage):
    """For the one before it, else for none: a fold from the start is always possible."""
    for sequence in (3, 7):
        await storage.snapshots.save("posterior", sequence, b"sound")
    for damage in ("body = x'00'", "sequence = 99"):
        await storage.database.write(lambda c, d=damage: c.execute(f"update snapshot set {d} where sequence = 7"))
        assert (3, b"sound") == await storage.snapshots.latest("posterior")
    await storage.database.write(lambda c: c.execute("update snapshot set body = x'00'"))
    assert await storage.snapshots.latest("posterior") is None


# --- feature rows ---------------------------------------------------------------------------------------------------


def digest_of(posting):
    return document_digest(canonical_document(posting))


async def test_rows_belong_to_the_words_they_were_computed_from(stocked):
    """A posting that was edited has no row until it has a new one; another version of the rules sees none."""
    posting, other = samples.posting(0), samples.posting(1)
    await stocked.features.put({p.id: (digest_of(p), b"i" * 4, b"v" * 4) for p in (posting, other)}, "1")
    row = (b"iiii", b"vvvv")
    assert {posting.id: row, other.id: row} == await stocked.features.get([posting.id, other.id, NOWHERE], "1")
    assert await stocked.features.get([posting.id], "2") == {}
    edited = samples.posting(0, text="Other words.")
    await stocked.jobs.commit_poll(samples.report(), samples.harvest([edited], complete=False))
    assert {other.id: row} == await stocked.features.get([posting.id, other.id], "1")
    assert row == await stocked.features.by_document(digest_of(posting), "1")
    assert {digest_of(other): row} == await stocked.features.by_documents([digest_of(other), "0" * 32], "1")
    await stocked.features.put({edited.id: (digest_of(edited), b"", b"")}, "1")
    assert (b"", b"") == (await stocked.features.get([edited.id], "1"))[edited.id]


async def test_rows_are_read_from_the_latest_arrival_down(stocked):
    """Open postings only, each once, with None for one that has no row of this version."""
    with_row, closed = samples.posting(2), samples.posting(5)
    await stocked.features.put({with_row.id: (digest_of(with_row), b"i" * 4, b"v" * 4)}, "1")
    rest = [samples.posting(n) for n in range(12) if n != 5]
    await stocked.jobs.commit_poll(samples.report(), samples.harvest(rest))
    found, number = [], await stocked.jobs.total() + 1
    while some := await stocked.features.below(number, 5, "1"):
        found, number = [*found, *some], some[-1][0]

    assert sorted((n for n, _, _ in found), reverse=True) == [n for n, _, _ in found]
    assert {p.id: (b"iiii", b"vvvv") if p.id == with_row.id else None for p in rest} == {j: row for _, j, row in found}
    assert 11 == len(found)
    assert {with_row.id} == await stocked.jobs.open_among([with_row.id, closed.id, NOWHERE])


async def test_rows_nobody_needs_are_swept(stocked):
    """Those of what was reacted to stay, whatever the board did since."""
    reacted, edited = samples.posting(0), samples.posting(1)
    await stocked.features.put({p.id: (digest_of(p), b"", b"") for p in (reacted, edited)}, "1")
    await stocked.features.put({edited.id: (digest_of(edited), b"", b"")}, "0")
    await stocked.log.append(samples.reaction(0))
    await stocked.jobs.commit_poll(
        samples.report(), samples.harvest([samples.posting(n, text="New.") for n in (0, 1)], complete=False)
    )
    assert 2 == await stocked.features.sweep("1")
    assert {digest_of(reacted)} == set(
        await stocked.features.by_documents([digest_of(p) for p in (reacted, edited)], "1")
    )


async def test_a_document_id_that_is_none_is_refused(storage):
    """Before anything is written."""
    for digest in ("", "zz" * 16, "ab" * 15):
        with pytest.raises(InvalidValue):
            await storage.features.put({NOWHERE: (digest, b"", b"")}, "1")


# --- decks ----------------------------------------------------------------------------------------------------------


def deck(id_="d1", *numbers, kind=ProfileKind.MATCH):
    cards = tuple(
        Card(
            position=place,
            job=samples.posting(n).summary(),
            scored=ScoredJob(
                id=samples.posting(n).id, score=0.1 * n, profile=kind,
                match=Draw(mean=1.0 + n, sd=0.5, value=1.5), manifest=Draw(mean=-1.0 - n, sd=0.25, value=0.5),
            ),
        )
        for place, n in enumerate(numbers)
    )  # fmt: skip
    return Deck(
        id=id_, round=5, blend=0.3, cards=cards, eligible=9, total=12, model_version="m1", duration_ms=1.0,
        left_out=(("muted", 3),),
    )  # fmt: skip


async def test_the_last_deck_comes_back(stocked):
    """All but how long its ranking took, which belongs to the ranking."""
    assert await stocked.decks.latest() is None
    await stocked.decks.keep(deck("d1", 3, 1, 2))
    assert replace(deck("d1", 3, 1, 2), duration_ms=None) == await stocked.decks.latest()


async def test_a_reaction_from_elsewhere_learns_how_the_job_was_last_shown(stocked):
    """Under which profile, where, and with what prediction."""
    await stocked.decks.keep(deck("d1", 3, 1))
    await stocked.decks.keep(deck("d2", 1, 2, kind=ProfileKind.MANIFEST))
    kind, shown = await stocked.decks.shown(samples.posting(1).id)
    assert (ProfileKind.MANIFEST, "d2", 5, 0, -2.0, 0.25, "m1") == (
        kind, shown.deck_id, shown.round, shown.position, shown.mean, shown.sd, shown.model_version,
    )  # fmt: skip
    kind, shown = await stocked.decks.shown(samples.posting(3).id)
    assert (ProfileKind.MATCH, "d1", 4.0, 0.5) == (kind, shown.deck_id, shown.mean, shown.sd)
    assert await stocked.decks.shown(samples.posting(9).id) is None


async def test_old_decks_are_dropped(stocked):
    """A deck shown every second for a week does not grow."""
    for n in range(25):
        await stocked.decks.keep(deck(f"d{n}", n % 3))
    rows = "select (select count(*) from deck), (select count(*) from card)"
    assert (20, 20) == await stocked.database.read(lambda c: c.execute(rows).fetchone())


async def test_a_deck_with_a_score_that_is_no_number_is_refused(stocked):
    """Whole: the deck before it stays the last."""
    await stocked.decks.keep(deck("d1", 1))
    bad = deck("d2", 1)
    with pytest.raises(InvalidValue):
        await stocked.decks.keep(
            replace(bad, cards=(replace(bad.cards[0], scored=replace(bad.cards[0].scored, score=math.nan)),))
        )
    with pytest.raises(InvalidValue):
        await stocked.decks.keep(replace(bad, round=2**63))
    assert "d1" == (await stocked.decks.latest()).id


# --- groups ---------------------------------------------------------------------------------------------------------

A, B, C, D = (samples.posting(n).id for n in range(4))


async def members(storage):
    return {frozenset(group.jobs) for group in await storage.groups.all()}


async def test_merging_joins_groups(stocked):
    """In whatever order the pairs come."""
    await stocked.groups.merge([A, B])
    await stocked.groups.merge([C, D])
    assert {frozenset((A, B)), frozenset((C, D))} == await members(stocked)
    group = await stocked.groups.merge([B, C])
    assert {frozenset((A, B, C, D))} == await members(stocked)
    assert (A, group) == (group.first, await stocked.groups.of(D)), "first seen, first named"


async def test_a_split_outlives_the_matcher(stocked):
    """It proposes the same pair at every poll; the person has said no."""
    await stocked.groups.merge([A, B, C])
    await stocked.groups.split(B)
    assert {frozenset((A, C))} == await members(stocked)
    await stocked.groups.merge_all([[A, B], [C, B], [B, D]])
    assert {frozenset((A, C)), frozenset((B, D))} == await members(stocked)
    await stocked.groups.merge_all([[D, A]])
    assert {frozenset((A, C)), frozenset((B, D))} == await members(stocked), "not by way of a third either"
    await stocked.groups.merge([A, B], decided=True)
    assert {frozenset((A, B, C, D))} == await members(stocked), "the person may change their mind"


async def test_a_pair_split_is_two_jobs_alone(stocked):
    """And splitting what stands alone is nothing."""
    await stocked.groups.merge([A, B])
    await stocked.groups.split(A)
    await stocked.groups.split(C)
    assert (set(), None) == (await members(stocked), await stocked.groups.of(B))
    with pytest.raises(InvalidValue):
        await stocked.groups.merge([A, A])


# --- metric history -------------------------------------------------------------------------------------------------


def point(second, value=1.0, **changes):
    return MetricPoint(metric="memory_usage_mb", at=samples.NOW + timedelta(seconds=second), value=value, **changes)


async def read(storage, **limits):
    day = timedelta(days=400)
    return await storage.history.read("memory_usage_mb", samples.NOW - day, samples.NOW + day, **limits)


async def test_a_folded_point_keeps_its_extremes(storage):
    """Of points that were folded before, too."""
    await storage.history.append([point(0, 4.0, minimum=1.0, maximum=9.0, count=3), point(1, 8.0)])
    (folded,) = await read(storage, limit=1)
    assert (5.0, 1.0, 9.0, 4) == (folded.value, folded.minimum, folded.maximum, folded.count)
    assert (point(0, 4.0, minimum=1.0, maximum=9.0, count=3), point(1, 8.0)) == await read(storage)


@pytest.mark.parametrize(
    "bad", [point(1, math.nan), point(1, math.inf), point(1, 1.0, maximum=-math.inf), point(1, count=0)]
)
async def test_a_figure_that_is_none_is_refused_with_all_that_came_with_it(storage, bad):
    """All of the points or none."""
    with pytest.raises(InvalidValue):
        await storage.history.append([point(0), bad])
    assert await read(storage) == ()


async def test_histories_are_bounded_by_number_not_by_the_clock(storage, monkeypatch):
    """A clock that jumps a year ahead forgets nothing."""
    monkeypatch.setattr(metric_history, "KEPT", 50)
    monkeypatch.setattr(metric_history, "_SLACK", 10)
    for start in range(0, 100, 5):
        await storage.history.append([point(start + n, float(start + n)) for n in range(5)])
    assert 50 <= len(await read(storage)) <= 60
    await storage.history.append([point(31_536_000, 7.0)])
    assert 50 <= len(await read(storage)) <= 61


# --- settings -------------------------------------------------------------------------------------------------------


async def test_settings_of_a_later_version_are_read_as_far_as_known(storage):
    """What it added is not ours to judge."""
    await storage.database.write(
        lambda c: c.execute("insert into setting values ('settings', '{\"seed\": 9, \"telepathy\": true}')").close()
    )
    assert 9 == (await storage.settings.load()).seed


@pytest.mark.parametrize("value", ["[1", '"x"', '{"blend": 7}', '{"keys": 3}'])
async def test_settings_that_cannot_be_read_are_said_to_be_damaged(storage, value):
    """Not replaced by defaults behind the person's back."""
    await storage.database.write(lambda c: c.execute("insert into setting values ('settings', ?)", (value,)).close())
    with pytest.raises(StorageError) as caught:
        await storage.settings.load()
    assert StorageFault.CORRUPT is caught.value.kind
