"""True frame time: from the screen's update timer through layout, paint and serialisation to the driver's write."""

from array import array
from collections.abc import Callable
from time import perf_counter

from v7core.models.metrics import MetricType
from v7core.protocols import Recorder

_KEPT = 1_000


class FrameMeter:
    """Measures frames and passes each on; keeps the last thousand for the percentile on the Live screen.

    Args:
        recorder: Is told each frame's time.
        timer: Seconds.
    """

    def __init__(self, recorder: Recorder, timer: Callable[[], float] = perf_counter) -> None:
        self._recorder = recorder
        self._timer = timer
        self._ring = array("d", bytes(8 * _KEPT))
        self._count = 0
        self._started = 0.0
        self.painted = False

    def begin(self) -> None:
        """A frame may be about to be painted."""
        self.painted = False
        self._started = self._timer()

    def end(self) -> None:
        """It is out, or there was nothing to paint: only painted frames count."""
        if not self.painted:
            return
        elapsed = (self._timer() - self._started) * 1000.0
        self._ring[self._count % _KEPT] = elapsed
        self._count += 1
        self._recorder.record(MetricType.UI_FRAME_TIME.value, elapsed)

    @property
    def count(self) -> int:
        """Frames painted so far."""
        return self._count

    def percentile(self, share: float) -> float | None:
        """Of the last thousand frames, ms; None before the first.

        Args:
            share: In [0, 1]: .99 is the p99.
        """
        kept = min(self._count, _KEPT)
        if not kept:
            return None
        return sorted(self._ring[:kept])[min(kept - 1, int(share * kept))]
