"""The engine: documents in, a ranking out."""

import statistics

import pytest

from v7core.errors import BatchTooLarge, ComputeError, ComputeFault, EmptyBatch, InvalidValue
from v7core.models.feed import ProfileKind
from v7core.models.jobs import JobData
from v7thompson.config import EngineConfig
from v7thompson.engine import ThompsonPerformanceEngine
from v7thompson.evidence import Evidence

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
