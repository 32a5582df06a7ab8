"""One profile's taste: a fold of its events.

    event ─▶ one-step update of the posterior          every event; the intercept is held
    every ROUND events: scales of fields ─▶ has the taste changed? ─▶ full fit ─▶ oldest events go into the prior

The refit points are ordinals of the list of events, and each fit starts from the one before, so the state depends on
the list alone: not on batches, snapshots, threads or the clock.
"""

from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from v7core.models.feed import ProfileKind
from v7thompson import backend
from v7thompson._plain.fit import added
from v7thompson._plain.scalar import softplus64, total
from v7thompson.contract import F64, Fit, Fitter, Prior
from v7thompson.evidence import Evidence
from v7thompson.layout import FIELDS
from v7thompson.posterior import FIRST_SCALE, INTERCEPT, Named, Posterior, groups_of
from v7thompson.window import Window

ROUND: Final = 10
"""Events from one refit point to the next."""
KEPT: Final = 1_000
"""Most events a fit reads; older ones are folded into its prior."""
SCALES_FROM: Final = 50
"""Events since the last change of taste before the scales of fields are learned."""
SCALE_WEIGHT: Final = 3.0
"""Features of FIRST_SCALE's variance that each field's scale starts with."""
CHANGE_ROUNDS: Final = 10
"""Longest stretch that is tested for a new taste."""
CALM_ROUNDS: Final = 3
"""Rounds after a change, and after the beginning, that no new taste starts in."""
CHANGE_PRIOR: Final = -4.605170185988091
"""Log of the prior probability, .01, that the taste changed at a given start."""
CHANGE_MARGIN: Final = 4.0
"""Log odds for a change that make it one."""
_MODERATION: Final = 0.39269908169872414  # pi / 8: MacKay (1992), Neural Computation 4(5), equation 10

LARGEST: Final = 1e30
"""Beyond it no number of a fold lies; the table's float32 would overflow."""
SNAPSHOT_ARRAYS: Final = 17
"""That a snapshot of a track consists of."""


@attrs.frozen(kw_only=True)
class TasteChange:
    """A point at which the learner decided that the taste had changed, and began anew."""

    profile: ProfileKind
    sequence: int
    """Of the event that made it sure. Refusing a change names it by profile and this."""
    since: int
    """Sequence number of the first event that counts for the new taste."""


