"""The engine: documents in, a ranking out."""

import statistics
import threading
import uuid

import numpy as np
import pytest

from v7core.errors import BatchTooLarge, ComputeError, ComputeFault, EmptyBatch, InvalidValue
from v7core.models.feed import ProfileKind
from v7core.models.jobs import JobData
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.evidence import Evidence
from v7thompson.rows import FeatureRow

MATCH, MANIFEST = ProfileKind.MATCH, ProfileKind.MANIFEST


def reaction(sequence, row, reward=1.0, profile=MATCH):
    return Evidence(sequence=sequence, profile=profile, reward=reward, row=row, round=sequence - 1)


def ranking(engine, **options):
    """Everything that a ranking of all says."""
    return {each.id: each for each in engine.rank(1000, **{"blend": 0.0, "round_": 7, **options})}


@pytest.fixture
def engine(jobs):
    engine = ThompsonPerformanceEngine(EngineConfig(seed=3))
    engine.admit(jobs)
    return engine


def test_a_round_is_repeatable(engine, jobs):
    """Same seed, same round, same ranking; another round, another."""
    again = ThompsonPerformanceEngine(EngineConfig(seed=3))
    again.admit(jobs[::-1])

    assert engine.rank(10, round_=4) == engine.rank(10, round_=4) == again.rank(10, round_=4)
    assert engine.rank(10, round_=4) != engine.rank(10, round_=5)


def test_a_like_raises_what_it_is_about(engine, jobs, rows):
    """The liked posting and those that share words rise, and nothing falls."""
    before = ranking(engine)
    engine.learn(reaction(1, rows[0]))
    after = ranking(engine)

    assert after[jobs[0].id].mean > before[jobs[0].id].mean
    assert all(after[job.id].mean >= before[job.id].mean for job in jobs)
    assert all(after[job.id].sd <= before[job.id].sd for job in jobs)


def test_the_same_reaction_five_thousand_times_stays_finite(engine, jobs, rows):
    """Nothing overflows, no deviation vanishes, and what was liked so often leads."""
    for n in range(5000):
        engine.learn(reaction(n + 1, rows[0]))
    ranked = engine.rank(1000, blend=0.0)

    assert jobs[0].id == max(ranked, key=lambda each: each.match.mean).id
    assert all(np.isfinite([each.score, each.match.mean, each.match.sd, each.match.value]).all() for each in ranked)
    assert all(each.match.sd > 0.1 for each in ranked)


def test_batches_are_timed(engine, jobs):
    """As the architecture guide says."""
    result = engine.process_job_batch(jobs[:10])

    assert 10 == result.processed_job_count
    assert engine.metrics.measurement_count == 1
    with pytest.raises(EmptyBatch):
        engine.process_job_batch([])
    with pytest.raises(BatchTooLarge):
        engine.process_job_batch(jobs[:1] * 101)


def test_a_snapshot_brings_everything_back(engine, jobs, rows):
    """And learning goes on as if nothing had happened."""
    for i in range(14):
        engine.learn(reaction(i + 1, rows[i], float(i % 3 == 0)))
    again = ThompsonPerformanceEngine(EngineConfig(seed=3))
    again.admit(jobs)
    again.restore(engine.snapshot())
    for each in (engine, again):
        for i in range(14, 25):
            each.learn(reaction(i + 1, rows[i], float(i % 3 == 0)))

    assert ranking(engine) == ranking(again)
    assert engine.snapshot() == again.snapshot()


def test_a_damaged_or_foreign_snapshot_is_refused(engine, rows):
    """And nothing changes."""
    engine.learn(reaction(1, rows[0]))
    snapshot, before = engine.snapshot(), ranking(engine)
    foreign = ThompsonPerformanceEngine(EngineConfig(seed=3, match_text="nurse")).snapshot()

    for bad in (b"", snapshot[:-1], snapshot[:40] + b"x" + snapshot[41:], foreign):
        with pytest.raises(ComputeError) as caught:
            engine.restore(bad)
        assert ComputeFault.SNAPSHOT is caught.value.kind
    assert before == ranking(engine)
    assert 1 == engine.sequence


def test_what_it_cannot_hold_is_refused(jobs):
    """Nothing of a batch that does not fit is admitted."""
    engine = ThompsonPerformanceEngine(EngineConfig(capacity=5))
    with pytest.raises(ComputeError) as caught:
        engine.admit(jobs[:6])

    assert ComputeFault.CAPACITY is caught.value.kind
    assert 0 == len(engine)


def test_events_out_of_order_are_refused(engine, rows):
    """A fold is an order."""
    engine.learn(reaction(5, rows[0]))
    before = engine.snapshot()
    with pytest.raises(InvalidValue):
        engine.learn(reaction(5, rows[1]))
    assert before == engine.snapshot()


