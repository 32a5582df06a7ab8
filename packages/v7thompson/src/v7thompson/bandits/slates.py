"""What a round showed."""

from collections.abc import Iterator

import attrs
import numpy as np
import numpy.typing as npt


@attrs.frozen(eq=False)
class Slate:
    """What one round chose, best first. Keep it with what was shown: rewards may come later, in any order."""

    round: int
    """The round: with the seed and the counts it had, it decides the draws."""
    items: npt.NDArray[np.int64]
    """int64 (k,): arms, or rows of what was ranked."""
    draws: npt.NDArray[np.float64]
    """float64 (k,): the values drawn for them, by which they were chosen."""

    def __len__(self) -> int:
        return int(self.items.size)

    def __iter__(self) -> Iterator[int]:
        return iter(self.items.tolist())


def sealed(round_: int, items: npt.NDArray[np.int64], draws: npt.NDArray[np.float64]) -> Slate:
    """A slate of arrays that nobody else holds."""
    items.flags.writeable = False
    draws.flags.writeable = False
    return Slate(round_, items, draws)
