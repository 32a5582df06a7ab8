"""What is learned is a function of the list of events, and moves as it says it does."""

import attrs
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from v7core.errors import ComputeError, ComputeFault, InvalidValue
from v7core.models.feed import ProfileKind
from v7thompson import track
from v7thompson.evidence import Evidence
from v7thompson.features import FieldHasher
from v7thompson.layout import FIELDS, OFFSET, SIZE
from v7thompson.learner import Learner
from v7thompson.rows import FeatureRow

from .tastes import events_of, row_of

MATCH, MANIFEST = ProfileKind.MATCH, ProfileKind.MANIFEST
BOTH = (MATCH, MATCH, MANIFEST)


def fold(events, learner=None, **options):
    """Everything that was learned from these."""
    learner = learner or Learner(**options)
    for event in events:
        learner.learn(event)
    return learner


def beliefs(learner):
    """Every weight and both intercepts, as bytes."""
    return b"".join(each.table.tobytes() + np.array(each.intercept).tobytes() for each in learner.posteriors.values())


# --- a fold ---------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999), st.lists(st.integers(0, 130), max_size=6))
def test_snapshots_anywhere_change_nothing(seed, cuts):
    """A crash and a restart at any event, any number of them: the same bytes."""
    events = events_of(seed, 130, profiles=BOTH, flips=(60,), soft=True)
    learner, at = Learner("word one"), 0
    for cut in [*sorted(cuts), len(events)]:
        fold(events[at:cut], learner)
        at = max(at, cut)
        learner = Learner.restore(learner.snapshot(), "word one")
    whole = fold(events, match_text="word one")

    assert beliefs(whole) == beliefs(learner)
    assert whole.snapshot() == learner.snapshot()
    assert whole.changes == learner.changes


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 999), st.sets(st.integers(0, 89), min_size=1, max_size=30))
def test_undone_is_as_if_it_had_never_happened(seed, undone):
    """What is left, with the gaps in its numbers, teaches what it teaches without gaps."""
    events = events_of(seed, 90, profiles=BOTH)
    left = [event for place, event in enumerate(events) if place not in undone]
    never = [attrs.evolve(event, sequence=number + 1) for number, event in enumerate(left)]

    assert beliefs(fold(left)) == beliefs(fold(never))


def test_profiles_do_not_teach_each_other():
    """Each is a fold of its own events."""
    events = events_of(5, 60, profiles=BOTH)
    alone = fold([event for event in events if event.profile is MATCH])
    together = fold(events)

    assert alone.posteriors[MATCH].table.tobytes() == together.posteriors[MATCH].table.tobytes()
    assert alone.posteriors[MANIFEST].table.tobytes() != together.posteriors[MANIFEST].table.tobytes()


def test_order_is_kept():
    """A number that is not above the last is refused, and nothing changes."""
    learner = fold(events_of(1, 12))
    before = learner.snapshot()
    with pytest.raises(InvalidValue):
        learner.learn(events_of(1, 12)[-1])
    assert before == learner.snapshot()


# --- what one reaction does -----------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 999), st.integers(0, 38), st.sampled_from([0.0, 1.0]))
def test_a_reaction_moves_its_own_features_in_its_direction(seed, before, reward):
    """Between refit points no other weight moves, and the intercept holds: postings without a word in common stay."""
    if before % track.ROUND == track.ROUND - 1:
        before += 1  # the reaction in question is no refit point
    random = np.random.default_rng(seed)
    learner = fold(events_of(seed, before))
    row = row_of(random)
    posterior = learner.posteriors[MATCH]
    table, intercept = posterior.table.copy(), posterior.intercept
    touched = learner.learn(Evidence(sequence=before + 1, profile=MATCH, reward=reward, row=row, round=before))
    moved = np.flatnonzero((posterior.table != table).any(axis=1))

    assert set(moved) <= set(row.indices.tolist())
    assert touched[MATCH].tolist() == row.indices.tolist()
    assert intercept == posterior.intercept
    move = posterior.table[row.indices, 0] - table[row.indices, 0]
    assert np.all(move > 0) if reward else np.all(move < 0)


