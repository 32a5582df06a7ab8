"""What `SparseLogisticThompson` believes: events, their fit, and what the events before them left behind."""

from collections.abc import Sequence
from typing import Any, Final

import attrs
import numpy as np
import numpy.typing as npt

from v7core.errors import ComputeError, ComputeFault
from v7thompson import backend
from v7thompson._plain.fit import added
from v7thompson._plain.scalar import total
from v7thompson.contract import F64, Fit, Fitter, Prior
from v7thompson.window import Window

SCALES_FROM: Final = 100
"""Events before the scales of groups are learned."""
SCALE_WEIGHT: Final = 3.0
"""Features of the first scale that each group's scale starts with."""


class SparseModel:
    """Not for two threads at once; arguments are checked by `SparseLogisticThompson`."""

    def __init__(
        self,
        dim: int,
        *,
        variance: float,
        mean: F64 | None,
        intercept: tuple[float, float],
        groups: npt.NDArray[np.int64] | None,
        kept: int,
    ) -> None:
        self._dim = dim
        self._variance = variance
        self._mean = mean
        self._groups = groups
        self._kept = kept
        self._first_intercept = intercept
        self._window = Window(dim)
        self._fitter: Fitter | None = None
        self.seen = 0
        """Events learned from."""
        self.unfitted = 0
        """Events since the last fit."""
        self.scales = np.full(1 if groups is None else int(groups.max()) + 1, variance)
        """float64 (groups,): prior variance of a weight."""
        # What events before the window said, as a normal factor of each weight: precision, and precision times mean;
        # the last element of each is the intercept's.
        self._past = np.zeros((2, 1))
        self._last = Fit(np.zeros(0), np.zeros(0), np.zeros(0), (intercept[0], 1.0 / intercept[1]), 0)
        self.table = np.zeros((dim, 2), dtype=np.float32)
        """float32 (dim, 2): mean and variance of each weight, logits."""
        self.intercept = intercept
        """Mean and variance."""
        self._publish()

    def learn(self, indices: npt.NDArray[np.uint32], values: npt.NDArray[np.float32], reward: float) -> None:
        """One event, in one step; the intercept waits for the next fit."""
        self._window.append(self.seen, indices, values, reward)
        self._step(self._window.events - 1)
        self.seen += 1
        self.unfitted += 1

    def _ready(self) -> Fitter:
        if self._fitter is None:
            self._fitter = backend.current().fitter()
        return self._fitter

    def _step(self, first: int) -> None:
        design = self._window.design(buckets=True)
        self._ready().steps(design, first, self._window.events, self.table, self.intercept[0])

    def refit(self) -> None:
        """Scales of groups, the mode of the events in the window, and the oldest beyond it into the past."""
        window = self._window
        if self._groups is not None and self.seen > SCALES_FROM:
            self._learn_scales(self._groups)
        self._past = np.hstack(
            [self._past[:, :-1], np.zeros((2, window.met + 1 - self._past.shape[1])), self._past[:, -1:]]
        )
        start = np.concatenate([self._last.dual, np.zeros(window.events - self._last.dual.size)])
        self._last = self._ready().fit(window.design(), self._prior(), start)
        self.unfitted = 0
        if window.events > self._kept:
            self._fold(window.events - self._kept)
        self._publish()

    def _before(self, known: npt.NDArray[np.uint32]) -> tuple[F64, F64]:
        """Prior means and variances of some features."""
        mean = np.zeros(known.size) if self._mean is None else self._mean[known]
        groups = np.zeros(known.size, dtype=np.int64) if self._groups is None else self._groups[known]
        return mean, self.scales[groups]

    def _prior(self) -> Prior:
        mean, variance = self._before(self._window.known())
        precision, pull = self._past
        of_weights = 1.0 / variance + precision[:-1]
        base, spread = self._first_intercept
        of_intercept = 1.0 / spread + float(precision[-1])
        return Prior(
            mean=(mean / variance + pull[:-1]) / of_weights,
            variance=1.0 / of_weights,
            intercept=((base / spread + float(pull[-1])) / of_intercept, 1.0 / of_intercept),
        )

    def _learn_scales(self, groups: npt.NDArray[np.int64]) -> None:
        """Empirical Bayes, as `v7thompson.track` does by field. Source: MacKay (1992), Neural Computation 4(3), 4.9."""
        known = self._window.known()[: self._last.mean.size]
        mean, variance = self._before(known)
        moved, determined = self._last.mean - mean, 1.0 - 1.0 / (variance * self._last.precision)
        squares = added(groups[known], moved * moved, self.scales.size)
        count = added(groups[known], determined, self.scales.size)
        self.scales = (squares + SCALE_WEIGHT * self._variance) / (count + SCALE_WEIGHT)

    def _fold(self, count: int) -> None:
        """The oldest events' gradient and the diagonal of their curvature at the mode go into the past."""
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
        self.table[:, 0] = 0.0 if self._mean is None else self._mean
        self.table[:, 1] = self.scales[0] if self._groups is None else self.scales[self._groups]
        known = self._window.known()[: self._last.mean.size]
        self.table[known, 0] = self._last.mean
        self.table[known, 1] = 1.0 / self._last.precision
        self.intercept = self._last.intercept[0], 1.0 / self._last.intercept[1]

    # --- keeping ----------------------------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, Any], list[npt.NDArray[Any]]]:
        """Facts and arrays, for `of`."""
        facts = {
            "variance": self._variance, "intercept": self._first_intercept, "kept": self._kept, "seen": self.seen,
            "unfitted": self.unfitted, "steps": self._last.steps, "fitted": self._last.intercept,
            "has": [self._mean is not None, self._groups is not None],
        }  # fmt: skip
        given = [array for array in (self._mean, self._groups) if array is not None]
        fit = [self._last.dual, self._last.mean, self._last.precision]
        return facts, [*given, self.scales, self._past.ravel(), *fit, *self._window.arrays()]

    @classmethod
    def of(cls, dim: int, facts: dict[str, Any], arrays: Sequence[npt.NDArray[Any]]) -> "SparseModel":
        """A model as it was: the last fit, and the one-step updates since done again.

        Raises:
            ComputeError: SNAPSHOT: the arrays do not fit together.
        """
        rest = list(arrays)
        mean = rest.pop(0) if facts["has"][0] else None
        groups = rest.pop(0) if facts["has"][1] else None
        model = cls(
            dim, variance=facts["variance"], mean=mean, intercept=tuple(facts["intercept"]), groups=groups,
            kept=facts["kept"],
        )  # fmt: skip
        model.scales, past, dual, fitted, precision, *window = rest
        model._past = past.reshape(2, -1)
        try:
            model._window = Window.of(window, dim)
        except ValueError as error:
            raise ComputeError(ComputeFault.SNAPSHOT, str(error)) from error
        model._last = Fit(dual, fitted, precision, tuple(facts["fitted"]), facts["steps"])
        model.seen, model.unfitted = facts["seen"], facts["unfitted"]
        model._publish()
        if model.unfitted:
            model._step(model._window.events - model.unfitted)
        return model