def test_a_profile_comes_first(jobs):
    """With nothing learned, postings that the profile names lead."""
    nurse = JobData(id=jobs[0].id, source="x", payload=b"\x01Night nurse\x0fCare for people.")
    welder = JobData(id=jobs[1].id, source="x", payload=b"\x01Welder\x0fJoin metal.")
    engine = ThompsonPerformanceEngine(EngineConfig(match_text="nurse, care", manifest_text="welder", width=0.0))
    engine.admit([nurse, welder])

    assert [nurse.id, welder.id] == [each.id for each in engine.rank(2, 0.0)]
    assert [welder.id, nurse.id] == [each.id for each in engine.rank(2, 1.0)]


def test_a_card_is_shown_under_the_profile_that_decides(jobs, rows):
    """What each knows of it counts, not the intercept both share; the heavier one where neither knows anything."""
    engine = ThompsonPerformanceEngine(EngineConfig(seed=3))
    engine.admit(jobs)

    def profiles(blend):
        return {each.id: each.profile for each in engine.rank(1000, blend)}

    assert {MATCH} == set(profiles(0.3).values()) == set(profiles(0.5).values()) == set(profiles(0.0).values())
    assert {MANIFEST} == set(profiles(0.7).values()) == set(profiles(1.0).values())
    engine.learn(reaction(1, rows[0], 1.0, MANIFEST))
    assert MANIFEST is profiles(0.3)[jobs[0].id]
    for sequence in range(2, 6):
        engine.learn(reaction(sequence, rows[0], 0.0, MATCH))
    assert MATCH is profiles(0.1)[jobs[0].id]


def test_joint_draws_are_shared(jobs, rows):
    """Equal documents get equal draws; each job's draw has its own mean and deviation, round by round."""
    engine = ThompsonPerformanceEngine(EngineConfig(seed=3, width=1.0, draws="joint"))
    twins = [jobs[0], JobData(id=jobs[1].id, source="x", payload=jobs[0].payload), *jobs[2:]]
    engine.admit(twins)
    engine.learn(reaction(1, rows[0]))
    draws = []
    for round_ in range(400):
        shown = ranking(engine, blend=0.3, round_=round_)
        assert shown[jobs[0].id].match == shown[jobs[1].id].match
        draws.append((shown[jobs[5].id].match.value, shown[jobs[5].id].manifest.value))
    match, manifest = zip(*draws, strict=True)
    told = shown[jobs[5].id]

    assert told.match.mean == pytest.approx(statistics.mean(match), abs=4 * told.match.sd / 20)
    assert told.match.sd == pytest.approx(statistics.stdev(match), rel=0.15)
    assert abs(statistics.correlation(match, manifest)) < 0.2


@pytest.mark.parametrize("draws", ["marginal", "joint"])
def test_an_explanation_has_the_draw_of_the_ranking(jobs, rows, draws):
    """Bit for bit, whichever way it is drawn."""
    engine = ThompsonPerformanceEngine(EngineConfig(seed=5, draws=draws, match_text="nurse"))
    engine.admit(jobs)
    for i in range(12):
        engine.learn(reaction(i + 1, rows[i], float(i % 2), MANIFEST if i % 3 else MATCH))
    shown = ranking(engine)
    for job in jobs[:10]:
        for profile in ProfileKind:
            told = engine.explain(job, profile, round_=7)
            draw = shown[job.id].match if profile is MATCH else shown[job.id].manifest
            assert (draw.mean, draw.sd, draw.value) == (told.mean, told.sd, told.draw)
            assert told.mean == pytest.approx(sum(c.logits for c in told.contributions) + told.intercept, abs=1e-5)
            assert told.draw == pytest.approx(told.mean + told.draw_term, abs=1e-5)


def test_rankings_and_reactions_of_many_threads_take_turns(jobs, rows):
    """The end is the same as from one thread, and every ranking on the way is whole."""
    engine = ThompsonPerformanceEngine(EngineConfig(seed=3))
    engine.admit(jobs)
    odd = []

    def rank():
        for round_ in range(60):
            found = engine.rank(10, round_=round_)
            if len({each.id for each in found}) != 10 or found != sorted(found, key=lambda each: -each.score):
                odd.append(found)

    threads = [threading.Thread(target=rank) for _ in range(4)]
    for thread in threads:
        thread.start()
    for i in range(30):
        engine.learn(reaction(i + 1, rows[i], float(i % 2)))
    for thread in threads:
        thread.join()
    alone = ThompsonPerformanceEngine(EngineConfig(seed=3))
    alone.admit(jobs)
    alone.fold(reaction(i + 1, rows[i], float(i % 2)) for i in range(30))

    assert [] == odd
    assert ranking(alone) == ranking(engine)