class Track:
    """What is known of one profile's taste.

    Args:
        profile: Whose.
        named: What the profile text names.
        refused: Sequence numbers of changes the person took back: there the taste goes on.
    """

    def __init__(self, profile: ProfileKind, named: Named, refused: frozenset[int]) -> None:
        self.profile: Final = profile
        self.posterior: Final = Posterior()
        self.changes: list[TasteChange] = []
        self._named = named
        self._refused = refused
        self._window = Window()
        self._fitter: Fitter | None = None
        self._seen = 0  # events
        self._began = 0  # events before the present taste
        self._calm = CALM_ROUNDS * ROUND  # events before which no new taste may begin
        self._scales = np.full(len(FIELDS), FIRST_SCALE)
        self._earlier = np.full((CHANGE_ROUNDS, len(FIELDS)), FIRST_SCALE)  # scales at the latest refits, latest last
        # The folded past as a normal factor of each weight: precision, and precision times mean. The last element of
        # each is the intercept's.
        self._past = np.zeros((2, 1))
        self._last = Fit(np.zeros(0), np.zeros(0), np.zeros(0), (INTERCEPT[0], 1.0 / INTERCEPT[1]), 0)
        self.posterior.reset(self._scales, named)

    @property
    def scales(self) -> F64:
        """float64 (fields,): prior variance of a weight, by place in `layout.FIELDS`."""
        return self._scales.copy()

    def learn(self, evidence: Evidence) -> npt.NDArray[np.uint32] | None:
        """Learn from one event; returns the features whose weights changed, None after a refit: all may have."""
        window, row = self._window, evidence.row
        window.append(evidence.sequence, row.indices, row.values, evidence.reward)
        margins, spreads = self._step(window.events - 1)
        if evidence.shown_mean is not None and evidence.shown_sd is not None:
            window.predict(window.events - 1, evidence.shown_mean, evidence.shown_sd * evidence.shown_sd)
        else:
            window.predict(window.events - 1, float(margins[0]), float(spreads[0]) + self.posterior.intercept[1])
        self._seen += 1
        if self._seen % ROUND:
            return row.indices
        self._refit(evidence.sequence)
        return None

    def _ready(self) -> Fitter:
        if self._fitter is None:
            self._fitter = backend.current().fitter()
        return self._fitter

    def _step(self, first: int) -> tuple[F64, F64]:
        return self._ready().steps(
            self._window.design(buckets=True), first, self._window.events,
            self.posterior.table, self.posterior.intercept[0],
        )  # fmt: skip

    # --- refit points -----------------------------------------------------------------------------------------------

    def _refit(self, sequence: int) -> None:
        window = self._window
        blocks = self._new_taste()
        if self._seen - self._began > SCALES_FROM:
            self._learn_scales()
        self._earlier = np.vstack([self._earlier[1:], self._scales])
        if blocks and sequence in self._refused:
            self._calm = self._seen
        elif blocks:
            self._begin_anew(sequence, blocks)
        self._past = np.hstack(
            [self._past[:, :-1], np.zeros((2, window.met + 1 - self._past.shape[1])), self._past[:, -1:]]
        )
        start = np.concatenate([self._last.dual, np.zeros(window.events - self._last.dual.size)])
        self._last = self._ready().fit(window.design(), self._prior(), start)
        if window.events > KEPT:
            self._fold(window.events - KEPT)
        self._publish()

    def _prior(self) -> Prior:
        before = 1.0 / self._scales[groups_of(self._window.known())]
        precision, pull = self._past
        of_weights = before + precision[:-1]
        of_intercept = 1.0 / INTERCEPT[1] + float(precision[-1])
        return Prior(
            mean=(self._named.mean_of(self._window.known()) * before + pull[:-1]) / of_weights,
            variance=1.0 / of_weights,
            intercept=((INTERCEPT[0] / INTERCEPT[1] + float(pull[-1])) / of_intercept, 1.0 / of_intercept),
        )

    def _learn_scales(self) -> None:
        """Empirical Bayes: a field whose weights stay near their prior means gets a narrower prior.

        s = (sum of (w - mean)**2 + 3 * 6) / (gamma + 3),  gamma = sum of 1 - 1 / (s * precision): the number of weights
        that the events determine.

        Source: MacKay (1992), Neural Computation 4(3), equation 4.9, with a prior of three features.
        """
        met = self._last.mean.size
        features = self._window.known()[:met]
        groups = groups_of(features)
        moved = self._last.mean - self._named.mean_of(features)
        known = 1.0 - 1.0 / (self._scales[groups] * self._last.precision)
        squares = added(groups, moved * moved, len(FIELDS))
        determined = added(groups, known, len(FIELDS))
        self._scales = (squares + SCALE_WEIGHT * FIRST_SCALE) / (determined + SCALE_WEIGHT)

    def _fold(self, count: int) -> None:
        """Fold the oldest events into the prior: their gradient and the diagonal of their curvature at the mode stay.

        The mode and the width do not move by it; what is lost is how the folded events' weights depend on one another,
        and that their curvature would change if the mode moved far.
        """
        design, met = self._window.design(), self._window.met
        end = int(design.indptr[count])
        rows = np.repeat(np.arange(count), np.diff(design.indptr[: count + 1]).astype(np.int64))
        indices, x = design.indices[:end].astype(np.int64), design.values[:end].astype(np.float64)
        dual = self._last.dual[:count]
        p = np.clip(design.rewards[:count] - dual, 0.0, 1.0)
        weight = p * (1.0 - p)
        curvature = np.append(added(indices, weight[rows] * (x * x), met), total(weight))
        gradient = np.append(added(indices, dual[rows] * x, met), total(dual))
        mode = np.append(self._last.mean, self._last.intercept[0])
        self._past = self._past + np.stack([curvature, curvature * mode + gradient])
        self._window.drop(count)
        self._last = attrs.evolve(self._last, dual=self._last.dual[count:])

    def _publish(self) -> None:
        self.posterior.reset(self._scales, self._named)
        self.posterior.put(self._window.known(), self._last.mean, self._last.precision, self._last.intercept)

    # --- a change of taste ------------------------------------------------------------------------------------------

    def _new_taste(self) -> int:
        """Rounds of a new taste up to now; 0 while the old one predicts well enough.

        Compares, for each start, a fresh model's evidence with how well the events were predicted when they were
        shown, both in nats. A fresh model's evidence is below 0, so only stretches predicted badly are tried. It gets
        the scales that were known when the longest stretch began: today's would let it predict with hindsight.
        """
        window = self._window
        longest = min(CHANGE_ROUNDS, (self._seen - self._calm) // ROUND, window.events // ROUND)
        if longest < 1:
            return 0
        latest = slice(window.events - longest * ROUND, window.events)
        margin = window.margins[latest] / np.sqrt(1.0 + _MODERATION * window.spreads[latest])
        foretold = (window.rewards[latest] * margin - softplus64(margin)).reshape(longest, ROUND)[::-1]
        rounds = np.array([total(each) for each in foretold])
        foretold = np.add.accumulate(rounds)
        tried = np.flatnonzero(CHANGE_PRIOR - foretold > CHANGE_MARGIN)
        if not tried.size:
            return 0
        least = int(tried[0]) + 1
        evidence = self._ready().suffix_evidence(
            window.design(), self._earlier[-longest][groups_of(window.known())], INTERCEPT,
            most=longest * ROUND, block=ROUND, least=least,
        )  # fmt: skip
        gain = CHANGE_PRIOR + evidence[least - 1 :] - foretold[least - 1 :]
        best = int(np.argmax(gain))
        return least + best if gain[best] > CHANGE_MARGIN else 0

    def _begin_anew(self, sequence: int, rounds: int) -> None:
        """The taste changed: keep the last rounds and the scales, forget the rest, the profile's words too."""
        window = self._window
        window.drop(window.events - rounds * ROUND)
        self._began = self._seen - rounds * ROUND
        self._calm = self._began + CALM_ROUNDS * ROUND
        self._past = np.zeros_like(self._past)
        self._named = Named.nothing()
        self._last = attrs.evolve(self._last, dual=np.zeros(0))
        self.changes.append(TasteChange(profile=self.profile, sequence=sequence, since=window.sequences[0]))

    # --- snapshots --------------------------------------------------------------------------------------------------

    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """Everything a snapshot needs, SNAPSHOT_ARRAYS of them."""
        changes = [(change.sequence, change.since) for change in self.changes]
        return (
            np.array([self._seen, self._began, self._calm, self._last.steps], dtype=np.int64), self._named.features,
            self._named.means, self._scales, self._earlier.ravel(), self._past.ravel(), self._last.dual,
            self._last.mean, self._last.precision, np.array(self._last.intercept),
            np.array(changes, dtype=np.int64).ravel(), *self._window.arrays(),
        )  # fmt: skip

    def restore(self, arrays: Sequence[npt.NDArray[Any]]) -> None:
        """Take over a snapshot's arrays: the refit point's state, and the one-step updates since done again.

        Raises:
            ValueError: they do not fit together.
        """
        counts, named, means, self._scales, earlier, past, dual, mean, precision, intercept, changes, *window = arrays
        for numbers in (means, self._scales, earlier, past, dual, mean, precision, intercept, *window):
            if not np.all(np.abs(numbers) <= LARGEST):  # NaN fails, too
                raise ValueError("a number that no fold gives")
        # So small a precision is a variance that no float32 holds.
        if not min(self._scales.min(), earlier.min(), precision.min(initial=1.0), intercept[1]) >= 1.0 / LARGEST:
            raise ValueError("a variance that is none")
        self._seen, self._began, self._calm, steps = counts.tolist()
        self._named = Named(named, means)
        self._window = Window.of(window)
        self._earlier = earlier.reshape(CHANGE_ROUNDS, len(FIELDS))
        self._past = past.reshape(2, -1)
        self._last = Fit(dual, mean, precision, (float(intercept[0]), float(intercept[1])), steps)
        self.changes = [
            TasteChange(profile=self.profile, sequence=sequence, since=since)
            for sequence, since in changes.reshape(-1, 2).tolist()
        ]
        fitted = self._window.events - self._seen % ROUND
        known = self._window.known()[: mean.size]
        if fitted != dual.size or not mean.size == precision.size == known.size == self._past.shape[1] - 1:
            raise ValueError("a fit of other events")
        self.posterior.reset(self._scales, self._named)
        if self._seen >= ROUND:
            self.posterior.put(known, mean, precision, self._last.intercept)
        if fitted < self._window.events:
            self._step(fitted)