def test_the_intercept_moves_at_refit_points_only():
    """Every tenth event of a profile, and by what all events say."""
    learner, seen = Learner(), []
    for event in events_of(3, 30):
        learner.learn(event)
        seen.append(learner.posteriors[MATCH].intercept)

    assert {(-2.0, 1.0)} == set(seen[:9])
    assert 1 == len(set(seen[9:19]))
    assert 1 == len(set(seen[19:29]))
    assert 3 == len({seen[0], seen[9], seen[19]})


def test_a_refit_point_finds_the_mode():
    """The gradient of the posterior over all events is zero there, the intercept's too."""
    events = events_of(4, track.SCALES_FROM, soft=True)
    posterior = fold(events).posteriors[MATCH]
    mean = posterior.table[:, 0].astype(np.float64)
    pull, slope = np.zeros(mean.size), 0.0
    for event in events:
        x = event.row.values.astype(np.float64)
        gap = event.reward - 1 / (1 + np.exp(-(x @ mean[event.row.indices] + posterior.intercept[0])))
        pull[event.row.indices] += x * gap
        slope += gap

    assert np.abs(mean / track.FIRST_SCALE - pull).max() < 2e-3
    assert abs((posterior.intercept[0] + 2.0) - slope) < 2e-2


def test_a_soft_label_is_between():
    """A save teaches less than a like and more than a pass."""
    row = row_of(np.random.default_rng(0))
    means = []
    for reward in (0.0, 0.8, 1.0):
        learner = fold([Evidence(sequence=1, profile=MATCH, reward=reward, row=row, round=0)])
        means.append(float(learner.posteriors[MATCH].table[row.indices[0], 0]))
    assert means == sorted(means)
    assert means[0] < 0 < means[1]


def test_an_empty_row_teaches_the_intercept_alone():
    """A posting without a word is an event like any other."""
    row = FeatureRow.checked([], [])
    learner = fold([Evidence(sequence=n + 1, profile=MATCH, reward=1.0, row=row, round=n) for n in range(10)])

    assert not learner.posteriors[MATCH].table[:, 0].any()
    assert learner.posteriors[MATCH].intercept[0] > -2.0


# --- profiles, scales, the past -------------------------------------------------------------------------------------


def test_profile_words_count_where_they_may_stand():
    """In fields of words, the title before the description; not in company, source and pay."""
    learner = Learner("Night nurse")
    table = learner.posteriors[MATCH].table
    means = {field: float(table[FieldHasher.index(field, "nurse"), 0]) for field in FIELDS}

    assert means[FIELDS[0]] > means[FIELDS[-1]] > 0
    assert {0.0} == {means[field] for field in FIELDS if field.name in ("COMPANY", "SOURCE", "PAY")}
    assert not learner.posteriors[MANIFEST].table[:, 0].any()


def test_a_long_profile_says_less_by_word():
    """Two hundred words are not two hundred times as sure as one."""
    few, many = Learner("nurse"), Learner(" ".join(f"word{n}" for n in range(199)) + " nurse")
    index = FieldHasher.index(FIELDS[0], "nurse")
    means = [float(each.posteriors[MATCH].table[index, 0]) for each in (few, many)]

    assert means[0] / 3 < means[1] < means[0] / 2


def test_scales_follow_the_fields_that_matter():
    """Likes come from titles: after enough events the other fields' weights are held closer to zero."""
    learner = fold(events_of(8, 300))
    scales = learner._tracks[MATCH].scales

    assert scales[0] > 2 * scales[1:6].max()
    table = learner.posteriors[MATCH].table
    for place, field in enumerate(FIELDS):
        unseen = OFFSET[field] + SIZE[field] - 1
        assert table[unseen, 1] == np.float32(scales[place])


def test_folding_the_past_moves_neither_mode_nor_width(monkeypatch):
    """What is folded keeps its gradient and the diagonal of its curvature, at the point where it is folded."""
    events = events_of(9, 120)
    monkeypatch.setattr(track, "SCALES_FROM", 10**9)
    whole = fold(events)
    monkeypatch.setattr(track, "KEPT", 110)
    folded = fold(events)  # its last refit folds ten events; nothing has been fitted since

    assert beliefs(whole) == beliefs(folded)
    assert whole.snapshot() != folded.snapshot()