def test_disjoint_postings_keep_their_means():
    """A reaction moves what shares words with it; a posting of other words stays, to the bit."""
    payloads = [b"\x01Night nurse", b"\x01Nurse\x0fCare", b"\x01Welder\x0fSteel"]
    ids = [uuid.UUID(int=n + 1) for n in range(3)]
    engine = ThompsonPerformanceEngine(EngineConfig(seed=1))
    engine.admit([JobData(id=i, source="x", payload=p) for i, p in zip(ids, payloads, strict=True)])
    for sequence, reward in ((1, 1.0), (2, 0.0)):
        before = ranking(engine)
        engine.learn(reaction(sequence, engine.row(ids[0]), reward))
        after = ranking(engine)
        up = 1 if reward else -1
        assert up * (after[ids[0]].match.mean - before[ids[0]].match.mean) > 0
        assert up * (after[ids[1]].match.mean - before[ids[1]].match.mean) > 0
        assert before[ids[2]].match == after[ids[2]].match
        assert before[ids[0]].manifest == after[ids[0]].manifest


def test_only_eligible_jobs_are_ranked(engine, jobs):
    """Unknown ones are passed over; none eligible, none ranked."""
    some = {job.id for job in jobs[::3]}

    assert some == {each.id for each in engine.rank(1000, eligible=some | {uuid.UUID(int=5)})}
    assert [] == engine.rank(10, eligible=[])


@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"blend": -0.1}, {"blend": 1.1}, {"blend": float("nan")}, {"round_": -1}, {"round_": 2**63}]
)
def test_odd_questions_are_refused(engine, wrong):
    """Before they reach a kernel."""
    with pytest.raises(InvalidValue):
        engine.rank(**({"limit": 1} | wrong))


def test_unknown_jobs(engine, jobs):
    """No row of what is not there; retiring it is no error, and what was retired is not ranked."""
    with pytest.raises(ComputeError) as caught:
        engine.row(uuid.UUID(int=5))
    assert ComputeFault.UNKNOWN_JOB is caught.value.kind
    assert 1 == engine.retire([uuid.UUID(int=5), jobs[0].id])
    assert jobs[0].id not in engine
    assert jobs[0].id not in ranking(engine)
    assert len(jobs) - 1 == len(engine) == len(engine.jobs)


@pytest.mark.parametrize(
    ("indices", "values"),
    [
        (np.array([1, 2], dtype=np.int64), np.ones(2, dtype=np.float32)),
        (np.array([1, 2], dtype=np.uint32), np.ones(2)),
        (np.array([1, 2**18], dtype=np.uint32), np.ones(2, dtype=np.float32)),
        (np.array([2, 1], dtype=np.uint32), np.ones(2, dtype=np.float32)),
        (np.array([1, 2], dtype=np.uint32), np.array([1.0, np.nan], dtype=np.float32)),
        (np.array([1, 2], dtype=np.uint32), np.ones(3, dtype=np.float32)),
        ([1, 2], [1.0, 1.0]),
    ],
)
def test_a_row_that_would_hurt_a_kernel_cannot_be_made(indices, values):
    """Types, order, range and finiteness are checked where a row is made, so nowhere else."""
    with pytest.raises(ComputeError):
        FeatureRow(indices, values)


def test_a_bad_document_admits_nothing(engine, jobs):
    """Not even the good ones beside it."""
    bad = JobData(id=uuid.UUID(int=9), source="x", payload=b"\x01\xff")
    fresh = JobData(id=uuid.UUID(int=8), source="x", payload=b"\x01Nurse")
    with pytest.raises(InvalidValue):
        engine.admit([fresh, bad])
    with pytest.raises(InvalidValue):
        engine.process_job_batch([fresh, bad])
    assert len(jobs) == len(engine)


def test_profiles_start_anew(engine, rows):
    """What was learned is gone until it is folded again; then it is as if the profile had always been there."""
    events = [reaction(i + 1, rows[i], float(i % 2)) for i in range(12)]
    engine.fold(events)
    engine.set_profiles("nurse", "")
    assert 0 == engine.sequence
    engine.fold(events)
    other = ThompsonPerformanceEngine(EngineConfig(seed=3, match_text="nurse"))
    other.fold(events)

    assert other.snapshot() == engine.snapshot()


def test_learning_again_swaps_at_once(engine, rows):
    """An undone event is gone; a list out of order leaves everything as it was."""
    events = [reaction(i + 1, rows[i], float(i % 2)) for i in range(12)]
    engine.fold(events)
    before = engine.snapshot()
    with pytest.raises(InvalidValue):
        engine.relearn([events[1], events[0]])
    assert before == engine.snapshot()
    engine.relearn(events[:5] + events[6:])
    never = ThompsonPerformanceEngine(EngineConfig(seed=3))
    never.fold(events[:5] + events[6:])

    assert never.snapshot() == engine.snapshot()