def test_a_folded_past_is_remembered(monkeypatch):
    """A window of a hundred events knows what five hundred said, almost."""
    events = events_of(10, 500)
    whole = fold(events)
    monkeypatch.setattr(track, "KEPT", 100)
    window = fold(events)
    monkeypatch.setattr(track.Track, "_fold", lambda self, count: None)
    titles = slice(0, 60, 5)
    means = [each.posteriors[MATCH].table[titles, 0] for each in (whole, window)]

    assert np.corrcoef(means[0], means[1])[0, 1] > 0.95
    assert window._tracks[MATCH]._window.events == 100


# --- a change of taste ----------------------------------------------------------------------------------------------

FLIPPED = {"count": 260, "flips": (150,)}


def test_a_new_taste_is_noticed_and_told():
    """Within the rounds the test looks back, and the old events do not count any longer."""
    events = events_of(2, **FLIPPED)
    learner = fold(events)
    (change,) = learner.changes

    assert MATCH is change.profile
    assert 131 <= change.since <= 171
    assert 151 <= change.sequence <= 250
    assert learner._tracks[MATCH]._window.events == 260 - (change.since - 1)


@pytest.mark.parametrize("seed", range(12))
def test_a_steady_taste_is_left_alone(seed):
    """No change is made up in 300 events of one taste."""
    assert () == fold(events_of(seed, 300)).changes


def test_a_refused_change_did_not_happen():
    """The fold goes on with everything; what comes after can be a change again."""
    events = events_of(2, **FLIPPED)
    told = fold(events)
    (change,) = told.changes
    refused = fold(events, refused={(MATCH, change.sequence)})

    assert change not in refused.changes
    assert beliefs(refused) != beliefs(told)
    assert beliefs(told) == beliefs(fold(events, refused={(MANIFEST, change.sequence)}))


def test_a_new_taste_forgets_the_profile():
    """Its words meant the old one; the scales of fields are kept."""
    events = events_of(2, **FLIPPED)
    learner = Learner("nurse")
    index = FieldHasher.index(FIELDS[0], "nurse")
    means = []
    for event in events:
        learner.learn(event)
        means.append(float(learner.posteriors[MATCH].table[index, 0]))
    (change,) = learner.changes

    assert means[change.sequence - 2] > 0 == means[change.sequence - 1]
    assert not np.allclose(learner._tracks[MATCH].scales, track.FIRST_SCALE)


# --- what is refused ------------------------------------------------------------------------------------------------


WHOLE = fold(events_of(6, 25, profiles=BOTH)).snapshot()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.sampled_from(["cut", "altered", "headless"]), st.integers(1, 255))
@example(place=2705, how="altered", bits=8)  # a precision of nearly nothing
def test_bytes_that_are_no_snapshot_are_refused(place, how, bits):
    """Whatever is cut or altered: a typed error, or a learner whose arrays fit together."""
    broken = {
        "cut": WHOLE[:place],
        "altered": WHOLE[:place] + bytes([WHOLE[place] ^ bits]) + WHOLE[place + 1 :],
        "headless": WHOLE[place + 1 :],
    }[how]
    faults = []
    try:
        Learner.restore(broken).learn(attrs.evolve(events_of(6, 1)[0], sequence=2**63 - 1))
    except ComputeError as error:
        faults = [error.kind]

    assert faults in ([], [ComputeFault.SNAPSHOT])


@pytest.mark.parametrize(
    "wrong",
    [
        {"sequence": 0},
        {"sequence": 1.0},
        {"sequence": True},
        {"reward": float("nan")},
        {"reward": 1.1},
        {"reward": "1"},
        {"profile": "match"},
        {"row": None},
        {"round": -1},
        {"shown_mean": float("inf")},
        {"shown_sd": -0.1},
    ],
)
def test_odd_evidence_is_refused(wrong):
    """Before it can reach a kernel."""
    good = {"sequence": 1, "profile": MATCH, "reward": 1.0, "row": row_of(np.random.default_rng(0)), "round": 0}
    with pytest.raises(InvalidValue):
        Evidence(**(good | wrong))


def test_the_version_follows_the_constants(monkeypatch):
    """A snapshot of other rules is foreign."""
    from v7thompson import learner

    monkeypatch.setattr(track, "ROUND", 11)
    assert learner._version() != Learner.version
